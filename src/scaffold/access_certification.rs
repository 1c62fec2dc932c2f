//! `CreateAccessCertificationJob`: the server job that drives access certification campaigns.
//!
//! Choices where nothing is published: a schedule is written only where the scaffolding has one; a job identifier that is
//! not written is `AccessCertification`.

use crate::grammar::kinds;

use super::arguments::Arguments;
use super::job::{NewJob, NewTask};

pub(super) fn expand(arguments: &Arguments) -> NewJob {
    let identifier = arguments.job_identifier.clone().unwrap_or_else(|| "AccessCertification".to_owned());
    let mut job = NewJob::new(&identifier, None, arguments.client());
    job.attributes = arguments.head(&identifier, None);
    job.attributes.extend(arguments.schedule());
    "drives the access certification campaigns".clone_into(&mut job.reason);
    let tasks = [
        (kinds::UPDATE_ACCESS_CERTIFICATION_CAMPAIGN_TASK, "campaigns start and stop by their dates"),
        (kinds::SET_ACCESS_CERTIFICATION_REVIEWER_TASK, "items of running campaigns are given to reviewers"),
        (kinds::SEND_ACCESS_CERTIFICATION_NOTIFICATION_TASK, "reviewers are told"),
        (kinds::PROCESS_ACCESS_CERTIFICATION_ITEMS_TASK, "decisions are carried out"),
    ];
    for (kind, reason) in tasks {
        let base = kind.def().name.trim_end_matches("Task");
        job.single(NewTask::new(&identifier, kind, base, base).because(reason));
    }
    job
}

//! `CleanDatabaseJob`: the server job that ends runs left in progress.

use crate::grammar::kinds;

use super::arguments::Arguments;
use super::job::{NewJob, NewTask};

pub(super) fn expand(arguments: &Arguments) -> NewJob {
    let mut job = NewJob::new("CleanDatabase", None, arguments.client());
    job.attributes = arguments.head("CleanDatabase", Some("Clean Database"));
    "ends runs left in progress".clone_into(&mut job.reason);
    job.single(
        NewTask::new("CleanDatabase", kinds::CLEAN_DATA_BASE, "CleanDataBase", "CleanDataBase").because("all the job does"),
    );
    job
}

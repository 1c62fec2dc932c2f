//! `[schedule]`: what `jobwright schedule` does beside starting jobs.

use std::path::Path;

use super::executors::{Command, Executors, read_command_for_run};
use super::table::{Problems, Table};

/// `[schedule]`, valid.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    /// The time zone that `ServerTime` means; none: that of the machine.
    pub time_zone: Option<String>,
    /// `[schedule.on-failure]`: started once for each run that failed or is blocked.
    pub on_failure: Option<Command>,
}

pub(super) fn read_schedule(mut table: Table<'_>, folder: &Path, executors: &Executors, problems: &mut Problems) -> Schedule {
    let mut schedule = Schedule::default();
    if let Some((zone, span)) = table.word("time-zone", problems) {
        if jiff::tz::TimeZone::get(zone).is_err() && jiff::tz::TimeZone::posix(zone).is_err() {
            let help = Some("write a name of the time-zone database, e.g. `Europe/Oslo`".to_owned());
            problems.push(span, format!("there is no time zone `{zone}`"), "", help);
        }
        schedule.time_zone = Some(zone.to_owned());
    }
    if let Some(command) = table.table("on-failure", "[schedule.on-failure]", problems) {
        schedule.on_failure = read_command_for_run(command, folder, executors, problems);
    }
    table.close(problems);
    schedule
}

//! Groups of processes: a program and whatever it started, ended as a whole.
//!
//! What is particular to an operating system stands behind [`Groups`].

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use super::process::System;

/// How a group is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is asked to.
    Ask,
    /// It is not asked.
    Force,
}

/// What an operating system does with groups of processes. A group bears the number of the process that heads it.
pub trait Groups {
    /// Makes the command head a group of its own once it is started.
    fn lead(&self, command: &mut Command);

    /// Whether the process has ended. Its number stays its own until it is waited for, where the system can do that.
    fn has_ended(&self, child: &mut Child) -> io::Result<bool>;

    /// Whether a process of the group lives. To be asked once its head was waited for.
    fn is_alive(&self, group: u32) -> bool;

    /// Ends every process of the group.
    fn end(&self, group: u32, how: End);

    /// Ends one process.
    fn end_one(&self, process: u32, how: End);

    /// The processes whose environment holds `variable` with that value, where the system tells.
    fn marked(&self, variable: &str, value: &str) -> Vec<u32>;
}

/// The groups that this process has started and that may live.
static LIVE: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Notes that a group lives, until the note is dropped.
pub(super) struct Live(u32);

impl Live {
    pub(super) fn note(group: u32) -> Self {
        LIVE.lock().unwrap_or_else(PoisonError::into_inner).insert(group);
        Self(group)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Ends by force every group that this process has started.
pub(super) fn end_all() {
    for group in LIVE.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        System.end(*group, End::Force);
    }
}

#[cfg(unix)]
impl Groups for System {
    fn lead(&self, command: &mut Command) {
        std::os::unix::process::CommandExt::process_group(command, 0);
    }

    fn has_ended(&self, child: &mut Child) -> io::Result<bool> {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let Some(pid) = pid(child.id()) else { return Ok(true) };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(pid), options) {
            Ok(status) => Ok(status.is_some()),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn is_alive(&self, group: u32) -> bool {
        // A group that may not be signalled is one that lives.
        let answer = pid(group).map(rustix::process::test_kill_process_group);
        answer.is_some_and(|answer| answer != Err(rustix::io::Errno::SRCH)) && !only_dead(group)
    }

    fn end(&self, group: u32, how: End) {
        if let Some(pid) = pid(group) {
            // A group that is gone already is what was wanted.
            let _ = rustix::process::kill_process_group(pid, signal(how));
        }
    }

    fn end_one(&self, process: u32, how: End) {
        if let Some(pid) = pid(process) {
            let _ = rustix::process::kill_process(pid, signal(how));
        }
    }

    #[cfg(target_os = "linux")]
    fn marked(&self, variable: &str, value: &str) -> Vec<u32> {
        use super::process::Processes;
        let wanted = format!("{variable}={value}");
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let bears = |pid: &u32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
        };
        let mut found: Vec<u32> = pids.filter(bears).filter(|pid| self.incarnation(*pid).is_some()).collect();
        found.sort_unstable();
        found
    }

    #[cfg(not(target_os = "linux"))]
    fn marked(&self, _variable: &str, _value: &str) -> Vec<u32> {
        Vec::new()
    }
}

#[cfg(unix)]
fn signal(how: End) -> rustix::process::Signal {
    match how {
        End::Ask => rustix::process::Signal::TERM,
        End::Force => rustix::process::Signal::KILL,
    }
}

/// Whether all processes of the group have ended and are only not waited for: where nobody does that, they stay so.
#[cfg(target_os = "linux")]
fn only_dead(group: u32) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else { return false };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    !pids.into_iter().any(|pid| {
        let Ok(stat) = std::fs::read(format!("/proc/{pid}/stat")) else { return false };
        let stat = String::from_utf8_lossy(&stat);
        // After the name: state, parent, group.
        let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_ascii_whitespace();
        let state = fields.next().unwrap_or("X");
        fields.nth(1).and_then(|field| field.parse().ok()) == Some(group) && !matches!(state, "Z" | "X" | "x")
    })
}

#[cfg(all(unix, not(target_os = "linux")))]
fn only_dead(_group: u32) -> bool {
    false
}

#[cfg(unix)]
fn pid(number: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(number).ok()?)
}

#[cfg(not(unix))]
impl Groups for System {
    fn lead(&self, _command: &mut Command) {}

    fn has_ended(&self, child: &mut Child) -> io::Result<bool> {
        Ok(child.try_wait()?.is_some())
    }

    /// What a process has started cannot be found once it has ended.
    fn is_alive(&self, _group: u32) -> bool {
        false
    }

    fn end(&self, group: u32, how: End) {
        let mut command = Command::new("taskkill");
        command.args(["/T", "/PID", &group.to_string()]);
        if how == End::Force {
            command.arg("/F");
        }
        // One that is gone already is what was wanted.
        let _ = command.output();
    }

    fn end_one(&self, process: u32, how: End) {
        self.end(process, how);
    }

    fn marked(&self, _variable: &str, _value: &str) -> Vec<u32> {
        Vec::new()
    }
}

//! Who holds a lock, and whether the holder still lives.
//!
//! A process number alone may have been given to somebody else since; together with the time at which the process
//! started it names one process for good. What is particular to an operating system stands behind [`Processes`].

use serde::{Deserialize, Serialize};

/// What an operating system tells about processes.
pub trait Processes {
    /// A text that differs for two processes that bore the same number one after the other; none if no live process
    /// bears it now.
    fn incarnation(&self, pid: u32) -> Option<String>;
}

/// One process, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// What tells it from earlier and later bearers of the number.
    pub incarnation: String,
}

impl Holder {
    /// This process.
    pub fn this(processes: &dyn Processes) -> Self {
        let pid = std::process::id();
        Self { pid, incarnation: processes.incarnation(pid).unwrap_or_default() }
    }

    /// The process of that number, if one lives.
    pub fn of(pid: u32, processes: &dyn Processes) -> Option<Self> {
        processes.incarnation(pid).map(|incarnation| Self { pid, incarnation })
    }

    /// Whether exactly this process still runs.
    pub fn lives(&self, processes: &dyn Processes) -> bool {
        processes.incarnation(self.pid).is_some_and(|now| now == self.incarnation)
    }
}

/// The processes of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

#[cfg(target_os = "linux")]
impl Processes for System {
    /// The boot and the start time in ticks since it, from field 22 of `/proc/PID/stat`; a zombie does not live.
    fn incarnation(&self, pid: u32) -> Option<String> {
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        let stat = String::from_utf8_lossy(&stat);
        // The second field, the name in parentheses, may itself hold blanks and parentheses.
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        if matches!(fields.next()?, "Z" | "X" | "x") {
            return None;
        }
        let started = fields.nth(18)?;
        Some(format!("{}/{started}", boot().unwrap_or_default()))
    }
}

/// What tells this start of the machine from others; none where the system does not say.
#[cfg(target_os = "linux")]
pub(super) fn boot() -> Option<&'static str> {
    static BOOT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let boot = BOOT.get_or_init(|| std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()).trim();
    Some(boot).filter(|boot| !boot.is_empty())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn boot() -> Option<&'static str> {
    None
}

#[cfg(all(unix, not(target_os = "linux")))]
impl Processes for System {
    /// The start time as `ps` shows it.
    fn incarnation(&self, pid: u32) -> Option<String> {
        let shown = std::process::Command::new("ps")
            .args(["-o", "stat=,lstart=", "-p", &pid.to_string()])
            .env("LC_ALL", "C")
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&shown.stdout);
        let (state, started) = text.trim().split_once(' ')?;
        (!state.starts_with('Z')).then(|| started.trim().to_owned())
    }
}

#[cfg(not(unix))]
impl Processes for System {
    /// The number alone: nothing else is to be had without foreign code.
    fn incarnation(&self, pid: u32) -> Option<String> {
        let shown =
            std::process::Command::new("tasklist").args(["/NH", "/FO", "CSV", "/FI", &format!("PID eq {pid}")]).output().ok()?;
        String::from_utf8_lossy(&shown.stdout).contains(&format!("\"{pid}\"")).then(String::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_another_incarnation_does_not() {
        let this = Holder::this(&System);
        assert!(this.lives(&System));
        let earlier = Holder { incarnation: "another boot/1".to_owned(), ..this };
        assert_eq!(earlier.lives(&System), cfg!(not(unix)));
    }

    #[cfg(unix)]
    #[test]
    fn a_child_is_dead_once_it_has_ended_even_before_it_is_waited_for() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let incarnation = System.incarnation(child.id()).unwrap();
        let holder = Holder { pid: child.id(), incarnation };
        assert!(holder.lives(&System));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!holder.lives(&System));
    }
}

//! Interrupts from the keyboard and requests to terminate.

use std::io::Write;

use super::control::Control;

/// Lets Ctrl-C and a request to terminate end the run: the first lets the running task finish, the second tells it to
/// give up, the third ends the process at once, which a run is safe against. To be called once in a process.
pub fn listen(control: Control) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || {
        if control.interrupt() > 2 {
            super::group::end_all();
            // Nobody may be there to read it.
            let _ = writeln!(
                std::io::stderr(),
                "ended at once; what was running is interrupted: `jobwright runs` tells how it stands"
            );
            std::process::exit(i32::from(super::JobState::Cancelled.exit_code(false)));
        }
    })
}

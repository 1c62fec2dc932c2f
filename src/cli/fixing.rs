//! `--fix`: applies fixes and tells what was done.

use clap::Args;

use super::arguments::Global;
use super::judging::Judge;
use super::{Error, terminal};
use crate::finding::Safety;
use crate::fix::{self, Fixed};
use crate::source::Loaded;

/// Whether and how findings are fixed.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct Fixing {
    /// Also apply fixes that are only likely; look at the result
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Print what fixing would change, and change nothing
    #[arg(long)]
    pub(super) diff: bool,
}

impl Fixing {
    /// Fixes in memory, and in the files unless a diff was asked for.
    pub(super) fn execute(self, loaded: Loaded, judge: &Judge, global: &Global) -> Result<Fixed, Error> {
        let allowed = if self.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        let fixed = fix::fix(loaded, allowed, |loaded| judge.judge(loaded));
        if self.diff {
            let diff = fix::unified(&fixed);
            terminal::print(|out| out.write_all(diff.as_bytes()))?;
        } else {
            fix::write(&fixed).map_err(|error| Error::operational(error.to_string()))?;
        }
        tell(&fixed, self.diff, global);
        Ok(fixed)
    }
}

/// What was fixed, on standard error.
fn tell(fixed: &Fixed, diff: bool, global: &Global) {
    for file in &fixed.refused {
        terminal::say(&format!("not fixed: `{file}` is not UTF-8; save it as UTF-8 first"));
    }
    for (file, rule) in &fixed.taken_back {
        terminal::say(&format!("not fixed: the edits for `{rule}` in `{file}` did not remove it and were taken back"));
    }
    if fixed.unfinished {
        terminal::say("fixes are left: run it again");
    }
    if global.quiet {
        return;
    }
    let verb = if diff { "would fix" } else { "fixed" };
    let plural = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    if fixed.total() == 0 {
        terminal::say("nothing to fix");
        return;
    }
    terminal::say(&format!("{verb} {} in {}:", plural(fixed.total(), "finding"), plural(fixed.counts.len(), "file")));
    for (file, rules) in &fixed.counts {
        let rules: Vec<String> = rules.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
        terminal::say(&format!("  {file}: {}", rules.join(", ")));
    }
}

//! `nothing-to-consolidate`: a job or task that adjusts a generated one, which no scaffolding generates, or only as another
//! element.

use std::borrow::Cow;
use std::cell::LazyCell;

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity, with_article};
use crate::grammar::{self, ElementKind, ItemKind, kinds, names};
use crate::ir::{GeneratedElement, Origin, Program, Symbol, Task};
use crate::rules::suggest::nearest;
use crate::rules::{Check, Facts, Rule, Sink, element, lost};
use crate::source::Location;

use super::unidentified;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "nothing-to-consolidate",
        category: Category::Scaffolding,
        severity: Severity::Warning,
        summary: "a job or task that adjusts a generated one, which no scaffolding generates",
    },
    check: Check::Several(&[Check::Element(unidentified::concerns, unidentified::check), Check::Facts(check)]),
};

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let items = &program.items;
    // What could not be expanded may have it.
    let mut scaffoldings = grammar::elements().filter(|kind| kind.def().is_job_scaffolding());
    let all =
        LazyCell::new(|| items.scaffoldings.len() == facts.expanded && !scaffoldings.any(|kind| lost::may_hold(program, kind)));
    // That an item is written twice is reported.
    let beside_taken = program.repeated_beside_taken().into_iter().map(|(_, again)| again);
    let both_written = program.declarations.repeated().filter(|(first, again)| first.generated.or(again.generated).is_none());
    let repeated: FxHashSet<_> = beside_taken.chain(both_written.map(|(_, again)| (again.file, again.element))).collect();
    let is_first = |at: &Origin| !repeated.contains(&(at.file, at.element));
    for &at in program.unmatched.iter().filter(|at| is_first(at)) {
        let Some(deletes) = Adjusts::of(program, at) else { continue };
        match deletes.generated(program) {
            Some(generated) if Some(generated.kind) == program.kind(at.file, at.element) => {
                sink.push(elsewhere(&deletes, generated));
            }
            Some(generated) => sink.push(other_element(&deletes, generated)),
            None if *all => sink.push(nothing(&deletes)),
            None => {}
        }
    }
    if items.scaffoldings.is_empty() {
        // They stand elsewhere.
        return;
    }
    // A job without identifier is reported as such.
    let jobs = items.jobs.values().map(|job| (job.origin, true));
    let jobs = jobs.filter(|(at, _)| !program.identifier(*at).trim().is_empty());
    // A task in a job that is not generated adjusts nothing, whatever its name.
    let may_adjust = |task: &Task| task.job.is_none_or(|job| items.jobs[job].origin.generated.is_some());
    let tasks = items.tasks.values().filter(|task| task.base.is_none()).map(|task| (task.origin, may_adjust(task)));
    for (at, may_adjust) in jobs.chain(tasks).filter(|(at, _)| is_first(at)) {
        let Some(adjusts) = Adjusts::read(program, at) else { continue };
        match adjusts.namesake(program) {
            Some(generated) => sink.push(other_element(&adjusts, generated)),
            None if may_adjust && *all => sink.push(nothing(&adjusts)),
            None => {}
        }
    }
}

/// A written job or task that says how it adjusts a generated one, and did not.
struct Adjusts<'p> {
    program: &'p Program,
    at: Origin,
    kind: ElementKind,
    name: Cow<'p, str>,
    mode: Cow<'p, str>,
    mode_place: Location,
}

impl<'p> Adjusts<'p> {
    fn read(program: &'p Program, at: Origin) -> Option<Self> {
        let is_taken = at.generated.is_some() || program.taken.contains(&(at.file, at.element));
        if is_taken { None } else { Self::of(program, at) }
    }

    fn of(program: &'p Program, at: Origin) -> Option<Self> {
        let document = program.document(at.file);
        let attribute = document.find(at.element, names::CONSOLIDATION_MODE)?;
        let mode = program.attribute_value(at.file, attribute);
        matches!(mode.trim(), "Merge" | "Update" | "Delete").then_some(Self {
            program,
            at,
            kind: program.kind(at.file, at.element)?,
            name: program.identifier(at),
            mode,
            mode_place: document.value_location(attribute),
        })
    }

    /// What a scaffolding generates under the same identifier. As it was not adjusted, it is another element.
    fn namesake(&self, program: &'p Program) -> Option<&'p GeneratedElement> {
        self.generated(program).filter(|generated| generated.kind != self.kind)
    }

    /// The generated task of the same identifier.
    fn generated(&self, program: &'p Program) -> Option<&'p GeneratedElement> {
        let mut named = program.declarations.named(Symbol::new(&self.name));
        let generated = named.find_map(|one| one.generated.filter(|_| one.kind == ItemKind::Task))?;
        self.kind.def().is_task().then(|| &program.generated[generated.0 as usize])
    }

    fn finding(&self, message: String) -> Finding {
        let anchor = format!("{}/@ConsolidationMode", element::anchor(self.program, self.at.file, self.at.element));
        Finding::new(&RULE.info, self.mode_place, message).anchor(anchor)
    }
}

/// Two tasks of one identifier are deployed: that is worse than an adjustment that does nothing.
fn other_element(adjusts: &Adjusts<'_>, generated: &GeneratedElement) -> Finding {
    let (program, own, right) = (adjusts.program, adjusts.kind.def().name, generated.kind.def().name);
    let scaffolding = &program.items.scaffoldings[generated.scaffolding];
    let name = adjusts.name.trim();
    adjusts
        .finding(format!("`{name}` adjusts a generated {own}, but the generated task of that name is {}", with_article(right)))
        .severity(Severity::Error)
        .label(format!("no {own} to {}", adjusts.mode.trim().to_lowercase()))
        .note("a task is adjusted by one of its own element: this one stands beside the generated one, under the same identifier, and which of the two the deployment keeps is not defined")
        .help(format!("write `<{right} Identifier=\"{name}\" ConsolidationMode=\"{}\" … />`, or give it another identifier", adjusts.mode.trim()))
        .related(program.place(scaffolding.origin), format!("generates the {right}"))
}

/// A task in a written job is none of the generated one: that one stays.
fn elsewhere(deletes: &Adjusts<'_>, generated: &GeneratedElement) -> Finding {
    let program = deletes.program;
    let scaffolding = &program.items.scaffoldings[generated.scaffolding];
    let name = deletes.name.trim();
    deletes
        .finding(format!("`{name}` deletes a task of this job, but the generated task of that name is one of another job"))
        .severity(Severity::Error)
        .label("no task to delete")
        .note("a written job has no generated tasks: the generated one stays, and runs")
        .help(format!(
            "write `<{} Identifier=\"{name}\" ConsolidationMode=\"Delete\" />` outside of jobs",
            deletes.kind.def().name
        ))
        .related(program.place(scaffolding.origin), "generates the task")
}

fn nothing(adjusts: &Adjusts<'_>) -> Finding {
    let (program, kind, value) = (adjusts.program, adjusts.kind, &adjusts.mode);
    let name = &adjusts.name;
    let what = if kind == kinds::JOB { "job" } else { "task" };
    let deletes = value.trim() == "Delete";
    let (does, note, rest) = if deletes {
        (
            "deletes",
            "an item is deleted by its whole identifier: this one deletes nothing, and is no job or task of its own; where another was meant, that one stays and runs",
            "remove this element",
        )
    } else {
        (
            "adjusts",
            "an item is adjusted by its whole identifier: this one is deployed by itself, as little as it says, and the generated one stays as it is",
            "remove `ConsolidationMode`",
        )
    };
    let message = format!("`{}` {does} a generated {what}, but no scaffolding generates it", name.trim());
    let finding = adjusts.finding(message).label(format!("no {what} to {}", value.trim().to_lowercase())).note(note);
    let generated = program.generated.iter().filter(|one| (one.kind == kinds::JOB) == (kind == kinds::JOB));
    let near = nearest(name, generated.filter_map(|one| one.value(names::IDENTIFIER)));
    match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("write the identifier of the generated item, or {rest}")),
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::grammar::kinds;
    use crate::rules::scaffolding::NIGHT;
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "nothing-to-consolidate";

    #[test]
    fn items_that_nothing_generates_are_found() {
        assert_eq!(lines(&format!("{NIGHT}\n<Job Identifier=\"Nigth\" ConsolidationMode=\"Merge\"/>"), NAME), [2]);
        assert_eq!(lines(&format!("{NIGHT}\n<Job Identifier=\"Day\" ConsolidationMode=\"Delete\"/>"), NAME), [2]);
        let task = "<MaintainIndexesTask Identifier=\"Night_Maintain\"\nConsolidationMode=\"Update\"/>";
        assert_eq!(lines(&format!("{NIGHT}{task}"), NAME), [2]);
    }

    #[test]
    fn a_misspelt_scaffolding_may_generate_them() {
        let other = "<CreateConnectorSynchroIncrementl Connector=\"AD\" JobIdentifier=\"Day\"/>";
        let adjusts = "<Job Identifier=\"Day\" ConsolidationMode=\"Merge\"/>";
        assert_eq!(lines(&format!("{NIGHT}{adjusts}"), NAME), [1]);
        assert!(lines(&format!("{NIGHT}{adjusts}{other}"), NAME).is_empty());
        assert!(lines(&format!("{NIGHT}<Job Identifier=\"\" ConsolidationMode=\"Merge\"/>"), NAME).is_empty(), "told as such");
    }

    #[test]
    fn the_nearest_is_named() {
        let (_, found) = findings(&format!("{NIGHT}<Job Identifier=\"Nigth\" ConsolidationMode=\"Merge\"/>"), NAME);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `Night`?"));
    }

    #[test]
    fn tasks_of_another_element_are_found() {
        let task = |mode: &str| {
            format!("{NIGHT}<FulfillTask Identifier=\"Night_MaintainIndexes\" Connector=\"AD\"\nConsolidationMode=\"{mode}\"/>")
        };
        for mode in ["Merge", "Update", "Delete"] {
            let (program, found) = findings(&task(mode), NAME);
            assert_eq!(found.len(), 1, "{mode}");
            assert_eq!(found[0].severity, Severity::Error);
            assert!(found[0].help.as_ref().is_some_and(|help| help.starts_with("write `<MaintainIndexesTask ")), "{found:?}");
            assert!(program.generated.iter().any(|one| one.kind == kinds::MAINTAIN_INDEXES_TASK), "it is not touched");
            assert!(lines(&task(mode), "duplicate-identifier").is_empty(), "one finding");
        }
        let inside = format!(
            "{NIGHT}<Job Identifier=\"Night\" ConsolidationMode=\"Merge\">\n<FulfillTask Identifier=\"Night_MaintainIndexes\" ConsolidationMode=\"Merge\"/></Job>"
        );
        assert_eq!(lines(&inside, NAME), [2]);
        // What could not be expanded makes no difference to what was.
        let broken = format!("{}<CreateConnectorSynchroComplete Connector=\"Gone\"/>", task("Merge"));
        assert_eq!(lines(&broken, NAME), [2]);
    }

    #[test]
    fn what_deletes_nothing_is_found_and_is_nothing_itself() {
        let job = "\n<Job Identifier=\"Z\" ConsolidationMode=\"Delete\"/>";
        let task = "<Job Identifier=\"W\">\n<MaintainIndexesTask Identifier=\"Q\" ConsolidationMode=\"Delete\"/></Job>";
        for model in [NIGHT, ""] {
            for (text, jobs) in [(format!("{model}{job}"), 0), (format!("{model}{task}"), 1)] {
                let (program, found) = findings(&text, NAME);
                assert_eq!(found.len(), 1, "{text}");
                assert!(found[0].message.contains("` deletes a generated "), "{found:?}");
                let written = |origin: crate::ir::Origin| origin.generated.is_none();
                assert_eq!(program.items.jobs.values().filter(|job| written(job.origin)).count(), jobs, "{text}");
                assert_eq!(program.items.tasks.values().filter(|task| written(task.origin)).count(), 0, "{text}");
            }
        }
        // Where the scaffolding that may generate it is not expanded, that is the one finding; it is no job all the same.
        let broken = format!("<CreateConnectorSynchroComplete Connector=\"Gone\" JobIdentifier=\"Z\"/>{job}");
        let (program, found) = findings(&broken, NAME);
        assert!(found.is_empty() && program.items.jobs.is_empty());
    }

    #[test]
    fn a_generated_task_is_not_deleted_in_another_job() {
        let text = format!(
            "{NIGHT}<Job Identifier=\"W\">\n<MaintainIndexesTask Identifier=\"Night_MaintainIndexes\" ConsolidationMode=\"Delete\"/></Job>"
        );
        let (program, found) = findings(&text, NAME);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert!(found[0].help.as_ref().is_some_and(|help| help.ends_with("outside of jobs")), "{found:?}");
        assert!(program.generated.iter().any(|one| one.kind == kinds::MAINTAIN_INDEXES_TASK), "it stays");
        assert!(lines(&text, "duplicate-identifier").is_empty(), "one finding");
    }

    #[test]
    fn items_of_a_scaffolding_are_not() {
        assert!(lines(&format!("{NIGHT}<Job Identifier=\"night\" ConsolidationMode=\"Merge\"/>"), NAME).is_empty());
        let task = "<MaintainIndexesTask Identifier=\"Night_MaintainIndexes\" ConsolidationMode=\"Update\"/>";
        assert!(lines(&format!("{NIGHT}{task}"), NAME).is_empty());
        assert!(lines(&format!("{NIGHT}<Job Identifier=\"Day\"/>"), NAME).is_empty());
        assert!(lines("<Job Identifier=\"Day\" ConsolidationMode=\"Merge\"/>", NAME).is_empty(), "they stand elsewhere");
    }
}

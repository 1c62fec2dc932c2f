//! Problems that scaffoldings found in themselves, as findings.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::{Program, Scaffolding};
use crate::scaffold::{ScaffoldProblem, ScaffoldProblemKind};
use crate::source::Location;

use super::suggest::{listed, nearest};
use super::{Check, Rule, Sink, element};

const fn rule(name: &'static str, severity: Severity, summary: &'static str) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Scaffolding, severity, summary }, check: Check::Engine }
}

/// The row of `scaffold-no-effect`.
pub(crate) static NO_EFFECT: Rule = rule("scaffold-no-effect", Severity::Warning, "a scaffolding generates no task");
/// The row of `scaffold-incremental-unsupported`.
pub(crate) static INCREMENTAL: Rule = rule(
    "scaffold-incremental-unsupported",
    Severity::Error,
    "an incremental scaffolding for a connector that exports only completely",
);
/// The row of `scaffold-target-not-found`.
pub(crate) static TARGET: Rule =
    rule("scaffold-target-not-found", Severity::Error, "a scaffolding names a generated task that it does not generate");
/// The row of `scaffold-argument`.
pub(crate) static ARGUMENT: Rule =
    rule("scaffold-argument", Severity::Error, "arguments of a scaffolding contradict each other or the configuration");

/// Generated names listed in a help.
const LISTED: usize = 40;

/// Reports what kept scaffoldings from being expanded.
pub(super) fn report(program: &Program, problems: &[ScaffoldProblem], sink: &mut Sink) {
    sink.extend(problems.iter().filter_map(|problem| finding(program, problem)));
}

fn finding(program: &Program, problem: &ScaffoldProblem) -> Option<Finding> {
    let item = &program.items.scaffoldings[problem.scaffolding];
    let document = program.document(item.origin.file);
    let at = problem.element.unwrap_or(item.origin.element);
    let place = match problem.attribute {
        Some(attribute) => document.value_location(attribute),
        None => document.name_location(at),
    };
    let scaffolding = item.kind.def().name;
    let finding = match &problem.kind {
        ScaffoldProblemKind::NoEffect { .. } | ScaffoldProblemKind::IncrementalUnsupported { .. } if is_unresolved(item) => return None,
        ScaffoldProblemKind::NoEffect { subject } => {
            Finding::new(&NO_EFFECT.info, place, format!("{scaffolding} generates no task: {subject} neither exports nor fulfils anything"))
                .label("generates nothing")
                .note("no job comes of it, or one that does nothing; the connections are missing, switched off, or of packages that can do neither")
                .help("give the connector a connection whose package exports or fulfils, check DeactivationExportFulfill, CompleteJob and IncrementalJob, or remove the scaffolding")
        }
        ScaffoldProblemKind::IncrementalUnsupported { connector, exports, packages } => {
            let (how, help) = if *exports {
                ("exports only completely", "write `<CreateConnectorSynchroComplete … />` for this connector")
            } else {
                (
                    "exports nothing",
                    "give it a connection that exports changes, check DeactivationExportFulfill, or write `<NoSynchronization />` in the scaffolding",
                )
            };
            Finding::new(
                &INCREMENTAL.info,
                place_of_connector(program, item).unwrap_or(place),
                format!("{scaffolding} needs an export of changes, but connector `{connector}` {how}"),
            )
            .label(how)
            .note(format!("none of its connections gives changes: {}", listed(packages.iter().map(String::as_str), 8)))
            .help(help)
        }
        ScaffoldProblemKind::TargetNotFound { name, occurrence, matches, generated } => {
            let (message, label) = match (occurrence, matches) {
                (Some(number), 1..) => {
                    let tasks = if *matches == 1 { "1 task".to_owned() } else { format!("{matches} tasks") };
                    let message =
                        format!("{scaffolding} generates {tasks} that `{name}` can mean, but number {number} is asked for");
                    (message, "there are not so many")
                }
                _ => (format!("{scaffolding} generates no task `{name}`"), "no generated task is called so"),
            };
            let finding = Finding::new(&TARGET.info, place, message)
                .label(label)
                .note("a name means a generated task when it is the whole name, or its end from an underscore on, job prefix, number and suffix left aside");
            if generated.is_empty() {
                finding.help("the scaffolding generates no task at all")
            } else {
                let names = listed(generated.iter().map(String::as_str), LISTED);
                match nearest_end(name, generated) {
                    Some(near) => finding.help(format!("did you mean `{near}`? It generates {names}")),
                    None => finding.help(format!("it generates {names}")),
                }
            }
        }
        ScaffoldProblemKind::Argument { message, help } => Finding::new(&ARGUMENT.info, place, format!("{scaffolding}: {message}"))
            .label("contradicts")
            .note("the scaffolding cannot be expanded as written: no job comes of it")
            .help(help.clone()),
    };
    let anchor = element::anchor(program, item.origin.file, at);
    let what = problem.attribute.map(|attribute| document.attribute_name_text(attribute)).unwrap_or_default();
    let finding = finding.anchor(format!("{anchor}/@{what}"));
    Some(if problem.element.is_some() && problem.element != Some(item.origin.element) {
        finding.related(program.place(item.origin), "the scaffolding")
    } else {
        finding
    })
}

/// Whether the connector or the agent of a scaffolding does not exist: that is reported, and what follows from it is not.
fn is_unresolved(item: &Scaffolding) -> bool {
    item.connector.is_some_and(|connector| connector.value.target.is_none())
        || item.agent.is_some_and(|agent| agent.value.target.is_none())
}

fn place_of_connector(program: &Program, item: &Scaffolding) -> Option<Location> {
    item.connector.map(|connector| program.field_place(item.origin, None, connector.at))
}

/// The generated name, or the end of one from an underscore on, that a wrong name most resembles.
fn nearest_end<'a>(name: &str, generated: &'a [String]) -> Option<&'a str> {
    let ends = generated
        .iter()
        .take(200)
        .flat_map(|full| std::iter::once(full.as_str()).chain(full.match_indices('_').map(|(at, _)| &full[at + 1..])));
    nearest(name, ends)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const AD: &str = concat!(
        r#"<Agent Identifier="Local"/><Connector Identifier="AD" Agent="Local"/>"#,
        r#"<Connection Identifier="ADExport" Connector="AD" Package="Usercube.AD@0000001"/><MaintainIndexesTask Identifier="M"/>"#,
    );

    fn scaffold(children: &str) -> String {
        format!("{AD}<CreateConnectorSynchroComplete Connector=\"AD\">\n{children}\n</CreateConnectorSynchroComplete>")
    }

    #[test]
    fn nothing_to_generate() {
        let rule = "scaffold-no-effect";
        let alone = "<Connector Identifier=\"HR\"/>";
        assert_eq!(lines(&format!("{alone}\n<CreateConnectorSynchroComplete Connector=\"HR\"/>"), rule), [2]);
        let off = AD.replace("Agent=\"Local\"/><Connection", "Agent=\"Local\" IsDeactivated=\"true\"/><Connection");
        assert_eq!(lines(&format!("{off}\n<CreateConnectorSynchroIncremental Connector=\"AD\"/>"), rule), [2]);
        assert_eq!(lines(&scaffold(""), rule), [0; 0]);
        assert_eq!(lines("<CreateConnectorSynchroComplete Connector=\"nobody\"/>", rule), [0; 0]);
    }

    #[test]
    fn no_changes_to_export() {
        let rule = "scaffold-incremental-unsupported";
        let incremental = format!("{AD}\n<CreateConnectorSynchroIncremental Connector=\"AD\"/>");
        assert_eq!(lines(&incremental, rule), [0; 0]);
        assert_eq!(lines(&incremental.replace("Usercube.AD@", "Usercube.LDAP@"), rule), [2]);
    }

    #[test]
    fn nothing_to_export() {
        let rule = "scaffold-incremental-unsupported";
        let incremental = format!("{AD}\n<CreateConnectorSynchroIncremental Connector=\"AD\"/>");
        let manual = incremental.replace("Usercube.AD@", "Usercube.Manual@");
        assert_eq!(lines(&manual, rule), [2], "it fulfils, and exports nothing");
        assert_eq!(lines(&incremental.replace("Usercube.AD@", "Usercube.Custom@"), rule), [2], "it does neither");
        let off = incremental.replace("Package", "DeactivationExportFulfill=\"Export\" Package");
        assert_eq!(lines(&off, rule), [2], "the half that exports is switched off");
        // Who asks for no synchronization needs no export.
        let written = "<CreateConnectorSynchroIncremental Connector=\"AD\"/>";
        let without = written.replace("/>", "><NoSynchronization/></CreateConnectorSynchroIncremental>");
        assert_eq!(lines(&manual.replace(written, &without), rule), [0; 0]);
        assert_eq!(lines(&manual.replace("Agent=\"Local\"/><Conn", "IncrementalJob=\"OnlyProvisioning\"/><Conn"), rule), [0; 0]);
        // A package that nobody knows is the one finding.
        let unknown = incremental.replace("Usercube.AD@", "Usercube.ADX@");
        assert_eq!((lines(&unknown, rule), lines(&unknown, "scaffold-no-effect")), (vec![], vec![]));
        assert_eq!(lines(&unknown, "invalid-value"), [1]);
    }

    #[test]
    fn names_of_generated_tasks() {
        let rule = "scaffold-target-not-found";
        let add = |target: &str, more: &str| {
            scaffold(&format!("<AddTask Task=\"M\" TaskToCompareWith=\"{target}\" After=\"true\"{more}/>"))
        };
        let (program, found) = findings(&add("ADExprt", ""), rule);
        assert_eq!(found[0].location.span.of(program.text(found[0].location.file)), "ADExprt");
        assert!(found[0].help.as_ref().is_some_and(|help| help.starts_with("did you mean `ADExport`?")), "{:?}", found[0].help);
        assert_eq!(lines(&add("ADExport", " Occurence=\"2\""), rule), [2]);
        let (_, found) = findings(&add("ADExport", " Occurence=\"2\""), rule);
        assert!(found[0].message.contains("generates 1 task that `ADExport` can mean"), "{}", found[0].message);
        assert_eq!(lines(&scaffold("<LinkDependTask Task=\"Nobody\" DependOn=\"ADExport\"/>"), rule), [2]);
        assert_eq!(lines(&add("ADExport", ""), rule), [0; 0]);
        assert_eq!(lines(&scaffold("<LinkDependTask Task=\"MaintainIndexes\" DependOn=\"ADExport\"/>"), rule), [0; 0]);
    }

    #[test]
    fn arguments_that_contradict() {
        let rule = "scaffold-argument";
        assert_eq!(lines(&scaffold("<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\"/>"), rule), [2]);
        assert_eq!(lines(&scaffold("<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\" Before=\"1\" After=\"1\"/>"), rule), [2]);
        assert_eq!(lines(&format!("{AD}<Agent Identifier=\"B\"/>\n<CreateAgentSynchroComplete/>"), rule), [2]);
        assert_eq!(lines(&format!("{AD}\n<CreateAgentSynchroComplete/>"), rule), [0; 0]);
        assert_eq!(lines(&scaffold("<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\" Before=\"1\"/>"), rule), [0; 0]);
        let unread = scaffold("<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\" After=\"yes\"/>");
        assert_eq!((lines(&unread, "invalid-value"), lines(&unread, rule)), (vec![2], vec![]), "one mistake, one finding");
    }
}

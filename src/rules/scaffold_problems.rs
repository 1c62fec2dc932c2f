//! Problems that scaffoldings found in themselves, as findings.

use std::cell::LazyCell;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{ElementKind, ScaffoldingKind};
use crate::ir::{Program, Scaffolding};
use crate::scaffold::{ScaffoldProblem, ScaffoldProblemKind};
use crate::source::{FileId, Location, SourceFile};

use super::suggest::{listed, nearest};
use super::{Check, Rule, Sink, element, lost};

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
    let may_have_connectors = LazyCell::new(|| may_have_connectors(program));
    let may_have_connections = LazyCell::new(|| lost::may_have_connections(program));
    let may_do_more =
        |problem: &&ScaffoldProblem| matches!(problem.kind, ScaffoldProblemKind::NoEffect { .. }) && *may_have_connections;
    let problems = problems.iter().filter(|problem| !may_do_more(problem));
    sink.extend(problems.filter_map(|problem| finding(program, problem, &|| *may_have_connectors)));
}

fn finding(program: &Program, problem: &ScaffoldProblem, may_have_connectors: &dyn Fn() -> bool) -> Option<Finding> {
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
        ScaffoldProblemKind::NoConnector if may_have_connectors() => return None,
        ScaffoldProblemKind::NoConnector => {
            Finding::new(&NO_EFFECT.info, place, format!("{scaffolding} generates no task: there is no connector"))
                .label("generates nothing")
                .note("it makes a job and its tasks for every connector of the configuration, which has none")
                .help("declare a `<Connector … />`, check the files with it, or remove the scaffolding")
        }
        ScaffoldProblemKind::NoEffect { subject, complete } if !complete.is_empty() => {
            let packages = listed(complete.iter().map(String::as_str), 8);
            Finding::new(
                &NO_EFFECT.info,
                place,
                format!("{scaffolding} generates no task: {subject} exports only completely, and fulfils nothing"),
            )
            .label("generates nothing")
            .note(format!("no job comes of it: none of these packages gives changes: {packages}"))
            .help("write `<CreateAgentSynchroComplete … />`, give a connector a connection that exports changes or fulfils, or remove the scaffolding")
        }
        ScaffoldProblemKind::NoEffect { subject, .. } => {
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
            } else if *matches > 0 {
                let numbers = if *matches == 1 { "1".to_owned() } else { format!("1 to {matches}") };
                let (are, names) = (if *matches == 1 { "is" } else { "are" }, listed(generated.iter().map(String::as_str), LISTED));
                finding.help(format!("write {numbers}: there {are} {names}"))
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

/// Whether there may be connectors that no file declares readably: other scaffoldings make some, and what an element that the
/// dialect does not have was meant to be is not known.
fn may_have_connectors(program: &Program) -> bool {
    let makes = |kind: &ElementKind| kind.def().scaffolding == Some(ScaffoldingKind::Other) && kind.def().model_prefix.is_some();
    let is_broken = |(file, _): (FileId, &SourceFile)| {
        let document = program.document(file);
        let Some(root) = document.root() else { return true };
        program.kind(file, root).is_none() || document.children(root).any(|child| program.kind(file, child).is_none())
    };
    program.present_kinds().iter().any(makes) || program.sources.iter().any(is_broken)
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
    fn what_cannot_be_read_contradicts_nothing() {
        let argument = |attributes: &str, children: &str| {
            let model = "<Agent Identifier=\"Local\"/><Connector Identifier=\"AD\" Agent=\"Local\"/>\
                <Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/><MaintainIndexesTask Identifier=\"M\"/>";
            let scaffolding = format!("<CreateAgentSynchroComplete {attributes}>{children}</CreateAgentSynchroComplete>");
            lines(&format!("{model}{scaffolding}"), "scaffold-argument")
        };
        let not_used = "<NoConnectorProvisioning ConnectorIdentifier=\"AD\"/>";
        assert!(argument("Agent=\"Loca\"", not_used).is_empty(), "there is no such agent");
        let add = |flag: &str| format!("<AddTask Task=\"M\" TaskToCompareWith=\"MaintainIndexes\"{flag}/>");
        assert_eq!(argument("Agent=\"Local\"", &add("")), [1]);
        assert!(argument("Agent=\"Local\"", &add(" After=\"\"")).is_empty(), "no Boolean, which is told");
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
    fn all_problems_of_a_scaffolding_are_told_at_once() {
        let neither = "<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\"/>\n";
        let nobody = "<AddTask Task=\"M\" TaskToCompareWith=\"Nope\" After=\"true\"/>\n";
        // What the wrong one would have added is there all the same.
        let added = "<AddTask Task=\"N\" TaskToCompareWith=\"M\" After=\"true\"/>";
        let text = scaffold(&format!("{neither}{nobody}{added}"));
        assert_eq!((lines(&text, "scaffold-argument"), lines(&text, "scaffold-target-not-found")), (vec![2], vec![3]));
    }

    #[test]
    fn a_step_whose_side_cannot_be_read_is_added_all_the_same() {
        let text = scaffold("<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\" Before=\"True\"/>");
        assert_eq!((lines(&text, "invalid-value"), lines(&text, "unused-task")), (vec![2], vec![]));
    }

    #[test]
    fn connector_pages_without_connectors() {
        let rule = "scaffold-no-effect";
        assert_eq!(lines("\n<CreateConnectorsJobs/>", rule), [2]);
        assert_eq!(lines("<Connector Identifier=\"AD\"/>\n<CreateConnectorsJobs/>", rule), [0; 0]);
        // What was meant to be a connector is one mistake.
        assert_eq!(lines("<Conector Identifier=\"AD\"/>\n<CreateConnectorsJobs/>", rule), [0; 0]);
    }

    #[test]
    fn exports_that_are_only_complete_are_named() {
        let sql = AD.replace("Usercube.AD@", "Usercube.SQL@");
        let (_, found) = findings(&format!("{sql}\n<CreateAgentSynchroIncremental/>"), "scaffold-no-effect");
        assert_eq!(
            found[0].message,
            "CreateAgentSynchroIncremental generates no task: agent `Local` exports only completely, and fulfils nothing"
        );
        assert!(
            found[0].notes[0].contains("`Usercube.SQL@0000001`")
                && found[0].help.as_deref().unwrap().contains("CreateAgentSynchroComplete")
        );
        let off = sql.replace("Agent=\"Local\"/><Connection", "Agent=\"Local\" IncrementalJob=\"NotUsed\"/><Connection");
        let (_, found) = findings(&format!("{off}\n<CreateAgentSynchroIncremental/>"), "scaffold-no-effect");
        assert!(found[0].message.ends_with("neither exports nor fulfils anything"), "{}", found[0].message);
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
        let (program, found) = findings(&add("ADExport", " Occurence=\"2\""), rule);
        assert!(found[0].message.contains("generates 1 task that `ADExport` can mean"), "{}", found[0].message);
        assert_eq!(found[0].location.span.of(program.text(found[0].location.file)), "2", "the number is wrong, not the name");
        assert_eq!(found[0].help.as_deref(), Some("write 1: there is `AD_Synchronize_Complete_Export_AD_Complete_ADExport`"));
        assert_eq!(lines(&add("ADExport", " Occurence=\"+1\""), rule), [0; 0]);
        let link = "<LinkDependTask Task=\"MaintainIndexes\" ChildOccurence=\"2\" DependOn=\"ADExport\" ParentOccurence=\"3\"/>";
        let (program, found) = findings(&scaffold(link), rule);
        let underlined: Vec<_> = found.iter().map(|one| one.location.span.of(program.text(one.location.file))).collect();
        assert_eq!(underlined, ["2", "3"]);
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
        let add = |rest: &str| format!("<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\" After=\"1\" {rest}/>");
        assert_eq!(lines(&scaffold(&add("Occurence=\"-1\"")), rule), [2]);
        assert_eq!(
            lines(&scaffold("<LinkDependTask Task=\"MaintainIndexes\" ChildOccurence=\"-2\" DependOn=\"ADExport\" />"), rule),
            [2]
        );
        let cron = |hour: &str| format!("<CronTabExpression CronTab=\"0 {hour} * * *\"/>\n");
        assert_eq!(lines(&scaffold(&format!("{}{}{}", cron("1"), cron("2"), cron("3"))), rule), [3, 4]);
        assert_eq!(lines(&scaffold(&cron("1")), rule), [0; 0]);
        let far = format!("{AD}<Agent Identifier=\"B\"/><Connector Identifier=\"Far\" Agent=\"B\"/>");
        for (own, found) in [("", vec![2]), (" Agent=\"Local\"", vec![2]), (" Agent=\"B\"", vec![])] {
            let path = "<FulfillInternalWorkflowsPath ConnectorIdentifier=\"Far\" Path=\"x\"/>";
            let text =
                format!("{far}<CreateConnectorSynchroComplete Connector=\"AD\"{own}>\n{path}</CreateConnectorSynchroComplete>");
            assert_eq!(lines(&text, rule), found, "{own}: that of the connector, where none is written");
        }
        let unread = scaffold("<AddTask Task=\"M\" TaskToCompareWith=\"ADExport\" After=\"yes\"/>");
        assert_eq!((lines(&unread, "invalid-value"), lines(&unread, rule)), (vec![2], vec![]), "one mistake, one finding");
    }
}

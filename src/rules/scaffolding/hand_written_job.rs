//! `hand-written-job`: a hand-written job that a scaffolding would generate as it stands.

use rayon::prelude::*;

use crate::finding::{Category, Finding, Fix, RuleInfo, Severity};
use crate::grammar::names;
use crate::ir::{Id, Job, Program};
use crate::rules::{Check, Rule, Sink};
use crate::scaffold::{Recognized, Recognizer};
use crate::source::{Location, Span};
use crate::syntax::escape_attribute;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "hand-written-job",
        category: Category::Scaffolding,
        severity: Severity::Note,
        summary: "a hand-written job that a scaffolding would generate as it stands",
    },
    check: Check::Program(check),
};

fn check(program: &Program, sink: &mut Sink) {
    let recognizer = Recognizer::new(program);
    let jobs: Vec<Id<Job>> = program.items.jobs.iter().map(|(id, _)| id).collect();
    let written: Vec<Id<Job>> = jobs.into_par_iter().filter(|&id| recognizer.is_candidate(id)).collect();
    if written.is_empty() {
        return;
    }
    recognizer.prepare();
    sink.par_extend(written.into_par_iter().filter_map(|id| recognizer.recognize(id).map(|found| finding(program, id, &found))));
}

fn finding(program: &Program, id: Id<Job>, found: &Recognized) -> Finding {
    let job = &program.items.jobs[id];
    let name = program.identifier(job.origin);
    let scaffolding = found.kind.def().name;
    let (attribute, value) = &found.subject;
    let element = format!("<{scaffolding} {attribute}=\"{}\" … />", escape_attribute(value));
    let finding = Finding::new(
        &RULE.info,
        program.identifier_place(job.origin),
        format!("job `{}` is what {scaffolding} generates for {} `{value}`", name.trim(), attribute.to_lowercase()),
    )
    .label("the same tasks, sets and links")
    .note("a scaffolding follows the configuration: a new connection, entity type or resource type joins its job by itself, while this one must be kept up by hand")
    .help(format!("write `{element}` in its place; its tasks then have other identifiers"))
    .anchor(format!("Job[{name}]"));
    match replacement(program, id, found) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// The scaffolding in place of the job. To be looked at: what names the job's tasks elsewhere no longer finds them.
fn replacement(program: &Program, id: Id<Job>, found: &Recognized) -> Option<Fix> {
    let origin = program.items.jobs[id].origin;
    let document = program.document(origin.file);
    let text = program.text(origin.file);
    let span = document.span(origin.element);
    let written = span.of(text);
    // A prefix would have to be kept, and a broken element has no end to be replaced to.
    if !document.errors().is_empty() || !written.starts_with("<Job") || !written.ends_with('>') {
        return None;
    }
    let line = text[..span.start as usize].rfind('\n').map_or(0, |end| end + 1);
    let indent = text.get(line..span.start as usize).filter(|before| before.trim().is_empty()).unwrap_or_default();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let element = found.kind.def().name;
    let mut out = format!("<{element} {}=\"{}\"", found.subject.0, escape_attribute(&found.subject.1));
    let mut push = |name: &str, value: &str| out.extend([" ", name, "=\"", &escape_attribute(value), "\""]);
    push("JobIdentifier", &program.identifier(origin));
    for attribute in document.attributes(origin.element) {
        let name = document.attribute_name_text(attribute);
        if name.starts_with("DisplayName_L") {
            push(name, &program.attribute_value(origin.file, attribute));
        }
    }
    let mut children = Vec::new();
    if let Some(client) = &found.open_id_client {
        children.push(format!("<OpenIdIdentifier Identifier=\"{}\" />", escape_attribute(client)));
    }
    if let Some(cron) = program.value(origin, names::CRON_TAB_EXPRESSION) {
        let zone = program.value(origin, names::CRON_TIME_ZONE);
        let zone = zone.map(|zone| format!(" CronTimeZone=\"{}\"", escape_attribute(&zone))).unwrap_or_default();
        children.push(format!("<CronTabExpression CronTab=\"{}\"{zone} />", escape_attribute(&cron)));
    }
    if children.is_empty() {
        out += " />";
    } else {
        out.push('>');
        for child in &children {
            out.extend([newline, indent, "  ", child]);
        }
        out.extend([newline, indent, "</", element, ">"]);
    }
    Some(Fix::risky(Location::new(origin.file, Span::new(span.start, span.end)), out))
}

#[cfg(test)]
mod tests {
    use crate::finding::Safety;
    use crate::ir::Program;
    use crate::rules::testing::findings;
    use crate::scaffold::print;
    use crate::source::{SourceFile, Sources};

    const NAME: &str = "hand-written-job";

    const MODEL: &str = r#"<Agent Identifier="Local" DisplayName_L1="L" /><Connector Identifier="Doors" DisplayName_L1="Doors" Agent="Local" />
        <Connection Identifier="DoorsAd" DisplayName_L1="AD" Connector="Doors" Package="Usercube.AD@0000001" />
        <EntityType Identifier="Badge" DisplayName_L1="b" /><EntityTypeMapping Identifier="Badge" Connector="Doors" />
        <EntityType Identifier="Person" DisplayName_L1="p" /><ResourceType Identifier="BadgeOfPerson" DisplayName_L1="b" SourceEntityType="Person" TargetEntityType="Badge" />"#;

    /// The job that a scaffolding generates, written by hand.
    fn written(scaffolding: &str) -> String {
        let root = "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">";
        let text = format!("{root}{MODEL}{scaffolding}</ConfigurationFile>");
        let mut program = Program::build(Sources::new(vec![SourceFile::new("a.xml", text)]), crate::grammar::Dialect::default());
        assert!(crate::scaffold::expand(&mut program).is_empty());
        let mut out = Vec::new();
        print::xml(&program, None, &mut out).unwrap();
        String::from_utf8(out).unwrap().split_once("?>").unwrap().1.trim().to_owned()
    }

    #[test]
    fn what_a_scaffolding_would_generate_is_found_and_replaced() {
        let scaffoldings = [
            "<CreateConnectorSynchroComplete Connector=\"Doors\" JobIdentifier=\"J\" DisplayName_L1=\"A &amp; B\"><OpenIdIdentifier Identifier=\"Me\" /><CronTabExpression CronTab=\"0 2 * * *\" CronTimeZone=\"UTC\" /></CreateConnectorSynchroComplete>",
            "<CreateConnectorSynchroIncremental Connector=\"Doors\" JobIdentifier=\"J\" DisplayName_L1=\"J\"><OpenIdIdentifier Identifier=\"Me\" /></CreateConnectorSynchroIncremental>",
            "<CreateAgentSynchroComplete Agent=\"Local\" JobIdentifier=\"J\" DisplayName_L1=\"J\"><OpenIdIdentifier Identifier=\"Me\" /></CreateAgentSynchroComplete>",
            "<CreateAgentSynchroIncremental Agent=\"Local\" JobIdentifier=\"J\" DisplayName_L1=\"J\"><OpenIdIdentifier Identifier=\"Me\" /></CreateAgentSynchroIncremental>",
        ];
        for scaffolding in scaffoldings {
            let text = written(scaffolding);
            let renamed = text.replace("J_", "Own").replace(" Level=\"", " Level=\"1");
            let (_, found) = findings(&renamed, NAME);
            assert_eq!(found.len(), 1, "{renamed}");
            let fix = found[0].fix.as_ref().unwrap();
            assert_eq!(fix.safety, Safety::Unsafe);
            let put: String = fix.edits[0].text.split('\n').map(str::trim).collect();
            assert_eq!(put, scaffolding);
        }
    }

    #[test]
    fn a_job_of_its_own_is_left_alone() {
        let text = written("<CreateConnectorSynchroComplete Connector=\"Doors\" JobIdentifier=\"J\" />");
        for (from, to) in [
            ("<ComputeRiskScoresTask", "<ComputeRoleModelTask"),
            ("ContinueOnError=\"true\"", "ContinueOnError=\"false\""),
            ("<TaskEntityType EntityType=\"Person\" />", ""),
            ("<TaskDependsOnTask ParentTask=\"J_GenerateProvisioningOrders1\" />", ""),
            ("<Job ", "<Job UserStartDenied=\"true\" "),
            ("OpenIdClient=\"Job\" Connection", "OpenIdClient=\"Other\" Connection"),
            ("<MaintainIndexesTask", "<Step Identifier=\"X\" /><MaintainIndexesTask"),
        ] {
            assert!(text.contains(from), "{from}");
            assert!(findings(&text.replacen(from, to, 1), NAME).1.is_empty(), "{from}");
        }
        assert_eq!(findings(&text.replace(" Dirty=\"false\"", ""), NAME).1.len(), 1, "a default says nothing");
    }
}

//! Documents that no file holds: the pages of rules, what scaffoldings generate, plans.
//!
//! Their addresses: `jobwright:/rules/RULE.md`, `jobwright:/expansion/JOB.xml` and `jobwright:/plan/JOB.FORM`, the latter
//! two with the address of a document behind a `?`, which says whose configuration is meant.

use lsp_types::Uri;

use super::server::Refusal;
use super::uri::{decoded, encoded};
use super::workspace::Workspace;
use crate::config::nearest;
use crate::ir::same_identifier;
use crate::plan::{self, Plan, graph};
use crate::rules::pages;
use crate::scaffold::print;

/// The scheme of the addresses.
pub(super) const SCHEME: &str = "jobwright";

/// How many columns a summary may take.
const WIDTH: usize = 100;

/// The address of a rule's page.
pub(super) fn rule_address(rule: &str) -> Option<Uri> {
    pages::page(rule)?;
    format!("{SCHEME}:/rules/{}.md", encoded(rule)).parse().ok()
}

/// The text at an address.
pub(super) fn content(workspace: &mut Workspace, address: &str) -> Result<String, Refusal> {
    let unknown = || Refusal::new(format!("there is no document `{address}`"));
    let rest = address.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(":/")).ok_or_else(unknown)?;
    let (path, of) = rest.split_once('?').unwrap_or((rest, ""));
    let text = |part: &str| String::from_utf8(decoded(part)).map_err(|_| unknown());
    let (path, of) = (text(path)?, text(of)?);
    let (what, name) = path.split_once('/').ok_or_else(unknown)?;
    let (name, form) = name.rsplit_once('.').ok_or_else(unknown)?;
    match what {
        "rules" => pages::page(name).map(str::to_owned).ok_or_else(unknown),
        "expansion" => expansion(workspace, &of, Some(name)),
        "plan" => plan(workspace, &of, Some(name), form),
        _ => Err(unknown()),
    }
}

/// What the scaffoldings of a document's configuration generate: for one job, or the whole configuration.
pub(super) fn expansion(workspace: &mut Workspace, document: &str, job: Option<&str>) -> Result<String, Refusal> {
    let view = workspace.view(document).ok_or_else(|| unknown_document(document))?;
    let program = view.analysis.written();
    if let Some(job) = job {
        known(&print::job_identifiers(program), job)?;
    }
    let mut text = Vec::new();
    print::xml(program, job, &mut text).map_err(|error| Refusal::new(error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The plan of a document's configuration, in one of the forms that `plan` writes: of one job, or of all.
pub(super) fn plan(workspace: &mut Workspace, document: &str, job: Option<&str>, form: &str) -> Result<String, Refusal> {
    let view = workspace.view(document).ok_or_else(|| unknown_document(document))?;
    let whole = view.analysis.plan();
    let plan = match job {
        None => whole,
        Some(job) => {
            known(&whole.jobs.iter().map(|job| job.id.clone()).collect::<Vec<_>>(), job)?;
            let jobs = whole.jobs.iter().filter(|one| same_identifier(&one.id, job)).cloned().collect();
            &Plan { jobs, ..whole.clone() }
        }
    };
    Ok(match form {
        "json" => plan::to_json(plan),
        "txt" | "summary" => plan::summary(plan, WIDTH),
        "dot" => graph::dot(plan),
        "mermaid" => graph::mermaid(plan),
        "svg" => graph::svg(plan),
        "html" => graph::html(plan),
        _ => {
            let forms = "json, summary, dot, mermaid, svg, html";
            return Err(Refusal::new(format!("a plan has no form `{form}`: it is one of {forms}")));
        }
    })
}

fn unknown_document(document: &str) -> Refusal {
    Refusal::new(format!("`{document}` is no document of a configuration"))
}

fn known(jobs: &[String], job: &str) -> Result<(), Refusal> {
    if jobs.iter().any(|known| same_identifier(known, job)) {
        return Ok(());
    }
    let near = nearest(job, jobs.iter().map(String::as_str)).map(|near| format!("; did you mean `{near}`?"));
    Err(Refusal::new(format!("there is no job `{job}`{}", near.unwrap_or_default())))
}

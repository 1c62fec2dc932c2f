//! What the client can have done: graphs and expansions shown, findings added to the baseline.

use std::fs;
use std::path::PathBuf;

use lsp_types::{ExecuteCommandParams, MessageType, ShowDocumentParams, ShowMessageParams, Uri};
use serde::Deserialize;
use serde_json::Value;

use super::server::{Refusal, Server, parameters};
use super::{uri, virtual_documents};
use crate::finding::{Report, Totals};
use crate::rules::baseline::{Baseline, Entry};
use crate::source::write_file;

/// Shows the graph of a job.
pub(super) const SHOW_GRAPH: &str = "jobwright.showGraph";
/// Shows what a job is generated to.
pub(super) const SHOW_EXPANSION: &str = "jobwright.showExpansion";
/// Adds a finding to the baseline.
pub(super) const ADD_TO_BASELINE: &str = "jobwright.addToBaseline";

/// All commands.
pub(in crate::lsp) const COMMANDS: [&str; 3] = [SHOW_GRAPH, SHOW_EXPANSION, ADD_TO_BASELINE];

/// The baseline where the configuration names none.
const BASELINE: &str = "jobwright-baseline.jsonl";

/// What a job's commands are told.
#[derive(Deserialize)]
struct OfJob {
    uri: Uri,
    job: String,
}

/// What a finding's command is told.
#[derive(Deserialize)]
struct OfFinding {
    uri: Uri,
    fingerprint: String,
}

/// Executes a command. What is shown is also the result, for clients that show it their own way.
pub(super) fn execute(server: &mut Server<'_>, params: ExecuteCommandParams) -> Result<Value, Refusal> {
    let argument = params.arguments.into_iter().next().unwrap_or_default();
    match params.command.as_str() {
        SHOW_GRAPH => {
            let OfJob { uri, job } = parameters(argument)?;
            let text = virtual_documents::plan(&mut server.workspace, uri.as_str(), Some(&job), "html")?;
            show(server, &format!("{job}.html"), &text, true)?;
            Ok(text.into())
        }
        SHOW_EXPANSION => {
            let OfJob { uri, job } = parameters(argument)?;
            let text = virtual_documents::expansion(&mut server.workspace, uri.as_str(), Some(&job))?;
            show(server, &format!("{job}.xml"), &text, false)?;
            Ok(text.into())
        }
        ADD_TO_BASELINE => add_to_baseline(server, &parameters(argument)?),
        other => Err(Refusal::new(format!("there is no command `{other}`"))),
    }
}

/// Has the client show a text, as a file of a folder that goes with the session.
fn show(server: &mut Server<'_>, name: &str, text: &str, external: bool) -> Result<(), Refusal> {
    if !server.client.shows {
        return Ok(());
    }
    let failed = |error: std::io::Error| Refusal::new(format!("what is to be shown cannot be written: {error}"));
    if server.pages.is_none() {
        server.pages = Some(tempfile::tempdir().map_err(failed)?);
    }
    let Some(folder) = &server.pages else { return Ok(()) };
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).take(200).collect();
    let file = folder.path().join(name.trim_start_matches('.'));
    fs::write(&file, text).map_err(failed)?;
    if let Some(uri) = uri::of_path(&file) {
        let params = ShowDocumentParams { uri, external: Some(external), take_focus: Some(true), selection: None };
        // A client that no longer reads is noticed when it is answered.
        let _ = server.ask("window/showDocument", &params);
    }
    Ok(())
}

fn add_to_baseline(server: &mut Server<'_>, of: &OfFinding) -> Result<Value, Refusal> {
    let address = of.uri.as_str();
    let (file, folder): (PathBuf, PathBuf) = {
        let configuration = server.workspace.configuration_of(address);
        let configuration = configuration.ok_or_else(|| Refusal::new(format!("`{address}` belongs to no configuration")))?;
        let named = configuration.config.check.baseline.clone();
        let named = named.ok_or_else(|| {
            Refusal::new(format!("no baseline is named: write `baseline = \"{BASELINE}\"` below `[check]` in jobwright.toml"))
        })?;
        (named, configuration.folder())
    };
    let mut baseline = match Baseline::load(&file) {
        Ok(baseline) => baseline.seen_from(&file, &folder),
        Err(_) if !file.exists() => Baseline::default(),
        Err(error) => return Err(Refusal::new(error.to_string())),
    };
    let (_, judgement) =
        server.workspace.judged_view(address).ok_or_else(|| Refusal::new(format!("`{address}` belongs to no configuration")))?;
    let finding = judgement.findings().find(|(_, fingerprint)| fingerprint.to_string() == of.fingerprint);
    let (finding, _) = finding.ok_or_else(|| Refusal::new("the finding is gone"))?;
    let sources = &judgement.sources;
    let report = Report::new(sources, vec![finding.clone()], Totals::default());
    for entry in Baseline::of(&report, sources, Baseline::rebase_from(&file, &folder)).entries {
        match baseline.entries.iter_mut().find(|known| known.known == entry.known) {
            Some(known) => known.count += entry.count,
            None => baseline.entries.push(Entry { line: 0, ..entry }),
        }
    }
    baseline.entries.sort_by(|a, b| a.known.cmp(&b.known));
    write_file(&file, baseline.to_text().as_bytes())
        .map_err(|error| Refusal::new(format!("`{}` cannot be written: {error}", file.display())))?;
    server.workspace.reload();
    let message = format!("added to `{}`", file.display());
    let _ = server.notify("window/showMessage", &ShowMessageParams { typ: MessageType::INFO, message });
    Ok(Value::Null)
}

//! From the tables of `[executors]` to [`Executors`], or to all that is wrong with them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use super::template::{Scope, Template, TemplateError};
use super::{Argument, Command, Executors, Mapping, Restart, SecretSource, read_duration};
use crate::config::nearest;
use crate::config::table::{Problems, Table, Word, text, wrong_type};
use crate::grammar;

/// The name under which messages know the whole.
const EXECUTORS: &str = "[executors]";
/// What a task is given to end by itself.
const GRACE: Duration = Duration::from_secs(10);
/// The first wait before another try.
const BACKOFF: Duration = Duration::from_secs(5);
/// What is kept of a task's output.
const OUTPUT_LIMIT: u64 = 10 << 20;

/// Reads `[executors]` of the file in `folder`.
pub(in crate::config) fn read_executors(mut table: Table<'_>, folder: &Path, problems: &mut Problems) -> Executors {
    let mut executors = Executors::default();
    if let Some(secrets) = table.table("secrets", "[executors.secrets]", problems) {
        executors.secrets = read_secrets(secrets, folder, problems);
    }
    let secrets: Vec<String> = executors.secrets.keys().cloned().collect();
    let scope = Scope { element: None, secrets: &secrets, public: false };
    if let Some(runner) = table.table("job-runner", "[executors.job-runner]", problems) {
        executors.job_runner = read_command(runner, folder, scope, problems);
    }
    let known = task_elements();
    for ((name, span), mapping) in table.free_tables(problems) {
        let Some(element) = known.iter().find(|element| **element == name) else {
            let near = nearest(name, known.iter().copied());
            let help = near.map_or_else(
                || format!("{EXECUTORS} takes task elements such as `ExportTask`, `job-runner` and `secrets`"),
                |near| format!("did you mean `{near}`?"),
            );
            problems.push(span, format!("`{name}` is no task element"), "", Some(help));
            continue;
        };
        executors.elements.insert(element, read_mapping(mapping, element, folder, scope, problems));
    }
    executors
}

/// The task elements of the dialect, by name.
fn task_elements() -> Vec<&'static str> {
    let mut names: Vec<_> = grammar::elements()
        .map(grammar::ElementKind::def)
        .filter(|def| def.is_task() && def.overrides.is_none())
        .map(|def| def.name)
        .collect();
    names.dedup();
    names
}

fn read_mapping(
    mut table: Table<'_>,
    element: &'static str,
    folder: &Path,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Mapping {
    let scope = Scope { element: Some(element), ..scope };
    let mut mapping = Mapping::default();
    let name = format!("[executors.{element}.package]");
    if let Some(packages) = table.table("package", &name, problems) {
        for ((package, _), command) in packages.free_tables(problems) {
            mapping
                .packages
                .extend(read_command(command, folder, scope, problems).map(|command| (package.to_lowercase(), command)));
        }
    }
    if mapping.packages.is_empty() || table.has("program") {
        mapping.command = read_command(table, folder, scope, problems);
    } else {
        table.close(problems);
    }
    mapping
}

/// Reads a command that is about a run as a whole.
pub(in crate::config) fn read_command_for_run(
    table: Table<'_>,
    folder: &Path,
    executors: &Executors,
    problems: &mut Problems,
) -> Option<Command> {
    let secrets: Vec<String> = executors.secrets.keys().cloned().collect();
    read_command(table, folder, Scope { element: None, secrets: &secrets, public: false }, problems)
}

/// Reads one command.
fn read_command(mut table: Table<'_>, folder: &Path, scope: Scope<'_>, problems: &mut Problems) -> Option<Command> {
    let program = table.word("program", problems);
    let missing: Vec<String> = table.words("missing", problems).into_iter().map(|(option, _)| option.to_owned()).collect();
    if program.is_none() && !table.has("program") {
        let help = Some("name the program: `program = \"…\"`; it is started directly, without a shell".to_owned());
        problems.push(table.place(), format!("{} names no program", table.name()), "", help);
    }
    let named = program.is_some();
    let public = Scope { public: true, ..scope };
    let mut args = Vec::new();
    for item in table.items("args") {
        args.extend(argument(item, public, true, problems));
    }
    let mut env = BTreeMap::new();
    let name = format!("[{}.env]", table.name().trim_matches(['[', ']']));
    if let Some(variables) = table.table("env", &name, problems) {
        for ((variable, at), value) in variables.entries(problems) {
            if variable.is_empty() || variable.contains(['=', '\0']) || variable.starts_with("JOBWRIGHT_") {
                let help = Some("names that begin with JOBWRIGHT_ are jobwright's own".to_owned());
                problems.push(at, format!("`{variable}` cannot be set here"), "not a name of a variable", help);
            }
            env.extend(template(&value, scope, problems).map(|template| (variable.to_owned(), template)));
        }
    }
    let timeout = duration(&mut table, "timeout", problems);
    let command = Command {
        program: program.map(|(program, _)| located(folder, program)).unwrap_or_default(),
        args,
        env,
        timeout,
        grace: duration(&mut table, "grace", problems).unwrap_or(GRACE),
        retries: table.number("retries", 0..=100, problems).and_then(|retries| u32::try_from(retries).ok()).unwrap_or(0),
        backoff: duration(&mut table, "backoff", problems).unwrap_or(BACKOFF),
        restart: table.choice("restart", &[("ask", Restart::Ask), ("yes", Restart::Yes)], problems).unwrap_or_default(),
        output_limit: table.number("output-limit", 0..=1 << 30, problems).map_or(OUTPUT_LIMIT, |limit| limit as u64),
        missing,
    };
    table.close(problems);
    named.then_some(command)
}

/// A program named by a path lies beside the configuration file; a bare name is looked up where programs are.
fn located(folder: &Path, program: &str) -> PathBuf {
    if program.contains(['/', '\\']) { folder.join(program) } else { PathBuf::from(program) }
}

fn duration(table: &mut Table<'_>, key: &'static str, problems: &mut Problems) -> Option<Duration> {
    let (text, span) = table.word(key, problems)?;
    let read = read_duration(text);
    if read.is_none() {
        let help = Some("write a whole number with its unit: \"500ms\", \"90s\", \"15m\", \"2h\"".to_owned());
        problems.push(span, format!("`{key}` cannot be `{text}`"), "not a span of time", help);
    }
    read
}

fn argument<'t>(item: &'t Spanned<DeValue<'t>>, scope: Scope<'_>, conditions: bool, problems: &mut Problems) -> Option<Argument> {
    if let Some(word) = text(item) {
        let list = word.0.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if let Some(Ok(name)) = list.map(|name| Template::name(name, 0..0, scope))
            && name.is_list()
        {
            return Some(Argument::Each(name));
        }
        return template(&word, scope, problems).map(Argument::One);
    }
    let DeValue::Table(table) = item.get_ref() else {
        wrong_type("args", item, "texts in quotes, or tables { when = \"…\", args = […] }", problems);
        return None;
    };
    let mut table = Table::new("an entry of `args`", table);
    let when = table.word("when", problems);
    let unless = table.word("unless", problems);
    let inner = table.items("args");
    table.close(problems);
    let ((condition, at), negated) = match (when, unless) {
        (Some(when), None) if conditions => (when, false),
        (None, Some(unless)) if conditions => (unless, true),
        _ => {
            let help = Some("write { when = \"task.attribute.Dirty\", args = [\"--dirty\"] }, or `unless`".to_owned());
            let message = if conditions { "one of `when` and `unless` is needed" } else { "a condition inside a condition" };
            problems.push(item.span(), message, "", help);
            return None;
        }
    };
    let value = Template::name(condition, 0..condition.len(), scope);
    let value = value.map_err(|error| tell(&(condition, at), error, problems)).ok()?;
    let then = inner.into_iter().filter_map(|item| argument(item, scope, false, problems)).collect();
    Some(Argument::When { value, negated, then })
}

fn template(word: &Word<'_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Template> {
    let read = Template::parse(word.0, scope);
    let template = read.map_err(|error| tell(word, error, problems)).ok()?;
    let list = template.0.iter().any(|piece| matches!(piece, super::Piece::Value(name) if name.is_list()));
    if list {
        let help = Some("write it as an argument of its own: each item becomes one".to_owned());
        problems.push(word.1.clone(), "a list cannot be a part of a text", "", help);
        return None;
    }
    Some(template)
}

/// Reports what is wrong with a text, at its place in the file as long as nothing in it is escaped.
fn tell(word: &Word<'_>, error: TemplateError, problems: &mut Problems) {
    let (text, span) = word;
    let exact = span.len() == text.len() + 2;
    let at: Range<usize> = if exact { span.start + 1 + error.at.start..span.start + 1 + error.at.end } else { span.clone() };
    problems.push(at, error.message, "", Some(error.help));
}

fn read_secrets(table: Table<'_>, folder: &Path, problems: &mut Problems) -> BTreeMap<String, SecretSource> {
    let mut secrets = BTreeMap::new();
    for ((name, span), mut source) in table.free_tables(problems) {
        let environment = source.word("env", problems).map(|(variable, _)| SecretSource::Environment(variable.to_owned()));
        let file = source.word("file", problems).map(|(file, _)| SecretSource::File(folder.join(file)));
        let setting =
            source.word("setting", problems).map(|(path, _)| SecretSource::Setting(path.split('.').map(str::to_owned).collect()));
        source.close(problems);
        let sources: Vec<SecretSource> = [environment, file, setting].into_iter().flatten().collect();
        if let [one] = sources.as_slice() {
            secrets.insert(name.to_owned(), one.clone());
        } else {
            let help = Some("write one of `env = \"VARIABLE\"`, `file = \"PATH\"`, `setting = \"Key.Key\"`".to_owned());
            problems.push(span, format!("the secret `{name}` needs one source"), "", help);
        }
    }
    secrets
}

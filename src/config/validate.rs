//! From the text of `jobwright.toml` to a [`Config`], or to all that is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::executors::read_executors;
use super::fulfilment::read_fulfilment;
use super::schedule::read_schedule;
use super::table::{Problems, Table, Word, choose};
use super::{Check, Config, DIALECTS, Level, PathPolicy, Refused, Selector, nearest};
use crate::finding::{RuleInfo, Severity, sort};
use crate::fmt::{Style, Wrap};
use crate::source::discovery::Selection;
use crate::source::{Glob, SourceFile, Sources};

const SEVERITIES: [(&str, Severity); 3] = [("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)];

const LEVELS: [(&str, Level); 4] = [
    ("off", Level::Off),
    ("note", Level::On(Severity::Note)),
    ("warning", Level::On(Severity::Warning)),
    ("error", Level::On(Severity::Error)),
];

pub(super) const WRAPS: [(&str, Wrap); 2] = [("fill", Wrap::Fill), ("each", Wrap::Each)];

/// The widest lines that can be asked for.
const MAX_WIDTH: usize = 1000;

/// The deepest indentation for each level that can be asked for.
const MAX_INDENT: usize = 16;

type Rules<'r> = &'r [&'static RuleInfo];

pub(super) fn validate(shown: &str, text: String, folder: &Path, rules: Rules<'_>) -> Result<Config, Box<Refused>> {
    let mut problems = Problems::default();
    let config = read(&text, folder, rules, &mut problems);
    if problems.0.is_empty() {
        return Ok(config);
    }
    let sources = Sources::new(vec![SourceFile::new(shown, text)]);
    let mut findings = problems.0;
    sort(&sources, &mut findings);
    Err(Box::new(Refused { sources, findings }))
}

fn read(text: &str, folder: &Path, rules: Rules<'_>, problems: &mut Problems) -> Config {
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // The recovered tables would only give second-hand problems.
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            problems.push(span, format!("not valid TOML: {}", error.message()), "", None);
        }
        return Config::default();
    }
    let mut config = Config::default();
    let mut table = Table::new("the top level", root.get_ref());
    if let Some(files) = table.table("files", "[files]", problems) {
        config.files = read_files(files, problems);
    }
    if let Some(check) = table.table("check", "[check]", problems) {
        config.check = read_check(check, folder, rules, problems);
    }
    if let Some(executors) = table.table("executors", "[executors]", problems) {
        config.executors = read_executors(executors, folder, problems);
    }
    if let Some(fulfilment) = table.table("fulfilment", "[fulfilment]", problems) {
        config.fulfilment = read_fulfilment(&fulfilment, problems);
    }
    if let Some(schedule) = table.table("schedule", "[schedule]", problems) {
        config.schedule = read_schedule(schedule, folder, &config.executors, problems);
    }
    if let Some(fmt) = table.table("fmt", "[fmt]", problems) {
        config.fmt = read_fmt(fmt, problems);
    }
    table.close(problems);
    folder.clone_into(&mut config.files.base);
    config
}

fn read_files(mut table: Table<'_>, problems: &mut Problems) -> Selection {
    let include = table.words("include", problems);
    let exclude = table.words("exclude", problems);
    table.close(problems);
    Selection { include: globs(include, problems), exclude: globs(exclude, problems), ..Selection::default() }
}

fn read_check(mut table: Table<'_>, folder: &Path, rules: Rules<'_>, problems: &mut Problems) -> Check {
    let mut check = Check {
        fail_on: table.choice("fail-on", &SEVERITIES, problems),
        select: selectors(table.words("select", problems), rules, problems),
        ignore: selectors(table.words("ignore", problems), rules, problems),
        baseline: table.word("baseline", problems).map(|(file, _)| beside(folder, file)),
        dialect: table.choice("dialect", &DIALECTS.map(|name| (name, name)), problems),
        ..Check::default()
    };
    if let Some(severity) = table.table("severity", "[check.severity]", problems) {
        check.severity = levels(severity, rules, problems);
    }
    for (path, span) in table.tables("paths", "[[check.paths]]", problems) {
        check.paths.push(read_path(path, span, rules, problems));
    }
    table.close(problems);
    check
}

fn read_fmt(mut table: Table<'_>, problems: &mut Problems) -> Style {
    let default = Style::default();
    let style = Style {
        width: table.number("width", 0..=MAX_WIDTH, problems).unwrap_or(default.width),
        indent: table.number("indent", 0..=MAX_INDENT, problems).unwrap_or(default.indent),
        wrap: table.choice("wrap", &WRAPS, problems).unwrap_or(default.wrap),
    };
    table.close(problems);
    style
}

/// A file named in the configuration file of `folder`, shown as short as it can be.
fn beside(folder: &Path, file: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(file) } else { folder.join(file) }
}

fn read_path(mut table: Table<'_>, span: std::ops::Range<usize>, rules: Rules<'_>, problems: &mut Problems) -> PathPolicy {
    let patterns = table.words("pattern", problems);
    if patterns.is_empty() {
        let help = Some("add `pattern = \"Folder/**\"`".to_owned());
        problems.push(span, "a [[check.paths]] without `pattern` holds for no file", "", help);
    }
    let patterns = globs(patterns, problems);
    let ignore = selectors(table.words("ignore", problems), rules, problems);
    let severity = table.table("severity", "[check.paths.severity]", problems);
    let severity = severity.map(|severity| levels(severity, rules, problems)).unwrap_or_default();
    table.close(problems);
    PathPolicy { patterns, ignore, severity }
}

fn levels(table: Table<'_>, rules: Rules<'_>, problems: &mut Problems) -> BTreeMap<&'static str, Level> {
    let mut levels = BTreeMap::new();
    for ((name, span), word) in table.entries(problems) {
        let level = choose(name, &word, &LEVELS, problems);
        let Some(rule) = rules.iter().find(|rule| rule.name == name) else {
            let near = nearest(name, rules.iter().map(|rule| rule.name));
            let help = near.map_or("`jobwright rules` lists the rules".to_owned(), |near| format!("did you mean `{near}`?"));
            problems.push(span, format!("there is no rule `{name}`"), "not a rule", Some(help));
            continue;
        };
        levels.extend(level.map(|level| (rule.name, level)));
    }
    levels
}

fn selectors(words: Vec<Word<'_>>, rules: Rules<'_>, problems: &mut Problems) -> Vec<Selector> {
    let mut selectors = Vec::with_capacity(words.len());
    for (text, span) in words {
        match Selector::parse(text, rules) {
            Ok(selector) => selectors.push(selector),
            Err(error) => problems.push(span, error.to_string(), "", Some(error.help())),
        }
    }
    selectors
}

fn globs(words: Vec<Word<'_>>, problems: &mut Problems) -> Vec<Glob> {
    let mut globs = Vec::with_capacity(words.len());
    for (text, span) in words {
        match Glob::new(text) {
            Ok(glob) => globs.push(glob),
            Err(error) => problems.push(span, format!("`{text}` is no pattern: {error}"), "", None),
        }
    }
    globs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Category;
    use crate::output::{Context, Format, render};

    static RULE: RuleInfo =
        RuleInfo { name: "unused-task", category: Category::References, severity: Severity::Note, summary: "" };

    fn parse(text: &str) -> Result<Config, Box<Refused>> {
        Config::parse("jobwright.toml", text.to_owned(), Path::new("conf"), &[&RULE])
    }

    #[test]
    fn a_whole_file_is_read() {
        let config = parse(
            r#"
            [files]
            include = ["Conf/**"]
            exclude = "Old"
            [check]
            fail-on = "warning"
            select = ["schema", "unused-task"]
            dialect = "6.2"
            severity.unused-task = "error"
            [[check.paths]]
            pattern = "Legacy/**"
            ignore = ["references"]
            [[check.paths]]
            pattern = ["a", "b"]
            severity.unused-task = "off"
            "#,
        )
        .unwrap();
        assert_eq!(config.files.base, Path::new("conf"));
        assert!(config.files.exclude[0].matches("x/Old/y.xml"));
        assert_eq!(config.check.fail_on, Some(Severity::Warning));
        assert_eq!(config.check.select, [Selector::Category(Category::Schema), Selector::Rule("unused-task")]);
        assert_eq!(config.check.dialect, Some("6.2"));
        assert_eq!(config.check.severity["unused-task"], Level::On(Severity::Error));
        assert!(config.check.paths[0].applies("Legacy/x.xml") && config.check.paths[0].ignore[0].covers(&RULE));
        assert_eq!(config.check.paths[1].severity["unused-task"], Level::Off);
    }

    #[test]
    fn every_problem_is_told_with_its_place() {
        let text = "[check]\nfail_on = \"error\"\ndialect = \"6.3\"\nselect = [\"unused-tsk\", 3]\nseverity.nonsense = \"off\"\n\
                    [[check.paths]]\nignore = []\n[files]\ninclude = [\"a\\\\b\"]\n[colour]\n";
        let refused = parse(text).unwrap_err();
        let mut out = Vec::new();
        render(Format::Full, &refused.report(), &refused.sources, &Context::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        error[configuration]: unknown key `fail_on` in [check]
          ┌─ jobwright.toml:2:1
          │
        2 │ fail_on = "error"
          │ ^^^^^^^ not a key of this table
          │
          = help: did you mean `fail-on`?

        error[configuration]: `dialect` cannot be `6.3`
          ┌─ jobwright.toml:3:11
          │
        3 │ dialect = "6.3"
          │           ^^^^^ not a value of this key
          │
          = help: write one of `6.1`, `6.2`, `saas`; did you mean `6.1`?

        error[configuration]: `unused-tsk` is neither a rule nor a category
          ┌─ jobwright.toml:4:11
          │
        4 │ select = ["unused-tsk", 3]
          │           ^^^^^^^^^^^^
          │
          = help: did you mean `unused-task`?

        error[configuration]: `select` is a number
          ┌─ jobwright.toml:4:25
          │
        4 │ select = ["unused-tsk", 3]
          │                         ^ of the wrong type
          │
          = help: write a text in quotes

        error[configuration]: there is no rule `nonsense`
          ┌─ jobwright.toml:5:10
          │
        5 │ severity.nonsense = "off"
          │          ^^^^^^^^ not a rule
          │
          = help: `jobwright rules` lists the rules

        error[configuration]: a [[check.paths]] without `pattern` holds for no file
          ┌─ jobwright.toml:6:1
          │
        6 │ [[check.paths]]
          │ ^^^^^^^^^^^^^^^
          │
          = help: add `pattern = "Folder/**"`

        error[configuration]: `a\b` is no pattern: folders are separated by `/`, not by `\`
          ┌─ jobwright.toml:9:12
          │
        9 │ include = ["a\\b"]
          │            ^^^^^^

        error[configuration]: unknown key `colour` in the top level
           ┌─ jobwright.toml:10:2
           │
        10 │ [colour]
           │  ^^^^^^ not a key of this table
           │
           = help: the top level takes `files`, `check`, `executors`, `fulfilment`, `schedule`, `fmt`

        8 errors in 1 file (0 elements)
        "#);
    }

    #[test]
    fn broken_toml_is_told_with_its_place() {
        let refused = parse("[check\nselect = [\"schema\"\n").unwrap_err();
        let mut out = Vec::new();
        render(Format::Concise, &refused.report(), &refused.sources, &Context::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"
        jobwright.toml:1:7: error[configuration] not valid TOML: unclosed table, expected `]`
        jobwright.toml:2:19: error[configuration] not valid TOML: unclosed array, expected `]`
        2 errors in 1 file (0 elements)
        ");
    }
}

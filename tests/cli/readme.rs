//! The README: its examples are run and its rule table and numbers are made from the tables. `JOBWRIGHT_BLESS=1` refreshes them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::fmt::Write;
use std::fs;

use crate::support::{Project, repository};

/// The README, with `refresh` applied to it where that was asked for.
fn readme(refresh: impl Fn(&str) -> String) -> (String, String) {
    // Several tests refresh the same file.
    static FILE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = FILE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let file = repository().join("README.md");
    let written = fs::read_to_string(&file).unwrap();
    let expected = refresh(&written);
    if env::var_os("JOBWRIGHT_BLESS").is_some() && written != expected {
        fs::write(&file, &expected).unwrap();
        return (expected.clone(), expected);
    }
    (written, expected)
}

#[test]
fn the_rule_table_is_that_of_the_registry() {
    const BEGIN: &str = "<!-- rules: begin -->\n";
    let table = rule_table();
    let (written, expected) = readme(|text| {
        let start = text.find(BEGIN).unwrap() + BEGIN.len();
        let end = text.find("<!-- rules: end -->").unwrap();
        format!("{}{table}{}", &text[..start], &text[end..])
    });
    assert!(written == expected, "the rule table of README.md is out of date: refresh it with JOBWRIGHT_BLESS=1 cargo test");
}

#[test]
fn the_number_of_elements_is_that_of_the_grammar() {
    const BEFORE: &str = "jobwright knows ";
    let (written, expected) = readme(|text| {
        let start = text.find(BEFORE).unwrap() + BEFORE.len();
        let end = start + text[start..].find(" elements, told apart by their parents").unwrap();
        format!("{}{}{}", &text[..start], jobwright::grammar::elements().len(), &text[end..])
    });
    assert!(written == expected, "README.md names another number of elements: refresh it with JOBWRIGHT_BLESS=1 cargo test");
}

fn rule_table() -> String {
    let list = Project::new().run(&["rules", "--format", "json"]).json();
    let mut text = String::new();
    let mut category = "";
    for rule in list["rules"].as_array().unwrap() {
        let of = |key: &str| rule[key].as_str().unwrap();
        if of("category") != category {
            category = of("category");
            write!(text, "\n**{category}**\n\n| rule | severity | it tells |\n|---|---|---|\n").unwrap();
        }
        writeln!(text, "| `{}` | {} | {} |", of("name"), of("severity"), of("summary").replace('|', "\\|")).unwrap();
    }
    text.trim_start().to_owned() + "\n"
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let text = fs::read_to_string(repository().join("README.md")).unwrap();
    for link in text.split("](").skip(1).map(|rest| &rest[..rest.find(')').unwrap()]) {
        let file = link.split('#').next().unwrap_or_default();
        assert!(link.starts_with("https://") || repository().join(file).exists(), "{link}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_examples_print_what_is_written() {
    let (written, expected) = readme(examples);
    assert_eq!(steady(&written), steady(&expected), "refresh the examples of README.md with JOBWRIGHT_BLESS=1 cargo test");
}

/// The text with the output of every `console` block as it is now: each block starts in a folder with the demo.
#[cfg(target_os = "linux")]
fn examples(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("```console\n") {
        let start = start + "```console\n".len();
        let end = start + rest[start..].find("```").unwrap();
        out.push_str(&rest[..start]);
        let project = Project::demo();
        for command in rest[start..end].lines().filter_map(|line| line.strip_prefix("$ ")) {
            let printed = shell(&project, command);
            // What differs only in how long it took stays as it is.
            let block = &rest[start..end];
            let old = block.split("$ ").find(|part| part.lines().next() == Some(command)).and_then(|part| part.split_once('\n'));
            let kept = old.map(|(_, old)| old).filter(|old| steady(old) == steady(&printed));
            write!(out, "$ {command}\n{}", kept.unwrap_or(&printed)).unwrap();
        }
        rest = &rest[end..];
    }
    out + rest
}

/// What a command prints, without the lines that tell of progress.
#[cfg(target_os = "linux")]
fn shell(project: &Project, command: &str) -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_jobwright")).parent().unwrap();
    let path = format!("{}:{}", program.display(), env::var("PATH").unwrap());
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(project.path("."))
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let progress = |line: &&str| line.len() > 24 && line.as_bytes()[10] == b'T' && line.as_bytes()[23] == b'Z';
    text.lines().filter(|line| !progress(line)).fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

/// Without spaces that align, and without durations and moments.
#[cfg(target_os = "linux")]
fn steady(text: &str) -> String {
    let line = |line: &str| {
        let mut words: Vec<String> = Vec::new();
        for word in line.split_whitespace() {
            let unit = matches!(word.trim_end_matches([',', ')']), "ms" | "s");
            let number = |last: &String| last.chars().all(|c| c.is_ascii_digit() || c == '.');
            if unit && words.last().is_some_and(number) {
                words.pop();
                words.push("[took]".to_owned());
            } else if word.len() >= 19 && word.as_bytes()[10] == b'T' && word.as_bytes()[13] == b':' {
                words.push("[moment]".to_owned());
            } else {
                words.push(word.to_owned());
            }
        }
        words.join(" ")
    };
    text.lines().map(line).fold(String::new(), |text, line| text + &line + "\n")
}

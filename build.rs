//! Turns `grammar/*.toml` into static tables for `src/grammar`, and stops the build where the data contradicts itself.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a build script stops by panicking and speaks to cargo by printing")]

#[path = "src/finding/article.rs"]
mod article;
#[path = "build/check.rs"]
mod check;
#[path = "build/expressions.rs"]
mod expressions;
#[path = "build/model.rs"]
mod model;
#[path = "build/pattern.rs"]
mod pattern;
#[path = "build/raw.rs"]
mod raw;
#[path = "build/reference.rs"]
mod reference;
#[path = "build/write.rs"]
mod write;

use std::path::{Path, PathBuf};
use std::{env, fs, process};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!("cargo::rerun-if-changed=grammar");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/finding/article.rs");
    fs::write(out.join("pages.rs"), pages(&root.join("rules"))).expect("OUT_DIR is writable");
    println!("cargo::rerun-if-changed=examples/demo");
    println!("cargo::rerun-if-changed=examples/demo-ldap");
    let demo = embedded("DEMO", &root.join("examples/demo")) + &embedded("DEMO_LDAP", &root.join("examples/demo-ldap"));
    fs::write(out.join("demo.rs"), demo).expect("OUT_DIR is writable");
    let result = read(&root.join("grammar")).and_then(model::build).map(|model| write::write(&model));
    match result {
        Ok(text) => fs::write(out.join("grammar.rs"), text).expect("OUT_DIR is writable"),
        Err(problems) => {
            for problem in problems {
                println!("cargo::error={problem}");
            }
            process::exit(1);
        }
    }
}

/// The grammar's files, parsed but not checked.
struct Sources {
    /// File name and content, sorted by name.
    areas: Vec<(String, raw::Area)>,
    enums: raw::Enums,
    expressions: expressions::Raw,
    items: raw::Items,
    packages: raw::Packages,
}

fn read(folder: &Path) -> Result<Sources, Vec<String>> {
    let mut problems = Vec::new();
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| vec![format!("grammar/: {error}")])?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let (mut areas, mut enums, mut expressions, mut items, mut packages) = (Vec::new(), None, None, None, None);
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                problems.push(format!("grammar/{name}: {error}"));
                continue;
            }
        };
        let outcome = match name.as_str() {
            "enums.toml" => toml::from_str(&text).map(|parsed| enums = Some(parsed)),
            "expressions.toml" => toml::from_str(&text).map(|parsed| expressions = Some(parsed)),
            "items.toml" => toml::from_str(&text).map(|parsed| items = Some(parsed)),
            "packages.toml" => toml::from_str(&text).map(|parsed| packages = Some(parsed)),
            _ => toml::from_str(&text).map(|parsed| areas.push((name.clone(), parsed))),
        };
        if let Err(error) = outcome {
            problems.push(format!("grammar/{name}: {}", error.to_string().replace('\n', " ")));
        }
    }
    match (enums, expressions, items, packages) {
        (Some(enums), Some(expressions), Some(items), Some(packages)) if problems.is_empty() => {
            Ok(Sources { areas, enums, expressions, items, packages })
        }
        _ if problems.is_empty() => {
            Err(vec!["grammar/: enums.toml, expressions.toml, items.toml and packages.toml are needed".to_owned()])
        }
        _ => Err(problems),
    }
}

/// The rule pages as a static table sorted by name.
fn pages(folder: &Path) -> String {
    let mut pages: Vec<(String, String)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), fs::read_to_string(&path).ok()?)))
        .collect();
    pages.sort();
    format!("static PAGES: &[(&str, &str)] = &{pages:?};")
}

/// The files below a folder as a static table of path and content, sorted by path. The content itself stands there: where
/// the folder lies on this machine is no business of the program.
fn embedded(name: &str, folder: &Path) -> String {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let mut lines: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let relative: Vec<_> = file.strip_prefix(folder).ok()?.iter().filter_map(|part| part.to_str()).collect();
            let content = fs::read(file).expect("the files of the demo can be read");
            Some(format!("({:?}, b\"{}\"),", relative.join("/"), content.escape_ascii()))
        })
        .collect();
    lines.sort();
    format!("static {name}: &[(&str, &[u8])] = &[{}];\n", lines.concat())
}

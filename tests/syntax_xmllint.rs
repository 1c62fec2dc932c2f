//! The parser refuses what xmllint refuses, and takes what it takes, on documents broken at random.
//!
//! `JOBWRIGHT_XMLLINT_DOCUMENTS` and `JOBWRIGHT_XMLLINT_SEED` widen the search.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};

use jobwright::source::{DecodeError, FileId, decode};
use jobwright::syntax::{Seed, SyntaxClass, parse};

/// How many documents one xmllint process gets.
const BATCH: usize = 500;

const UNKNOWN_ENCODING: &str = "unknown encoding";

/// Well-formed documents that the broken ones are made of.
const BASES: &[&str] = &[
    "<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes'?>\n<!-- head -->\n<a b=\"1\" c='2'>\n  <d e=\"x &lt; y\"/>t&amp;u</a>\n",
    "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\r\n<Job Identifier=\"J\" DisplayName_L1=\"J &#233;\">\
     <Task/><Task Id='2'></Task></Job></ConfigurationFile>",
    "<?xml version='1.0'?><?pi some data?><r><![CDATA[a < b ]] ]]><x:y xmlns:x=\"u:v\" x:z=\"1\" z='2'/>]]&gt;<!-- - c --></r><!--e--><?z?>",
    "<é à=\"ü\">\u{10000}<b·c/><_-.1 a:b='&#x10FFFF;&quot;&apos;'/>&gt;</é>",
    "<a><b><c><d>one</d> two</c> three</b><b/>\t<b>&#65;</b></a>",
    "<a b=\"c > d\" e='say \"hi\"' f=\"it's\"\n\tg = \"1\" xml:lang='en'>x</a >",
];

/// What is put in.
const PIECES: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "/",
    "=",
    " ",
    "\n",
    "\t",
    "\r",
    "!",
    "?",
    "-",
    "--",
    "]",
    "]]>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<?",
    "?>",
    "<?xml",
    "<?xml ",
    "<?XML ?>",
    "<?xml version='1.0'?>",
    "</",
    "/>",
    "&amp;",
    "&lt",
    "&#",
    "&#x",
    ";",
    "&#0;",
    "&#xD800;",
    "&#x110000;",
    "&#32;",
    "&nbsp;",
    "a",
    "b",
    ":",
    "xmlns",
    "xmlns:",
    "xml:",
    "1",
    ".",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{b7}",
    "\u{d7}",
    "\u{300}",
    "\u{37e}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{1ffff}",
    "\u{feff}",
    "😀",
    "é",
    "<a>",
    "</a>",
    "<b/>",
    " a=\"1\"",
    " b='2'",
    "=\"",
    "x=\"",
    "<!ELEMENT a>",
    "<1a>",
    "< a>",
    "</ a>",
    "</a b=''>",
    "<>",
    "version",
    "encoding",
    "standalone",
    "\"1.1\"",
    "1.",
    "2.0",
    "no",
    "%",
    "#",
    "\\",
    "{",
    "a:b:1",
    ":a",
    "a:",
    "a::b",
    "^",
];

/// A small generator of its own, so that a seed gives the same documents everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn boundary(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn range(&mut self, text: &str, longest: usize) -> (usize, usize) {
        let start = self.boundary(text);
        let mut end = (start + 1 + self.below(longest)).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        (start, end)
    }

    /// The place before or after a character that matters.
    fn edge(&mut self, text: &str) -> usize {
        let edges: Vec<usize> = text
            .match_indices(['<', '>', '"', '\'', '=', ' ', '/', '&', ';', '?', '!', '-', ']', ':'])
            .flat_map(|(at, piece)| [at, at + piece.len()])
            .collect();
        if edges.is_empty() { self.boundary(text) } else { edges[self.below(edges.len())] }
    }

    fn mutate(&mut self, text: &mut String) {
        let piece = PIECES[self.below(PIECES.len())];
        match self.below(10) {
            0 | 1 => {
                let at = self.edge(text);
                text.insert_str(at, piece);
            }
            2 => {
                let at = self.boundary(text);
                text.insert_str(at, piece);
            }
            3 => {
                let (start, end) = self.range(text, 1);
                text.replace_range(start..end, piece);
            }
            4 => {
                let (start, end) = self.range(text, 3);
                text.replace_range(start..end, "");
            }
            5 => {
                let (start, end) = self.range(text, 24);
                text.replace_range(start..end, "");
            }
            6 => {
                let (start, end) = self.range(text, 24);
                let copy = text[start..end].to_owned();
                let at = self.edge(text);
                text.insert_str(at, &copy);
            }
            7 => {
                let at = self.edge(text);
                let quote = text[at..].find(['"', '\'']).map(|length| at + length);
                if let Some(at) = quote {
                    let other = if text.as_bytes()[at] == b'"' { "'" } else { "\"" };
                    text.replace_range(at..=at, other);
                }
            }
            8 => {
                let from = self.edge(text);
                if let Some(at) = text[from..].find(['<', '>', '"', '\'', '=', ' ', '/', ';', '?']).map(|length| from + length) {
                    text.replace_range(at..=at, "");
                }
            }
            _ if self.below(4) == 0 => text.truncate(self.boundary(text)),
            _ => {
                let start = self.edge(text);
                let end = self.edge(text);
                if start < end {
                    text.replace_range(start..end, piece);
                }
            }
        }
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn documents(seed: u64, count: usize) -> Vec<String> {
    let mut random = Random(seed);
    let mut documents: Vec<String> = BASES.iter().map(|&base| base.to_owned()).collect();
    while documents.len() < count {
        let mut text = BASES[random.below(BASES.len())].to_owned();
        for _ in 0..=random.below(3) {
            random.mutate(&mut text);
        }
        // Doctypes are refused whatever xmllint says.
        if !text.contains("<!DOCTYPE") {
            documents.push(text);
        }
    }
    documents
}

/// The numbers of the documents that xmllint refuses: those it tells a parser error of. What it says of namespaces,
/// warnings and validity does not count.
fn refused_by_xmllint(folder: &Path, documents: &[String]) -> HashSet<usize> {
    let mut refused = HashSet::new();
    for (batch, texts) in documents.chunks(BATCH).enumerate() {
        let names: Vec<String> = (0..texts.len()).map(|number| format!("{}.xml", batch * BATCH + number)).collect();
        for (name, text) in names.iter().zip(texts) {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let arguments = ["--huge", "--noout", "--nonet"];
        let output = Command::new("xmllint").args(arguments).args(&names).current_dir(folder).output().unwrap();
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            if let Some((name, told)) = line.split_once(".xml:")
                && told.contains(": parser error : ")
                && let Ok(number) = name.parse()
            {
                refused.insert(number);
            }
        }
        for name in &names {
            std::fs::remove_file(folder.join(name)).unwrap();
        }
    }
    refused
}

/// Whether the text is refused, and why. Names of encodings are left out: xmllint has those of its platform.
fn refusal(text: &str) -> Option<String> {
    let decoded = match decode(text.as_bytes().to_vec()) {
        Ok(decoded) => decoded,
        Err(DecodeError::Unknown { .. }) => return Some(UNKNOWN_ENCODING.to_owned()),
        Err(error) => return Some(error.to_string()),
    };
    let document = parse(FileId(0), &decoded.text, Seed::EMPTY);
    let error = document.errors().iter().find(|error| error.kind.class() == SyntaxClass::Xml)?;
    Some(error.kind.message())
}

#[test]
fn refuses_what_xmllint_refuses_and_takes_what_it_takes() {
    let version = Command::new("xmllint").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_err() {
        assert!(std::env::var_os("CI").is_none(), "xmllint is not installed; CI has to have it");
        #[allow(clippy::print_stdout)] // a test that checks nothing has to say so
        {
            println!("skipped: xmllint is not installed");
        }
        return;
    }
    let documents = documents(number("JOBWRIGHT_XMLLINT_SEED", 1), number("JOBWRIGHT_XMLLINT_DOCUMENTS", 4000) as usize);
    let folder = tempfile::tempdir().unwrap();
    let refused = refused_by_xmllint(folder.path(), &documents);
    assert!(refused.len() > documents.len() / 2 && refused.len() < documents.len(), "{} refused", refused.len());
    let mut differences = Vec::new();
    for (number, text) in documents.iter().enumerate() {
        match (refused.contains(&number), refusal(text)) {
            (true, None) => differences.push(format!("only xmllint refuses {text:?}")),
            (false, Some(reason)) if reason != UNKNOWN_ENCODING => {
                differences.push(format!("xmllint takes {text:?}, but: {reason}"));
            }
            _ => {}
        }
    }
    let shown = differences.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} differences\n{shown}", differences.len());
}

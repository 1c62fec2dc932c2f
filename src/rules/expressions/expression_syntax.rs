//! `expression-syntax`: an expression that cannot be read. Its pass over all expressions reports for its neighbours too.

use rayon::prelude::*;

use crate::finding::Category;
use crate::ir::Program;
use crate::rules::engine::pieces;
use crate::rules::{Check, Rule, Sink};
use crate::source::FileId;

use super::finding::Findings;
use super::judge::{Flaw, Parses, judge, text};
use super::line_comment;
use super::model::Model;
use super::site::{Site, each};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("expression-syntax", Category::Schema, "an expression that cannot be read", Check::Program(check));

/// What code looks like.
pub(super) const CODE_HELP: &str =
    "the code consists of C# statements, of which `return …;` gives the value; a quote in it is written `&quot;`";
/// What an expression looks like.
pub(super) const HELP: &str = "an expression is `C#:name:return …;`, `Literal:value`, or a predefined function such as `ToUpper`, arguments as in `Name:a|b`";

fn check(program: &Program, sink: &mut Sink) {
    let model = Model::new(program);
    let found = flaws(&model, |_| true);
    let mut findings = Findings::new(&model);
    sink.extend(found.into_iter().filter_map(|(site, flaw)| findings.finding(site, flaw)));
}

/// What is wrong with the expressions that are wanted, in the order of the files.
pub(in crate::rules) fn flaws(model: &Model<'_>, wanted: impl Fn(Site) -> bool + Sync) -> Vec<(Site, Flaw)> {
    let parses = Parses::default();
    let files: Vec<FileId> = model.program.sources.iter().map(|(id, _)| id).collect();
    let pieces: Vec<_> = files.iter().flat_map(|&file| pieces(model.program, file)).collect();
    let in_piece = |(file, elements): &(FileId, std::ops::Range<u32>)| {
        let mut found = Vec::new();
        let document = model.program.document(*file);
        // A tag that is broken breaks its values, which then say nothing.
        let mut errors: Vec<u32> = document.errors().iter().map(|error| error.span.start).collect();
        errors.sort_unstable();
        let broken = |site: Site| {
            let tag = document.tag_span(site.element);
            errors.get(errors.partition_point(|&at| at < tag.start)).is_some_and(|&at| at <= tag.end)
        };
        each(model.program, *file, elements.clone(), |site| {
            if wanted(site) && !broken(site) {
                let text = text(model, site);
                let flaws = judge(model, &parses, site, &text);
                found.extend(flaws.into_iter().map(|flaw| (site, flaw)));
                let raw = document.value_span(site.attribute).of(model.program.text(site.file));
                found.extend(line_comment::hiding(raw, &text).map(|span| (site, Flaw::Comment { span })));
            }
        });
        found
    };
    pieces.par_iter().with_max_len(1).flat_map_iter(in_piece).collect()
}

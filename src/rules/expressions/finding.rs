//! From flaws to findings: the rule, the place in the file, the nearest name.

use std::ops::Range;

use crate::expr::Expression;
use crate::expr::check::{Candidates, Problem, ProblemKind};
use crate::finding::{Finding, Fix};
use crate::rules::element;
use crate::rules::suggest::nearest;
use crate::source::{Location, Span};
use crate::syntax::{escape_attribute, raw_offset};

use super::judge::{Flaw, attribute};
use super::model::Model;
use super::site::Site;
use super::{expression_not_allowed, expression_syntax, expression_type, expression_unknown_member, line_comment};

/// Searches for near names in one run.
const SEARCHES: usize = 200;

/// What findings are made with.
pub(super) struct Findings<'m, 'p> {
    model: &'m Model<'p>,
    searches: usize,
}

impl<'m, 'p> Findings<'m, 'p> {
    pub(super) fn new(model: &'m Model<'p>) -> Self {
        Self { model, searches: SEARCHES }
    }

    /// The finding for a flaw; none for what only an embedded run minds.
    pub(super) fn finding(&mut self, site: Site, flaw: Flaw) -> Option<Finding> {
        let finding = match flaw {
            Flaw::Syntax { span, message } => {
                let place = place(self.model, site, &span);
                let name = attribute(self.model, site);
                let value = self.model.program.attribute_value(site.file, site.attribute);
                let is_code = matches!(Expression::parse(&value), Ok(Expression::CSharp { .. }));
                Finding::new(&expression_syntax::RULE.info, place, format!("{name} does not parse: {message}"))
                    .note("the product compiles every expression: one that does not compile is refused with the configuration")
                    .help(if is_code { expression_syntax::CODE_HELP } else { expression_syntax::HELP })
            }
            Flaw::Beyond(_) => return None,
            Flaw::Comment { span } => self.comment(site, &span),
            Flaw::Problem(problem) => self.problem(site, problem)?,
        };
        let document = self.model.program.document(site.file);
        let name = document.attribute_name_text(site.attribute);
        Some(finding.anchor(format!("{}/@{name}", element::anchor(self.model.program, site.file, site.element))))
    }

    fn comment(&self, site: Site, span: &Range<usize>) -> Finding {
        let place = place(self.model, site, span);
        let written = place.span.of(self.model.program.text(site.file));
        let finding = Finding::new(&line_comment::RULE.info, place, "the code behind this comment may be part of it".to_owned())
            .label("XML ends no line here")
            .note("XML turns the line breaks of an attribute into blanks: where the product reads them so, the comment goes on to the end of the code")
            .help("write `/* … */`");
        let inside = written.trim_start_matches('/').trim();
        if inside.contains("*/") { finding } else { finding.fix(Fix::safe(place, format!("/* {inside} */"))) }
    }

    fn problem(&mut self, site: Site, problem: Problem) -> Option<Finding> {
        let place = place(self.model, site, &problem.span);
        let Problem { kind, message, help, candidates, .. } = problem;
        let (info, label, note) = match kind {
            ProblemKind::Member => {
                (&expression_unknown_member::RULE.info, "no such name", "C# knows no such name: the expression does not compile")
            }
            ProblemKind::Type => (
                &expression_type::RULE.info,
                "another type expected",
                "the expression does not compile, or fails for every resource",
            ),
            ProblemKind::NotAllowed => (
                &expression_not_allowed::RULE.info,
                "not allowed here",
                "the product lets expressions use a short list of classes and methods only, and refuses the others",
            ),
            ProblemKind::NotEmbedded => return None,
        };
        let mut finding = Finding::new(info, place, message).label(label).note(note);
        if let Some(help) = help {
            return Some(finding.help(help));
        }
        let wrong = place.span.of(self.model.program.text(site.file)).to_owned();
        match self.near(&candidates, &wrong) {
            Some(near) => {
                finding = finding.help(format!("did you mean `{near}`?"));
                Some(finding.fix(Fix::risky(place, escape_attribute(&near))))
            }
            None => Some(match kind {
                ProblemKind::NotAllowed => finding.help(expression_not_allowed::HELP),
                ProblemKind::Member => finding.help("correct the name, or declare what it stands for"),
                _ => finding,
            }),
        }
    }

    fn near(&mut self, candidates: &Candidates, wrong: &str) -> Option<String> {
        self.searches = self.searches.checked_sub(1)?;
        let names = match candidates {
            Candidates::None => return None,
            Candidates::Names(names) => names.as_slice(),
            Candidates::Properties(entity) => self.model.properties(*entity),
        };
        nearest(wrong, names.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// The place in the file of a stretch of an expression's text.
pub(in crate::rules) fn place(model: &Model<'_>, site: Site, span: &Range<usize>) -> Location {
    let value = model.program.document(site.file).value_span(site.attribute);
    let raw = value.of(model.program.text(site.file));
    let start = raw_offset(raw, span.start) as u32;
    // Behind the last character, however that is written.
    let end = (raw_offset(raw, span.end) as u32).max(start);
    Location::new(site.file, Span::new(value.start + start, value.start + end))
}

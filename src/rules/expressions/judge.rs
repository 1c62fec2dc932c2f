//! One expression: what is wrong with it, in places of its decoded text.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;

use crate::expr::check::{Candidates, Context, Problem, ProblemKind, check};
use crate::expr::csharp::{self, Parsed};
use crate::expr::schema::Schema;
use crate::expr::types::Type;
use crate::expr::zone::Zone;
use crate::expr::{Expression, Function, literal};
use crate::finding::with_article;
use crate::grammar::expressions::functions;

use super::input;
use super::model::Model;
use super::site::Site;

/// Something wrong with an expression.
pub(in crate::rules) enum Flaw {
    /// It cannot be read.
    Syntax {
        /// Bytes of the text.
        span: Range<usize>,
        /// What is wrong.
        message: String,
    },
    /// It can be read.
    Problem(Problem),
    /// It is too long or too deep to be judged.
    Beyond(&'static str),
    /// A comment hides what follows once its line breaks are blanks.
    Comment {
        /// Bytes of the text.
        span: Range<usize>,
    },
}

/// Texts whose parse is kept.
const KEPT: usize = 20_000;

/// C# that was parsed, by its text. Rules are often written alike.
#[derive(Default)]
pub(in crate::rules) struct Parses(Mutex<FxHashMap<String, Arc<Parsed>>>);

impl Parses {
    fn of(&self, code: &str) -> Arc<Parsed> {
        let known = |map: &FxHashMap<String, Arc<Parsed>>| map.get(code).map(Arc::clone);
        if let Ok(map) = self.0.lock()
            && let Some(parsed) = known(&map)
        {
            return parsed;
        }
        let parsed = Arc::new(csharp::parse(code));
        // Texts that are all different would fill the memory and never be found again.
        if let Ok(mut map) = self.0.lock()
            && map.len() < KEPT
        {
            map.insert(code.to_owned(), Arc::clone(&parsed));
        }
        parsed
    }
}

/// The text of an expression, with its line breaks.
pub(in crate::rules) fn text<'p>(model: &Model<'p>, site: Site) -> Cow<'p, str> {
    let document = model.program.document(site.file);
    crate::syntax::code(document.value_span(site.attribute).of(model.program.text(site.file)))
}

/// What is wrong with an expression.
pub(in crate::rules) fn judge(model: &Model<'_>, parses: &Parses, site: Site, text: &str) -> Vec<Flaw> {
    let start = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    // An empty attribute is as good as none.
    if trimmed.is_empty() {
        return Vec::new();
    }
    let flaws = match Expression::parse(trimmed) {
        Err(error) => vec![Flaw::Syntax { span: error.span, message: error.message }],
        Ok(Expression::Literal(value)) => constant(model, site, trimmed, &value),
        Ok(Expression::Function(function)) => called(model, site, trimmed, &function),
        Ok(Expression::CSharp { parameter, code }) => {
            let body = &trimmed[code.clone()];
            match &*parses.of(body) {
                Parsed::Wrong(error) => {
                    vec![Flaw::Syntax { span: shifted(&error.span, code.start), message: error.message.clone() }]
                }
                Parsed::Beyond(what) => vec![Flaw::Beyond(what)],
                Parsed::Code(parsed) => {
                    let (_, expected, strict) = input::expected(model, site);
                    let context = Context {
                        schema: model,
                        element: site.kind.def().name,
                        parameter: parameter.as_deref(),
                        input: input::input(model, site),
                        expected,
                        strict,
                    };
                    let problems = check(parsed, &context).problems.into_iter();
                    problems.map(|one| Flaw::Problem(Problem { span: shifted(&one.span, code.start), ..one })).collect()
                }
            }
        }
    };
    if start == 0 {
        return flaws;
    }
    let moved = |flaw| match flaw {
        Flaw::Syntax { span, message } => Flaw::Syntax { span: shifted(&span, start), message },
        Flaw::Problem(one) => Flaw::Problem(Problem { span: shifted(&one.span, start), ..one }),
        Flaw::Comment { span } => Flaw::Comment { span: shifted(&span, start) },
        Flaw::Beyond(what) => Flaw::Beyond(what),
    };
    flaws.into_iter().map(moved).collect()
}

fn shifted(span: &Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

fn problem(kind: ProblemKind, span: Range<usize>, message: String, help: Option<String>) -> Vec<Flaw> {
    vec![Flaw::Problem(Problem { kind, span, message, help, candidates: Candidates::None })]
}

/// A constant: whether there may be one, and whether it fits.
fn constant(model: &Model<'_>, site: Site, text: &str, value: &str) -> Vec<Flaw> {
    if site.input.literal == Some(false) {
        let message = format!("{} takes no constant", attribute(model, site));
        let help = Some("write an expression over the resource, `C#:resource:return …;`".to_owned());
        return problem(ProblemKind::NotAllowed, 0..text.len(), message, help);
    }
    let (kind, expected, _) = input::expected(model, site);
    let kind = kind.or_else(|| (expected == Type::Bool).then_some("Bool"));
    match kind.map(|kind| literal(kind, value)) {
        Some(Err(message)) => problem(ProblemKind::Type, text.len() - value.len()..text.len(), message, None),
        _ => Vec::new(),
    }
}

/// A predefined function: it works on a text and gives a text or a date.
fn called(model: &Model<'_>, site: Site, text: &str, call: &Function) -> Vec<Flaw> {
    let name = call.name.as_str();
    let Some(function) = functions().iter().find(|function| function.name == name) else { return Vec::new() };
    let mut flaws = Vec::new();
    if let Type::Entity(entity) = input::input(model, site) {
        let owner = model.entity_name(entity);
        let message = format!("`{name}` works on a value, but its input is a resource of `{owner}`");
        let path = site.input.path.and_then(crate::grammar::name_text);
        let help = path.map(|path| format!("give it a value with `{path}`"));
        flaws.extend(problem(ProblemKind::Type, 0..text.len(), message, help));
    }
    let (_, expected, strict) = input::expected(model, site);
    let returns = Type::named(function.returns);
    let odd = matches!(expected, Type::Entity(_) | Type::List(_) | Type::Bytes) || (strict && !returns.fits(&expected));
    if odd {
        let message = format!("`{name}` gives {}, which does not fit here", with_article(function.returns));
        flaws.extend(problem(ProblemKind::Type, 0..name.len(), message, None));
    }
    if !function.embedded {
        flaws.extend(problem(ProblemKind::NotEmbedded, 0..name.len(), format!("function {name}"), None));
    }
    // The zone is the first argument of those that read local times.
    if let (true, [zone, ..]) = (name.starts_with("ParseLocalDate"), &call.arguments[..])
        && Zone::named(zone).is_none()
    {
        let at = name.len() + 1;
        flaws.extend(problem(ProblemKind::NotEmbedded, at..at + zone.len(), format!("the time zone `{zone}`"), None));
    }
    flaws
}

/// `Element.Attribute`.
pub(in crate::rules) fn attribute(model: &Model<'_>, site: Site) -> String {
    let document = model.program.document(site.file);
    format!("{}.{}", document.name_text(site.element), document.attribute_name_text(site.attribute))
}

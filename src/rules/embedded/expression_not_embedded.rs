//! `expression-not-embedded`: an expression that the embedded tasks cannot evaluate.

use crate::expr::check::ProblemKind;
use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::Program;
use crate::rules::expressions::expression_syntax::flaws;
use crate::rules::expressions::judge::{Flaw, attribute};
use crate::rules::expressions::model::Model;
use crate::rules::expressions::place;
use crate::rules::{Check, Embedded, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "expression-not-embedded",
        category: Category::JobStructure,
        severity: Severity::Note,
        summary: "an expression has no embedded form (only with --embedded)",
    },
    check: Check::Embedded(check),
};

fn check(program: &Program, embedded: &Embedded, sink: &mut Sink) {
    let model = Model::new(program);
    // Of what a task evaluates that is not embedded itself, that task is reported; what a program executes is its own.
    let wanted = |task: Option<&str>| task.is_some_and(|task| embedded.is_own(task));
    for (site, flaw) in flaws(&model, |site| wanted(site.input.task)) {
        let (span, construct) = match flaw {
            Flaw::Problem(problem) if problem.kind == ProblemKind::NotEmbedded => (problem.span, problem.message),
            Flaw::Beyond(what) => (0..usize::MAX, what.to_owned()),
            // What is wrong for the product too is an error of its own.
            Flaw::Problem(_) | Flaw::Syntax { .. } => continue,
        };
        let task = site.input.task.unwrap_or_default();
        let document = program.document(site.file);
        let owner = document.find(site.element, crate::grammar::names::IDENTIFIER);
        let owner = owner.map(|id| format!(" of `{}`", program.attribute_value(site.file, id))).unwrap_or_default();
        let message = format!("{}{owner} is not evaluated by jobwright itself: {construct}", attribute(&model, site));
        let anchor = element::anchor(program, site.file, site.element);
        sink.push(
            Finding::new(&RULE.info, place(&model, site, &span), message)
                .label("no embedded form")
                .note(format!("an embedded {task} that needs it ends in error before it computes anything"))
                .help("the product evaluates it; embedded are C# without loops and new objects, `Literal:`, and most functions")
                .anchor(format!("{anchor}/@{}", document.attribute_name_text(site.attribute))),
        );
    }
}

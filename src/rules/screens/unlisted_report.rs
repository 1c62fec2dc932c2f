//! `unlisted-report`: a report that no menu shows.

use rustc_hash::FxHashSet;

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element, references};

/// The rule.
pub(crate) static RULE: Rule = super::rule("unlisted-report", Severity::Note, "a report that no menu shows", Check::Facts(check));

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let (reports, items) = (facts.elements(kinds::REPORT_QUERY), facts.elements(kinds::MENU_ITEM));
    // Without any, the menus stand elsewhere.
    if reports.is_empty() || items.is_empty() || references::may_be_generated(program, ItemKind::MenuItem) {
        return;
    }
    let listed: FxHashSet<Symbol> =
        items.iter().filter_map(|&item| program.value(item, names::REPORT_QUERY)).map(|name| Symbol::new(&name)).collect();
    for &report in reports {
        let name = program.identifier(report);
        let consolidated = program.value(report, names::CONSOLIDATION_MODE).is_some();
        if consolidated || name.trim().is_empty() || listed.contains(&Symbol::new(&name)) {
            continue;
        }
        sink.push(
            Finding::new(&RULE.info, program.identifier_place(report), format!("no menu shows the report `{}`", name.trim()))
                .label("in no menu")
                .note("it can be fetched by its address only, which its users do not know")
                .help(format!("add a `<MenuItem ParentMenuItem=\"Reports\" ReportQuery=\"{}\" … />`", name.trim()))
                .anchor(element::anchor(program, report.file, report.element)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(reports: &[&str], menu: &str) -> Vec<u32> {
        let one = |name: &&str| format!("\n<ReportQuery Identifier=\"{name}\" Query=\"select Id\"/>");
        lines(&format!("{menu}{}", reports.iter().map(one).collect::<String>()), "unlisted-report")
    }

    #[test]
    fn reports_in_no_menu_are_found() {
        assert_eq!(found(&["Crew"], "<MenuItem Identifier=\"M\"/>"), [2]);
        assert_eq!(found(&["Crew", "Ships"], "<MenuItem Identifier=\"M\" ReportQuery=\"Crew\"/>"), [3]);
        assert_eq!(found(&["A", "B", "C"], "<MenuItem Identifier=\"M\" ReportQuery=\"b\"/>"), [2, 4]);
    }

    #[test]
    fn listed_ones_and_those_whose_menus_stand_elsewhere_are_not() {
        assert!(found(&["Crew"], "<MenuItem Identifier=\"M\" ReportQuery=\"crew\"/>").is_empty());
        assert!(found(&["Crew"], "").is_empty());
        let scaffolding = "<TargetResourceReportMenus EntityType=\"P\"/><MenuItem Identifier=\"M\"/>";
        assert!(found(&["Crew"], scaffolding).is_empty(), "menus may be generated");
    }
}

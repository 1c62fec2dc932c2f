//! `list-without-tile`: a list of tiles that has none.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::Origin;
use crate::rules::{Check, ElementView, Rule, Sink, lost};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "list-without-tile",
    Severity::Warning,
    "a list of tiles whose columns have none",
    Check::At(&[kinds::DISPLAY_TABLE], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(design) = view.attribute(names::DISPLAY_TABLE_DESIGN_ELEMENT) else { return };
    let is_list = view.effective(names::DISPLAY_TABLE_DESIGN_ELEMENT).is_some_and(|design| design == "list");
    if !is_list || view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let is_column = |child: &_| view.program.kind(view.file, *child) == Some(kinds::DISPLAY_TABLE_COLUMN);
    let mut columns = view.document.children(view.element).filter(is_column).peekable();
    // A column that shows nothing at all, or cannot be read, is a finding of its own.
    let shows = |column, name| view.document.find(column, name).is_some();
    let paths = [names::DISPLAY_BINDING, names::OPTIMIZED_DISPLAY_BINDING];
    let may_have = |column| shows(column, names::TILE) || !paths.iter().any(|&path| shows(column, path));
    if columns.peek().is_none() || columns.any(may_have) {
        return;
    }
    if lost::may_hold_more(view.program, Origin::written(view.file, view.element)) {
        return;
    }
    sink.push(
        view.finding(
            &RULE,
            "DisplayTableDesignElement",
            view.value_place(design),
            format!("{} is a list without a tile", view.title()),
        )
        .label("shows tiles")
        .note("a list shows each resource by the tiles of its columns; a column that has a path only stays empty")
        .help("add a `Tile` to a column, or write `DisplayTableDesignElement=\"table\"`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(design: &str, columns: &[&str]) -> Vec<u32> {
        let columns: String = columns.iter().map(|one| format!("<Column {one}/>")).collect();
        let xml = format!("<DisplayTable Identifier=\"T\"\nDisplayTableDesignElement=\"{design}\">{columns}</DisplayTable>");
        lines(&xml, "list-without-tile")
    }

    #[test]
    fn lists_without_tiles_are_found() {
        assert_eq!(found("list", &["DisplayBinding=\"Name\""]), [2]);
        assert_eq!(found("-2", &["DisplayBinding=\"Name\"", "DisplayBinding=\"Mail\""]), [2], "the same by its number");
        assert_eq!(found("list", &["OptimizedDisplayBinding=\"Name\""]), [2]);
    }

    #[test]
    fn lists_with_a_tile_and_other_designs_are_not() {
        assert!(found("list", &["DisplayBinding=\"Name\"", "Tile=\"Card\""]).is_empty());
        assert!(found("table", &["DisplayBinding=\"Name\""]).is_empty());
        assert!(found("list", &[]).is_empty());
    }
}

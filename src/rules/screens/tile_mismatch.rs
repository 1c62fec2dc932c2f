//! `tile-mismatch`: a table shows a tile of another entity type.

use crate::finding::Severity;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Origin, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink, lost};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "tile-mismatch",
    Severity::Warning,
    "a table shows a tile of another entity type",
    Check::At(&[kinds::DISPLAY_TABLE_COLUMN], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    // Behind a path, a tile may be of the type that the path leads to.
    let Some(attribute) = view.attribute(names::TILE).filter(|_| !view.is_written(names::DISPLAY_BINDING)) else { return };
    let Some(tile) = view.symbol(names::TILE) else { return };
    let Some(tile) = view.program.declarations.find(ItemKind::Tile, None, tile).filter(|one| one.generated.is_none()) else {
        return;
    };
    let table = view.document.parent(view.element).and_then(|table| view.document.find(table, names::ENTITY_TYPE));
    let Some(table) = table else { return };
    let wanted = view.document.value(table, view.text);
    let Some(own) = view.program.value(Origin::written(tile.file, tile.element), names::ENTITY_TYPE) else { return };
    if wanted.trim().is_empty() || own.trim().is_empty() || Symbol::new(&wanted) == Symbol::new(&own) {
        return;
    }
    if [&wanted, &own].into_iter().any(|name| lost::is_unknown_type(view.program, name)) {
        return;
    }
    let name = view.value(attribute);
    let message = format!("tile `{}` is of `{}`, the table of `{}`", name.trim(), own.trim(), wanted.trim());
    sink.push(
        view.finding(&RULE, "Tile", view.value_place(attribute), message)
            .label(format!("a tile of `{}` expected", wanted.trim()))
            .note("the tile's paths begin at its own entity type: it has nothing to show of the table's resources")
            .help("name a tile of the table's entity type, or declare one")
            .related(view.document.value_location(table), "the table's entity type")
            .related(view.program.document(tile.file).name_location(tile.element), "the tile"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const TILES: &str = "<Tile Identifier=\"T\" EntityType=\"User\"/><Tile Identifier=\"S\" EntityType=\"Site\"/>";

    fn found(table: &str, column: &str) -> Vec<u32> {
        let xml = format!("{TILES}<DisplayTable Identifier=\"A\" EntityType=\"{table}\">\n<Column {column}/></DisplayTable>");
        lines(&xml, "tile-mismatch")
    }

    #[test]
    fn tiles_of_other_types_are_found() {
        assert_eq!(found("User", "Tile=\"S\""), [2]);
        assert_eq!(found("Workflow_User", "Tile=\"T\""), [2]);
        assert_eq!(found("site", "ColumnSize=\"2\"\nTile=\"t\""), [3]);
    }

    #[test]
    fn tiles_of_the_type_and_unknown_ones_are_not() {
        assert!(found("user", "Tile=\"T\"").is_empty());
        assert!(found("User", "Tile=\"Gone\"").is_empty());
        assert!(found("User", "DisplayBinding=\"Site\" Tile=\"S\"").is_empty(), "of what the path leads to");
    }
}

//! Where things came from.

use crate::ir::{Generated, Program};
use crate::plan::digest;
use crate::plan::model::{Origin, Origins};

/// The files, by path, with the digest of their texts.
pub(super) fn of_sources(program: &Program) -> Origins {
    let mut files: Vec<(&str, &str)> = program.sources.iter().map(|(_, file)| (file.path.as_str(), file.text.as_str())).collect();
    files.sort_unstable();
    Origins {
        sources: digest::of_sources(files.iter().copied()),
        files: files.into_iter().map(|(path, _)| path.to_owned()).collect(),
        ..Origins::default()
    }
}

/// The place of one item.
pub(super) fn of_item(program: &Program, origin: crate::ir::Origin) -> Origin {
    let file = program.sources.get(origin.file);
    let scaffolding = origin.generated.map(|Generated(number)| {
        let scaffolding = program.generated[number as usize].scaffolding;
        program.items.scaffoldings[scaffolding].kind.def().name.to_owned()
    });
    Origin { file: file.path.clone(), line: file.position(program.place(origin).span.start).line, scaffolding }
}

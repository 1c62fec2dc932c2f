//! Elements that a mistake has cost a configuration: nobody can tell that they are missing.

use crate::grammar::ElementKind;
use crate::ir::Program;
use crate::rules::suggest::perhaps_meant;
use crate::syntax::Namespace;

/// Whether a configuration may be meant to have an element of a kind that stands directly in the root: under a name that is
/// near, without its start tag, or where a file is cut off. Each is a finding of its own.
pub(super) fn may_hold(program: &Program, kind: ElementKind) -> bool {
    let name = kind.def().name;
    program.sources.iter().any(|(file, _)| {
        let (document, kinds) = (program.document(file), program.kinds(file));
        let strangers = document
            .root()
            .into_iter()
            .flat_map(|root| document.children(root))
            .filter(|&one| kinds[one.0 as usize].is_none() && document.namespace(one) == Namespace::Dialect);
        document.ends_early()
            || document.unmatched_ends().any(|(lost, _)| lost == name)
            || strangers.map(|one| document.name_text(one)).any(|written| perhaps_meant(written, [name]).is_some())
    })
}

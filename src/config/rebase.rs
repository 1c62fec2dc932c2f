//! Paths as shown, turned into paths as the configuration file's patterns mean them.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

/// How the folder of the configuration file lies to the working folder, to which shown paths are relative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebase {
    /// What a shown path has in front of it when seen from the configuration file, with a `/` at its end.
    added: String,
    /// What a shown path begins with below the configuration file's folder, with a `/` at its end.
    removed: String,
}

impl Rebase {
    /// Looks the two folders up. Where neither lies in the other, paths stay as they are.
    pub fn new(folder: &Path, working_folder: &Path) -> Self {
        let (Ok(folder), Ok(working_folder)) = (fs::canonicalize(folder), fs::canonicalize(working_folder)) else {
            return Self::default();
        };
        let below = |inner: &Path, outer: &Path| {
            let names: Vec<_> = inner.strip_prefix(outer).ok()?.iter().map(|name| name.to_string_lossy() + "/").collect();
            Some(names.concat())
        };
        Self {
            added: below(&working_folder, &folder).unwrap_or_default(),
            removed: below(&folder, &working_folder).unwrap_or_default(),
        }
    }

    /// The path as patterns see it.
    pub fn apply<'p>(&self, shown: &'p str) -> Cow<'p, str> {
        let shown = shown.strip_prefix(&self.removed).unwrap_or(shown);
        if self.added.is_empty() { shown.into() } else { format!("{}{shown}", self.added).into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_path_is_seen_from_the_configuration_file() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        assert_eq!(Rebase::new(root.path(), &inner).apply("x.xml"), "a/b/x.xml");
        assert_eq!(Rebase::new(&inner, root.path()).apply("a/b/x.xml"), "x.xml");
        assert_eq!(Rebase::new(&inner, root.path()).apply("a/x.xml"), "a/x.xml");
        assert_eq!(Rebase::new(&inner, &inner).apply("x.xml"), "x.xml");
    }
}

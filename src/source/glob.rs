//! Path patterns: `*`, `?` and `**`, in the manner of ignore files.

use std::fmt;

/// Bytes a pattern may have; keeps the work per path bounded.
const MAX_LENGTH: usize = 1024;

/// A pattern over `/`-separated paths.
///
/// `*` stands for any characters of one name, `?` for one character, a name `**` for any number of folders. A pattern
/// without `/` before its end holds at any depth, others begin at the base folder. What matches a folder covers all in
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    names: Vec<String>,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// Nothing is left of it.
    #[error("a pattern must name something")]
    Empty,
    /// It is too long.
    #[error("a pattern may have at most {MAX_LENGTH} bytes")]
    TooLong,
    /// Folders are separated by `/` on every system.
    #[error("folders are separated by `/`, not by `\\`")]
    Backslash,
    /// It would leave the base folder.
    #[error("a pattern stays below its folder: `..` has no meaning in it")]
    Parent,
}

impl Glob {
    /// Reads a pattern.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        if text.len() > MAX_LENGTH {
            return Err(GlobError::TooLong);
        }
        if text.contains('\\') {
            return Err(GlobError::Backslash);
        }
        let mut names: Vec<String> = text.split('/').filter(|name| !name.is_empty() && *name != ".").map(str::to_owned).collect();
        if names.is_empty() {
            return Err(GlobError::Empty);
        }
        if names.iter().any(|name| name == "..") {
            return Err(GlobError::Parent);
        }
        if !text.trim_end_matches('/').contains('/') {
            names.insert(0, "**".to_owned());
        }
        names.dedup_by(|a, b| a == "**" && b == "**");
        Ok(Self { text: text.to_owned(), names })
    }

    /// Whether the path, or a folder it lies in, matches.
    pub fn matches(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        // reached[i]: the names so far can stand for the first i parts.
        let mut reached = vec![false; parts.len() + 1];
        reached[0] = true;
        for (index, name) in self.names.iter().enumerate() {
            let mut next = vec![false; parts.len() + 1];
            if name == "**" {
                // At the end `**` stands for at least one part: a folder's pattern `x/**` is about what lies in `x`.
                let least = usize::from(index + 1 == self.names.len());
                if let Some(first) = reached.iter().position(|&yes| yes) {
                    next.iter_mut().skip(first + least).for_each(|yes| *yes = true);
                }
            } else {
                for at in 0..parts.len() {
                    next[at + 1] = reached[at] && name_matches(name, parts[at]);
                }
            }
            reached = next;
        }
        // A match of the first parts is a match of a folder around the path.
        reached.iter().skip(1).any(|&yes| yes)
    }

    /// Whether the pattern spells out `folders`, one after the other.
    pub fn mentions(&self, folders: &[&str]) -> bool {
        self.names.windows(folders.len()).any(|names| names.iter().zip(folders).all(|(a, b)| a.eq_ignore_ascii_case(b)))
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Matches one name. On a mismatch only the last `*` is tried further along, so the work is at most the product of the
/// lengths.
fn name_matches(pattern: &str, name: &str) -> bool {
    let (mut p, mut n) = (pattern.chars(), name.chars());
    let mut retry = None;
    loop {
        let n_before = n.clone();
        match (p.next(), n.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                retry = Some((p.clone(), n_before.clone()));
                n = n_before;
            }
            (Some('?'), Some(_)) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => {
                let Some((after_star, mut rest)) = retry.take() else { return false };
                if rest.next().is_none() {
                    return false;
                }
                retry = Some((after_star.clone(), rest.clone()));
                (p, n) = (after_star, rest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_what_they_say() {
        for (pattern, path, expected) in [
            ("*.xml", "a/b/c.xml", true),
            ("*.xml", "a/b/c.xmlx", false),
            ("AD", "AD/Jobs.xml", true),
            ("AD", "x/AD/Jobs.xml", true),
            ("/AD", "x/AD/Jobs.xml", false),
            ("AD/", "x/AD/Jobs.xml", true),
            ("AD/*.xml", "AD/Jobs.xml", true),
            ("AD/*.xml", "AD/Old/Jobs.xml", false),
            ("AD/**", "AD/Old/Jobs.xml", true),
            ("AD/**", "AD", false),
            ("AD/**/Jobs.xml", "AD/Jobs.xml", true),
            ("AD/**/Jobs.xml", "AD/x/y/Jobs.xml", true),
            ("**/Old/**", "AD/Old/Jobs.xml", true),
            ("**", "a", true),
            ("J?bs.xml", "Jébs.xml", true),
            ("J?bs.xml", "Jbs.xml", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("a/*", "a/b/c", true),
            ("*", "", false),
        ] {
            assert_eq!(Glob::new(pattern).unwrap().matches(path), expected, "{pattern} on {path}");
        }
        assert_eq!(Glob::new(""), Err(GlobError::Empty));
        assert_eq!(Glob::new("a\\b"), Err(GlobError::Backslash));
        assert_eq!(Glob::new("a/../b"), Err(GlobError::Parent));
        assert!(Glob::new("x/Runtime/Workforce/**").unwrap().mentions(&["Runtime", "Workforce"]));
        assert!(!Glob::new("Run").unwrap().mentions(&["Runtime", "Workforce"]));
    }

    #[test]
    fn hostile_patterns_end() {
        let pattern = Glob::new(&"*a".repeat(500)).unwrap();
        assert!(!pattern.matches(&"a".repeat(4000).replace("aaaa", "aaab")[..400]));
        let deep = Glob::new(&"**/a/".repeat(200)).unwrap();
        assert!(!deep.matches(&"b/".repeat(2000)));
    }
}

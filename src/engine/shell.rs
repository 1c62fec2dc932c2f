//! Words of a command that somebody is told to type, as a shell takes them.

use std::borrow::Cow;
use std::path::Path;

use super::store::DEFAULT_STORE;

/// The text as one word: in quotes where a shell would see anything else in it.
pub fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "-_./\\:=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")))
    }
}

/// A path as one word.
pub fn path_word(path: &Path) -> String {
    word(&path.to_string_lossy()).into_owned()
}

/// ` --store FILE`; nothing for the default store.
pub fn store_argument(data_file: &Path) -> String {
    match &*data_file.to_string_lossy() {
        DEFAULT_STORE => String::new(),
        _ => format!(" --store {}", path_word(data_file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_and_is_not_read_as_anything_else() {
        assert_eq!(word("Daily_Export"), "Daily_Export");
        assert_eq!(word("Été=completed"), "Été=completed");
        assert_eq!(word("two words"), "'two words'");
        assert_eq!(word("$(id)"), "'$(id)'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
        assert_eq!(store_argument(Path::new(DEFAULT_STORE)), "");
        assert_eq!(store_argument(Path::new("my stores/a.db")), " --store 'my stores/a.db'");
    }
}

//! The article of a name in a sentence. `build.rs` compiles this file too.

/// `an` before names that begin with the sound of a vowel, else `a`.
pub(crate) fn article(name: &str) -> &'static str {
    /// Vowels by sight that are spoken as consonants.
    const CONSONANTS: [&str; 5] = ["Eu", "One", "Uni", "eu", "uni"];
    /// Names whose first letter is spoken as its own name, and a U as in "up".
    const VOWELS: [&str; 9] = ["LDAP", "Ldap", "SAP", "SQL", "Un", "Up", "XML", "un", "up"];
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    let is_vowel = name.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) || begins(&VOWELS);
    if is_vowel && !begins(&CONSONANTS) { "an" } else { "a" }
}

/// A name behind its article.
pub(crate) fn with_article(name: &str) -> String {
    format!("{} {name}", article(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_follow_the_sound() {
        for name in
            ["ExportTask", "UpdateClassificationTask", "Activity", "LdapResourceTypeMapping", "OpenID client", "unused item"]
        {
            assert_eq!(article(name), "an", "{name}");
        }
        for name in
            ["UserInterface", "FulfillTask", "Universe", "UnicityCheck", "UInt16", "list of HR_Person", "One", "SingleRole"]
        {
            assert_eq!(article(name), "a", "{name}");
        }
        assert_eq!(with_article("incremental"), "an incremental");
    }
}

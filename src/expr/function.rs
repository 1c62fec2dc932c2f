//! Predefined functions: `Name` or `Name:argument|argument`; the value they work on is implicit.
//!
//! Case is changed without regard to a culture, which the product takes from the server.

use super::ExprError;

/// Name, number of arguments, and the embedded form where there is one.
type Row = (&'static str, usize, Option<fn(&str) -> String>);

/// The predefined functions.
const FUNCTIONS: [Row; 17] = [
    ("ToUpper", 0, Some(str::to_uppercase)),
    ("ToLower", 0, Some(str::to_lowercase)),
    ("Simplify", 0, Some(simplify)),
    ("Trim", 0, Some(|value| value.trim().to_owned())),
    ("TrimStart", 0, Some(|value| value.trim_start().to_owned())),
    ("TrimEnd", 0, Some(|value| value.trim_end().to_owned())),
    ("RemoveDiacritics", 0, Some(without_diacritics)),
    ("ToDoubleMetaphone", 0, None),
    ("ToSoundex", 0, None),
    ("ToFirstName", 0, None),
    ("ToTitle", 0, Some(to_title)),
    ("ToFormatedDN", 0, None),
    ("ParseLocalDate", 2, None),
    ("ParseLocalDateThenAddMinutes", 3, None),
    ("ParseUniversalDate", 1, None),
    ("ParseUniversalDateThenAddMinutes", 3, None),
    ("FormatLocalDate", 2, None),
];

/// A call of a predefined function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Those after the implicit first.
    pub arguments: Vec<String>,
}

impl Function {
    /// Parses a call.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let (name, arguments) = match text.split_once(':') {
            Some((name, arguments)) => (name, arguments.split('|').map(str::to_owned).collect()),
            None => (text, Vec::new()),
        };
        let Some((_, wanted, _)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            let near = FUNCTIONS.iter().map(|(known, ..)| (strsim::damerau_levenshtein(known, name), *known)).min();
            let hint = near.filter(|(distance, _)| *distance <= 2).map_or_else(
                || "; code begins with \"C#:\", a constant with \"Literal:\"".to_owned(),
                |(_, known)| format!("; {known} is near"),
            );
            let message = format!("there is no predefined function {name:?}{hint}");
            return Err(ExprError { message, span: 0..name.len() });
        };
        if arguments.len() != *wanted {
            let message = format!("{name} takes {wanted} arguments after the colon, here are {}", arguments.len());
            return Err(ExprError { message, span: 0..text.len() });
        }
        Ok(Self { name: name.to_owned(), arguments })
    }

    /// What it computes, where it has an embedded form.
    pub fn embedded(&self) -> Option<fn(&str) -> String> {
        FUNCTIONS.iter().find(|(known, ..)| *known == self.name).and_then(|(.., function)| *function)
    }
}

fn to_title(value: &str) -> String {
    let mut signs = value.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

/// Letters and digits only, without accents, in upper case.
fn simplify(value: &str) -> String {
    without_diacritics(value).chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
}

/// Accented letters, each row with the plain one first.
const PLAIN: &str = "AÀÁÂÃÄÅĀĂĄ CÇĆĈĊČ DĎ EÈÉÊËĒĔĖĘĚ GĜĞĠĢ HĤ IÌÍÎÏĨĪĬĮİ JĴ KĶ LĹĻĽ NÑŃŅŇ OÒÓÔÕÖŌŎŐ RŔŖŘ SŚŜŞŠȘ TŢŤȚ \
    UÙÚÛÜŨŪŬŮŰŲ WŴ YÝŶŸ ZŹŻŽ aàáâãäåāăą cçćĉċč dď eèéêëēĕėęě gĝğġģ hĥ iìíîïĩīĭį jĵ kķ lĺļľ nñńņň oòóôõöōŏő rŕŗř \
    sśŝşšș tţťț uùúûüũūŭůűų wŵ yýŷÿ zźżž";

fn without_diacritics(value: &str) -> String {
    let plain = |sign: char| {
        let row = PLAIN.split(' ').find(|row| row.contains(sign))?;
        row.chars().next()
    };
    value
        .chars()
        // Combining marks stand after the letter they belong to.
        .filter(|sign| !('\u{300}'..='\u{36f}').contains(sign))
        .map(|sign| if sign.is_ascii() { sign } else { plain(sign).unwrap_or(sign) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(text: &str, value: &str) -> String {
        Function::parse(text).unwrap().embedded().unwrap()(value)
    }

    #[test]
    fn functions_of_text() {
        assert_eq!(call("ToUpper", "élodie"), "ÉLODIE");
        assert_eq!(call("RemoveDiacritics", "Éloïse Çakır-Nuñez e\u{301}"), "Eloise Cakır-Nunez e");
        assert_eq!(call("Simplify", "O'Néill-Dûval 3"), "ONEILLDUVAL3");
        assert_eq!(call("ToTitle", "été"), "Été");
        assert_eq!(call("Trim", "  a b "), "a b");
    }

    #[test]
    fn arguments_are_counted() {
        assert!(Function::parse("Trim:x").unwrap_err().message.contains("takes 0 arguments"));
        let date = Function::parse("ParseLocalDate:Romance Standard Time|dd/MM/yyyy").unwrap();
        assert_eq!(date.arguments, ["Romance Standard Time", "dd/MM/yyyy"]);
        assert!(date.embedded().is_none());
    }
}

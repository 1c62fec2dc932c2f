//! Predefined functions: `Name` or `Name:argument|argument`; the value they work on is implicit.
//!
//! Case is changed without regard to a culture, which the product takes from the server.

use super::ExprError;
use crate::grammar::expressions::functions;

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
        let Some(function) = functions().iter().find(|known| known.name == name) else {
            return Err(ExprError { message: unknown(name), span: 0..name.len() });
        };
        let wanted = function.arguments;
        if arguments.len() != wanted.len() {
            let list = if wanted.is_empty() { String::new() } else { format!(" ({})", wanted.join(", ")) };
            let count = counted(wanted.len());
            let message = format!("{name} takes {count} after the colon{list}, here are {}", arguments.len());
            return Err(ExprError { message, span: 0..text.len() });
        }
        Ok(Self { name: name.to_owned(), arguments })
    }
}

fn counted(number: usize) -> String {
    format!("{number} argument{}", if number == 1 { "" } else { "s" })
}

/// What to say about a text that is none of the languages.
fn unknown(name: &str) -> String {
    if !name.chars().all(char::is_alphanumeric) || name.is_empty() {
        return "it is neither `C#:`, `Literal:` nor a predefined function".to_owned();
    }
    let distance = |known: &'static str| (strsim::osa_distance(&known.to_ascii_lowercase(), &name.to_ascii_lowercase()), known);
    let languages = ["Literal"].into_iter().chain(functions().iter().map(|function| function.name));
    // Longer texts are no misspelt names, and would take long to compare.
    let near = (name.len() <= 40).then(|| languages.map(distance).min()).flatten();
    match near {
        Some((distance, known)) if distance <= 2 => {
            format!("there is no predefined function `{name}`; did you mean `{known}`?")
        }
        _ => format!("there is no predefined function `{name}`"),
    }
}

/// What a function of one text computes, where it has that form.
pub fn of_text(name: &str) -> Option<fn(&str) -> String> {
    Some(match name {
        "ToUpper" => upper,
        "ToLower" => lower,
        "Simplify" => simplify,
        "Trim" => |value: &str| value.trim().to_owned(),
        "TrimStart" => |value: &str| value.trim_start().to_owned(),
        "TrimEnd" => |value: &str| value.trim_end().to_owned(),
        "RemoveDiacritics" => without_diacritics,
        "ToTitle" => to_title,
        _ => return None,
    })
}

pub(super) fn to_title(value: &str) -> String {
    let mut signs = value.chars();
    signs.next().map_or_else(String::new, |first| std::iter::once(upper_sign(first)).chain(signs).collect())
}

/// In upper case, sign by sign as .NET does: what would become several signs, such as `ß`, stays.
pub(super) fn upper(value: &str) -> String {
    value.chars().map(upper_sign).collect()
}

/// In lower case, sign by sign as .NET does.
pub(super) fn lower(value: &str) -> String {
    value.chars().map(lower_sign).collect()
}

/// The upper case of a sign; the `i` without a dot has one in Turkish only.
pub(super) fn upper_sign(sign: char) -> char {
    let mut upper = sign.to_uppercase();
    if upper.len() == 1 && sign != '\u{131}' { upper.next().unwrap_or(sign) } else { sign }
}

/// The lower case of a sign.
pub(super) fn lower_sign(sign: char) -> char {
    let mut lower = sign.to_lowercase();
    if lower.len() == 1 { lower.next().unwrap_or(sign) } else { sign }
}

/// Letters and digits only, without accents, in upper case.
pub(crate) fn simplify(value: &str) -> String {
    without_diacritics(value).chars().filter(|c| c.is_alphanumeric()).map(upper_sign).collect()
}

/// Accented letters, each row with the plain one first.
const PLAIN: &str = "AÀÁÂÃÄÅĀĂĄ CÇĆĈĊČ DĎ EÈÉÊËĒĔĖĘĚ GĜĞĠĢ HĤ IÌÍÎÏĨĪĬĮİ JĴ KĶ LĹĻĽ NÑŃŅŇ OÒÓÔÕÖŌŎŐ RŔŖŘ SŚŜŞŠȘ TŢŤȚ \
    UÙÚÛÜŨŪŬŮŰŲ WŴ YÝŶŸ ZŹŻŽ aàáâãäåāăą cçćĉċč dď eèéêëēĕėęě gĝğġģ hĥ iìíîïĩīĭį jĵ kķ lĺļľ nñńņň oòóôõöōŏő rŕŗř \
    sśŝşšș tţťț uùúûüũūŭůűų wŵ yýŷÿ zźżž";

pub(super) fn without_diacritics(value: &str) -> String {
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
        of_text(&Function::parse(text).unwrap().name).unwrap()(value)
    }

    #[test]
    fn functions_of_text() {
        assert_eq!(call("ToUpper", "élodie Weiß ı"), "ÉLODIE WEIß ı");
        assert_eq!(call("ToLower", "ΟΔΟΣ İ"), "οδοσ İ", "one sign for one, wherever it stands");
        assert_eq!(call("RemoveDiacritics", "Éloïse Çakır-Nuñez e\u{301}"), "Eloise Cakır-Nunez e");
        assert_eq!(call("Simplify", "O'Néill-Dûval 3"), "ONEILLDUVAL3");
        assert_eq!(call("ToTitle", "été"), "Été");
        assert_eq!(call("Simplify", "Weiß-Groß"), "WEIßGROß");
        assert_eq!(call("Trim", "  a b "), "a b");
    }

    #[test]
    fn arguments_are_counted() {
        assert!(Function::parse("Trim:x").unwrap_err().message.contains("takes 0 arguments after"));
        let date = Function::parse("ParseLocalDate:Romance Standard Time|dd/MM/yyyy").unwrap();
        assert_eq!(date.arguments, ["Romance Standard Time", "dd/MM/yyyy"]);
        assert!(of_text(&date.name).is_none());
    }
}

//! Passwords of new accounts, as `PasswordResetSettings` ask for them. They exist in the call that sets them only.

use std::fmt;

use regex_lite::Regex;

use crate::plan::model::{Model, Value};
use crate::tasks::attribute::text;
use crate::tasks::settings::{Secret, Settings};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";
/// Found on every keyboard, and none that quotes or separates.
const SYMBOLS: &[u8] = b"!#$%*+-.:=?@_~";
/// Longer ones directories refuse anyway.
const LONGEST: i64 = 256;
/// How often a password is drawn anew that `StrengthCheck` refuses.
const DRAWS: usize = 1000;

/// How passwords of a resource type are made.
pub(super) struct Policy {
    id: String,
    source: Source,
    /// The first login has to change it.
    pub(super) must_change: bool,
}

enum Source {
    Given(Secret),
    Made { length: usize, counts: [(usize, &'static [u8]); 4], checks: Vec<Regex> },
}

impl fmt::Debug for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Policy({})", self.id)
    }
}

impl Policy {
    /// Reads the settings of that identifier.
    pub(super) fn read(model: &Model, settings: &Settings, id: &str) -> Result<Self, String> {
        let mut items = model.items.iter().filter(|item| item.element == "PasswordResetSettings");
        let item = items
            .find(|item| item.id.as_deref() == Some(id))
            .ok_or_else(|| format!("there are no PasswordResetSettings {id}"))?;
        let flag = |name: &str| item.attributes.get(name) == Some(&Value::Bool(true));
        let must_change = flag("MustChange");
        if !flag("AutoGenerate") {
            let path = ["PasswordResetSettings", id, "DefaultPassword"].map(str::to_owned);
            let given = settings.secret_at(&path).ok().filter(|secret| !secret.expose().is_empty());
            let given = given.ok_or_else(|| {
                format!(
                    "PasswordResetSettings {id} have AutoGenerate=\"false\", and the agent's settings have no \
                     PasswordResetSettings.{id}.DefaultPassword: passwords are never taken from the configuration"
                )
            })?;
            return Ok(Self { id: id.to_owned(), source: Source::Given(given), must_change });
        }
        let number = |name: &str, absent: i64| match item.attributes.get(name) {
            Some(Value::Int(number)) => (*number).max(0),
            _ => absent,
        };
        let counts = [
            (number("GeneratedLowerCaseCharsCount", 6), LOWER),
            (number("GeneratedUpperCaseCharsCount", 2), UPPER),
            (number("GeneratedDigitCharsCount", 2), DIGITS),
            (number("GeneratedSymbolCharsCount", 2), SYMBOLS),
        ];
        // The counts win over the length.
        let sum = counts.iter().fold(0_i64, |sum, (count, _)| sum.saturating_add(*count));
        let length = number("GeneratedLength", 12).max(sum);
        if !(1..=LONGEST).contains(&length) {
            return Err(format!(
                "PasswordResetSettings {id} ask for passwords of {length} characters; 1 to {LONGEST} can be made"
            ));
        }
        let checks = checks(text(&item.attributes, "StrengthCheck").unwrap_or_default())
            .map_err(|reason| format!("StrengthCheck of PasswordResetSettings {id}: {reason}"))?;
        let counts = counts.map(|(count, signs)| (usize::try_from(count).unwrap_or(0), signs));
        let source = Source::Made { length: usize::try_from(length).unwrap_or(0), counts, checks };
        let policy = Self { id: id.to_owned(), source, must_change };
        // One that no draw can satisfy is told before the first account waits for it.
        policy.next().map(|_| policy)
    }

    /// A password for one account.
    pub(super) fn next(&self) -> Result<Secret, String> {
        let (length, counts, checks) = match &self.source {
            Source::Given(secret) => return Ok(secret.clone()),
            Source::Made { length, counts, checks } => (*length, counts, checks),
        };
        let all: Vec<u8> = counts.iter().flat_map(|(_, signs)| signs.iter().copied()).collect();
        for _ in 0..DRAWS {
            let mut chance = Chance::default();
            let mut signs = Vec::with_capacity(length);
            for (count, among) in counts {
                for _ in 0..*count {
                    signs.push(among[chance.below(among.len())?]);
                }
            }
            while signs.len() < length {
                signs.push(all[chance.below(all.len())?]);
            }
            for place in (1..signs.len()).rev() {
                signs.swap(place, chance.below(place + 1)?);
            }
            let made = String::from_utf8(signs).map_err(|_| "no password could be made".to_owned())?;
            if checks.iter().all(|check| check.is_match(&made)) {
                return Ok(Secret::new(made));
            }
        }
        Err(format!("no password of PasswordResetSettings {} satisfies its StrengthCheck; {DRAWS} were tried", self.id))
    }
}

/// Even chances out of the system's random bytes.
#[derive(Default)]
struct Chance {
    bytes: Vec<u8>,
}

impl Chance {
    /// A number below another, at most 256, each as likely as any.
    fn below(&mut self, end: usize) -> Result<usize, String> {
        // What is beyond the last whole multiple would make the first numbers likelier.
        let fair = 256 - 256 % end;
        loop {
            if self.bytes.is_empty() {
                let mut bytes = [0; 64];
                getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random bytes: {error}"))?;
                self.bytes.extend(bytes);
            }
            let drawn = usize::from(self.bytes.pop().unwrap_or_default());
            if drawn < fair {
                return Ok(drawn % end);
            }
        }
    }
}

/// The regular expressions of a `StrengthCheck`: in quotes, separated by commas; one without quotes stands for itself.
fn checks(text: &str) -> Result<Vec<Regex>, String> {
    let text = text.trim();
    let regex = |pattern: &str| Regex::new(pattern).map_err(|error| format!("{pattern:?} has no embedded form: {error}"));
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let Some(mut rest) = text.strip_prefix('\'') else { return Ok(vec![regex(text)?]) };
    let mut checks = Vec::new();
    loop {
        let end = rest.find('\'').ok_or("a quote is not closed")?;
        checks.push(regex(&rest[..end])?);
        rest = rest[end + 1..].trim_start();
        if rest.is_empty() {
            return Ok(checks);
        }
        let next = rest.strip_prefix(',').map(str::trim_start).and_then(|next| next.strip_prefix('\''));
        rest = next.ok_or_else(|| format!("expected `,'` before {rest:?}"))?;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::model::Item;

    fn policy(attributes: &[(&str, Value)], settings: &str) -> Result<Policy, String> {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let element = "PasswordResetSettings".to_owned();
        let item = Item { element, id: Some("New".to_owned()), label: None, attributes, children: Vec::new() };
        let model = Model { items: vec![item], ..Model::default() };
        Policy::read(&model, &Settings::parse(settings, Path::new("a.json"), None).unwrap(), "New")
    }

    fn made(attributes: &[(&str, Value)]) -> Result<String, String> {
        let all: Vec<_> = [("AutoGenerate", Value::Bool(true))].into_iter().chain(attributes.iter().cloned()).collect();
        policy(&all, "{}").and_then(|policy| policy.next()).map(|secret| secret.expose().to_owned())
    }

    fn count(text: &str, signs: &[u8]) -> usize {
        text.bytes().filter(|sign| signs.contains(sign)).count()
    }

    #[test]
    fn signs_of_each_kind_are_as_many_as_asked_for() {
        let password = made(&[]).unwrap();
        assert_eq!([LOWER, UPPER, DIGITS, SYMBOLS].map(|signs| count(&password, signs)), [6, 2, 2, 2]);
        let one = Value::Int(1);
        let counts = ["Lower", "Upper"].map(|kind| format!("Generated{kind}CaseCharsCount"));
        let password = made(&[(&counts[0], one.clone()), (&counts[1], one), ("GeneratedLength", Value::Int(20))]).unwrap();
        assert_eq!(password.len(), 20);
        assert!(count(&password, LOWER) >= 1 && count(&password, UPPER) >= 1, "{password}");
    }

    #[test]
    fn no_password_comes_twice_and_every_sign_comes() {
        let many: Vec<String> = (0..300).map(|_| made(&[]).unwrap()).collect();
        let different: std::collections::BTreeSet<&String> = many.iter().collect();
        assert_eq!(different.len(), many.len());
        let all = many.concat();
        for signs in [LOWER, UPPER, DIGITS, SYMBOLS] {
            assert!(signs.iter().all(|sign| all.bytes().any(|known| known == *sign)));
        }
        // What was asked for first is not what comes first.
        assert!(many.iter().any(|password| !password.starts_with(|c: char| c.is_ascii_lowercase())));
    }

    #[test]
    fn a_strength_check_is_satisfied_or_refused_before_the_run() {
        let check = |text: &str| made(&[("StrengthCheck", Value::Text(text.to_owned()))]);
        let password = check("'^..........*$','^.*[0-9].*$', '^[a-z].*$'").unwrap();
        assert!(password.starts_with(|c: char| c.is_ascii_lowercase()), "{password}");
        assert_eq!(
            check("'^x{40}$'").unwrap_err(),
            "no password of PasswordResetSettings New satisfies its StrengthCheck; 1000 were tried"
        );
        assert!(check("'(?=x)'").unwrap_err().contains("has no embedded form"));
        assert!(check("'a' 'b'").unwrap_err().contains("expected"));
        assert!(check("'a").unwrap_err().contains("not closed"));
        assert!(made(&[("GeneratedLength", Value::Int(9999))]).unwrap_err().contains("9999 characters"));
    }

    #[test]
    fn a_default_password_comes_from_the_settings_only() {
        let written = [("DefaultPassword", Value::Text("Ahoy!2026".to_owned()))];
        let refused = policy(&written, "{}").unwrap_err();
        assert!(refused.contains("PasswordResetSettings.New.DefaultPassword") && !refused.contains("Ahoy"), "{refused}");
        let settings = "{\"PasswordResetSettings\": {\"New\": {\"DefaultPassword\": \"Harbour!7\"}}}";
        let policy = policy(&written, settings).unwrap();
        assert_eq!(policy.next().unwrap().expose(), "Harbour!7");
        assert!(!format!("{policy:?}").contains("Harbour"));
    }
}

//! A TOML table asked key by key: what is of the wrong type or never asked for is a problem with its place.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::nearest;
use crate::config::PROBLEM;
use crate::finding::Finding;
use crate::source::{FileId, Location, Span};

/// The problems of the one file so far.
#[derive(Default)]
pub(super) struct Problems(pub(super) Vec<Finding>);

impl Problems {
    /// Reports `message` at `span`.
    pub(super) fn push(&mut self, span: Range<usize>, message: impl Into<String>, label: &str, help: Option<String>) {
        let location = Location::new(FileId(0), Span::new(span.start as u32, span.end as u32));
        let mut finding = Finding::new(&PROBLEM, location, message).label(label);
        finding.help = help;
        self.0.push(finding);
    }
}

/// A text with its place.
pub(super) type Word<'t> = (&'t str, Range<usize>);

/// One table and the keys asked for so far.
pub(super) struct Table<'t> {
    /// How it is named in messages: `[check]`.
    name: String,
    /// Where it begins.
    place: Range<usize>,
    content: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Table<'t> {
    pub(super) fn new(name: impl Into<String>, table: &'t DeTable<'t>) -> Self {
        Self { name: name.into(), place: 0..0, content: table, asked: Vec::new() }
    }

    /// As it stands at a place.
    pub(super) fn at(self, place: Range<usize>) -> Self {
        Self { place, ..self }
    }

    /// Where it begins.
    pub(super) fn place(&self) -> Range<usize> {
        self.place.clone()
    }

    /// How it is named in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.content.get(key)
    }

    /// The text of `key`.
    pub(super) fn word(&mut self, key: &'static str, problems: &mut Problems) -> Option<Word<'t>> {
        let value = self.get(key)?;
        let word = text(value);
        if word.is_none() {
            wrong_type(key, value, "a text in quotes", problems);
        }
        word
    }

    /// The whole number of `key`, which lies in `range`.
    pub(super) fn number(&mut self, key: &'static str, range: RangeInclusive<usize>, problems: &mut Problems) -> Option<usize> {
        let value = self.get(key)?;
        let DeValue::Integer(number) = value.get_ref() else {
            wrong_type(key, value, "a number without quotes", problems);
            return None;
        };
        let parsed = usize::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| range.contains(number));
        if parsed.is_none() {
            let help = format!("write a number from {} to {}", range.start(), range.end());
            problems.push(value.span(), format!("`{key}` cannot be {}", number.as_str()), "out of range", Some(help));
        }
        parsed
    }

    /// The texts of `key`: a list of texts, or one text.
    pub(super) fn words(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Word<'t>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        if let Some(word) = text(value) {
            return vec![word];
        }
        let Some(list) = list(key, value, "a list of texts", problems) else { return Vec::new() };
        let mut words = Vec::with_capacity(list.len());
        for item in list {
            match text(item) {
                Some(word) => words.push(word),
                None => wrong_type(key, item, "a text in quotes", problems),
            }
        }
        words
    }

    /// The value of `key` among `choices`.
    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)], problems: &mut Problems) -> Option<T> {
        let word = self.word(key, problems)?;
        choose(key, &word, choices, problems)
    }

    /// The items of the list `key`, of any type; one item that is no list stands for a list of one.
    pub(super) fn items(&mut self, key: &'static str) -> Vec<&'t Spanned<DeValue<'t>>> {
        match self.get(key) {
            None => Vec::new(),
            Some(value) => match value.get_ref() {
                DeValue::Array(list) => list.iter().collect(),
                _ => vec![value],
            },
        }
    }

    /// Whether the key is there; does not ask for it.
    pub(super) fn has(&self, key: &str) -> bool {
        self.content.contains_key(key)
    }

    /// All tables but those asked for, with their keys, for a table whose other keys are free; asks for every key.
    pub(super) fn free_tables(self, problems: &mut Problems) -> Vec<(Word<'t>, Self)> {
        let mut tables = Vec::new();
        for (key, value) in self.content.iter().filter(|(key, _)| !self.asked.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(table) => {
                    tables.push(((name, key.span()), Self::new(within(&self.name, name), table).at(key.span())));
                }
                _ => wrong_type(name, value, &format!("a table: {}", within(&self.name, name)), problems),
            }
        }
        tables
    }

    /// The table `key`, shown in messages as `name`.
    pub(super) fn table(&mut self, key: &'static str, name: &str, problems: &mut Problems) -> Option<Self> {
        let value = self.get(key)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Self::new(name, table).at(value.span()));
        }
        wrong_type(key, value, &format!("a table: {name}"), problems);
        None
    }

    /// The tables of the list `key`, each shown as `name`, with their places.
    pub(super) fn tables(&mut self, key: &'static str, name: &str, problems: &mut Problems) -> Vec<(Self, Range<usize>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let expected = format!("a list of tables: {name}");
        let Some(list) = list(key, value, &expected, problems) else { return Vec::new() };
        let mut tables = Vec::with_capacity(list.len());
        for item in list {
            match item.get_ref() {
                DeValue::Table(table) => tables.push((Self::new(name, table), item.span())),
                _ => wrong_type(key, item, &expected, problems),
            }
        }
        tables
    }

    /// All values, for a table whose keys are free; asks for every key.
    pub(super) fn values(&self) -> impl Iterator<Item = (Word<'t>, &'t Spanned<DeValue<'t>>)> {
        self.content.iter().map(|(key, value)| ((key.get_ref().as_ref(), key.span()), value))
    }

    /// All entries, for a table whose keys are free; asks for every key.
    pub(super) fn entries(self, problems: &mut Problems) -> Vec<(Word<'t>, Word<'t>)> {
        let mut entries = Vec::with_capacity(self.content.len());
        for (key, value) in self.content {
            match text(value) {
                Some(word) => entries.push(((key.get_ref().as_ref(), key.span()), word)),
                None => wrong_type(key.get_ref(), value, "a text in quotes", problems),
            }
        }
        entries
    }

    /// Reports every key that was not asked for.
    pub(super) fn close(self, problems: &mut Problems) {
        for key in self.content.keys().filter(|key| !self.asked.iter().any(|asked| *asked == key.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            let help = match nearest(name, self.asked.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("{} takes {}", self.name, listed(self.asked.iter().copied())),
            };
            problems.push(key.span(), format!("unknown key `{name}` in {}", self.name), "not a key of this table", Some(help));
        }
    }
}

/// The name of a table inside another: `[check]` and `paths` are `[check.paths]`.
fn within(outer: &str, key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let key = if key.chars().all(bare) { key.to_owned() } else { format!("\"{key}\"") };
    format!("[{}.{key}]", outer.trim_start_matches('[').trim_end_matches(']'))
}

/// The value among `choices` that `word` names.
pub(super) fn choose<T: Clone>(key: &str, word: &Word<'_>, choices: &[(&str, T)], problems: &mut Problems) -> Option<T> {
    if let Some((_, value)) = choices.iter().find(|(name, _)| *name == word.0) {
        return Some(value.clone());
    }
    let names = || choices.iter().map(|&(name, _)| name);
    let mut help = format!("write one of {}", listed(names()));
    if let Some(near) = nearest(word.0, names()) {
        help = format!("{help}; did you mean `{near}`?");
    }
    problems.push(word.1.clone(), format!("`{key}` cannot be `{}`", word.0), "not a value of this key", Some(help));
    None
}

pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn text<'t>(value: &'t Spanned<DeValue<'t>>) -> Option<Word<'t>> {
    match value.get_ref() {
        DeValue::String(text) => Some((text.as_ref(), value.span())),
        _ => None,
    }
}

fn list<'t>(key: &str, value: &'t Spanned<DeValue<'t>>, expected: &str, problems: &mut Problems) -> Option<&'t DeArray<'t>> {
    if let DeValue::Array(list) = value.get_ref() {
        return Some(list);
    }
    wrong_type(key, value, expected, problems);
    None
}

pub(super) fn wrong_type(key: &str, value: &Spanned<DeValue<'_>>, expected: &str, problems: &mut Problems) {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    problems.push(value.span(), format!("`{key}` is {found}"), "of the wrong type", Some(format!("write {expected}")));
}

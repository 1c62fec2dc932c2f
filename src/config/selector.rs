//! Rules named one by one or by category.

use super::nearest;
use crate::finding::{Category, RuleInfo};

/// What `--select` and `--ignore` take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// One rule.
    Rule(&'static str),
    /// All rules of a category.
    Category(Category),
}

/// A text that names neither a rule nor a category.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is neither a rule nor a category")]
pub struct UnknownSelector {
    /// The text.
    pub text: String,
    /// What was probably meant.
    pub nearest: Option<&'static str>,
}

impl UnknownSelector {
    /// What to do.
    pub fn help(&self) -> String {
        if let Some(name) = self.nearest {
            return format!("did you mean `{name}`?");
        }
        let categories: Vec<_> = Category::ALL.iter().map(|category| category.name()).collect();
        format!("`jobwright rules` lists the rules; the categories are {}", categories.join(", "))
    }
}

impl Selector {
    /// Reads the name of a rule among `rules`, or of a category.
    pub fn parse(text: &str, rules: &[&'static RuleInfo]) -> Result<Self, UnknownSelector> {
        if let Some(category) = Category::ALL.into_iter().find(|category| category.name() == text) {
            return Ok(Self::Category(category));
        }
        if let Some(rule) = rules.iter().find(|rule| rule.name == text) {
            return Ok(Self::Rule(rule.name));
        }
        let names = rules.iter().map(|rule| rule.name).chain(Category::ALL.iter().map(|category| category.name()));
        Err(UnknownSelector { text: text.to_owned(), nearest: nearest(text, names) })
    }

    /// Whether it means `rule`.
    pub fn covers(self, rule: &RuleInfo) -> bool {
        match self {
            Self::Rule(name) => name == rule.name,
            Self::Category(category) => category == rule.category,
        }
    }
}

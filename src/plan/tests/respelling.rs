//! The law of plans: whoever writes the same otherwise gets the same bytes.

use proptest::prelude::*;
use regex_lite::{Captures, Regex};

use super::laws::{JOB, MODEL};
use super::{compile, meaning};

/// Attributes of the model that name something declared in it.
const REFERENCES: &str = "Agent|Connector|Connection|ConnectionTable|EntityType|SourceEntityType|TargetEntityType|ParentTask|ResourceType|\
    Policy|Property1|Property2|EntityPropertyMapping1|EntityPropertyMapping2";

/// Decisions in a fixed order, again from the start when they are used up.
struct Dice<'d> {
    throws: &'d [u8],
    next: usize,
}

impl Dice<'_> {
    fn below(&mut self, most: usize) -> usize {
        let throw = self.throws[self.next % self.throws.len()];
        self.next += 1;
        usize::from(throw) % most.max(1)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// The elements of a text that stand beside each other.
fn elements(text: &str) -> Vec<&str> {
    let mut elements = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for tag in regex(r#"<(/?)\w+(?:\s+\w+="[^"]*")*\s*(/?)>"#).captures_iter(text) {
        let all = tag.get(0).unwrap();
        if depth == 0 {
            start = all.start();
        }
        match (&tag[1], &tag[2]) {
            ("/", _) => depth -= 1,
            (_, "/") => {}
            _ => depth += 1,
        }
        if depth == 0 {
            elements.push(&text[start..all.end()]);
        }
    }
    elements
}

/// The tag with its attributes in another order, other quotes, other space, other words for the same values.
fn tag(dice: &mut Dice<'_>, name: &str, attributes: &str, end: &str) -> String {
    let references = regex(&format!("^(?:{REFERENCES})$"));
    let mut written: Vec<String> = Vec::new();
    for attribute in regex(r#"(\w+)="([^"]*)""#).captures_iter(attributes) {
        let (key, value) = (&attribute[1], &attribute[2]);
        let value = match value {
            "true" if dice.below(2) == 0 => "1".to_owned(),
            _ if references.is_match(key) && name != "ResourceType" => match dice.below(3) {
                0 => value.to_uppercase(),
                1 => value.to_lowercase(),
                _ => value.to_owned(),
            },
            _ => value.to_owned(),
        };
        let quote = if dice.below(2) == 0 && !value.contains('\'') { '\'' } else { '"' };
        written.push(format!("{key}{}={quote}{value}{quote}", [" ", ""][dice.below(2)]));
    }
    dice.shuffle(&mut written);
    let space = [" ", "\n   ", "\t"][dice.below(3)];
    let comment = if dice.below(3) == 0 { "<!-- said by the way -->\n" } else { "" };
    let attributes: String = written.iter().map(|attribute| format!("{space}{attribute}")).collect();
    format!("{comment}<{name}{attributes}{end}>")
}

fn respelled(dice: &mut Dice<'_>, text: &str) -> String {
    let tags = regex(r#"<(\w+)((?:\s+\w+="[^"]*")*)\s*(/?)>"#);
    tags.replace_all(text, |found: &Captures<'_>| tag(dice, &found[1], &found[2], &found[3])).into_owned()
}

/// The job with some of its tasks written beside it, and a step in their place; the tasks are added to `beside`.
fn with_steps(dice: &mut Dice<'_>, job: &str, beside: &mut Vec<String>) -> String {
    let start = job.find('>').unwrap() + 1;
    let end = job.rfind("</Job>").unwrap();
    let mut out = job[..start].to_owned();
    for task in elements(&job[start..end]) {
        let identifier = regex(r#" Identifier="([^"]*)""#).captures(task).unwrap()[1].to_owned();
        let level = regex(r#" Level="[^"]*""#);
        match dice.below(3) {
            0 => out.push_str(task),
            1 => {
                out += &[r#"<Step Identifier=""#, &identifier, r#"" />"#].concat();
                beside.push(task.to_owned());
            }
            _ => {
                let own = level.find(task).unwrap().as_str();
                out += &[r#"<Step Identifier=""#, &identifier.to_uppercase(), "\"", own, " />"].concat();
                beside.push(level.replace(task, "").into_owned());
            }
        }
    }
    out + "</Job>"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_same_written_otherwise_is_the_same_plan(throws in prop::collection::vec(any::<u8>(), 1..200), files in 1_usize..5) {
        let plain = compile(&[MODEL, JOB]);
        let mut dice = Dice { throws: &throws, next: 0 };
        let mut all: Vec<String> = elements(MODEL).into_iter().map(str::to_owned).collect();
        prop_assert!(all.len() > 10);
        let job = with_steps(&mut dice, elements(JOB)[0], &mut all);
        all.push(job);
        dice.shuffle(&mut all);
        let mut texts = vec![String::new(); files];
        for element in all {
            let text = respelled(&mut dice, &element);
            texts[dice.below(files)] += &text;
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let other = compile(&texts);
        prop_assert_eq!(meaning(&plain), meaning(&other), "{}", texts.join("\n-- next file\n"));
        prop_assert_eq!(plain.digest, other.digest);
    }
}

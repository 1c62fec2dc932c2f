//! Transformations of connections: columns joined, dates shifted, rows filtered, before a mapping looks at a table.
//!
//! They are applied in document order, each to what the ones before it made, and each names columns with their case. What
//! the product's pages leave open is decided in `docs/execution.md`.

use std::collections::BTreeMap;

use csv::ByteRecord;

use crate::expr::date::{DateTime, SECOND};
use crate::plan::model::Connection;
use crate::tasks::TaskError;

/// The transformations of one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transformations {
    steps: Vec<Step>,
}

/// One transformation.
#[derive(Clone, Debug)]
enum Step {
    Concat { output: String, inputs: Vec<String>, join: Join },
    Date { output: String, input: String, shift: Shift },
    Where { column: String, test: Test },
}

/// How columns are joined.
#[derive(Clone, Debug)]
struct Join {
    separator: String,
    without_empty: bool,
    without_repeated: bool,
    sorted: bool,
}

/// How dates are shifted.
#[derive(Clone, Debug)]
struct Shift {
    days: f64,
    /// How the date is written; none: as it was.
    pattern: Option<String>,
    years: std::ops::RangeInclusive<i64>,
}

/// What a row must satisfy to stay.
#[derive(Clone, Debug)]
enum Test {
    Equals(String),
    NotEquals(String),
    Contains(String),
    NotContains(String),
    StartsWith(String),
    EndsWith(String),
    Regex(Box<regex_lite::Regex>),
}

/// Names of `WhereOperator`, as the product spells them.
const OPERATORS: &str = "Equals, NotEquals, Contains, CotContains, StartsWith, EndsWith, Regex";
/// Forms in which dates without a pattern are read, and written again.
const FORMS: [&str; 6] =
    ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-dd HH:mm:ss", "yyyyMMdd", "yyyyMMddHHmmss"];
const DAY: i64 = 24 * 60 * 60 * SECOND;
/// The last day that a spreadsheet counts, 31 December 9999.
const LAST_SERIAL: f64 = 2_958_465.0;

impl Transformations {
    /// Those of a connection for a table, checked.
    pub(crate) fn of(connection: &Connection, table: &str) -> Result<Self, TaskError> {
        let of_table = |one: &&BTreeMap<String, String>| one.get("Table").is_none_or(|named| named == table);
        let steps = connection.transformations.iter().filter(of_table).map(|one| {
            step(one).map_err(|problem| {
                let kind = one.get("Type").map_or("", String::as_str);
                TaskError::new(format!("transformation {kind} of connection {}: {problem}", connection.id))
            })
        });
        Ok(Self { steps: steps.collect::<Result<_, _>>()? })
    }

    /// Whether rows stay as they are.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The columns that a table must have for these columns to be there afterwards, ordinal.
    pub(crate) fn needed(&self, columns: &[&str]) -> Vec<String> {
        let mut needed: std::collections::BTreeSet<&str> = columns.iter().copied().collect();
        for step in self.steps.iter().rev() {
            match step {
                Step::Concat { output, inputs, .. } => {
                    needed.remove(output.as_str());
                    needed.extend(inputs.iter().map(String::as_str));
                }
                Step::Date { output, input, .. } => {
                    needed.remove(output.as_str());
                    needed.insert(input);
                }
                Step::Where { column, .. } => {
                    needed.insert(column);
                }
            }
        }
        needed.into_iter().map(str::to_owned).collect()
    }

    /// Finds the columns in a header; the error names one that is not there.
    pub(super) fn bind(&self, header: &[String]) -> Result<Bound<'_>, String> {
        let mut header = header.to_vec();
        let mut steps = Vec::new();
        for step in &self.steps {
            let find = |header: &[String], name: &String| header.iter().position(|known| known == name).ok_or(name.clone());
            let place = |header: &mut Vec<String>, name: &String| {
                header.iter().position(|known| known == name).unwrap_or_else(|| {
                    header.push(name.clone());
                    header.len() - 1
                })
            };
            steps.push(match step {
                Step::Concat { output, inputs, join } => {
                    let inputs = inputs.iter().map(|name| find(&header, name)).collect::<Result<_, _>>()?;
                    BoundStep::Concat(place(&mut header, output), inputs, join)
                }
                Step::Date { output, input, shift } => {
                    let input = find(&header, input)?;
                    BoundStep::Date(place(&mut header, output), input, shift)
                }
                Step::Where { column, test } => BoundStep::Where(find(&header, column)?, test),
            });
        }
        Ok(Bound { header, steps, values: Vec::new(), odd_dates: 0 })
    }
}

/// Transformations of a table with a certain header.
pub(super) struct Bound<'t> {
    header: Vec<String>,
    steps: Vec<BoundStep<'t>>,
    values: Vec<String>,
    odd_dates: u64,
}

enum BoundStep<'t> {
    Concat(usize, Vec<usize>, &'t Join),
    Date(usize, usize, &'t Shift),
    Where(usize, &'t Test),
}

impl Bound<'_> {
    /// The columns afterwards.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Whether nothing is transformed.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Values that were to be shifted and are no dates.
    pub(super) fn odd_dates(&self) -> u64 {
        self.odd_dates
    }

    /// Makes the row that `read` becomes; false where a filter takes it out.
    pub(super) fn apply(&mut self, read: &ByteRecord, made: &mut ByteRecord) -> bool {
        self.values.clear();
        self.values.extend(read.iter().map(|value| String::from_utf8_lossy(value).into_owned()));
        self.values.resize(self.header.len(), String::new());
        let mut stays = true;
        for step in &self.steps {
            match step {
                BoundStep::Concat(output, inputs, join) => {
                    let values: Vec<&str> = inputs.iter().map(|&input| self.values[input].as_str()).collect();
                    self.values[*output] = join.apply(values);
                }
                BoundStep::Date(output, input, shift) => {
                    let value = self.values[*input].clone();
                    self.values[*output] = shift.apply(&value).unwrap_or_else(|NoDate| {
                        self.odd_dates += 1;
                        value
                    });
                }
                BoundStep::Where(column, test) => stays &= test.holds(&self.values[*column]),
            }
        }
        made.clear();
        made.extend(&self.values);
        made.set_position(read.position().cloned());
        stays
    }
}

impl Join {
    fn apply(&self, mut values: Vec<&str>) -> String {
        if self.without_empty {
            values.retain(|value| !value.is_empty());
        }
        if self.without_repeated {
            values.dedup();
        }
        if self.sorted {
            values.sort_unstable();
        }
        values.join(&self.separator)
    }
}

/// A text is no date.
struct NoDate;

impl Shift {
    fn apply(&self, text: &str) -> Result<String, NoDate> {
        let plain = text.trim();
        if plain.is_empty() {
            return Ok(text.to_owned());
        }
        let mut own = self.pattern.as_deref().into_iter().chain(FORMS);
        if let Some((form, date)) = own.find_map(|form| Some((form, DateTime::parse(form, plain)?))) {
            if !self.years.contains(&date.civil().0) {
                return Ok(text.to_owned());
            }
            let shifted = date.plus_units(self.days, DAY).ok_or(NoDate)?;
            return shifted.format(self.pattern.as_deref().unwrap_or(form)).ok_or(NoDate);
        }
        // What a spreadsheet holds as a date is the number of a day.
        let number: f64 = plain.parse().map_err(|_| NoDate)?;
        let start = DateTime::parse("yyyy-MM-dd", "1899-12-30").ok_or(NoDate)?;
        if !(1.0..=LAST_SERIAL).contains(&number) {
            return Err(NoDate);
        }
        let date = start.plus_units(number, DAY).ok_or(NoDate)?;
        if !self.years.contains(&date.civil().0) {
            return Ok(text.to_owned());
        }
        Ok(format!("{}", number + self.days))
    }
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        match self {
            Self::Equals(wanted) => value == wanted,
            Self::NotEquals(wanted) => value != wanted,
            Self::Contains(part) => value.contains(part.as_str()),
            Self::NotContains(part) => !value.contains(part.as_str()),
            Self::StartsWith(part) => value.starts_with(part.as_str()),
            Self::EndsWith(part) => value.ends_with(part.as_str()),
            Self::Regex(pattern) => pattern.is_match(value),
        }
    }
}

/// A transformation as the plan has it.
fn step(one: &BTreeMap<String, String>) -> Result<Step, String> {
    let text = |name: &str| one.get(name).filter(|value| !value.is_empty()).cloned();
    let needed = |name: &str| text(name).ok_or_else(|| format!("{name} is not set"));
    let is = |name: &str| one.get(name).is_some_and(|value| value == "true" || value == "1");
    let output = needed("Column");
    match one.get("Type").map_or("", String::as_str) {
        "ConcatColumns" => {
            needed("InputColumn")?;
            let names = ["InputColumn", "InputColumn2", "InputColumn3", "InputColumn4", "InputColumn5"];
            let join = Join {
                separator: one.get("ConcatSeparator").cloned().unwrap_or_default(),
                without_empty: is("RemoveEmpty"),
                without_repeated: is("RemoveDuplicates"),
                sorted: is("SortValues"),
            };
            Ok(Step::Concat { output: output?, inputs: names.into_iter().filter_map(text).collect(), join })
        }
        "TransformDate" => {
            let pattern = text("DatePattern");
            if let Some(pattern) = pattern.as_ref().filter(|pattern| DateTime::MIN.format(pattern).is_none()) {
                return Err(format!("the DatePattern {pattern} has no embedded form"));
            }
            let year = |name: &str, otherwise: i64| match text(name) {
                None => Ok(otherwise),
                Some(year) => year.parse().map_err(|_| format!("{name} is {year}, which is no year")),
            };
            let days = text("AddedDays").map_or(Ok(0.0), |days| days.parse().map_err(|_| days));
            let days = days.ok().filter(|days: &f64| days.is_finite()).ok_or("AddedDays is no number")?;
            let shift = Shift { days, pattern, years: year("MinYear", i64::MIN)?..=year("MaxYear", i64::MAX)? };
            let input = text("InputColumn").map_or_else(|| output.clone(), Ok)?;
            Ok(Step::Date { output: text("Column").unwrap_or_else(|| input.clone()), input, shift })
        }
        "WhereValue" => {
            let value = one.get("WhereValue").cloned().unwrap_or_default();
            let test = match one.get("WhereOperator").map_or("Equals", String::as_str) {
                "Equals" => Test::Equals(value),
                "NotEquals" => Test::NotEquals(value),
                "Contains" => Test::Contains(value),
                "CotContains" | "NotContains" => Test::NotContains(value),
                "StartsWith" => Test::StartsWith(value),
                "EndsWith" => Test::EndsWith(value),
                "Regex" => {
                    let pattern = regex_lite::Regex::new(&value)
                        .map_err(|error| format!("WhereValue is no regular expression that jobwright knows: {error}"))?;
                    Test::Regex(Box::new(pattern))
                }
                other => return Err(format!("WhereOperator is {other}; it is one of {OPERATORS}")),
            };
            Ok(Step::Where { column: output?, test })
        }
        _ => Err("it has no embedded form; ConcatColumns, TransformDate and WhereValue have".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(transformations: &[&[(&str, &str)]]) -> Connection {
        let one = |pairs: &&[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
        };
        Connection {
            id: "HR".to_owned(),
            connector: "HR".to_owned(),
            package: "Usercube.Excel@0000001".to_owned(),
            exports: true,
            fulfils: false,
            incremental: true,
            transformations: transformations.iter().map(one).collect(),
        }
    }

    /// The rows that are left, each with its columns joined by `|`.
    fn transformed(transformations: &[&[(&str, &str)]], header: &[&str], rows: &[&[&str]]) -> Vec<String> {
        let found = Transformations::of(&connection(transformations), "HR").unwrap();
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let mut bound = found.bind(&header).unwrap();
        let mut made = ByteRecord::new();
        let mut out = Vec::new();
        for row in rows {
            if bound.apply(&ByteRecord::from(row.to_vec()), &mut made) {
                let values: Vec<String> = made.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
                out.push(values.join("|"));
            }
        }
        out
    }

    #[test]
    fn columns_are_joined_without_empty_and_repeated_values() {
        let whole: &[(&str, &str)] = &[
            ("Type", "ConcatColumns"),
            ("Column", "all"),
            ("InputColumn", "a"),
            ("InputColumn2", "b"),
            ("InputColumn3", "c"),
            ("ConcatSeparator", "-"),
        ];
        let plain = [whole];
        assert_eq!(transformed(&plain, &["a", "b", "c"], &[&["y", "", "x"]]), ["y||x|y--x"]);
        let cleaned = [whole, &[("RemoveEmpty", "true"), ("RemoveDuplicates", "true"), ("SortValues", "true")]].concat();
        let rows: &[&[&str]] = &[&["y", "", "x"], &["y", "y", "x"], &["x", "y", "x"], &["", "", ""]];
        assert_eq!(transformed(&[&cleaned], &["a", "b", "c"], rows), ["y||x|x-y", "y|y|x|x-y", "x|y|x|x-x-y", "|||"]);
        // Into one of its own inputs.
        let own = [("Type", "ConcatColumns"), ("Column", "a"), ("InputColumn", "a"), ("InputColumn2", "b")];
        assert_eq!(transformed(&[&own], &["a", "b"], &[&["1", "2"]]), ["12|2"]);
    }

    #[test]
    fn dates_are_shifted_in_the_form_they_have() {
        let days = |days: &'static str| vec![("Type", "TransformDate"), ("Column", "d"), ("AddedDays", days)];
        let one = |step: &[(&str, &str)], date: &str| transformed(&[step], &["d"], &[&[date]]).remove(0);
        assert_eq!(one(&days("1"), "2024-02-28"), "2024-02-29");
        assert_eq!(one(&days("-0.5"), "2024-03-01 00:00:00"), "2024-02-29 12:00:00");
        assert_eq!(one(&days("1"), "45350"), "45351");
        assert_eq!(one(&days("1"), "soon"), "soon");
        assert_eq!(one(&days("1"), ""), "");
        let pattern = [days("1"), vec![("DatePattern", "dd/MM/yyyy"), ("MinYear", "2000"), ("MaxYear", "2099")]].concat();
        assert_eq!(one(&pattern, "31/12/2023"), "01/01/2024");
        assert_eq!(one(&pattern, "2023-12-31"), "01/01/2024");
        assert_eq!(one(&pattern, "31/12/1899"), "31/12/1899");
        assert_eq!(one(&pattern, "31/12/9999"), "31/12/9999");
        let into = [("Type", "TransformDate"), ("Column", "end"), ("InputColumn", "d"), ("AddedDays", "1")];
        assert_eq!(one(&into, "2024-02-28"), "2024-02-28|2024-02-29");
    }

    #[test]
    fn rows_stay_that_satisfy_a_comparison() {
        let rows: &[&[&str]] = &[&["Anna"], &["anna"], &["Hannah"], &[""]];
        for (operator, value, stay) in [
            ("Equals", "Anna", &["Anna"][..]),
            ("NotEquals", "Anna", &["anna", "Hannah", ""]),
            ("Contains", "anna", &["anna", "Hannah"]),
            ("CotContains", "anna", &["Anna", ""]),
            ("StartsWith", "A", &["Anna"]),
            ("EndsWith", "a", &["Anna", "anna"]),
            ("Regex", "^[Aa]nna$", &["Anna", "anna"]),
        ] {
            let step = [("Type", "WhereValue"), ("Column", "n"), ("WhereOperator", operator), ("WhereValue", value)];
            assert_eq!(transformed(&[&step], &["n"], rows), stay, "{operator}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_told_before_anything_is_read() {
        for (step, part) in [
            (&[("Type", "Uppercase")][..], "it has no embedded form; ConcatColumns"),
            (&[("Type", "ConcatColumns"), ("Column", "a")], "InputColumn is not set"),
            (&[("Type", "WhereValue"), ("Column", "a"), ("WhereOperator", "Like")], "one of Equals, NotEquals"),
            (&[("Type", "WhereValue"), ("Column", "a"), ("WhereOperator", "Regex"), ("WhereValue", "(")], "regular expression"),
            (&[("Type", "TransformDate"), ("Column", "a"), ("AddedDays", "NaN")], "AddedDays is no number"),
            (&[("Type", "TransformDate"), ("AddedDays", "1")], "Column is not set"),
        ] {
            let error = Transformations::of(&connection(&[step]), "HR").unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn the_columns_that_are_needed_are_those_behind_the_transformations() {
        let steps: [&[(&str, &str)]; 3] = [
            &[("Type", "ConcatColumns"), ("Column", "name"), ("InputColumn", "first"), ("InputColumn2", "last")],
            &[("Type", "WhereValue"), ("Column", "kind"), ("WhereValue", "x")],
            &[("Type", "WhereValue"), ("Column", "other"), ("WhereValue", "x"), ("Table", "HR_Other")],
        ];
        let found = Transformations::of(&connection(&steps), "HR").unwrap();
        assert_eq!(found.needed(&["id", "name"]), ["first", "id", "kind", "last"]);
        assert_eq!(found.bind(&["id".to_owned(), "first".to_owned()]).err().as_deref(), Some("last"));
    }
}

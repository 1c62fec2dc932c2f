//! Code evaluated over a person with two records.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::expr::check::{Context, ProblemKind, check};
use crate::expr::csharp::{Parsed, parse};
use crate::expr::schema::{EntityId, Member, Schema};

struct World;

impl Schema for World {
    fn entity(&self, name: &str) -> Option<EntityId> {
        (name == "Person").then_some(EntityId(0))
    }

    fn entity_name(&self, _: EntityId) -> String {
        "Person".to_owned()
    }

    fn member(&self, _: EntityId, name: &str) -> Member {
        Member::Value(match name {
            "Id" => Type::Int64,
            "Name" | "None" => Type::String,
            "Age" | "NoAge" => Type::Int32,
            "Start" | "NoStart" => Type::DateTime,
            "Active" => Type::Bool,
            "Chief" | "NoChief" => Type::Entity(EntityId(0)),
            "Crew" => Type::List(Box::new(Type::Entity(EntityId(0)))),
            _ => return Member::Missing,
        })
    }
}

impl Data for World {
    fn read(&self, resource: Resource, property: &str) -> Result<Value, String> {
        let other = |id| Value::Resource(Resource { entity: EntityId(0), id });
        Ok(match property {
            "Name" => Value::text(["Élodie Ash", "bo", "Cy"][usize::try_from(resource.id).unwrap()]),
            "Age" => Value::Int(40 + resource.id),
            "Start" => Value::Date(DateTime::new(2020 + resource.id, 2, 29 - resource.id, 3661).unwrap()),
            "Active" => Value::Bool(resource.id == 0),
            "Chief" => other(1),
            "Crew" => Value::List(Arc::from([other(2), other(1)])),
            "Id" => Value::Int(resource.id),
            _ => Value::Null,
        })
    }

    fn find(&self, entity: EntityId, equal: Option<(&str, &str)>) -> Result<Arc<[Resource]>, String> {
        let all = (0..3).map(|id| Resource { entity, id });
        let wanted = |one: &Resource| match equal {
            None => true,
            Some((property, text)) => self.read(*one, property).unwrap().show() == text,
        };
        Ok(all.filter(wanted).collect())
    }
}

fn run(text: &str) -> Result<Value, String> {
    let Parsed::Code(code) = parse(text) else { return Err("does not parse".to_owned()) };
    let context = Context {
        schema: &World,
        element: "ScalarRule",
        parameter: Some("p"),
        input: Type::Entity(EntityId(0)),
        expected: Type::Unknown,
        strict: false,
    };
    let checked = check(&code, &context);
    if let Some(problem) = checked.problems.iter().find(|problem| problem.kind != ProblemKind::NotEmbedded) {
        return Err(problem.message.clone());
    }
    let input = Value::Resource(Resource { entity: EntityId(0), id: 0 });
    let now = DateTime::new(2024, 5, 6, 7).unwrap();
    evaluate(&code, &checked, input, &World, now).map_err(|error| {
        assert!(text.get(error.span.clone()).is_some(), "{error:?}");
        error.message
    })
}

fn shown(text: &str) -> String {
    match run(text) {
        Ok(Value::Null) => "null".to_owned(),
        Ok(Value::List(items)) => items.iter().map(Value::show).collect::<Vec<_>>().join(","),
        Ok(value) => value.show(),
        Err(message) => format!("error: {message}"),
    }
}

#[test]
fn texts() {
    for (code, result) in [
        ("return p.Name + \", \" + p.Age + p.None + 'x';", "Élodie Ash, 40x"),
        ("return p.None + p.None;", ""),
        ("return p.Name.Substring(1, 3).ToUpper();", "LOD"),
        ("return p.Name.IndexOf(\"A\") + p.Name.Length;", "17"),
        ("return p.Name.Simplify();", "ELODIEASH"),
        ("return p.None.Simplify()?.ToLowerInvariant() ?? \"none\";", "none"),
        ("return p.None?.Trim().Length;", "null"),
        ("return p.None.Trim();", "error: `Trim` of null"),
        ("return (p.NoChief?.Name).Trim();", "error: `Trim` of null"),
        ("return p.NoChief?.Chief.Name;", "null"),
        ("return p.NoChief.Name;", "error: `Name` of null"),
        ("return string.IsNullOrEmpty(p.None) && !string.IsNullOrWhiteSpace(p.Name);", "True"),
        ("return \"a\\U0001F600b\".Length + \":\" + \"a\\U0001F600b\".Substring(3);", "4:b"),
        ("return string.Join(\"-\", \"a,b,,c\".Split(',').Where(x => x != \"\"));", "a-b-c"),
        (
            "return \"ab\".PadLeft(4, '0') + \"ab\".Insert(1, \"-\") + \"abc\".Remove(1, 1) + \"aab\".Replace(\"a\", \"x\");",
            "00aba-bacxxb",
        ),
        ("return $\"{p.Name}: {p.Start:yyyy-MM-dd} {{ {p.Active} }}\";", "Élodie Ash: 2020-02-29 { True }"),
        ("return \"abc\"[1] == 'b' ? \"abc\".LastIndexOf('c') : 0;", "2"),
        ("return p.Name.Substring(20);", "error: `Substring` from 20 over -10 of a text of 10"),
        ("var s = p.Name.Contains(\"Ash\") ? \"y\" : \"n\"; if (s == \"y\") { s += 1; } return s;", "y1"),
        ("return Convert.ToInt32(\"12\") + int.Parse(\" 3\");", "15"),
    ] {
        assert_eq!(shown(code), result, "{code}");
    }
}

#[test]
fn numbers_and_what_is_not_there() {
    for (code, result) in [
        ("return p.Age / 3 + 2 * 5 % 4;", "15"),
        ("return p.Age / 3.0;", "13.333333333333334"),
        ("return 2147483647 + 1;", "-2147483648"),
        ("return 2147483647 + 1L;", "2147483648"),
        ("return p.Age / 0;", "error: a division by zero"),
        ("return p.NoAge + 1;", "null"),
        ("return p.NoAge > 1 || p.NoAge < 1;", "False"),
        ("return p.NoAge.GetValueOrDefault() + p.NoAge.GetValueOrDefault(7);", "7"),
        ("return p.NoAge.HasValue ? p.NoAge.Value : -1;", "-1"),
        ("return p.NoAge.Value;", "error: `Value` of null"),
        ("return p.NoAge == null && p.Age != null && p.Age is not null;", "True"),
        ("return p.NoAge.ToString() + p.Age.ToString();", "40"),
        ("return !p.Active || p.Age >= 40 && p.Age <= 40;", "True"),
        ("return (int)2.9 + (double)1;", "3"),
    ] {
        assert_eq!(shown(code), result, "{code}");
    }
}

#[test]
fn dates() {
    for (code, result) in [
        ("return p.Start.Value.AddYears(1).AddDays(-0.5).ToString(\"dd.MM.yyyy HH:mm\");", "27.02.2021 13:01"),
        ("return (p.Start.Value.Date - p.Start.Value).TotalHours > -2;", "True"),
        ("return DateTime.UtcNow.ToString(\"s\") + DateTime.Today.Hour;", "2024-05-06T00:00:070"),
        ("return p.Start < DateTime.Now && !(p.NoStart < DateTime.Now);", "True"),
        ("return p.Start.Value.ToSince1601DateString();", "132274116610000000"),
        ("return DateTime.MaxValue.AddTicks(1);", "error: this is no date between the years 1 and 9999"),
        ("return p.Start.Value.ToString(\"R\");", "error: the format `R` has no embedded form"),
        ("return DateTime.DaysInMonth(2024, 2) + p.Start.Value.DayOfYear;", "89"),
    ] {
        assert_eq!(shown(code), result, "{code}");
    }
}

#[test]
fn lists() {
    for (code, result) in [
        ("return p.Crew.Select(c => c.Name);", "Cy,bo"),
        ("return p.Crew.OrderBy(c => c.Age).First().Name + p.Crew.OrderByDescending(c => c.Age).First().Name;", "boCy"),
        ("return p.Crew.Where(c => c.Age > 41).Count() + p.Crew.Count(c => c.Active) + p.Crew.Count;", "3"),
        ("return p.Crew.Any(c => c.Name == p.Chief.Name) && p.Crew.All(c => c.Age > 40);", "True"),
        ("return p.Crew.FirstOrDefault(c => c.Active)?.Name;", "null"),
        ("return p.Crew.First(c => c.Active).Name;", "error: `First` of a list without such an item"),
        ("return p.Crew.Max(c => c.Age) - p.Crew.Min(c => c.Age);", "1"),
        ("return p.Crew.Skip(1).Single().Name + p.Crew.SkipLast(1).Last().Name;", "boCy"),
        ("return p.Crew.Single().Name;", "error: `Single` of a list with 2 such items"),
        ("return p.Crew.Contains(p.Chief) && p.Crew.ToList()[0].Name.Any(x => char.IsUpper(x));", "True"),
    ] {
        assert_eq!(shown(code), result, "{code}");
    }
}

#[test]
fn nothing_grows_without_bound() {
    let doubled = format!("var s = \"abcdefgh\"; {} return s;", "s = s + s; ".repeat(60));
    assert_eq!(shown(&doubled), "error: the expression makes a text of more than 1 MiB");
    let padded = "return \"\".PadLeft(2000000000);";
    assert_eq!(shown(padded), "error: the expression makes a text of more than 1 MiB");
    let split = "var s = \"a\".PadLeft(200000); return s.Count(x => s.Count(y => s.Any(z => z == 'b')) > 0);";
    assert_eq!(shown(split), "error: the expression takes too many steps");
}

/// Expressions over `p`, most of them with something wrong.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "p",
        "p.Name",
        "p.None",
        "p.Age",
        "p.NoAge",
        "p.Start",
        "p.NoStart",
        "p.Active",
        "p.Chief",
        "p.NoChief?.Name",
        "p.Crew",
        "null",
        "1",
        "-7",
        "2147483647",
        "9223372036854775807",
        "1.5",
        "true",
        "'x'",
        "\"é😀\"",
        "DateTime.MaxValue",
        "q",
        "DateTime",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let sign = prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "??"]);
        let name = prop::sample::select(vec![
            ".Name",
            "?.Length",
            ".Value",
            ".HasValue",
            ".Count()",
            ".First()",
            ".ToString()",
            ".Trim()",
            ".Ticks",
            ".Year",
            ".Nope",
            ".GetValueOrDefault()",
            ".Max(x => x.Age)",
            ".OrderBy(x => x.Start).Last().Start",
            ".Select(x => x.Name)",
            "[1]",
        ]);
        let method = prop::sample::select(vec!["AddDays", "AddMonths", "Substring", "Skip", "PadLeft", "Contains", "CompareTo"]);
        prop_oneof![
            (inner.clone(), sign, inner.clone()).prop_map(|(a, sign, b)| format!("({a}) {sign} ({b})")),
            (inner.clone(), name).prop_map(|(a, name)| format!("({a}){name}")),
            (inner.clone(), method, inner.clone()).prop_map(|(a, method, b)| format!("({a}).{method}({b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("(({a}) ? ({b}) : ({c}))")),
            inner.clone().prop_map(|a| format!("(int)({a})")),
            inner.prop_map(|a| format!("$\"{{{a}}}\"")),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_judged_and_evaluated_without_panic(expression in expression()) {
        let text = format!("return {expression};");
        let Parsed::Code(code) = parse(&text) else { return Ok(()) };
        let context = Context {
            schema: &World,
            element: "ScalarRule",
            parameter: Some("p"),
            input: Type::Entity(EntityId(0)),
            expected: Type::String,
            strict: false,
        };
        let checked = check(&code, &context);
        for problem in &checked.problems {
            prop_assert!(text.get(problem.span.clone()).is_some_and(|place| !place.is_empty()), "{:?}", problem);
        }
        // Even what was found wrong ends with a value or a reason.
        let input = Value::Resource(Resource { entity: EntityId(0), id: 0 });
        if let Ok(value) = evaluate(&code, &checked, input, &World, DateTime::MAX) {
            let _ = (value.store("DateTime"), value.store("Int32"), value.show());
        }
    }

    #[test]
    fn members_of_texts_never_panic(
        text in "\\PC{0,8}",
        name in prop::sample::select(vec!["Substring", "Remove", "PadLeft", "IndexOf", "Insert", "Replace"]),
        at in -3_i64..12,
        count in -3_i64..12,
    ) {
        let text = text.replace(['\\', '"'], "");
        let arguments = match name {
            "PadLeft" => format!("{at}"),
            "IndexOf" => format!("\"a\", {at}"),
            "Insert" => format!("{at}, \"é\""),
            "Replace" => "\"a\", \"bb\"".to_owned(),
            _ => format!("{at}, {count}"),
        };
        let _ = run(&format!("return \"{text}\".{name}({arguments});"));
    }
}

#[test]
fn queries_find_resources_of_a_type() {
    let select = |query: &str| {
        let text = query.replace('"', "\\\"");
        shown(&format!("return queryHandler.Select<Person>(\"{text}\").Select(x => x.Name);"))
    };
    for (query, names) in [
        ("Select Name", "Élodie Ash,bo,Cy"),
        ("select Name where Id=1", "bo"),
        ("Select Name Where Name=\"Cy\"", "Cy"),
        ("Select Name Where Age >= 41 and Age != 42", "bo"),
        ("Select Name Where (Name %= \"E\" or Name =% \"y\" or Name %=% \"bo\")", "bo,Cy"),
        ("Select Name Where Name !%= \"b\" and Name !=% \"y\" and Name !%=% \"zz\"", "Élodie Ash"),
        ("Select Name Where Active = true or Age = 42", "Élodie Ash,Cy"),
        ("Select Name Where None = null and Chief.Name = \"bo\" order by Age desc", "Cy,bo,Élodie Ash"),
        ("PageSize 2 Select Name order by Name", "Cy,bo"),
        ("Select Name Where Start < \"2021-06-01\" and Age &= 40", "Élodie Ash,bo"),
        ("Select Name Where NoAge < 5", ""),
    ] {
        assert_eq!(select(query), names, "{query}");
    }
    assert_eq!(shown("return queryHandler.Select<Person>($\"Select Id Where Id={p.Age - 39}\").FirstOrDefault()?.Name;"), "bo");
    assert_eq!(
        shown("return queryHandler.Select<Person>($\"Select Id Where Name={p.Age}{p.Age}x\").Count();"),
        "error: the query does not parse: `x` after a value, where and, or, or order by is expected"
    );
    assert!(shown("return queryHandler.Select<Person>(\"Select Nam\").Count();").contains("has no property `Nam`"));
    assert_eq!(shown("logger.LogDebug(\"a {0}\", p.Name); return p.Age;"), "40");
}

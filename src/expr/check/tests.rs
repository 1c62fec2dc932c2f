//! Code judged against a small entity model.

use super::*;
use crate::expr::csharp::{Parsed, parse};
use crate::expr::schema::Member;

/// A person with records, each with a person.
struct Model;

impl Schema for Model {
    fn entity(&self, name: &str) -> Option<EntityId> {
        ["Person", "Record"].iter().position(|one| *one == name).map(|number| EntityId(number as u32))
    }

    fn entity_name(&self, entity: EntityId) -> String {
        ["Person", "Record"][entity.0 as usize].to_owned()
    }

    fn member(&self, entity: EntityId, name: &str) -> Member {
        Member::Value(match (entity.0, name) {
            (0, "Name" | "Mail") => Type::String,
            (0, "Age") => Type::Int32,
            (_, "Id") => Type::Int64,
            (0, "Active") => Type::Bool,
            (_, "Start") => Type::DateTime,
            (0, "Records") => Type::List(Box::new(Type::Entity(EntityId(1)))),
            (0, "Chief") | (1, "Person") => Type::Entity(EntityId(0)),
            (_, "Later") => return Member::Unknown,
            _ => return Member::Missing,
        })
    }
}

fn judge(text: &str, expected: Type) -> Vec<String> {
    let Parsed::Code(code) = parse(text) else { panic!("{text} does not parse") };
    let input = Type::Entity(EntityId(0));
    let context = Context { schema: &Model, element: "ScalarRule", parameter: Some("p"), input, expected, strict: false };
    let show = |problem: &Problem| format!("{:?} {}: {}", problem.kind, &text[problem.span.clone()], problem.message);
    check(&code, &context).problems.iter().map(show).collect()
}

fn found(text: &str) -> Vec<String> {
    judge(text, Type::Unknown)
}

#[test]
fn code_that_is_right_is_not_found() {
    for text in [
        "return p.Name + \" \" + p.Age;",
        "return p.Name?.ToUpper() ?? p.Mail.Substring(0, p.Mail.IndexOf('@'));",
        "return p.Chief?.Chief.Name;",
        "return !p.Start.HasValue ? null : p.Start.Value.AddDays(-1).ToString(\"yyyy\");",
        "return p.Active.GetValueOrDefault() && p.Age > 3;",
        "return p.Records.Where(r => r.Start > DateTime.UtcNow).OrderBy(r => r.Id).FirstOrDefault()?.Person.Name;",
        "var a = p.Later.Whatever; var b = a + 1; return a.Foo(b) ?? b;",
        "if (string.IsNullOrEmpty(p.Name) || p.Chief == null) { return null; } string s = p.Name; s += p.Age; return s;",
        "return Usercube.Expressions.Functions.UtilExpressions.Simplify(p.Name);",
        "return System.String.IsNullOrEmpty(p.Name) ? p.Id.ToString() : string.Empty;",
        "return p.Start < p.Records.First().Start;",
        "return $\"{p.Start:yyyy} {p.Age}\";",
        "return p.Records.Count > 1 && p.Records.Any();",
        "return p.Start.Value - p.Records.Max(r => r.Start) == null;",
        "return p.Name.Simplify().ToLowerInvariant();",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn names_of_nothing_are_found() {
    for (text, problem) in [
        ("return p.Nme;", "Member Nme: entity type `Person` has no property `Nme`"),
        ("return q.Name;", "Member q: there is no variable `q`"),
        ("return P.Name;", "Member P: there is no variable `P`"),
        ("return p.Chief.Records.First().Chief;", "Member Chief: entity type `Record` has no property `Chief`"),
        ("return p.Records.Start;", "Member Start: a list of resources has no `Start`; its items have"),
        ("return p.Name.Lenght;", "Member Lenght: String has no property `Lenght`"),
        ("return p.Name.ToUper();", "Member ToUper: String has no method `ToUper`"),
        ("return p.Name.HasValue;", "Member HasValue: String has no property `HasValue`"),
        ("return p.Start.Value.AddDay(1);", "Member AddDay: DateTime has no method `AddDay`"),
        ("return iteration;", "Member iteration: there is no variable `iteration` here"),
        ("return p.Records.Select(r => r.Nme);", "Member Nme: entity type `Record` has no property `Nme`"),
        ("return Upper(p.Name);", "Member Upper: there is no function `Upper`"),
        ("x = 1; return 1;", "Member x: there is no local variable `x`"),
    ] {
        assert_eq!(found(text), [problem], "{text}");
    }
}

#[test]
fn types_that_do_not_go_together_are_found() {
    for (text, problem) in [
        ("if (p.Name) { return 1; } return 2;", "Type p.Name: a condition is true or false, this is a String"),
        ("return !p.Name;", "Type p.Name: `!` does not go with a String"),
        ("return p.Name - 1;", "Type p.Name - 1: `-` does not go between a String and an Int32"),
        ("return p.Name == 1;", "Type p.Name == 1: `==` does not go between a String and an Int32"),
        ("return p.Name < p.Mail;", "Type p.Name < p.Mail: `<` does not go between a String and a String"),
        ("return p.Name.Substring(\"a\");", "Type p.Name.Substring(\"a\"): `Substring` does not take (String)"),
        ("return p.Name.Length();", "Type Length: `Length` is a property, no method"),
        ("return p.Records.Where(r => r.Id);", "Type r.Id: a condition is true or false, this is an Int64"),
        ("int a = p.Name; return a;", "Type p.Name: `a` is an Int32, this is a String"),
        ("return p.Records.Skip(p.Name);", "Type p.Name: `Skip` takes a number, this is a String"),
        ("return;", "Type return;: `return` gives no value"),
    ] {
        assert_eq!(found(text), [problem], "{text}");
    }
    assert_eq!(judge("return p.Start;", Type::Bool), ["Type p.Start: a Bool is expected, this is a DateTime"]);
    assert_eq!(judge("return p.Records;", Type::String), ["Type p.Records: a String is expected, this is a list of Record"]);
    assert_eq!(judge("return p.Age;", Type::String), [""; 0]);
    assert_eq!(judge("return p.Name;", Type::Int64), [""; 0]);
}

#[test]
fn what_is_not_on_the_white_list_is_found() {
    for (text, problem) in [
        (
            "return System.IO.File.ReadAllText(p.Name);",
            "NotAllowed System.IO: `System.IO` is not on the white list of expressions",
        ),
        ("return Environment.MachineName;", "NotAllowed Environment: `Environment` is not on the white list of expressions"),
        ("return DateTime.Parse(p.Name);", "NotAllowed Parse: `DateTime.Parse` is not on the white list of expressions"),
        ("return new DateTime(2020, 1, 1);", "NotAllowed DateTime: `new DateTime` is not on the white list of expressions"),
        ("return p.Records.GroupBy(r => r.Id);", "NotAllowed GroupBy: `GroupBy` is not on the white list for lists of resources"),
        ("return long.Parse(p.Name);", "NotAllowed Parse: `Int64.Parse` is not on the white list of expressions"),
    ] {
        assert_eq!(found(text), [problem], "{text}");
    }
}

#[test]
fn what_has_no_embedded_form_is_named() {
    for (text, construct) in [
        ("return Regex.Replace(p.Name, \"a\", \"b\");", "Regex.Replace"),
        ("return queryHandler.Select<Record>(\"join Chief c select c.Id\").First().Id;", "a query with a join"),
        (
            "return queryHandler.Select<Nothing>(\"Select Id\").First().Id;",
            "a query that is not `Select<Type>(\"…\")` of an entity type",
        ),
        ("foreach (var r in p.Records) { return r.Foo; } return x;", "a loop"),
        ("return p.Name.Normalize();", "String.Normalize(Any?)"),
        ("return p.Name.Approximate();", "String.Approximate"),
        ("return p.Start.Value.ToFiscalYear() + p.Id.ToRoman();", "DateTime.ToFiscalYear"),
        ("return new Random();", "a new object"),
        (
            "return UtilExpressions.BuildUsername(p.Name, p.Mail, \".\", null, 3);",
            "UtilExpressions.BuildUsername(String, String, String, String, Int32)",
        ),
    ] {
        let problems = found(text);
        assert!(problems.iter().all(|problem| problem.starts_with("NotEmbedded")), "{problems:?}");
        assert!(problems[0].starts_with("NotEmbedded") && problems[0].ends_with(construct), "{problems:?}");
    }
}

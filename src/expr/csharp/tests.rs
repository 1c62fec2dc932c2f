//! Code read, written back and read again; code that is none.

use proptest::prelude::*;

use super::*;

fn code(text: &str) -> Code {
    match parse(text) {
        Parsed::Code(code) => code,
        other => panic!("{text}: {other:?}"),
    }
}

fn wrong(text: &str) -> (String, String) {
    match parse(text) {
        Parsed::Wrong(error) => (error.message, text[error.span].to_owned()),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn an_assignment_in_place_of_a_comparison_is_found() {
    for text in ["if (a.B = null) { return 1; } return 2;", "return (a = \"x\") ? 1 : 2;"] {
        assert_eq!(wrong(text), ("`=` assigns, and gives no condition: write `==` to compare".to_owned(), "=".to_owned()));
    }
    for text in ["if (a.B == null) { return 1; } return 2;", "bool x; if (x = a.B) { return 1; } return 2;"] {
        assert!(matches!(parse(text), Parsed::Code(_)), "{text}");
    }
}

#[test]
fn code_is_written_back() {
    for text in [
        "return person.LastName + \" \" + person.FirstName;",
        "return a?.b.c()?.d;",
        "return (a?.b).c;",
        "return $\"x {a.B:yyyy} {{ y\" + (a ?? \"z\") + \"a\\\"b\" + '\\'';",
        "if (string.IsNullOrEmpty(a.B) && !x) { return null; } else { var y = a.B.Substring(0, 2); y += \"a\"; return y; }",
        "return a.Records.Where(r => r.X == 1).OrderBy(r => r.Y).FirstOrDefault()?.Id;",
        "return ((DateTime)record.S).HasValue ? 1.5 : -18;",
        "return queryHandler.Select<Dir>(\"Select Id\").Count();",
        "return a is null ? b as string : c is not null;",
        "int k = 3000000000L; return new String('a', k)[0];",
        "return 'a' + b?.c;",
        "return a ?? !b?.c.D(1)?.e[0].f;",
        "return a ? b : (int)c?.d();",
        "return a.Any(x => x.b == c?.d);",
        "return a?.Select<B>(\"c\")?.First().D;",
    ] {
        assert_eq!(code(text).to_string(), text);
    }
    for (text, written) in [
        ("if (a) return @\"q\\\"; /* c */ return b; // d", "if (a) { return \"q\\\\\"; } return b;"),
        ("return (Nullable<DateTime>)a!;", "return (DateTime)(a);"),
        ("int? a = null, b; return a.Where((x) => true);", "int a = null; int b; return a.Where(x => true);"),
        ("return (a) && (b.c) - (d) == (int)-1;", "return a && b.c - (d) == (int)-1;"),
        ("return a.b[0x10];", "return a.b[16];"),
    ] {
        assert_eq!(code(text).to_string(), written);
    }
}

#[test]
fn what_lies_outside_the_subset_is_named() {
    for (text, construct) in [
        ("foreach (var a in b) { c = a; } return c;", "/* a loop */ return c;"),
        ("try { return a; } catch { return b; }", "/* try */"),
        ("return a switch { 1 => 2, _ => 3 };", "return /* switch */;"),
        ("return a.b(out var c);", "return a.b(out var c);"),
        ("return a.b(ref c);", "return a.b(/* an out variable */);"),
        ("a[\"x\"] = b; return a;", "a[\"x\"] = b; return a;"),
        ("return a.Where((x, i) => true);", "return a.Where(/* a function of several values */);"),
    ] {
        assert_eq!(code(text).to_string(), construct);
    }
}

#[test]
fn mistakes_are_found_where_they_were_made() {
    let found = |text: &str| {
        let (message, place) = wrong(text);
        format!("{place}: {message}")
    };
    assert_eq!(found("return a"), "a: `;` is missing at the end");
    assert_eq!(found("a + b"), "a + b: the code returns nothing: `return` and `;` are missing");
    assert_eq!(found("a.B();"), "a.B();: the code returns nothing: `return` is missing");
    assert_eq!(found("if (a) return b;"), "if (a) return b;: the code can end without a `return`");
    assert_eq!(found("return a.;"), ".: a name is missing here");
    assert_eq!(found("return (a;"), "(: this `(` is never closed");
    assert_eq!(found("return a) + b;"), "): `)` closes nothing");
    assert_eq!(found("return \"a;"), "\": this text is never closed");
    assert_eq!(found("return a b;").split(": ").count(), 2);
    assert_eq!(found("  "), "  : there is no code");
}

#[test]
fn nothing_is_too_much() {
    assert_eq!(parse(&format!("return {}1{};", "(".repeat(5000), ")".repeat(5000))), Parsed::Beyond("code nested too deeply"));
    assert_eq!(parse(&format!("return {}1;", "1 + ".repeat(5000))), Parsed::Beyond("code nested too deeply"));
    assert_eq!(parse(&"a".repeat(LENGTH + 1)), Parsed::Beyond("more than 32 KiB of code"));
    assert!(!matches!(parse(&"< ( { \" $".repeat(3000)), Parsed::Code(_)));
}

/// Text that looks like code.
fn text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "a", "return ", "if", "else", "(", ")", "{", "}", ";", ".", "?.", "??", "?", ":", "\"", "'", "$\"", "@\"", "\\", "=>",
        "=", "==", "+", "-", "1", "0x", "1.5", "null", "var ", "new ", "<", ">", "is ", "é", "😀", "\n", "//", "/*", "#", "[",
        "]", "switch", "out ", "_", ",",
    ]);
    prop::collection::vec(words, 0..25).prop_map(|words| words.concat())
}

fn node() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["null", "true", "a", "b", "12", "7L", "2.5", "'x'", "\"t\\n\"", "$\"p{a:f}q\""]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), prop::sample::select(Binary::ALL.to_vec()), inner.clone());
        prop_oneof![
            two.prop_map(|(left, operator, right)| format!("({left}) {} ({right})", operator.sign())),
            inner.clone().prop_map(|node| format!("({node}).Name")),
            inner.clone().prop_map(|node| format!("({node})?.Name.Other")),
            inner.clone().prop_map(|node| format!("!({node})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("f({a}, x => {b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("(({a}) ? ({b}) : ({c}))")),
            inner.clone().prop_map(|node| format!("(string)({node})")),
            inner.prop_map(|node| format!("({node}) is not null")),
        ]
    })
}

fn spans(body: &[tree::Statement], length: usize) {
    for statement in body {
        assert!(statement.span.start <= statement.span.end && statement.span.end <= length);
    }
}

use super::tree::Binary;

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in text()) {
        match parse(&text) {
            Parsed::Code(code) => spans(&code.body, text.len()),
            Parsed::Wrong(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error),
            Parsed::Beyond(_) => {}
        }
    }

    #[test]
    fn what_is_written_reads_the_same(node in node()) {
        let first = code(&format!("var v = {node}; if (v == null) {{ return {node}; }} return v;"));
        let written = first.to_string();
        let second = code(&written);
        prop_assert_eq!(second.to_string(), written);
        prop_assert_eq!(second.nodes, first.nodes);
    }
}

//! Expressions as a user meets them: drawn into the source, fixed, named where they have no embedded form, and run.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::Project;

const CREW: &str = r#"<EntityType Identifier="Crew" DisplayName_L1="Crew">
  <Property Identifier="Name" DisplayName_L1="Name" Type="String" IsKey="true" />
  <Property Identifier="Label" DisplayName_L1="Label" Type="String" />
</EntityType>
"#;

fn computed(expression: &str) -> String {
    format!(
        "{CREW}<EntityPropertyExpression Identifier=\"Crew_Label\" EntityType=\"Crew\" Property=\"Label\"\n  Expression=\"{expression}\" />"
    )
}

#[test]
fn a_wrong_name_is_underlined_inside_the_attribute_and_fixed() {
    let wrong = computed("C#:member:return &quot;&lt;&quot; +\n    member.Nam + &quot;&gt;&quot;;");
    let project = Project::new().configuration("a.xml", &wrong);
    let select = ["check", "a.xml", "--select", "expression-unknown-member"];
    insta::assert_snapshot!(project.run(&select), @r#"
    exit 1
    --- stdout
    error[expression-unknown-member]: entity type `Crew` has no property `Nam`
      ┌─ a.xml:9:12
      │
    9 │     member.Nam + &quot;&gt;&quot;;" />
      │            ^^^ no such name
      │
      = note: C# knows no such name: the expression does not compile
      = help: did you mean `Name`?
      = unsafe fix available: `Nam` becomes `Name`

    1 error in 1 file (5 elements)
    "#);
    let fixed = project.run(&["check", "a.xml", "--fix", "--unsafe-fixes", "--format", "concise"]);
    assert_eq!(fixed.code, Some(0), "{fixed}");
    assert!(project.read("a.xml").contains("    member.Name + &quot;&gt;&quot;;"));
}

#[test]
fn what_has_no_embedded_form_is_named_where_that_is_asked_for() {
    let project = Project::new()
        .configuration("a.xml", &computed("C#:member:return Regex.Replace(member.Name, &quot;a&quot;, &quot;b&quot;);"));
    assert_eq!(project.run(&["check", "a.xml", "--format", "json"]).findings(), [""; 0]);
    let found = project.run(&["check", "a.xml", "--embedded", "--format", "json"]);
    assert_eq!(found.findings(), ["a.xml:8 note[expression-not-embedded]"]);
    assert!(found.stdout.contains("Regex.Replace"), "{found}");
}

#[test]
fn code_of_any_size_and_depth_is_judged_or_left_alone() {
    for expression in [
        format!("C#:m:return {}m.Name{};", "(".repeat(20_000), ")".repeat(20_000)),
        format!("C#:m:return {}m.Name;", "m.Name + ".repeat(20_000)),
        format!("C#:m:return {};", "m.Name?.Trim()".repeat(3_000)),
        format!("C#:m:{}", "if (m.Name == null) { ".repeat(2_000)),
        format!("C#:m:return {}", "&lt; ( { &quot; $ ".repeat(2_000)),
        "x".repeat(1 << 20),
        "C#:".repeat(100_000),
    ] {
        let project = Project::new().configuration("a.xml", &computed(&expression));
        let outcome = project.run(&["check", "a.xml", "--embedded", "--format", "json"]);
        assert!(matches!(outcome.code, Some(0 | 1)), "{outcome}");
    }
}

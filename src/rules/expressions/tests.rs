//! Expressions in a configuration: places through escapes and line breaks, and what stays silent.

use crate::rules::testing::{findings, lines};

const MODEL: &str = "<EntityType Identifier=\"Person\"><Property Identifier=\"Name\"/><Property Identifier=\"Active\" Type=\"Bool\"/>\
    <Property Identifier=\"Start\" Type=\"DateTime\"/><Property Identifier=\"Chief\" Type=\"ForeignKey\"/>\
    <Property Identifier=\"Crew\" Type=\"ForeignKey\"/></EntityType>\
    <EntityType Identifier=\"Account\"><Property Identifier=\"login\"/></EntityType>\
    <EntityAssociation Identifier=\"A\" Property1=\"Person:Chief\" Property2=\"Person:Crew\" IsProperty2Collection=\"true\"/>\n";

/// The messages of a rule about an expression of a person's name, each with the text it underlines.
fn found(rule: &str, expression: &str) -> Vec<String> {
    in_element(
        rule,
        &format!(
            "<EntityPropertyExpression Identifier=\"X\" EntityType=\"Person\" Property=\"Name\" Expression=\"{expression}\"/>"
        ),
    )
}

fn in_element(rule: &str, element: &str) -> Vec<String> {
    let (program, found) = findings(&format!("{MODEL}{element}"), rule);
    let text = |location: crate::source::Location| location.span.of(program.text(location.file)).to_owned();
    found.iter().map(|one| format!("{}: {}", text(one.location), one.message)).collect()
}

#[test]
fn places_are_exact_through_escapes_and_line_breaks() {
    let rule = "expression-unknown-member";
    assert_eq!(
        found(rule, "C#:p:return &quot;&lt;é&gt;&quot;&#10;\r\n\t + p.Nam + p.Name;"),
        ["Nam: entity type `Person` has no property `Nam`"]
    );
    assert_eq!(found(rule, "C#:p:return p.Chief.&#78;ame1;"), ["&#78;ame1: entity type `Person` has no property `Name1`"]);
    let (program, found) = findings(
        &format!(
            "{MODEL}<EntityPropertyExpression EntityType=\"Person\" Property=\"Name\" Expression=\"C#:p:\nreturn\n\n p.Nme;\"/>"
        ),
        rule,
    );
    let at = program.sources.get(found[0].location.file).position(found[0].location.span.start);
    assert_eq!((at.line, at.column), (5, 4));
}

#[test]
fn queries_name_entity_types() {
    let rule = "expression-unknown-member";
    let query =
        |name: &str| format!("C#:p:return queryHandler.Select&lt;{name}&gt;(&quot;Select Id&quot;).First().Id.ToString();");
    assert_eq!(found(rule, &query("Acount")), ["Acount: there is no entity type `Acount`"]);
    assert_eq!(found(rule, &query("person")), [""; 0]);
    assert_eq!(found(rule, &query("AssignedResourceType")), [""; 0], "one of the product's own");
}

#[test]
fn expressions_that_cannot_be_read_are_found() {
    let rule = "expression-syntax";
    assert_eq!(
        found(rule, "C#:p:return p.Name"),
        ["e: EntityPropertyExpression.Expression does not parse: `;` is missing at the end"]
    );
    assert_eq!(
        found(rule, "C#:p:return (p.Name;"),
        ["(: EntityPropertyExpression.Expression does not parse: this `(` is never closed"]
    );
    assert_eq!(
        found(rule, "p.Name"),
        ["p.Name: EntityPropertyExpression.Expression does not parse: it is neither `C#:`, `Literal:` nor a predefined function"]
    );
    assert_eq!(
        found(rule, "Literl:x"),
        [
            "Literl: EntityPropertyExpression.Expression does not parse: there is no predefined function `Literl`; did you mean `Literal`?"
        ]
    );
    assert_eq!(found(rule, "ParseLocalDate:x").len(), 1);
    for right in ["C#:p:return p.Name; // end", "C#:p: // why\n return p.Name;", "c#:return 1;", "Literal:", " Trim", ""] {
        assert!(found(rule, right).is_empty(), "{right}");
    }
    assert!(lines("<A Expression=\"x\"/><BuildUniqueValueAspect SqlCheckExpression=\"SELECT 1\"/>", rule).is_empty());
    assert!(lines("<EntityPropertyExpression Expression=\"C#:p:return \"a\" + p;\"/>", rule).is_empty(), "XML is broken");
}

#[test]
fn the_input_is_what_the_attributes_around_say() {
    let rule = "expression-unknown-member";
    let type_of_rules = |rules: &str| {
        in_element(
            rule,
            &format!(
                "<ResourceType Identifier=\"R\" SourceEntityType=\"Person\" TargetEntityType=\"Account\">{rules}</ResourceType>"
            ),
        )
    };
    assert_eq!(
        type_of_rules("<ScalarRule Property=\"login\" Expression=\"C#:p:return p.login;\"/>"),
        ["login: entity type `Person` has no property `login`"]
    );
    assert!(type_of_rules("<ScalarRule Property=\"login\" Expression=\"C#:p:return p.Name;\"/>").is_empty());
    assert_eq!(
        type_of_rules("<ScalarRule Property=\"login\" Binding=\"Chief\" Expression=\"C#:p:return p.Nam;\"/>"),
        ["Nam: entity type `Person` has no property `Nam`"]
    );
    assert!(type_of_rules("<ScalarRule Property=\"login\" Binding=\"Crew\" Expression=\"C#:p:return p.Name;\"/>").is_empty());
    assert!(
        type_of_rules("<ScalarRule Property=\"login\" Binding=\"Name\" Expression=\"C#:n:return n.ToUpper();\"/>").is_empty()
    );
    let classified = "<ResourceType Identifier=\"R\" SourceEntityType=\"Person\" TargetEntityType=\"Account\"/>\
        <ResourceClassificationRule ResourceType=\"R\" TargetExpression=\"C#:a:return a.Name != null;\"/>";
    assert_eq!(in_element(rule, classified), ["Name: entity type `Account` has no property `Name`"]);
    let aspect = "<AssertValueAspect ExpressionBinding=\"Workflow_Person:Person.Chief\" Expression=\"C#:p:return p.Active;\"/>";
    assert!(in_element(rule, aspect).is_empty());
    let unknown = "<EntityPropertyExpression EntityType=\"Gone\" Property=\"X\" Expression=\"C#:p:return p.Anything.Else;\"/>";
    assert!(in_element(rule, unknown).is_empty(), "what is not declared is not judged");
    let inherited = "C#:p:return p.Id.ToString() + p.InternalDisplayName + p.AssignedSingleRoles.Count();";
    assert!(found(rule, inherited).is_empty(), "every entity type has these");
}

#[test]
fn types_are_compared_with_what_is_wanted() {
    let rule = "expression-type";
    assert_eq!(found(rule, "C#:p:return p.Crew;"), ["p.Crew: a String is expected, this is a list of Person"]);
    let constant = |property: &str, value: &str| {
        in_element(
            rule,
            &format!("<EntityPropertyExpression EntityType=\"Person\" Property=\"{property}\" Expression=\"Literal:{value}\"/>"),
        )
    };
    assert_eq!(constant("Active", "maybe"), ["maybe: Literal `maybe` is not true or false"]);
    assert_eq!(constant("Start", "20240101"), ["20240101: a property of type DateTime takes no Literal"]);
    assert!(constant("Active", "true").is_empty() && constant("Chief", "3").is_empty() && constant("Gone", "x").is_empty());
    assert_eq!(found(rule, "ToUpper"), ["ToUpper: `ToUpper` works on a value, but its input is a resource of `Person`"]);
    let condition = "<ResourceType Identifier=\"R\" TargetEntityType=\"Person\"/>\
        <ResourceClassificationRule ResourceType=\"R\" TargetExpression=\"C#:p:return p.Name;\"/>";
    assert_eq!(in_element(rule, condition), ["p.Name: a Bool is expected, this is a String"]);
    assert!(found(rule, "C#:p:return p.Start ?? DateTime.UtcNow;").is_empty());
}

#[test]
fn what_is_not_on_the_white_list_is_found() {
    let rule = "expression-not-allowed";
    assert_eq!(
        found(rule, "C#:p:return Environment.UserName;"),
        ["Environment: `Environment` is not on the white list of expressions"]
    );
    assert_eq!(found(rule, "C#:p:return p.Start.Value.ToShortDateString();").len(), 1);
    assert_eq!(found(rule, "C#:p:return p.Crew.GroupBy(c =&gt; c.Name);").len(), 1);
    assert!(found(rule, "C#:p:return Regex.IsMatch(p.Name, &quot;x&quot;);").is_empty());
    assert!(found(rule, "C#:p:var d = new System.Collections.Generic.Dictionary&lt;string, string&gt;(); return d;").is_empty());
    let query = "<ResourceType Identifier=\"R\"><QueryRule Property=\"x\" TargetExpression=\"Literal:a\"/></ResourceType>";
    assert_eq!(in_element(rule, query), ["Literal:a: QueryRule.TargetExpression takes no constant"]);
}

//! Tests of the layout, and its laws on texts of any shape.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::source::Span;
use crate::syntax::parse;

const NARROW: Style = Style { width: 60, indent: 2, wrap: Wrap::Fill };

fn formatted(text: &str) -> String {
    format(text, &NARROW).unwrap()
}

#[test]
fn attributes_stand_in_the_order_of_the_grammar() {
    let text = "<?xml version='1.0'?><ConfigurationFile xmlns='urn:schemas-usercube-com:configuration'>\n\
        <Job Zebra='?' DisplayName_L10='j' DisplayName_L2='b' Agent = \"A\" DisplayName_L1='a \"quoted\"' Identifier='J'></Job>\
        <SingleRole D1A='x' DB='y' Identifier='R' D2='z'/><Nonsense B='1' A='2'/></ConfigurationFile>";
    assert_snapshot!(formatted(text), @r#"
    <?xml version='1.0'?>
    <ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
      <Job Identifier="J" DisplayName_L1='a "quoted"'
          DisplayName_L2="b" DisplayName_L10="j" Agent="A"
          Zebra="?" />
      <SingleRole Identifier="R" D2="z" DB="y" D1A="x" />
      <Nonsense B="1" A="2" />
    </ConfigurationFile>
    "#);
}

#[test]
fn comments_keep_what_they_belong_to() {
    let text = "<!-- first --><ConfigurationFile>\n\n\n\n\
        <Job Identifier='A'/> <!-- a remark -->\n\
        \t<!-- two\n\t     lines -->\n<!-- jobwright: ignore[unused-task] why -->\n\n<Job Identifier='B'> <!-- nightly -->\n<Step/>\n\n</Job>\n\
        <!-- before --><Agent/><!-- after --></ConfigurationFile>   <!-- end -->";
    assert_snapshot!(formatted(text), @r#"
    <!-- first -->
    <ConfigurationFile>

      <Job Identifier="A" /> <!-- a remark -->
      <!-- two
           lines -->
      <!-- jobwright: ignore[unused-task] why -->
      <Job Identifier="B"> <!-- nightly -->
        <Step />
      </Job>
      <!-- before -->
      <Agent />
      <!-- after -->
    </ConfigurationFile> <!-- end -->
    "#);
}

#[test]
fn what_white_space_may_mean_something_in_is_left() {
    let text = "<ConfigurationFile><Job  Identifier='A'>text <b>  x </b >\n</Job ><Job xml:space='preserve'> </Job>\
        <x:e xmlns:x='urn:x'   b='1' a='2'> </x:e><Job>&#32;</Job><Job><![CDATA[ a ]]></Job><?target  some  data?></ConfigurationFile>";
    assert_snapshot!(formatted(text), @r#"
    <ConfigurationFile>
      <Job Identifier="A">text <b>  x </b >
    </Job>
      <Job xml:space="preserve"> </Job>
      <x:e xmlns:x='urn:x'   b='1' a='2'> </x:e>
      <Job>&#32;</Job>
      <Job><![CDATA[ a ]]></Job>
      <?target  some  data?>
    </ConfigurationFile>
    "#);
}

#[test]
fn long_values_keep_their_lines() {
    let text = "<ConfigurationFile><ScalarRule Expression=\"C#:person:\n    return person.Mail;\n\" Property='mail' Policy='P'/></ConfigurationFile>";
    assert_snapshot!(formatted(text), @r#"
    <ConfigurationFile>
      <ScalarRule Expression="C#:person:
        return person.Mail;
    "
          Policy="P" Property="mail" />
    </ConfigurationFile>
    "#);
    let each = Style { wrap: Wrap::Each, ..NARROW };
    let long = "<ConfigurationFile><Job Identifier='An identifier that is long' DisplayName_L1='And a label' Agent='A'/></ConfigurationFile>";
    assert_snapshot!(format(long, &each).unwrap(), @r#"
    <ConfigurationFile>
      <Job Identifier="An identifier that is long"
          DisplayName_L1="And a label"
          Agent="A" />
    </ConfigurationFile>
    "#);
    let never = Style { width: 0, ..NARROW };
    assert_eq!(format(long, &never).unwrap().lines().count(), 3);
}

#[test]
fn line_ends_become_those_of_most_lines() {
    assert_eq!(formatted("<a>\r\n<b/>\n<c d='1\r\n2'/>\r\n</a>"), "<a>\r\n  <b />\r\n  <c d=\"1\r\n2\" />\r\n</a>\r\n");
    assert_eq!(formatted("<a>\r\n<b/>\n<c/>\n</a>"), "<a>\n  <b />\n  <c />\n</a>\n");
    assert_eq!(formatted("<a>\r<b c='\r\r\n'/>\r</a>"), "<a>\n  <b c=\"\n\n\" />\n</a>\n");
}

#[test]
fn broken_texts_are_left() {
    for text in ["", "<a>", "<a b=1/>", "<a/><b/>", "<!DOCTYPE a><a/>", "<x:a/>", "<a>&nope;</a>"] {
        assert_eq!(format(text, &NARROW), Err(NotWellFormed), "{text}");
    }
}

#[test]
fn depth_costs_no_stack() {
    let text = format!("{}{}", "<a>".repeat(9_000), "</a>".repeat(9_000));
    let style = Style { indent: 0, ..NARROW };
    // The innermost one is empty.
    assert_eq!(format(&text, &style).unwrap().lines().count(), 2 * 9_000 - 1);
}

#[test]
fn a_range_is_formatted_as_the_whole_would_be() {
    let text = "<ConfigurationFile>\n  <Job   Identifier='A'>\n<Step Level='1' Identifier='S'/>\n  </Job>\n  <Job  Identifier='B'/>\n</ConfigurationFile>\n";
    let document = parse(FileId(0), text, grammar::seed());
    let at = |needle: &str| Span::empty(text.find(needle).unwrap() as u32);
    let step = format_range(&document, text, at("Level"), &NARROW).unwrap().unwrap();
    assert_eq!(
        (step.span.of(text), step.text.as_str()),
        ("<Step Level='1' Identifier='S'/>", "    <Step Identifier=\"S\" Level=\"1\" />")
    );
    let job = format_range(&document, text, at("Identifier='A'"), &NARROW).unwrap().unwrap();
    assert_eq!(job.text, "  <Job Identifier=\"A\">\n    <Step Identifier=\"S\" Level=\"1\" />\n  </Job>");
    let whole = format_range(&document, text, Span::empty(0), &NARROW).unwrap().unwrap();
    assert_eq!(whole.text, formatted(text));
    let done = parse(FileId(0), &whole.text, grammar::seed());
    assert_eq!(format_range(&done, &whole.text, Span::empty(30), &NARROW).unwrap(), None);
}

/// Everything of a text that formatting must keep.
fn content(text: &str) -> Vec<String> {
    let document = parse(FileId(0), text, grammar::seed());
    assert!(document.errors().is_empty(), "{:?} in {text}", document.errors());
    let mut content = Vec::new();
    for element in document.elements() {
        let mut attributes: Vec<String> = document
            .attributes(element)
            .map(|attribute| {
                format!("{}={:?}", document.attribute_name_span(attribute).of(text), document.value(attribute, text))
            })
            .collect();
        attributes.sort();
        content.push(format!("{} in {:?} {attributes:?}", document.name_span(element).of(text), document.parent(element)));
    }
    for comment in document.comments() {
        let words: Vec<&str> = comment.span.of(text).split_ascii_whitespace().collect();
        content.push(format!("{words:?} before {:?} in {:?}", comment.before, comment.inside));
    }
    for found in document.texts() {
        content.push(format!("{:?} in {:?}", line_ends::unified(found.span.of(text)), found.inside));
    }
    content
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", " ", "\n", "\n\n\n", "\r\n", "\t", "  \n\t", "\r", "\n    "])
}

fn attributes() -> impl Strategy<Value = String> {
    let names = prop::sample::subsequence(
        vec![
            "Identifier",
            "DisplayName_L1",
            "DisplayName_L12",
            "Level",
            "D1A",
            "Agent",
            "xml:lang",
            "Zebra",
            "ConsolidationMode",
        ],
        0..6,
    );
    let value = prop::sample::select(vec![
        "\"a\"",
        "'b \"c\"'",
        "\"\"",
        "\"x &lt;\n\t &#10; y\"",
        "'é &quot; \r\n'",
        "\"0123456789 0123456789\"",
    ]);
    (names.prop_shuffle(), prop::collection::vec((value, blank()), 6)).prop_map(|(names, values)| {
        names.iter().zip(values).map(|(name, (value, blank))| format!(" {blank}{name}{blank}={blank}{value}")).collect()
    })
}

fn element() -> impl Strategy<Value = String> {
    let name =
        || prop::sample::select(vec!["Job", "Step", "ExportTask", "EntityType", "Property", "Unknown", "x:Foreign", "x:Job"]);
    let mark = prop::sample::select(vec![
        "<!-- one -->",
        "<!--two\n  lines-->",
        "<!--\n\ttabs\r\n\tand\n\n   more\n-->",
        "<!-- jobwright: ignore[unused-task] reason -->",
        "<?target data?>",
        "text",
        "&#32;",
        "<![CDATA[ <raw> ]]>",
    ]);
    let leaf = prop_oneof![
        1 => mark.prop_map(str::to_owned),
        3 => (name(), attributes(), blank()).prop_map(|(name, attributes, blank)| format!("<{name}{attributes}{blank}/>")),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        (name(), attributes(), prop::collection::vec((inner, blank()), 0..5), blank()).prop_map(
            |(name, attributes, content, blank)| {
                let content: String = content.into_iter().map(|(inner, blank)| blank.to_owned() + &inner).collect();
                format!("<{name}{attributes}>{content}{blank}</{name}{blank}>")
            },
        )
    })
}

fn file() -> impl Strategy<Value = String> {
    (prop::collection::vec((element(), blank()), 0..5), blank(), any::<bool>()).prop_map(|(content, blank, declared)| {
        let declaration = if declared { "<?xml version=\"1.0\" encoding=\"utf-8\"?>" } else { "" };
        let content: String = content.into_iter().map(|(inner, blank)| blank.to_owned() + &inner).collect();
        format!(
            "{declaration}<!-- head -->{blank}<ConfigurationFile xmlns:x='urn:x' xmlns='urn:schemas-usercube-com:configuration'>\
             {content}{blank}</ConfigurationFile>{blank}<!-- tail -->{blank}"
        )
    })
}

fn style() -> impl Strategy<Value = Style> {
    let wrap = prop::sample::select(vec![Wrap::Fill, Wrap::Each]);
    (prop::sample::select(vec![0, 1, 40, 120]), 0..5_usize, wrap).prop_map(|(width, indent, wrap)| Style { width, indent, wrap })
}

proptest! {
    #[test]
    fn formatting_keeps_everything_and_twice_is_once(text in file(), style in style()) {
        let once = format(&text, &style).unwrap();
        prop_assert_eq!(content(&once), content(&text));
        prop_assert_eq!(&format(&once, &style).unwrap(), &once);
    }

    #[test]
    fn line_ends_make_no_other_difference(text in file(), style in style()) {
        let unified = line_ends::unified(&text).into_owned();
        let windows = unified.replace('\n', "\r\n");
        prop_assert_eq!(format(&windows, &style).unwrap().replace("\r\n", "\n"), format(&unified, &style).unwrap());
    }

    #[test]
    fn a_range_keeps_everything(text in file(), style in style(), at in 0..100_u32) {
        let document = parse(FileId(0), &text, grammar::seed());
        let offset = text.floor_char_boundary(text.len() * at as usize / 100) as u32;
        if let Some(change) = format_range(&document, &text, Span::empty(offset), &style).unwrap() {
            let mut changed = text.clone();
            changed.replace_range(change.span.start as usize..change.span.end as usize, &change.text);
            prop_assert_eq!(content(&changed), content(&text));
        }
    }
}

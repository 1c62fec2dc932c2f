//! What is underlined for each break, and that every tree holds together.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::source::FileId;

static SEED: LazyLock<Seed> =
    LazyLock::new(|| Seed::new(&["a", "b", "Job", "Task", "Identifier", "ab", "abc", "abcd", "c", "x", "xmlns"]));

fn read(text: &str) -> Document {
    parse(FileId(0), text, &SEED)
}

/// The errors as `kind: underlined (related)`, the kind by its name alone.
fn errors(text: &str) -> Vec<String> {
    let document = read(text);
    let kind = |error: &SyntaxError| format!("{:?}", error.kind).split([' ', '{']).next().unwrap_or_default().to_owned();
    document
        .errors()
        .iter()
        .map(|error| match error.related {
            Some(related) => format!("{}: {} ({})", kind(error), error.span.of(text), related.of(text)),
            None => format!("{}: {}", kind(error), error.span.of(text)),
        })
        .collect()
}

#[test]
fn every_break_has_its_place() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        // Elements and their ends.
        ("<Job><Task></Job>", "UnclosedElement: Task (Job)"),
        ("<Job><Task/>", "UnclosedElement: Job ()"),
        ("<Job><Task></Tsk></Job>", "MismatchedEndTag: Tsk (Task)"),
        ("<Job><Task/></Other></Job>", "UnexpectedEndTag: Other"),
        ("<Job><Task></Other></Job>", "MismatchedEndTag: Other (Task)"),
        ("<Job><Task></Other><Task a='>'><b/></Task><!-- </Task> --></Job>", "MismatchedEndTag: Other (Task)"),
        ("<Job/></Job>", "UnexpectedEndTag: Job"),
        ("<a><b></a></b>", "UnclosedElement: b (a)"),
        ("<a></>", "MalformedEndTag: </"),
        ("<a></ a>", "MalformedEndTag: </ a"),
        ("<a></a b='1'>", "MalformedEndTag: b='1'"),
        ("<a></a", "UnclosedTag: </a"),
        ("<a><b</a>", "UnclosedTag: <b"),
        ("<a><b c='1' <d/></a>", "UnclosedTag: <b"),
        ("<a><b c='1' <d/></b><e/></a>", "UnclosedTag: <b"),
        ("<a><b c='1' /\n<d/></a>", "UnclosedTag: <b"),
        ("<a><b><b></a>", "UnclosedElement: b (a)"),
        ("<a><bc='1'>x</b></a>", "JunkInTag: ='1'"),
        ("<a><JobIdentifier='1'>x</Job></a>", "MissingSpace: Identifier"),
        ("<a><Job/><b/></Job></a>", "ClosedTwice: /> (Job)"),
        ("<a>< Job Identifier='1'/></a>", "StrayLessThan: <"),
        ("<a>\nJob Identifier='1' b=\"2\">\n<b/></Job><c/></a>", "LostLessThan: Job (Job)"),
        ("<a><Job/> Job></Job></a>", "LostLessThan: Job (Job)"),
        ("<a>\nJob Identifier='1' b>\n<b/></Job></a>", "UnexpectedEndTag: Job"),
        ("<1a></1a>", "BadElementName: 1a"),
        ("<a><-- x --></a>", "StrayLessThan: <"),
        ("<a>x < y</a>", "StrayLessThan: <"),
        // Attributes.
        ("<a 1b='x'/>", "BadAttributeName: 1b"),
        ("<a b='x'c='y'/>", "MissingSpace: c"),
        ("<a b c='y'/>", "MissingEquals: b"),
        ("<a b= />", "MissingValue: b"),
        ("<a b=x c='y'/>", "UnquotedValue: x"),
        ("<a b=x y' c='y'/>", "UnquotedValue: b=x y'"),
        ("<a b=\u{201c}x y\u{201d} c='y'/>", "UnquotedValue: \u{201c}x y\u{201d}"),
        ("<a b=\u{201c}l\u{2019}x y\u{201d} c='y'/>", "UnquotedValue: \u{201c}l\u{2019}x y\u{201d}"),
        ("<a><b c='x/>\n<b c='y'/></a>", "MissingQuote: c='"),
        ("<a><b c=\"1 d=\"2\" e=\"3\"/></a>", "MissingQuote: c=\""),
        ("<a>\n<b c=\"1/>\n<b c=\"2\"/>\n<b c=\"3\"/></a>", "MissingQuote: c=\""),
        ("<a><b c=\"1>\n</b></a>", "MissingQuote: c=\""),
        ("<a b=\"x < y\"/>", "LessThanInValue: <"),
        ("<a b=\"List<string>()\" c='2'/>", "LessThanInValue: <"),
        ("<a b=\"the \"best\" one\" c='1'/>", "JunkInTag: best\" one\""),
        ("<a 'x' b='1'/>", "JunkInTag: 'x'"),
        ("<a b='1' / c='2'/>", "JunkInTag: /"),
        ("<a b='1' c='2' b='3'/>", "DuplicateAttribute: b (b)"),
        // The document.
        ("", "NoRoot: "),
        ("<!-- only -->", "NoRoot: "),
        ("<a/><b/><b/>", "SecondRoot: b (a)"),
        ("<a/> tail ", "TextOutsideRoot: tail"),
        ("\u{FEFF}<a/>", "TextOutsideRoot: \u{FEFF}"),
        ("<![CDATA[x]]><a/>", "CdataOutsideRoot: <![CDATA[x]]>"),
        // Characters and references.
        ("<a>x\u{1}\u{2}y</a>", "ForbiddenCharacter: \u{1}\u{2}"),
        ("<a b='\u{FFFE}'/>", "ForbiddenCharacter: \u{FFFE}"),
        ("<a b='R&D && x'/>", "BareAmpersand: & BareAmpersand: &&"),
        ("<a>R & D; x</a>", "BareAmpersand: &"),
        ("<a>&nbsp;</a>", "UnknownEntity: &nbsp;"),
        ("<a>&lt x</a>", "MissingSemicolon: &lt"),
        ("<a b='&#0;'/>", "BadCharacterReference: &#0;"),
        ("<a>x ]]> y</a>", "CdataEndInText: ]]>"),
        // Comments and the rest.
        ("<a><!-- x -- y --></a>", "DoubleHyphenInComment: -- (<!--)"),
        ("<a><!-- x --->y</a>", "DoubleHyphenInComment: -- (<!--)"),
        ("<a><!-- x <!-- y --></a>", "DoubleHyphenInComment: <!-- (<!--)"),
        ("<a><!-- x\n<b/></a>", "UnclosedComment: <!--"),
        ("<a><![CDATA[ x\n<b/></a>", "UnclosedCdata: <![CDATA["),
        ("<a><?pi x\n<b/></a>", "UnclosedInstruction: <?pi"),
        ("<a><?1 x?></a>", "MalformedInstruction: <?"),
        ("<a><?XML x?></a>", "ReservedTarget: <?XML"),
        ("<a><!- x --><b 1/></a>", "UnknownDeclaration: <! JunkInTag: 1"),
        ("<a><!ELEMENT b></a>", "UnknownDeclaration: <!ELEMENT"),
        (" <?xml version='1.0'?><a/>", "DeclarationNotFirst: <?xml"),
        ("<?xml encoding='utf-8'?><a/>", "BadDeclaration: encoding"),
        ("<?xml version='2.0'?><a/>", "BadDeclaration: 2.0"),
        ("<?xml version='1.0' standalone='maybe'?><a/>", "BadDeclaration: maybe"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "Doctype: <!DOCTYPE"),
        // Namespaces.
        ("<p:a/>", "UnboundPrefix: p"),
        ("<a p:b='1'/>", "UnboundPrefix: p"),
        ("<a:b:c/>", "MalformedQualifiedName: a:b:c"),
        ("<a xmlns:p=''/>", "BadBinding: xmlns:p"),
        ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "DuplicateExpandedAttribute: q:b"),
        ("<?p:q?><a/>", "ColonInTarget: <?p:q"),
    ] {
        let found = errors(text).join(" ");
        if found != expected {
            wrong.push(format!("{text:?}\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_xml_has_no_errors() {
    for text in [
        "<?xml version='1.1'?><?xml-stylesheet x?><a/>",
        "<!--->--><a b = '1'\n\tc\r\n=\"2\" >]] ></a >",
        "<é xml:lang='fr' xmlns:p='u' p:à='&#xE9;'><p:b xmlns='' /></é>",
        "<a><![CDATA[<&]]]]>&gt;</a>\n<!-- - -->\n",
    ] {
        assert_eq!(errors(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_tree_knows_names_values_and_namespaces() {
    let text = "<!-- head --><Job xmlns='urn:schemas-usercube-com:configuration' xmlns:x='u'>\n <!-- one --> <!-- two -->\n \
                <Task Identifier='é' x:Identifier='2'/> text &amp; more <x:b/><b xmlns=''/></Job>";
    let document = read(text);
    assert_eq!(document.errors(), []);
    let names: Vec<_> = document.elements().map(|e| (document.name_text(e), document.namespace(e))).collect();
    let expected = [("Job", Namespace::Dialect), ("Task", Namespace::Dialect), ("b", Namespace::Foreign), ("b", Namespace::None)];
    assert_eq!(names, expected);
    let root = document.root().unwrap();
    assert_eq!(document.span(root).of(text), &text["<!-- head -->".len()..]);
    assert_eq!(document.children(root).count(), 3);
    let task = ElementId(1);
    let identifier = document.find_text(task, "Identifier").unwrap();
    assert_eq!(document.value(identifier, text), "é");
    assert_eq!(document.attribute_name(identifier), NameId(4));
    assert_eq!(document.tag_span(task).of(text), "<Task Identifier='é' x:Identifier='2'/>");
    assert_eq!(document.texts()[0].span.of(text), "text &amp; more");
    let comments: Vec<_> = document.comments().iter().map(|c| (c.before, c.inside)).collect();
    assert_eq!(comments, [(Some(root), None), (Some(task), Some(root)), (Some(task), Some(root))]);
}

#[test]
fn one_mistake_spoils_nothing_after_it() {
    let text = "<Job>\n<Task Identifier=\"one/>\n<Task Identifier=\"two\">\n<Task Identifier=\"three\"/>\n</Job>";
    let document = read(text);
    assert_eq!(document.errors().len(), 2, "{:?}", document.errors());
    let values: Vec<_> =
        document.elements().filter_map(|e| document.find_text(e, "Identifier")).map(|a| document.value(a, text)).collect();
    assert_eq!(values, ["one", "two", "three"]);
}

#[test]
fn depth_and_numbers_are_bounded() {
    for depth in [MAX_DEPTH, MAX_DEPTH + 1, 300_000] {
        let document = read(&("<a>".repeat(depth) + &"</a>".repeat(depth)));
        assert_eq!(document.len(), depth.min(MAX_DEPTH));
        assert_eq!(document.errors().len(), usize::from(depth > MAX_DEPTH));
    }
    assert_eq!(read(&("<a>".to_owned() + &"&".repeat(3) + &" & ".repeat(1000) + "</a>")).errors().len(), MAX_ERRORS + 1);
    for hostile in [
        "<a b='",
        "<!-- ",
        "</x>",
        "<a x",
        "<",
        "<?",
        "<a><b></a>",
        "<a b=\"<",
        "<![CDATA[",
        "' ",
        "<a>\n<b c=\"1\n",
        " xmlns:p='u'",
        "<a xmlns:p='u' xmlns:p='u'>",
    ] {
        let document = read(&hostile.repeat(50_000));
        assert!((1..=2 * MAX_ERRORS + 2).contains(&document.errors().len()), "{hostile}");
    }
    // Minutes each, were the rest looked through again and again.
    assert_eq!(read(&format!("<a \"{}/>", " ".repeat(300_000))).errors().len(), 1);
    assert!(!read(&format!("<a{}/>", " b=\u{201e}x".repeat(20_000))).errors().is_empty());
    let repeated = read(&format!("<a{}/>", " xmlns:p='u'".repeat(100_000)));
    assert_eq!(repeated.errors().len(), MAX_ERRORS + 1);
    let many: Vec<String> = (0..50_000).map(|number| format!(" p{number}:x='1'")).collect();
    let document = read(&format!("<a{} y='1' y='2'/>", many.concat()));
    assert!(document.errors().iter().any(|error| matches!(error.kind, SyntaxErrorKind::DuplicateAttribute { .. })));
}

/// Parts of tags that are right more often than not: what goes wrong does so in the middle of a tree.
fn broken_tree() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<a>",
        "<b c='1'/>",
        "<a>",
        "</a>",
        "</b>",
        "<b d=\"2\">",
        "\n  ",
        "text",
        "<a ",
        " x=\"",
        "\"",
        "'",
        ">",
        "/>",
        "<",
        "</a >",
        "</",
        "<!-- c -->",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&",
        "<?p?>",
        "\u{FEFF}",
        " b='1' b='2'",
        " p:q='1'",
        " b c='1'>",
        "\t",
        "<é/>",
        "<a:b>",
        "\u{1}",
        // Names that begin alike, one behind the other in any order.
        "<ab>",
        "<abc",
        " ab='1'",
        " abc='2'",
        " abcd='3' ab='4'",
        " xmlns='u'",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| format!("<?xml version=\"1.0\"?>\n<a>{}", pieces.concat()))
}

#[test]
fn a_tag_that_has_lost_its_bracket_holds_what_follows() {
    let text = "<a><c/>\nJob b='1'>\n<b x='2'><c/></b>x<!-- y --><Task/></Job><ab/></a>";
    let document = read(text);
    let shown = |element: ElementId| {
        let name = |id: ElementId| document.name_text(id).to_owned();
        let values: Vec<&str> = document.attributes(element).map(|id| document.value_span(id).of(text)).collect();
        format!("{} in {} {}", name(element), document.parent(element).map_or_else(String::new, name), values.join(" "))
    };
    let elements: Vec<String> = document.elements().map(shown).collect();
    assert_eq!(elements, ["a in  ", "c in a ", "Job in a 1", "b in Job 2", "c in b ", "Task in Job ", "ab in a "]);
    assert_eq!(document.span(ElementId(2)).of(text).trim(), &text[8..text.find("<ab").unwrap()]);
    assert_eq!(document.children(ElementId(0)).count(), 3);
    assert_eq!(document.comments()[0].inside, Some(ElementId(2)));
    assert_eq!(document.texts().iter().map(|one| one.inside).collect::<Vec<_>>(), [ElementId(2)]);
}

/// All that a document holds.
fn shown(document: &Document) -> String {
    let Document { elements, attributes, comments, texts, errors, .. } = document;
    let names: Vec<&str> = document.names.own().collect();
    format!("{elements:?} {attributes:?} {comments:?} {texts:?} {errors:?} {names:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_was_read_before_changes_nothing(before in broken_tree(), text in broken_tree()) {
        let alone = std::thread::scope(|scope| scope.spawn(|| shown(&read(&text))).join()).unwrap();
        read(&before);
        prop_assert!(shown(&read(&text)) == alone, "{text:?} after {before:?}");
    }

    #[test]
    fn tags_are_the_same_with_and_without_quick_xml(text in broken_tree(), times in prop::sample::select(vec![1, 1, 1, 100])) {
        // Many mistakes meet the bounds on how many are listed, and on how often reading starts anew.
        let text = text.repeat(times);
        let (a, b) = (read(&text), parser::parse_all_by_tokens(FileId(0), &text, &SEED));
        prop_assert!(shown(&a) == shown(&b), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_tree_holds_together(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<a", "<a>", "</a>", "<b c='1'/>", "/>", ">", "<", " x=\"", "\"", "'", "&", "&lt;", "é", "\u{FFFF}", "<!--", "-->",
                " a y='1'>", "<![CDATA[", "]]>", "<?p ", "?>", "<!DOCTYPE a [", "]>", "\n", " ", "=", "xmlns:p=\"u\"", "p:y='2'", "</", "\u{FEFF}", ":",
            ]),
            0..24,
        )
    ) {
        let text = pieces.concat();
        let document = read(&text);
        let fits = |span: crate::source::Span| text.get(span.start as usize..span.end as usize).is_some();
        for error in document.errors() {
            prop_assert!(fits(error.span) && error.related.is_none_or(fits), "{error:?} in {text:?}");
            prop_assert!(!error.kind.message().is_empty() && !error.kind.label().is_empty() && error.kind.help().is_some());
        }
        let mut attributes = 0;
        for element in document.elements() {
            let (whole, tag, name) = (document.span(element), document.tag_span(element), document.name_span(element));
            prop_assert!(fits(whole) && fits(tag) && fits(name), "{text:?}");
            prop_assert!(whole.contains(tag) && tag.contains(name), "{text:?}");
            prop_assert!(name.of(&text).ends_with(document.name_text(element)));
            if let Some(parent) = document.parent(element) {
                prop_assert!(parent < element && document.span(parent).contains(whole), "{text:?}");
                prop_assert!(document.children(parent).any(|child| child == element));
            }
            for attribute in document.attributes(element) {
                attributes += 1;
                let (name, value) = (document.attribute_name_span(attribute), document.value_span(attribute));
                prop_assert!(fits(name) && fits(value) && tag.contains(name) && tag.contains(value), "{text:?}");
                prop_assert!(name.of(&text).ends_with(document.attribute_name_text(attribute)));
            }
        }
        prop_assert_eq!(attributes, document.attributes.len());
        for comment in document.comments() {
            prop_assert!(fits(comment.span));
        }
        for found in document.texts() {
            prop_assert!(fits(found.span) && document.span(found.inside).contains(found.span), "{text:?}");
        }
    }
}

#[test]
fn nothing_is_read_where_reading_is_given_up() {
    let text = "<a><<a <a><abc\">\u{feff}".repeat(100);
    assert_eq!(shown(&read(&text)), shown(&parser::parse_all_by_tokens(FileId(0), &text, &SEED)));
}

//! What is said about each break of XML.

use std::borrow::Cow;

use super::error::{BindingProblem, DeclarationProblem, SyntaxErrorKind};

/// Characters of a name that are shown; a broken file can have names of any length.
const SHOWN: usize = 60;

impl SyntaxErrorKind {
    /// What is wrong, in one line that stands alone.
    pub fn message(&self) -> String {
        match self {
            Self::UnclosedElement { name } => format!("element `{}` is never closed", shown(name)),
            Self::UnclosedTag { tag } => format!("the tag `{}` has no `>`", shown(tag)),
            Self::MismatchedEndTag { expected, found } => {
                format!("end tag `</{}>` does not match the open element `{}`", shown(found), shown(expected))
            }
            Self::LostLessThan { name } => format!("the start tag of `{}` lacks its `<`", shown(name)),
            Self::UnexpectedEndTag { found } => format!("end tag `</{}>` closes no open element", shown(found)),
            Self::MalformedEndTag { name } if name.is_empty() => "end tag without a name".to_owned(),
            Self::MalformedEndTag { name } => {
                format!("end tag `</{}>` holds something after its name", shown(name))
            }
            Self::BadElementName { name } => format!("`{}` is not a valid element name", shown(name)),
            Self::BadAttributeName { name } => format!("`{}` is not a valid attribute name", shown(name)),
            Self::ClosedTwice { name } => {
                format!("the tag of `{0}` ends with `/>`, yet an end tag `</{0}>` follows", shown(name))
            }
            Self::StrayLessThan { meant: Some(_) } => "blanks between `<` and the name of an element".to_owned(),
            Self::StrayLessThan { meant: None } => "`<` begins no tag".to_owned(),
            Self::JunkInTag { found, element } => {
                format!("`{}` in the tag of `{}` is no attribute", shown(found), shown(element))
            }
            Self::MissingSpace { attribute } => {
                format!("no white space before attribute `{}`", shown(attribute))
            }
            Self::MissingEquals { attribute } => {
                format!("attribute `{}` is not followed by `=` and a value", shown(attribute))
            }
            Self::MissingValue { attribute } => format!("attribute `{}` has no value", shown(attribute)),
            Self::UnquotedValue { attribute } => {
                format!("the value of attribute `{}` is not in quotes", shown(attribute))
            }
            Self::MissingQuote { attribute, .. } => {
                format!("the value of attribute `{}` has no closing quote", shown(attribute))
            }
            Self::LessThanInValue { attribute } => {
                format!("`<` in the value of attribute `{}`", shown(attribute))
            }
            Self::DuplicateAttribute { attribute, element } => {
                format!("attribute `{}` is written twice on `{}`", shown(attribute), shown(element))
            }
            Self::NoRoot => "the file holds no element".to_owned(),
            Self::SecondRoot { name } => format!("`{}` is a second root element", shown(name)),
            Self::TextOutsideRoot => "text outside the root element".to_owned(),
            Self::CdataOutsideRoot => "CDATA section outside the root element".to_owned(),
            Self::ForbiddenCharacter { character } => {
                format!("character U+{:04X} is not allowed in XML", u32::from(*character))
            }
            Self::BareAmpersand => "`&` begins no reference".to_owned(),
            Self::UnknownEntity { name } => format!("entity `{}` is not defined", shown(name)),
            Self::MissingSemicolon { reference } => format!("reference `{}` has no `;`", shown(reference)),
            Self::BadCharacterReference { reference } => {
                format!("`{}` refers to no character that XML allows", shown(reference))
            }
            Self::CdataEndInText => "`]]>` in text".to_owned(),
            Self::DoubleHyphenInComment { nested: false } => "`--` inside a comment".to_owned(),
            Self::DoubleHyphenInComment { nested: true } => "a comment begins inside another comment".to_owned(),
            Self::UnclosedComment => "comment is never closed".to_owned(),
            Self::UnclosedCdata => "CDATA section is never closed".to_owned(),
            Self::UnclosedInstruction => "processing instruction is never closed".to_owned(),
            Self::MalformedInstruction => "a processing instruction begins with a name and white space".to_owned(),
            Self::ReservedTarget { target } => {
                format!("processing instruction named `{}`, which XML reserves", shown(target))
            }
            Self::UnknownDeclaration { keyword } => {
                format!("`<!{}` is neither a comment nor a CDATA section", shown(keyword))
            }
            Self::DeclarationNotFirst => "the XML declaration is not at the very start of the file".to_owned(),
            Self::BadDeclaration { problem } => problem.message().to_owned(),
            Self::TooDeep => format!("elements are nested more than {} deep", super::MAX_DEPTH),
            Self::TooLarge => "the file is larger than 4 GiB".to_owned(),
            Self::TooManyErrors => "too many XML errors; the rest of the file's are not listed".to_owned(),
            Self::Doctype => "document type declarations are not accepted".to_owned(),
            Self::UnboundPrefix { prefix } => format!("prefix `{}` is bound to no namespace", shown(prefix)),
            Self::MalformedQualifiedName { name } => {
                format!("`{}` is not a valid name with a namespace prefix", shown(name))
            }
            Self::BadBinding { prefix, problem } => problem.message(prefix),
            Self::DuplicateExpandedAttribute { attribute } => {
                format!("attribute `{}` repeats another under a second prefix of its namespace", shown(attribute))
            }
            Self::ColonInTarget { target } => {
                format!("processing instruction `{}` has a colon in its name", shown(target))
            }
            Self::TooManyNamespaceErrors => "too many namespace errors; the rest of the file's are not listed".to_owned(),
        }
    }

    /// A few words beside the underlined place.
    pub fn label(&self) -> &'static str {
        match self {
            Self::UnclosedElement { .. } | Self::UnclosedComment | Self::UnclosedCdata | Self::UnclosedInstruction => {
                "opened here"
            }
            Self::UnclosedTag { .. } => "no `>`",
            Self::MismatchedEndTag { .. } => "another name",
            Self::LostLessThan { .. } => "no `<`",
            Self::UnexpectedEndTag { .. } => "nothing to close",
            Self::MalformedEndTag { .. } => "only a name may stand here",
            Self::BadElementName { .. } | Self::BadAttributeName { .. } | Self::MalformedQualifiedName { .. } => "no valid name",
            Self::ClosedTwice { .. } => "closed here already",
            Self::StrayLessThan { meant: Some(_) } => "begins no tag",
            Self::StrayLessThan { meant: None } | Self::LessThanInValue { .. } => "write `&lt;`",
            Self::JunkInTag { .. } => "not an attribute",
            Self::MissingSpace { .. } => "blank needed before",
            Self::MissingEquals { .. } => "no `=`",
            Self::MissingValue { .. } => "no value",
            Self::UnquotedValue { .. } => "quotes needed",
            Self::MissingQuote { .. } => "quote opened here",
            Self::DuplicateAttribute { .. } | Self::DuplicateExpandedAttribute { .. } => "written again",
            Self::NoRoot => "no element",
            Self::SecondRoot { .. } => "second root",
            Self::TextOutsideRoot | Self::CdataOutsideRoot => "outside the root",
            Self::BareAmpersand => "write `&amp;`",
            Self::UnknownEntity { .. } => "not defined",
            Self::MissingSemicolon { .. } => "`;` missing after this",
            Self::BadCharacterReference { .. } => "no such character",
            Self::CdataEndInText => "write `]]&gt;`",
            Self::DoubleHyphenInComment { nested: false } => "two hyphens",
            Self::DoubleHyphenInComment { nested: true } => "inside a comment",
            Self::MalformedInstruction => "name expected",
            Self::ReservedTarget { .. } => "reserved",
            Self::UnknownDeclaration { .. } => "not allowed here",
            Self::DeclarationNotFirst => "not at the start",
            Self::BadDeclaration { .. } => "malformed declaration",
            Self::TooDeep => "too deep",
            Self::TooLarge => "too large",
            Self::TooManyErrors | Self::TooManyNamespaceErrors => "listing ends here",
            Self::Doctype => "not accepted",
            Self::UnboundPrefix { .. } => "not declared",
            Self::ForbiddenCharacter { .. } | Self::BadBinding { .. } => "not allowed",
            Self::ColonInTarget { .. } => "colon",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnclosedElement { name } => {
                let name = shown(name);
                format!("write `</{name}>` after its content, or end the start tag with `/>` if it has none")
            }
            Self::UnclosedTag { tag } if tag.starts_with("</") => format!("write `{}>`", shown(tag)),
            Self::UnclosedTag { .. } => "end the tag with `>`, or with `/>` if the element has no content".to_owned(),
            Self::MismatchedEndTag { expected, .. } => format!("write `</{}>`", shown(expected)),
            Self::UnexpectedEndTag { .. } => "remove it, or add the start tag it belongs to".to_owned(),
            Self::MalformedEndTag { name } if name.is_empty() => "write the element's name after `</`".to_owned(),
            Self::MalformedEndTag { name } => {
                format!("write `</{}>`; attributes belong in the start tag", shown(name))
            }
            Self::BadElementName { .. } | Self::BadAttributeName { .. } => {
                "begin the name with a letter or `_`; letters, digits, `-`, `_` and `.` may follow".to_owned()
            }
            Self::ClosedTwice { .. } => {
                "write `>` in place of `/>` if the elements up to the end tag belong in it, or remove the end tag".to_owned()
            }
            Self::LostLessThan { name } | Self::StrayLessThan { meant: Some(name) } => format!("write `<{}`", shown(name)),
            Self::StrayLessThan { meant: None } | Self::LessThanInValue { .. } => "write `&lt;` for the character `<`".to_owned(),
            Self::JunkInTag { found, .. } if found.starts_with(['"', '\'']) => {
                "remove it; a quote inside a value is written `&quot;` or `&apos;`".to_owned()
            }
            Self::JunkInTag { found, .. } if found.contains(['"', '\'']) && !found.starts_with('=') => {
                "if it belongs to the value before it, write the quotes in there as `&quot;`, or `&apos;`".to_owned()
            }
            Self::JunkInTag { .. } => "remove it, or write it as `name=\"value\"`".to_owned(),
            Self::MissingSpace { .. } => "put a blank before it".to_owned(),
            Self::UnquotedValue { attribute } => {
                format!("write `{}=\"…\"`, with the straight quotes of the keyboard", shown(attribute))
            }
            Self::MissingEquals { attribute } | Self::MissingValue { attribute } => {
                format!("write `{}=\"…\"`", shown(attribute))
            }
            Self::MissingQuote { quote, .. } => format!("close the value with `{quote}`"),
            Self::DuplicateAttribute { .. } | Self::DuplicateExpandedAttribute { .. } => "remove one of the two".to_owned(),
            Self::NoRoot => "a configuration file holds one `ConfigurationFile` element".to_owned(),
            Self::SecondRoot { .. } => "put both into one root element, or into two files".to_owned(),
            Self::TextOutsideRoot | Self::CdataOutsideRoot => "move it into an element, or remove it".to_owned(),
            Self::ForbiddenCharacter { .. } => "remove it; a reference such as `&#0;` is no way around".to_owned(),
            Self::BareAmpersand => "write `&amp;` for the character `&`".to_owned(),
            Self::UnknownEntity { name } => match html_entity(name) {
                Some(code) => format!("write `&#{code};`; XML itself defines only amp, lt, gt, quot and apos"),
                None => "XML itself defines amp, lt, gt, quot and apos; for a plain `&` write `&amp;`".to_owned(),
            },
            Self::MissingSemicolon { reference } => format!("write `{};`", shown(reference)),
            Self::BadCharacterReference { .. } => {
                "write the code point of an allowed character, as `&#233;` or `&#xE9;`".to_owned()
            }
            Self::CdataEndInText => "write `]]&gt;`, or remove it if a CDATA section ended earlier".to_owned(),
            Self::DoubleHyphenInComment { nested: false } => "write a single hyphen, or `- -`".to_owned(),
            Self::DoubleHyphenInComment { nested: true } => {
                "close the outer comment with `-->` first, or remove the inner comment".to_owned()
            }
            Self::UnclosedComment => "end the comment with `-->`".to_owned(),
            Self::UnclosedCdata => "end the section with `]]>`".to_owned(),
            Self::UnclosedInstruction => "end the instruction with `?>`".to_owned(),
            Self::MalformedInstruction => "write `<?name …?>`, or remove it".to_owned(),
            Self::ReservedTarget { .. } => "write it `<?xml …?>` at the very start of the file, or remove it".to_owned(),
            Self::UnknownDeclaration { .. } => "remove it; a comment is written `<!-- … -->`".to_owned(),
            Self::DeclarationNotFirst => "remove it, or what stands before it, blanks and line breaks included".to_owned(),
            Self::BadDeclaration { .. } => "write `<?xml version=\"1.0\" encoding=\"utf-8\"?>`".to_owned(),
            Self::TooDeep => "a configuration is about ten deep; look for end tags that are missing".to_owned(),
            Self::TooLarge => "split the file".to_owned(),
            Self::TooManyErrors | Self::TooManyNamespaceErrors => "correct those listed and check again".to_owned(),
            Self::Doctype => "remove the declaration and write out the entities it defines".to_owned(),
            Self::UnboundPrefix { prefix } => {
                format!("declare it with `xmlns:{}=\"…\"`, or remove the prefix", shown(prefix))
            }
            Self::MalformedQualifiedName { .. } => "write `prefix:name` with one colon, or no colon".to_owned(),
            Self::BadBinding { .. } => "remove the declaration, or bind another prefix".to_owned(),
            Self::ColonInTarget { .. } => "write the name without colon".to_owned(),
        })
    }

    /// What the second place of the error is; empty for kinds that have none.
    pub fn related_label(&self) -> &'static str {
        match self {
            Self::UnclosedElement { .. } => "taken to end here",
            Self::ClosedTwice { .. } | Self::LostLessThan { .. } => "the end tag",
            Self::MismatchedEndTag { .. } => "the open element",
            Self::DuplicateAttribute { .. } | Self::DuplicateExpandedAttribute { .. } => "written first here",
            Self::SecondRoot { .. } => "the first root",
            Self::DoubleHyphenInComment { .. } => "the comment begins here",
            _ => "",
        }
    }
}

impl DeclarationProblem {
    fn message(self) -> &'static str {
        match self {
            Self::NoVersion => "the XML declaration does not begin with `version`",
            Self::Version => "the XML declaration gives a version other than 1.0",
            Self::Value => "a part of the XML declaration is not written as `name=\"value\"`",
            Self::Space => "white space is missing between two parts of the XML declaration",
            Self::Encoding => "the XML declaration gives an encoding that is no encoding's name",
            Self::Standalone => "`standalone` in the XML declaration is neither `yes` nor `no`",
            Self::Junk => "the XML declaration holds more than version, encoding and standalone in this order",
        }
    }
}

impl BindingProblem {
    fn message(self, prefix: &str) -> String {
        let prefix = shown(prefix);
        match self {
            Self::Empty => format!("prefix `{prefix}` is declared without a namespace"),
            Self::XmlPrefix => "prefix `xml` is bound to another namespace than its own".to_owned(),
            Self::XmlNamespace if prefix.is_empty() => {
                "the namespace of the prefix `xml` cannot be the default namespace".to_owned()
            }
            Self::XmlNamespace => format!("the namespace of `xml` cannot be bound to the prefix `{prefix}`"),
            Self::Xmlns => "`xmlns` and its namespace cannot be declared".to_owned(),
        }
    }
}

/// The start of a name that is too long to show; control characters stay out of terminals.
fn shown(name: &str) -> Cow<'_, str> {
    if name.len() <= SHOWN && !name.contains(char::is_control) {
        return Cow::Borrowed(name);
    }
    let plain = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let mut short: String = name.chars().take(SHOWN).map(plain).collect();
    if short.len() < name.len() && name.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    Cow::Owned(short)
}

/// Code points of the entities that people know from HTML.
fn html_entity(name: &str) -> Option<u32> {
    Some(match name {
        "nbsp" => 160,
        "copy" => 169,
        "laquo" => 171,
        "reg" => 174,
        "raquo" => 187,
        "agrave" => 224,
        "ccedil" => 231,
        "egrave" => 232,
        "eacute" => 233,
        "ecirc" => 234,
        "ndash" => 8211,
        "mdash" => 8212,
        "hellip" => 8230,
        "euro" => 8364,
        _ => return None,
    })
}

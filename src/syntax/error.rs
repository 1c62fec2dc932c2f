//! What can be wrong with a text as XML.

use crate::source::Span;

/// One break of the rules of XML, with its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The place a person would underline.
    pub span: Span,
    /// A second place that explains the first (where an element was taken to end, the first of two attributes).
    pub related: Option<Span>,
}

/// Which set of rules is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxClass {
    /// XML itself: no conforming reader takes the file.
    Xml,
    /// Namespaces in XML: a reader that knows no namespaces takes the file.
    Namespace,
    /// A document type declaration, which is XML but refused.
    Doctype,
}

/// The kinds of breaks. Names inside are as written, with their prefixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// An element without end tag.
    UnclosedElement {
        /// The element.
        name: Box<str>,
    },
    /// A tag without `>`.
    UnclosedTag {
        /// The tag up to the end of its name: `<Job` or `</Job`.
        tag: Box<str>,
    },
    /// An end tag of an element whose tag ends with `/>`, with others in between.
    ClosedTwice {
        /// The element.
        name: Box<str>,
    },
    /// An end tag of another name than the element that is open.
    MismatchedEndTag {
        /// The open element.
        expected: Box<str>,
        /// The end tag's name.
        found: Box<str>,
    },
    /// A start tag without its `<`, with an end tag.
    LostLessThan {
        /// The element.
        name: Box<str>,
    },
    /// An end tag where no element is open.
    UnexpectedEndTag {
        /// The end tag's name.
        found: Box<str>,
    },
    /// An end tag without name, or with more than a name.
    MalformedEndTag {
        /// The name; empty where there is none.
        name: Box<str>,
    },
    /// An element's name that is no name.
    BadElementName {
        /// As written.
        name: Box<str>,
    },
    /// An attribute's name that is no name.
    BadAttributeName {
        /// As written.
        name: Box<str>,
    },
    /// A `<` that begins no tag.
    StrayLessThan {
        /// The element that was meant, where nothing but blanks stand between.
        meant: Option<Box<str>>,
    },
    /// Something in a tag that is no attribute.
    JunkInTag {
        /// What it is.
        found: Box<str>,
        /// The element.
        element: Box<str>,
    },
    /// Two attributes without white space between.
    MissingSpace {
        /// The second.
        attribute: Box<str>,
    },
    /// An attribute without `=`.
    MissingEquals {
        /// The attribute.
        attribute: Box<str>,
    },
    /// An attribute with `=` but without value.
    MissingValue {
        /// The attribute.
        attribute: Box<str>,
    },
    /// A value without quotes, or without the first of them.
    UnquotedValue {
        /// The attribute.
        attribute: Box<str>,
    },
    /// A value whose closing quote is missing.
    MissingQuote {
        /// The attribute.
        attribute: Box<str>,
        /// The quote.
        quote: char,
    },
    /// A `<` in a value.
    LessThanInValue {
        /// The attribute.
        attribute: Box<str>,
    },
    /// Two attributes of the same name on one element.
    DuplicateAttribute {
        /// The attribute.
        attribute: Box<str>,
        /// The element.
        element: Box<str>,
    },
    /// No element at all.
    NoRoot,
    /// A second element beside the root.
    SecondRoot {
        /// Its name.
        name: Box<str>,
    },
    /// Text before or after the root.
    TextOutsideRoot,
    /// A CDATA section before or after the root.
    CdataOutsideRoot,
    /// A character that XML does not have.
    ForbiddenCharacter {
        /// Its code point.
        character: char,
    },
    /// An `&` that begins no reference.
    BareAmpersand,
    /// A reference to an entity that is not defined.
    UnknownEntity {
        /// The entity.
        name: Box<str>,
    },
    /// A reference without `;`.
    MissingSemicolon {
        /// As written, from the `&`.
        reference: Box<str>,
    },
    /// A reference to a character that XML does not have, or without a number.
    BadCharacterReference {
        /// As written.
        reference: Box<str>,
    },
    /// `]]>` in text.
    CdataEndInText,
    /// `--` in a comment.
    DoubleHyphenInComment {
        /// Whether it belongs to the start of another comment.
        nested: bool,
    },
    /// A comment without end.
    UnclosedComment,
    /// A CDATA section without end.
    UnclosedCdata,
    /// A processing instruction without end.
    UnclosedInstruction,
    /// A processing instruction that does not begin with a name and white space.
    MalformedInstruction,
    /// A processing instruction named `xml` in some spelling.
    ReservedTarget {
        /// As written.
        target: Box<str>,
    },
    /// `<!` with something other than a comment or a CDATA section.
    UnknownDeclaration {
        /// The keyword as written.
        keyword: Box<str>,
    },
    /// An XML declaration after something else.
    DeclarationNotFirst,
    /// An XML declaration that is malformed.
    BadDeclaration {
        /// What is wrong with it.
        problem: DeclarationProblem,
    },
    /// Elements inside each other deeper than [`super::MAX_DEPTH`].
    TooDeep,
    /// A text too large for 32-bit offsets.
    TooLarge,
    /// More breaks than are listed.
    TooManyErrors,
    /// A document type declaration.
    Doctype,
    /// A prefix that no declaration binds.
    UnboundPrefix {
        /// The prefix.
        prefix: Box<str>,
    },
    /// A name with a colon in the wrong place, or a prefix that is too long.
    MalformedQualifiedName {
        /// The name.
        name: Box<str>,
    },
    /// A namespace declaration that is not allowed.
    BadBinding {
        /// The prefix; empty for the default namespace.
        prefix: Box<str>,
        /// What is wrong with it.
        problem: BindingProblem,
    },
    /// Two attributes whose names differ in the prefix only, both bound to one namespace.
    DuplicateExpandedAttribute {
        /// The second attribute.
        attribute: Box<str>,
    },
    /// A processing instruction whose name has a colon.
    ColonInTarget {
        /// The name.
        target: Box<str>,
    },
    /// More breaks of namespaces than are listed.
    TooManyNamespaceErrors,
}

/// What is wrong with an XML declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclarationProblem {
    /// No version.
    NoVersion,
    /// A version other than 1.x.
    Version,
    /// A value without quotes, or no `=`.
    Value,
    /// No white space between two parts.
    Space,
    /// An encoding that is no encoding's name.
    Encoding,
    /// A `standalone` other than `yes` and `no`.
    Standalone,
    /// Something else, or parts in the wrong order.
    Junk,
}

/// What is wrong with a namespace declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingProblem {
    /// A prefix bound to nothing.
    Empty,
    /// The prefix `xml` bound to another namespace than its own.
    XmlPrefix,
    /// The namespace of `xml` bound to something else.
    XmlNamespace,
    /// The prefix `xmlns`, or its namespace, declared.
    Xmlns,
}

impl SyntaxErrorKind {
    /// Which set of rules is broken.
    pub fn class(&self) -> SyntaxClass {
        match self {
            Self::Doctype => SyntaxClass::Doctype,
            Self::UnboundPrefix { .. }
            | Self::MalformedQualifiedName { .. }
            | Self::BadBinding { .. }
            | Self::DuplicateExpandedAttribute { .. }
            | Self::ColonInTarget { .. }
            | Self::TooManyNamespaceErrors => SyntaxClass::Namespace,
            _ => SyntaxClass::Xml,
        }
    }
}

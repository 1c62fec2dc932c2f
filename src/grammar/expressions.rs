//! What expressions may name: predefined functions, implicit variables, the white list of C#, and the input of each
//! expression attribute. The data is `grammar/expressions.toml`.

use super::element::ElementKind;
use super::reference::TypeSource;
use super::tables;
use crate::syntax::NameId;

/// A predefined function.
#[derive(Debug)]
pub struct PredefinedFunction {
    /// Its name.
    pub name: &'static str,
    /// What the arguments after the implicit first one are.
    pub arguments: &'static [&'static str],
    /// The type of its result.
    pub returns: &'static str,
    /// Whether it has an embedded form.
    pub embedded: bool,
}

/// A variable that C# need not declare.
#[derive(Debug)]
pub struct ImplicitVariable {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: &'static str,
    /// The elements whose expressions have it; empty: all.
    pub elements: &'static [&'static str],
    /// What it is.
    pub summary: &'static str,
}

/// How a class stands to the white list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// On it with all members.
    Listed,
    /// Some of its methods are on it.
    Methods,
    /// Not on it, but used by the product's documentation.
    Seen,
    /// The type of a value that has no name.
    Instance,
}

/// A class that C# may name.
#[derive(Debug)]
pub struct Class {
    /// Its full name, its name, and its keyword.
    pub names: &'static [&'static str],
    /// The type of its values.
    pub kind: Option<&'static str>,
    /// How it stands to the white list.
    pub standing: Standing,
    /// Whether it has no other members.
    pub complete: bool,
    /// Whether the product adds methods that are not all documented.
    pub extensible: bool,
    /// Its members; overloads one after the other.
    pub members: &'static [ClassMember],
}

/// A member of a class.
#[derive(Debug)]
pub struct ClassMember {
    /// Its name.
    pub name: &'static str,
    /// Whether it belongs to the class.
    pub is_static: bool,
    /// Of a method, its parameters.
    pub parameters: Option<&'static [Parameter]>,
    /// The type of its value.
    pub returns: &'static str,
    /// Whether it has an embedded form.
    pub embedded: bool,
    /// Whether it is on the white list.
    pub listed: bool,
}

/// A parameter of a method.
#[derive(Debug)]
pub struct Parameter {
    /// The types it takes.
    pub types: &'static [&'static str],
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether any number of arguments may stand for it.
    pub repeated: bool,
}

/// What a method of sequences takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceArgument {
    /// Nothing.
    None,
    /// A number.
    Count,
    /// An item.
    Value,
    /// A condition.
    Predicate,
    /// A condition or nothing.
    MaybePredicate,
    /// What each item becomes.
    Selector,
    /// What each item becomes, or nothing.
    MaybeSelector,
    /// What the items are ordered by.
    Key,
}

/// What a method of sequences gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceReturn {
    /// One item.
    Item,
    /// A truth value.
    Bool,
    /// A number.
    Count,
    /// A sequence of the same items.
    Same,
    /// A sequence of what the items became.
    Selected,
    /// The greatest or smallest of them.
    Best,
}

/// A method of sequences.
#[derive(Debug)]
pub struct SequenceMethod {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub argument: SequenceArgument,
    /// What it gives.
    pub returns: SequenceReturn,
    /// Whether the white list has it for sequences of resources.
    pub entities: bool,
    /// Whether it has an embedded form.
    pub embedded: bool,
}

/// Where the input of an expression comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputSource {
    /// It is a resource of the entity type found there.
    Entity(TypeSource),
    /// It is a value of that type.
    Type(&'static str),
}

/// What an expression has to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// Not said.
    Anything,
    /// A value of that type.
    Type(&'static str),
    /// A value for the property that the element's `Property` names, of the entity type found there.
    Property(TypeSource),
}

/// What the dialect says of an expression attribute.
#[derive(Debug)]
pub struct ExpressionInput {
    /// The attributes.
    pub attributes: &'static [NameId],
    /// What the input is.
    pub source: InputSource,
    /// The attribute whose binding leads from there to the input.
    pub path: Option<NameId>,
    /// Whether nothing is known of the input where that attribute is absent.
    pub needs_path: bool,
    /// What the expression has to give.
    pub returns: Returns,
    /// Whether a constant is allowed; `None`: not said.
    pub literal: Option<bool>,
    /// Whether the attribute holds SQL.
    pub sql: bool,
    /// The task that evaluates it, where one does.
    pub task: Option<&'static str>,
}

/// The predefined functions.
pub fn functions() -> &'static [PredefinedFunction] {
    tables::FUNCTIONS
}

/// Windows' names of time zones, and the zones in the IANA's database.
pub fn zones() -> &'static [(&'static str, &'static str)] {
    tables::ZONES
}

/// The variables that C# need not declare.
pub fn variables() -> &'static [ImplicitVariable] {
    tables::VARIABLES
}

/// The classes that C# may name.
pub fn classes() -> &'static [Class] {
    tables::CLASSES
}

/// The methods of sequences.
pub fn sequences() -> &'static [SequenceMethod] {
    tables::SEQUENCES
}

/// What the dialect says of the expressions of an element.
pub fn inputs(kind: ElementKind) -> impl Iterator<Item = &'static ExpressionInput> {
    tables::INPUTS.iter().filter(move |(element, _)| *element == kind).map(|(_, input)| input)
}

/// The class of that name, full or short.
pub fn class_named(name: &str) -> Option<&'static Class> {
    classes().iter().find(|class| class.names.contains(&name))
}

/// The class of the values of a type.
pub fn class_of(kind: &str) -> Option<&'static Class> {
    classes().iter().find(|class| class.kind == Some(kind))
}

/// The method of sequences of that name.
pub fn sequence(name: &str) -> Option<&'static SequenceMethod> {
    sequences().iter().find(|method| method.name == name)
}

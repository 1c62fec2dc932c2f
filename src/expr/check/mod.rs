//! Code against the entity model and the white list: what every name stands for, and what is wrong with it.
//!
//! What is not known is never wrong: a type that cannot be told agrees with everything.

mod call;
mod member;
mod operator;
mod statement;

use std::ops::Range;

use crate::finding::with_article;
use crate::grammar::expressions::{Class, ClassMember, ImplicitVariable, SequenceMethod, Standing, class_named, variables};

use super::csharp::tree::{Code, Kind, Name, Node, Part};
use super::schema::{EntityId, Schema};
use super::types::Type;

/// What a problem is about; each is a rule of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A name that stands for nothing.
    Member,
    /// Types that do not go together.
    Type,
    /// Something outside the white list.
    NotAllowed,
    /// Something without an embedded form.
    NotEmbedded,
}

/// Where the right name may be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// Nowhere.
    None,
    /// Among the properties of an entity type.
    Properties(EntityId),
    /// Among these.
    Names(Vec<String>),
}

/// Something wrong with code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is about.
    pub kind: ProblemKind,
    /// Bytes of the code.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where the right name may be found.
    pub candidates: Candidates,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug)]
pub enum Use {
    /// A value that needs no name.
    Plain,
    /// A local variable, or the parameter of a function.
    Local,
    /// The input.
    Input,
    /// A variable that need not be declared.
    Implicit(&'static ImplicitVariable),
    /// A class.
    Class(&'static Class),
    /// The beginning of a class's full name.
    Namespace,
    /// A property of an entity type.
    Property,
    /// How many items there are.
    Length,
    /// A member of a class, and whether it is one of `Nullable`.
    Member(&'static Class, &'static ClassMember),
    /// A question about the order being prepared.
    Order,
    /// A query for resources.
    Query(EntityId),
    /// A method of sequences.
    Sequence(&'static SequenceMethod),
    /// `+` that joins texts.
    Join,
    /// Nothing that is known.
    Nothing,
}

/// What code is judged against.
pub struct Context<'c> {
    /// The entity model.
    pub schema: &'c dyn Schema,
    /// The element it is written in.
    pub element: &'c str,
    /// The name of the input.
    pub parameter: Option<&'c str>,
    /// The type of the input.
    pub input: Type,
    /// What it has to give, and whether nothing else can be made into it.
    pub expected: Type,
    /// Whether a value of another type is refused even where a text can be read as the type expected.
    pub strict: bool,
}

/// Code that was judged.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What is wrong, in the order of places.
    pub problems: Vec<Problem>,
    /// What each node stands for.
    pub uses: Vec<Use>,
    /// The type of each node.
    pub types: Vec<Type>,
}

/// Judges code.
pub fn check(code: &Code, context: &Context<'_>) -> Checked {
    let mut checker = Checker {
        context,
        opaque: code.opaque,
        locals: Vec::new(),
        problems: Vec::new(),
        uses: vec![Use::Plain; code.nodes as usize],
        types: vec![Type::Unknown; code.nodes as usize],
    };
    checker.statements(&code.body);
    let mut problems = checker.problems;
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end, problem.kind));
    problems.dedup_by(|a, b| a.kind == b.kind && a.span == b.span);
    Checked { problems, uses: checker.uses, types: checker.types }
}

struct Checker<'c, 'x> {
    context: &'x Context<'c>,
    /// Names may be declared in places that are not looked into.
    opaque: bool,
    locals: Vec<(String, Type)>,
    problems: Vec<Problem>,
    uses: Vec<Use>,
    types: Vec<Type>,
}

impl Checker<'_, '_> {
    fn report(&mut self, kind: ProblemKind, span: &Range<usize>, message: String) -> &mut Problem {
        self.problems.push(Problem { kind, span: span.clone(), message, help: None, candidates: Candidates::None });
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    fn not_embedded(&mut self, span: &Range<usize>, construct: &str) {
        self.report(ProblemKind::NotEmbedded, span, construct.to_owned());
    }

    fn set(&mut self, node: &Node, meaning: Use) {
        self.uses[node.id as usize] = meaning;
    }

    fn meaning(&self, node: &Node) -> Use {
        self.uses[node.id as usize]
    }

    /// The type of a node, which is judged on the way.
    fn value(&mut self, node: &Node) -> Type {
        let found = self.type_of(node);
        self.types[node.id as usize] = found.clone();
        found
    }

    fn type_of(&mut self, node: &Node) -> Type {
        match &node.kind {
            Kind::Null => Type::Null,
            Kind::Bool(_) => Type::Bool,
            Kind::Int(_, long) => {
                if *long {
                    Type::Int64
                } else {
                    Type::Int32
                }
            }
            Kind::Double(_) => Type::Double,
            Kind::Char(_) => Type::Char,
            Kind::Text(_) => Type::String,
            Kind::Interpolated(parts) => self.interpolated(parts),
            Kind::Name(name) => self.name(node, name),
            Kind::Paren(inner) => self.value(inner),
            Kind::Member { target, name, .. } => self.member(node, target, name),
            Kind::Call { function, types, arguments } => self.call(node, function, types, arguments),
            Kind::Index(target, index) => self.index(node, target, index),
            Kind::Unary(operator, value) => self.unary(*operator, value),
            Kind::Binary(operator, left, right) => self.binary(node, *operator, left, right),
            Kind::Choice(condition, yes, no) => {
                self.condition(condition);
                let (yes, no) = (self.value(yes), self.value(no));
                common(&yes, &no)
            }
            Kind::Cast(kind, value) | Kind::As(value, kind) => {
                self.value(value);
                self.written_type(kind)
            }
            Kind::IsNull(value, _) => {
                self.value(value);
                Type::Bool
            }
            Kind::Lambda(parameter, body) => {
                self.not_embedded(&node.span, "a function outside a method of sequences");
                self.function(parameter, body, Type::Unknown);
                Type::Unknown
            }
            Kind::New(kind, arguments) => self.new_object(node, kind, arguments),
            Kind::Out(name) => {
                self.not_embedded(&node.span, "an out variable");
                self.locals.push((name.text.clone(), Type::Unknown));
                Type::Unknown
            }
            Kind::Refused(construct) => {
                self.not_embedded(&node.span, construct);
                self.set(node, Use::Nothing);
                Type::Unknown
            }
        }
    }

    fn interpolated(&mut self, parts: &[Part]) -> Type {
        for part in parts {
            let Part::Value(value, format) = part else { continue };
            let kind = self.value(value);
            if format.is_some() && !matches!(kind, Type::DateTime | Type::Unknown) {
                self.not_embedded(&value.span, "the format of a value that is no date");
            }
        }
        Type::String
    }

    /// The body of a function of one value.
    fn function(&mut self, parameter: &Name, body: &Node, kind: Type) -> Type {
        self.locals.push((parameter.text.clone(), kind));
        let outside = self.locals.len() - 1;
        let result = self.value(body);
        self.locals.truncate(outside);
        result
    }

    fn condition(&mut self, node: &Node) {
        let found = self.value(node);
        if !found.fits(&Type::Bool) {
            let message = format!("a condition is true or false, this is {}", with_article(&self.show(&found)));
            self.report(ProblemKind::Type, &node.span, message);
        }
    }

    /// A name on its own.
    fn name(&mut self, node: &Node, name: &str) -> Type {
        if let Some((_, kind)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            let kind = kind.clone();
            self.set(node, Use::Local);
            return kind;
        }
        if self.context.parameter == Some(name) {
            self.set(node, Use::Input);
            return self.context.input.clone();
        }
        if let Some(variable) = variables().iter().find(|variable| variable.name == name) {
            if !variable.elements.is_empty() && !variable.elements.contains(&self.context.element) {
                let message = format!("there is no variable `{name}` here");
                let help =
                    format!("`{name}`, {}, exists in expressions of {} only", variable.summary, variable.elements.join(" and "));
                self.report(ProblemKind::Member, &node.span, message).help = Some(help);
            }
            self.set(node, Use::Implicit(variable));
            return Type::named(variable.kind);
        }
        if let Some(class) = class_named(name) {
            self.set(node, Use::Class(class));
            return Type::Unknown;
        }
        if member::is_namespace(name) {
            self.set(node, Use::Namespace);
            return Type::Unknown;
        }
        self.set(node, Use::Nothing);
        if self.opaque {
            return Type::Unknown;
        }
        let known = self.variables();
        let begins_large = name.starts_with(char::is_uppercase);
        if begins_large && !known.iter().any(|variable| variable.eq_ignore_ascii_case(name)) {
            self.refuse_class(&node.span, name);
        } else {
            let message = format!("there is no variable `{name}`");
            self.report(ProblemKind::Member, &node.span, message).candidates = Candidates::Names(known);
        }
        Type::Unknown
    }

    /// The variables that can be used.
    fn variables(&self) -> Vec<String> {
        let here = variables()
            .iter()
            .filter(|variable| variable.elements.is_empty() || variable.elements.contains(&self.context.element))
            .map(|variable| variable.name);
        let locals = self.locals.iter().map(|(name, _)| name.as_str());
        self.context.parameter.into_iter().chain(locals).chain(here).map(str::to_owned).collect()
    }

    fn refuse_class(&mut self, span: &Range<usize>, name: &str) {
        let message = format!("`{name}` is not on the white list of expressions");
        self.report(ProblemKind::NotAllowed, span, message);
    }

    /// A type by its written name.
    fn written_type(&mut self, name: &Name) -> Type {
        let bare = name.text.split('<').next().unwrap_or_default();
        if let Some(class) = class_named(bare) {
            return class.kind.map_or(Type::Unknown, Type::named);
        }
        self.context.schema.entity(bare).map_or(Type::Unknown, Type::Entity)
    }

    fn new_object(&mut self, node: &Node, kind: &Name, arguments: &[Node]) -> Type {
        for argument in arguments {
            self.value(argument);
        }
        let bare = kind.text.split('<').next().unwrap_or_default();
        let found = self.written_type(kind);
        // Its values are texts wherever orders take one.
        if found == Type::Special("Dictionary") && arguments.is_empty() && kind.text.ends_with("<string,string>") {
            return found;
        }
        match class_named(bare).map(|class| class.standing) {
            Some(Standing::Listed | Standing::Seen) => self.not_embedded(&node.span, "a new object"),
            _ => self.refuse_class(&kind.span, &format!("new {}", kind.text)),
        }
        found
    }

    fn index(&mut self, node: &Node, target: &Node, index: &Node) -> Type {
        let (target, index_type) = (self.value(target), self.value(index));
        match target {
            Type::String | Type::List(_) => {
                if !index_type.is_number() && !index_type.is_open() {
                    let message = format!("an index is a number, this is {}", with_article(&self.show(&index_type)));
                    self.report(ProblemKind::Type, &index.span, message);
                }
                if let Type::List(item) = target { *item } else { Type::Char }
            }
            _ => {
                self.not_embedded(&node.span, "an index into something else than a text or a list");
                Type::Unknown
            }
        }
    }

    /// A type in words.
    fn show(&self, kind: &Type) -> String {
        match kind {
            Type::Entity(entity) => self.context.schema.entity_name(*entity),
            Type::List(item) => format!("list of {}", self.show(item)),
            _ => kind.name().to_owned(),
        }
    }
}

/// The type of what is one of two values.
fn common(first: &Type, second: &Type) -> Type {
    match (first, second) {
        (Type::Null, other) | (other, Type::Null) => other.clone(),
        _ if first == second => first.clone(),
        _ if first.is_number() && second.is_number() => first.wider(second),
        _ => Type::Unknown,
    }
}

#[cfg(test)]
mod tests;

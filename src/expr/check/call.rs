//! Calls: methods of classes, of values, of sequences, and of what runs queries.

use crate::expr::csharp::tree::{Kind, Name, Node};
use crate::expr::query::{Query, QueryError};
use crate::expr::schema::{EntityId, Member};
use crate::expr::types::Type;
use crate::finding::with_article;
use crate::grammar::expressions::{
    Class, ClassMember, Parameter, SequenceArgument, SequenceMethod, SequenceReturn, Standing, class_of, sequence, sequences,
};

use super::member::{names, short};
use super::{Candidates, Checker, ProblemKind, Use};

/// Methods of every object.
const OF_EVERYTHING: [&str; 4] = ["Equals", "GetHashCode", "GetType", "ToString"];

impl Checker<'_, '_> {
    pub(super) fn call(&mut self, node: &Node, function: &Node, types: &[Name], arguments: &[Node]) -> Type {
        let Kind::Member { target, name, .. } = &function.kind else {
            self.arguments(arguments);
            return self.bare_call(node, function);
        };
        let kind = self.value(target);
        let result = match (self.meaning(target), &kind) {
            (Use::Class(class), _) => {
                let found = self.arguments(arguments);
                self.method(node, name, class, true, None, &found)
            }
            (Use::Namespace, _) => {
                self.arguments(arguments);
                let path = function.to_string();
                self.refuse_class(&function.span, &path);
                None
            }
            (_, Type::Special("QueryHandler")) => {
                let found = self.arguments(arguments);
                return self.query(node, name, types, arguments, &found);
            }
            (_, Type::Special("ProvisioningOrder")) => return self.of_order(node, name, arguments),
            (_, Type::List(item)) => Some(self.of_sequence(node, name, item, arguments)),
            (_, Type::Entity(entity)) => {
                self.arguments(arguments);
                if !OF_EVERYTHING.contains(&name.text.as_str())
                    && self.context.schema.member(*entity, &name.text) != Member::Unknown
                {
                    let owner = self.context.schema.entity_name(*entity);
                    let message = format!("entity type `{owner}` has no method `{}`", name.text);
                    self.report(ProblemKind::Member, &name.span, message).candidates = Candidates::Properties(*entity);
                } else {
                    self.not_embedded(&name.span, &format!("{}() of a resource", name.text));
                }
                None
            }
            (_, kind) => {
                if let Some(class) = kind.class() {
                    self.method_of_value(node, name, class, kind, arguments)
                } else {
                    self.arguments(arguments);
                    if *kind != Type::Unknown {
                        self.not_embedded(&name.span, &format!("{}() of this value", name.text));
                    }
                    None
                }
            }
        };
        result.unwrap_or_else(|| {
            self.set(node, Use::Nothing);
            Type::Unknown
        })
    }

    fn bare_call(&mut self, node: &Node, function: &Node) -> Type {
        self.set(node, Use::Nothing);
        match &function.kind {
            Kind::Name(name) if !self.opaque => {
                let message = format!("there is no function `{name}`");
                self.report(ProblemKind::Member, &function.span, message).help =
                    Some("methods are called on a value, or on a class such as `UtilExpressions`".to_owned());
            }
            _ => self.not_embedded(&node.span, "this call"),
        }
        Type::Unknown
    }

    /// The types of arguments; those of functions are not known.
    fn arguments(&mut self, arguments: &[Node]) -> Vec<Type> {
        arguments
            .iter()
            .map(|argument| match &argument.kind {
                Kind::Lambda(parameter, body) => {
                    self.function(parameter, body, Type::Unknown);
                    Type::Unknown
                }
                _ => self.value(argument),
            })
            .collect()
    }

    fn method_of_value(
        &mut self,
        node: &Node,
        name: &Name,
        class: &'static Class,
        kind: &Type,
        arguments: &[Node],
    ) -> Option<Type> {
        let own = class.members.iter().any(|one| one.name == name.text && !one.is_static && one.parameters.is_some());
        if !own && kind.is_plain() {
            let nullable = class_of("Nullable")?;
            if nullable.members.iter().any(|one| one.name == name.text && one.parameters.is_some()) {
                let found = self.arguments(arguments);
                return self.method(node, name, nullable, false, Some(kind), &found);
            }
        }
        if !own && *kind == Type::String && sequence(&name.text).is_some() {
            return Some(self.of_sequence(node, name, &Type::Char, arguments));
        }
        let found = self.arguments(arguments);
        self.method(node, name, class, false, Some(kind), &found)
    }

    /// A method of a class, by what it is given.
    fn method(
        &mut self,
        node: &Node,
        name: &Name,
        class: &'static Class,
        of_class: bool,
        own: Option<&Type>,
        arguments: &[Type],
    ) -> Option<Type> {
        let called = || class.members.iter().filter(|one| one.name == name.text && one.is_static == of_class);
        let overloads: Vec<&'static ClassMember> = called().filter(|one| one.parameters.is_some()).collect();
        if overloads.is_empty() {
            if called().next().is_some() {
                let message = format!("`{}` is a property, no method", name.text);
                self.report(ProblemKind::Type, &name.span, message).help = Some("leave the brackets out".to_owned());
            } else {
                self.unknown_method(name, class, of_class);
            }
            return None;
        }
        if let Some(refused) = overloads.iter().find(|one| !one.listed) {
            let message = format!("`{}.{}` is not on the white list of expressions", short(class), refused.name);
            self.report(ProblemKind::NotAllowed, &name.span, message);
            return None;
        }
        let fitting = |one: &&&'static ClassMember| takes(one.parameters.unwrap_or_default(), arguments);
        let Some(found) = overloads.iter().find(fitting) else {
            let given: Vec<String> = arguments.iter().map(|kind| self.show(kind)).collect();
            let wanted: Vec<String> = overloads.iter().map(|one| signature(one)).collect();
            let message = format!("`{}` does not take ({})", name.text, given.join(", "));
            self.report(ProblemKind::Type, &node.span, message).help = Some(format!("it is {}", wanted.join(" or ")));
            return None;
        };
        if !found.embedded {
            self.not_embedded(&name.span, &format!("{}.{}", short(class), signature(found)));
        }
        self.set(node, Use::Member(class, found));
        Some(match (found.returns, own) {
            ("Same", Some(own)) => own.clone(),
            (returns, _) => Type::named(returns),
        })
    }

    fn unknown_method(&mut self, name: &Name, class: &Class, of_class: bool) {
        let known = names(class, of_class);
        let near = |known: &String| {
            let (known, wrong) = (known.to_ascii_lowercase(), name.text.to_ascii_lowercase());
            known == wrong || wrong.starts_with(&known) && known.len() > 4 || strsim::osa_distance(&known, &wrong) <= 2
        };
        if class.complete && (!class.extensible || known.iter().any(near)) {
            let message = format!("{} has no method `{}`", short(class), name.text);
            self.report(ProblemKind::Member, &name.span, message).candidates = Candidates::Names(known);
        } else if class.standing == Standing::Methods && of_class {
            // Values may have methods that the product adds to them; classes have none but their own.
            let message = format!("`{}.{}` is not on the white list of expressions", short(class), name.text);
            self.report(ProblemKind::NotAllowed, &name.span, message);
        } else {
            self.not_embedded(&name.span, &format!("{}.{}", short(class), name.text));
        }
    }

    /// A method of `provisioningOrder`.
    fn of_order(&mut self, node: &Node, name: &Name, arguments: &[Node]) -> Type {
        let property = match (name.text.as_str(), arguments) {
            ("HasChanged", [property]) => property,
            ("TryGetScalar", [property, Node { kind: Kind::Out(variable), .. }]) => {
                self.locals.push((variable.text.clone(), Type::String));
                property
            }
            _ => {
                self.arguments(arguments);
                self.set(node, Use::Nothing);
                self.not_embedded(&name.span, &format!("provisioningOrder.{}", name.text));
                return Type::Unknown;
            }
        };
        let found = self.value(property);
        if !found.fits(&Type::String) {
            let message = format!("the name of a property is a text, this is {}", with_article(&self.show(&found)));
            self.report(ProblemKind::Type, &property.span, message);
        }
        self.set(node, Use::Order);
        Type::Bool
    }

    /// `queryHandler.Select<Type>("…")`.
    fn query(&mut self, node: &Node, name: &Name, types: &[Name], arguments: &[Node], found: &[Type]) -> Type {
        self.set(node, Use::Nothing);
        let item = types.first().map_or(Type::Unknown, |name| self.written_type(name));
        if name.text != "Select" {
            self.not_embedded(&node.span, &format!("queryHandler.{}", name.text));
            return Type::Unknown;
        }
        if let Some(name) = types.first().filter(|name| item == Type::Unknown && self.context.schema.lacks(&name.text)) {
            self.report(ProblemKind::Member, &name.span, format!("there is no entity type `{}`", name.text));
            return Type::List(Box::new(item));
        }
        let (Type::Entity(entity), [text], [kind]) = (&item, arguments, found) else {
            self.not_embedded(&node.span, "a query that is not `Select<Type>(\"…\")` of an entity type");
            return Type::List(Box::new(item));
        };
        if !kind.fits(&Type::String) {
            let message = format!("a query is a text, this is {}", with_article(&self.show(kind)));
            self.report(ProblemKind::Type, &text.span, message);
        }
        self.set(node, Use::Query(*entity));
        if let Kind::Text(written) = &text.kind {
            self.query_text(text, written, *entity);
        }
        Type::List(Box::new(item))
    }

    /// A query that is known before anything runs.
    fn query_text(&mut self, node: &Node, text: &str, entity: EntityId) {
        match Query::parse(text) {
            Err(QueryError::Syntax(message)) => {
                self.report(ProblemKind::Type, &node.span, format!("the query does not parse: {message}"));
            }
            Err(QueryError::NotEmbedded(construct)) => self.not_embedded(&node.span, &format!("a query with {construct}")),
            Ok(query) => {
                for path in query.paths() {
                    if let Err((owner, property)) = path.judge(self.context.schema, entity) {
                        let owner = self.context.schema.entity_name(owner);
                        let message = format!("entity type `{owner}` has no property `{property}`, which the query names");
                        self.report(ProblemKind::Member, &node.span, message).help =
                            Some(format!("name a property of `{owner}` in the query"));
                        return;
                    }
                }
            }
        }
    }

    fn of_sequence(&mut self, node: &Node, name: &Name, item: &Type, arguments: &[Node]) -> Type {
        let method = sequence(&name.text);
        let resources = matches!(item, Type::Entity(_));
        let Some(method) = method.filter(|method| method.entities || !resources) else {
            self.arguments(arguments);
            self.set(node, Use::Nothing);
            if resources && !OF_EVERYTHING.contains(&name.text.as_str()) {
                let message = format!("`{}` is not on the white list for lists of resources", name.text);
                let allowed = sequences().iter().filter(|one| one.entities).map(|one| one.name.to_owned()).collect();
                self.report(ProblemKind::NotAllowed, &name.span, message).candidates = Candidates::Names(allowed);
            } else {
                self.not_embedded(&name.span, &format!("{}() of a list", name.text));
            }
            return Type::Unknown;
        };
        self.set(node, Use::Sequence(method));
        if !method.embedded {
            self.not_embedded(&name.span, &format!("{}() of a list", name.text));
        }
        let argument = self.sequence_argument(name, method, item, arguments);
        match method.returns {
            SequenceReturn::Item => item.clone(),
            SequenceReturn::Bool => Type::Bool,
            SequenceReturn::Count => Type::Int32,
            SequenceReturn::Same => Type::List(Box::new(item.clone())),
            SequenceReturn::Selected => Type::List(Box::new(argument)),
            SequenceReturn::Best => {
                if arguments.is_empty() {
                    item.clone()
                } else {
                    argument
                }
            }
        }
    }

    /// The argument of a method of sequences: its type, or that of what its function gives.
    fn sequence_argument(&mut self, name: &Name, method: &SequenceMethod, item: &Type, arguments: &[Node]) -> Type {
        use SequenceArgument as Takes;
        let fits = match (method.argument, arguments.len()) {
            (Takes::None, 0) | (Takes::MaybePredicate | Takes::MaybeSelector, 0 | 1) => true,
            (Takes::None, _) => false,
            (_, count) => count == 1,
        };
        if !fits {
            self.arguments(arguments);
            let message = format!("`{}` does not take {} arguments", name.text, arguments.len());
            self.report(ProblemKind::Type, &name.span, message);
            return Type::Unknown;
        }
        let Some(argument) = arguments.first() else { return Type::Unknown };
        match (method.argument, &argument.kind) {
            (Takes::Count, _) => {
                let found = self.value(argument);
                if !found.is_number() && !found.is_open() {
                    let message = format!("`{}` takes a number, this is {}", name.text, with_article(&self.show(&found)));
                    self.report(ProblemKind::Type, &argument.span, message);
                }
                found
            }
            (Takes::Value, _) => {
                let found = self.value(argument);
                if !found.fits(item) {
                    let message = format!("the list holds {}, not {}", self.show(item), self.show(&found));
                    self.report(ProblemKind::Type, &argument.span, message);
                }
                found
            }
            (takes, Kind::Lambda(parameter, body)) => {
                let found = self.function(parameter, body, item.clone());
                if matches!(takes, Takes::Predicate | Takes::MaybePredicate) && !found.fits(&Type::Bool) {
                    let message = format!("a condition is true or false, this is {}", with_article(&self.show(&found)));
                    self.report(ProblemKind::Type, &body.span, message);
                }
                found
            }
            _ => {
                self.value(argument);
                self.not_embedded(&argument.span, "a function that is named");
                Type::Unknown
            }
        }
    }
}

/// Whether arguments of those types can be given for the parameters.
fn takes(parameters: &[Parameter], arguments: &[Type]) -> bool {
    let most = if parameters.last().is_some_and(|last| last.repeated) { usize::MAX } else { parameters.len() };
    let least = parameters.iter().filter(|parameter| !parameter.optional).count();
    if arguments.len() < least || arguments.len() > most {
        return false;
    }
    arguments.iter().enumerate().all(|(number, argument)| {
        let parameter = parameters.get(number).or(parameters.last());
        parameter.is_some_and(|parameter| parameter.types.iter().any(|kind| accepts(kind, argument)))
    })
}

fn accepts(wanted: &'static str, argument: &Type) -> bool {
    let wanted = Type::named(wanted);
    match (&wanted, argument) {
        // A character is a number where a number is wanted, a number no character.
        (Type::Char, argument) => *argument == Type::Char || argument.is_open(),
        (Type::Int32, Type::Int64 | Type::Double) | (Type::Int64, Type::Double) => false,
        _ => argument.fits(&wanted),
    }
}

fn signature(member: &ClassMember) -> String {
    let parameter = |one: &Parameter| {
        let more = if one.repeated { "…" } else { "" };
        let mark = if one.optional && !one.repeated { "?" } else { "" };
        format!("{}{mark}{more}", one.types.join(" or "))
    };
    let parameters: Vec<String> = member.parameters.unwrap_or_default().iter().map(parameter).collect();
    format!("{}({})", member.name, parameters.join(", "))
}

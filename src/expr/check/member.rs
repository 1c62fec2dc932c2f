//! Members of values, classes and namespaces.

use crate::expr::csharp::tree::{Name, Node};
use crate::expr::schema::Member;
use crate::expr::types::Type;
use crate::grammar::expressions::{Class, class_named, class_of, classes};

use super::{Candidates, Checker, ProblemKind, Use};

impl Checker<'_, '_> {
    /// A member that is not called.
    pub(super) fn member(&mut self, node: &Node, target: &Node, name: &Name) -> Type {
        let kind = self.value(target);
        match self.meaning(target) {
            Use::Class(class) => return self.static_property(node, class, name),
            Use::Namespace => return self.qualified(node),
            Use::Nothing if kind == Type::Unknown => {
                self.set(node, Use::Nothing);
                return Type::Unknown;
            }
            _ => {}
        }
        match kind {
            Type::Entity(entity) => {
                self.set(node, Use::Property);
                match self.context.schema.member(entity, &name.text) {
                    Member::Value(kind) => kind,
                    Member::Unknown => Type::Unknown,
                    Member::Missing => {
                        let owner = self.context.schema.entity_name(entity);
                        let message = format!("entity type `{owner}` has no property `{}`", name.text);
                        self.report(ProblemKind::Member, &name.span, message).candidates = Candidates::Properties(entity);
                        Type::Unknown
                    }
                }
            }
            Type::List(item) => self.property_of_list(node, name, &item),
            Type::Unknown | Type::Null | Type::Nothing | Type::Bytes => {
                self.set(node, Use::Nothing);
                if kind != Type::Unknown {
                    self.not_embedded(&name.span, "this member");
                }
                Type::Unknown
            }
            kind => self.property_of_value(node, name, &kind),
        }
    }

    fn property_of_list(&mut self, node: &Node, name: &Name, item: &Type) -> Type {
        if matches!(name.text.as_str(), "Count" | "Length") {
            self.set(node, Use::Length);
            return Type::Int32;
        }
        self.set(node, Use::Nothing);
        if let Type::Entity(entity) = item
            && matches!(self.context.schema.member(*entity, &name.text), Member::Value(_))
        {
            let message = format!("a list of resources has no `{}`; its items have", name.text);
            let help = format!("take one item, `.FirstOrDefault()?.{0}`, or all: `.Select(item => item.{0})`", name.text);
            self.report(ProblemKind::Member, &name.span, message).help = Some(help);
        }
        Type::Unknown
    }

    fn property_of_value(&mut self, node: &Node, name: &Name, kind: &Type) -> Type {
        let (own, nullable) = (kind.class(), kind.is_plain().then(|| class_of("Nullable")).flatten());
        for class in own.into_iter().chain(nullable) {
            let found = class.members.iter().find(|one| one.name == name.text && !one.is_static && one.parameters.is_none());
            if let Some(member) = found {
                self.set(node, Use::Member(class, member));
                if !member.embedded {
                    self.not_embedded(&name.span, &format!("{}.{}", kind.name(), name.text));
                }
                return if member.returns == "Same" { kind.clone() } else { Type::named(member.returns) };
            }
        }
        self.set(node, Use::Nothing);
        match own.filter(|class| class.complete) {
            Some(class) => {
                let method = class.members.iter().any(|one| one.name == name.text && one.parameters.is_some());
                let message = format!("{} has no property `{}`", kind.name(), name.text);
                let mut names = names(class, false);
                if kind.is_plain() {
                    names.extend(["HasValue".to_owned(), "Value".to_owned()]);
                }
                let problem = self.report(ProblemKind::Member, &name.span, message);
                if method {
                    problem.help = Some(format!("it is a method: `{}()`", name.text));
                } else if *kind == Type::String && matches!(name.text.as_str(), "Value" | "HasValue") {
                    problem.help = Some("a text that may be absent is compared with null".to_owned());
                } else {
                    problem.candidates = Candidates::Names(names);
                }
            }
            None => self.not_embedded(&name.span, &format!("{}.{}", kind.name(), name.text)),
        }
        Type::Unknown
    }

    fn static_property(&mut self, node: &Node, class: &'static Class, name: &Name) -> Type {
        let found = class.members.iter().find(|one| one.name == name.text && one.is_static && one.parameters.is_none());
        if let Some(member) = found {
            self.set(node, Use::Member(class, member));
            if !member.embedded {
                self.not_embedded(&node.span, &format!("{}.{}", short(class), name.text));
            }
            return Type::named(member.returns);
        }
        self.set(node, Use::Nothing);
        if class.complete {
            let message = format!("{} has no member `{}` of its own", short(class), name.text);
            self.report(ProblemKind::Member, &name.span, message).candidates = Candidates::Names(names(class, true));
        } else {
            self.not_embedded(&node.span, &format!("{}.{}", short(class), name.text));
        }
        Type::Unknown
    }

    /// A part of a full name.
    fn qualified(&mut self, node: &Node) -> Type {
        let path = node.to_string().replace("?.", ".");
        match class_named(&path) {
            Some(class) => self.set(node, Use::Class(class)),
            None if is_namespace(&path) => self.set(node, Use::Namespace),
            None => {
                self.set(node, Use::Nothing);
                self.refuse_class(&node.span, &path);
            }
        }
        Type::Unknown
    }
}

/// Whether full names of classes begin so.
pub(super) fn is_namespace(path: &str) -> bool {
    let begins = |name: &str| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    classes().iter().any(|class| class.names.iter().any(|name| begins(name)))
}

/// The name a class is called by.
pub(super) fn short(class: &Class) -> &'static str {
    class.names.get(1).or(class.names.first()).or(class.kind.as_ref()).copied().unwrap_or_default()
}

/// The names of a class's members that may be used.
pub(super) fn names(class: &Class, of_class: bool) -> Vec<String> {
    let mut names: Vec<String> =
        class.members.iter().filter(|one| one.is_static == of_class && one.listed).map(|one| one.name.to_owned()).collect();
    names.dedup();
    names
}

//! Expressions: from the tree of tree-sitter to ours.

use tree_sitter::Node as Syntax;

use super::statement::construct;
use super::tree::{Binary, Code, Kind, Name, Node, Part, Unary};
use super::{DEPTH, literal};

/// The code is nested more deeply than is judged.
pub(super) struct TooDeep;

/// What lowering gives.
pub(super) type Outcome<T> = Result<T, TooDeep>;

/// The code on its way into the tree.
pub(super) struct Lowering<'c> {
    code: &'c str,
    nodes: u32,
    depth: u32,
    opaque: bool,
}

/// Lowers code without errors.
pub(super) fn lower(code: &str, root: Syntax<'_>) -> Outcome<Code> {
    let mut lowering = Lowering { code, nodes: 0, depth: 0, opaque: false };
    let mut cursor = root.walk();
    let body = lowering.statements(root.named_children(&mut cursor))?;
    Ok(Code { body, nodes: lowering.nodes, opaque: lowering.opaque })
}

impl Lowering<'_> {
    /// Goes a level down; [`Lowering::leave`] comes up again.
    pub(super) fn enter(&mut self) -> Outcome<()> {
        self.depth += 1;
        if self.depth > DEPTH { Err(TooDeep) } else { Ok(()) }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn text(&self, node: Syntax<'_>) -> &str {
        self.code.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn name(&self, node: Syntax<'_>) -> Name {
        // A name may be written with @ where it is a word of the language.
        Name { text: self.text(node).trim_start_matches('@').to_owned(), span: node.byte_range() }
    }

    /// A type as written, without blanks and without the mark of what may be null.
    pub(super) fn type_name(&self, node: Syntax<'_>) -> Name {
        let written: String = self.text(node).chars().filter(|sign| !sign.is_whitespace()).collect();
        let inner = written.strip_suffix('?').unwrap_or(&written);
        let inner = inner.strip_prefix("System.").filter(|rest| rest.starts_with("Nullable<")).unwrap_or(inner);
        let inner = inner.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(inner);
        Name { text: inner.to_owned(), span: node.byte_range() }
    }

    /// Something outside the subset.
    pub(super) fn refused(&mut self, construct: &'static str) -> super::tree::StatementKind {
        self.opaque = true;
        super::tree::StatementKind::Refused(construct)
    }

    /// The named children that are code.
    pub(super) fn operands(node: Syntax<'_>) -> Vec<Syntax<'_>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
    }

    fn node(&mut self, kind: Kind, from: Syntax<'_>) -> Node {
        let id = self.nodes;
        self.nodes += 1;
        self.opaque |= matches!(kind, Kind::Refused(_));
        Node { kind, span: from.byte_range(), id }
    }

    /// An expression with everything in it.
    pub(super) fn expression(&mut self, node: Syntax<'_>) -> Outcome<Node> {
        self.enter()?;
        let kind = self.kind(node)?;
        self.leave();
        Ok(self.node(kind, node))
    }

    fn boxed(&mut self, node: Syntax<'_>) -> Outcome<Box<Node>> {
        self.expression(node).map(Box::new)
    }

    fn kind(&mut self, node: Syntax<'_>) -> Outcome<Kind> {
        let refused = Kind::Refused(construct(node.kind()));
        let operands = Self::operands(node);
        Ok(match (node.kind(), &operands[..]) {
            ("null_literal", _) => Kind::Null,
            ("boolean_literal", _) => Kind::Bool(self.text(node) == "true"),
            ("integer_literal", _) => {
                literal::integer(self.text(node)).map_or(Kind::Refused("this number"), |(number, long)| Kind::Int(number, long))
            }
            ("real_literal", _) => literal::real(self.text(node)).map_or(Kind::Refused("this kind of number"), Kind::Double),
            ("character_literal", _) => literal::character(self.text(node)).map_or(Kind::Refused("this character"), Kind::Char),
            ("string_literal", _) => self.string(node),
            ("verbatim_string_literal", _) => {
                let text = self.text(node).trim_start_matches('@');
                Kind::Text(literal::verbatim(text.get(1..text.len().max(2) - 1).unwrap_or_default()))
            }
            ("interpolated_string_expression", _) => self.interpolated(node)?,
            ("identifier" | "predefined_type", _) => Kind::Name(self.name(node).text),
            ("parenthesized_expression", &[inner]) => Kind::Paren(self.boxed(inner)?),
            ("member_access_expression", _) => {
                let (target, name) = (node.child_by_field_name("expression"), node.child_by_field_name("name"));
                match (target, name) {
                    (Some(target), Some(name)) => self.member(node, target, name)?,
                    _ => refused,
                }
            }
            ("qualified_name", &[target, name]) => self.member(node, target, name)?,
            ("conditional_access_expression", &[target, rest]) => {
                let target = self.expression(target)?;
                self.graft(node, target, &mut |lowering, target| lowering.bound(target, rest))?
            }
            ("invocation_expression", _) => match (node.child_by_field_name("function"), node.child_by_field_name("arguments")) {
                (Some(function), Some(arguments)) => {
                    let types = Self::name_of(function).map(|name| self.simple_name(name).1).unwrap_or_default();
                    let function = self.expression(function)?;
                    self.graft(node, function, &mut |lowering, function| {
                        Ok(Kind::Call { function, types: types.clone(), arguments: lowering.arguments(arguments)? })
                    })?
                }
                _ => refused,
            },
            ("generic_name", _) => Kind::Name(self.simple_name(node).0.text),
            ("element_access_expression", &[target, subscript]) => match Self::operands(subscript)[..] {
                [index] => {
                    let target = self.expression(target)?;
                    let index = Self::operands(index).last().copied().unwrap_or(index);
                    self.graft(node, target, &mut |lowering, target| Ok(Kind::Index(target, lowering.boxed(index)?)))?
                }
                _ => refused,
            },
            ("prefix_unary_expression", &[operand]) => {
                let sign = match self.text(node).as_bytes().first() {
                    Some(b'!') => Unary::Not,
                    Some(b'-') if !self.text(node).starts_with("--") => Unary::Minus,
                    Some(b'+') if !self.text(node).starts_with("++") => Unary::Plus,
                    _ => return Ok(Kind::Refused("this operator")),
                };
                Kind::Unary(sign, self.boxed(operand)?)
            }
            // `value!` only tells the compiler that the value is not null.
            ("postfix_unary_expression", &[operand]) if self.text(node).ends_with('!') => Kind::Paren(self.boxed(operand)?),
            ("binary_expression", &[left, right]) => {
                let sign = node.child_by_field_name("operator").map_or("", |sign| self.text(sign));
                let Some(operator) = Binary::ALL.into_iter().find(|operator| operator.sign() == sign) else {
                    return Ok(Kind::Refused("this operator"));
                };
                Kind::Binary(operator, self.boxed(left)?, self.boxed(right)?)
            }
            ("conditional_expression", &[condition, yes, no]) => {
                Kind::Choice(self.boxed(condition)?, self.boxed(yes)?, self.boxed(no)?)
            }
            ("cast_expression", &[kind, value]) => Kind::Cast(self.type_name(kind), self.boxed(value)?),
            ("as_expression", &[value, kind]) => Kind::As(self.boxed(value)?, self.type_name(kind)),
            ("is_pattern_expression", &[value, pattern]) => match self.null_pattern(pattern) {
                Some(not) => Kind::IsNull(self.boxed(value)?, not),
                None => refused,
            },
            ("lambda_expression", _) => self.lambda(node)?,
            ("object_creation_expression", _) => {
                let Some(kind) = node.child_by_field_name("type") else { return Ok(refused) };
                let arguments = match node.child_by_field_name("arguments") {
                    Some(arguments) => self.arguments(arguments)?,
                    None => Vec::new(),
                };
                Kind::New(self.type_name(kind), arguments)
            }
            _ => refused,
        })
    }

    /// The name at the end of what is called.
    fn name_of(function: Syntax<'_>) -> Option<Syntax<'_>> {
        match function.kind() {
            "member_access_expression" | "member_binding_expression" => function.child_by_field_name("name"),
            "conditional_access_expression" => Self::operands(function).last().copied().and_then(Self::name_of),
            "generic_name" => Some(function),
            _ => None,
        }
    }

    /// A name and the types behind it.
    fn simple_name(&self, node: Syntax<'_>) -> (Name, Vec<Name>) {
        if node.kind() != "generic_name" {
            return (self.name(node), Vec::new());
        }
        let operands = Self::operands(node);
        let name = operands.first().map_or_else(|| self.name(node), |&name| self.name(name));
        let types = operands
            .get(1)
            .map_or_else(Vec::new, |&list| Self::operands(list).into_iter().map(|kind| self.type_name(kind)).collect());
        (name, types)
    }

    fn member(&mut self, node: Syntax<'_>, target: Syntax<'_>, name: Syntax<'_>) -> Outcome<Kind> {
        let target = self.expression(target)?;
        self.graft(node, target, &mut |lowering, target| {
            Ok(Kind::Member { target, name: lowering.simple_name(name).0, safe: false })
        })
    }

    /// What follows a value. The grammar lets `?.` follow a whole operation, `a + b` in `a + b?.c`, though it follows the last
    /// operand only: there it is put.
    fn graft(
        &mut self,
        whole: Syntax<'_>,
        target: Node,
        follow: &mut dyn FnMut(&mut Self, Box<Node>) -> Outcome<Kind>,
    ) -> Outcome<Kind> {
        self.enter()?;
        let mut onto = |lowering: &mut Self, operand: Box<Node>| -> Outcome<Box<Node>> {
            let span = operand.span.start..whole.end_byte().max(operand.span.end);
            let kind = lowering.graft(whole, *operand, follow)?;
            Ok(Box::new(Node { span, ..lowering.node(kind, whole) }))
        };
        let kind = match target.kind {
            Kind::Binary(operator, left, right) => Kind::Binary(operator, left, onto(self, right)?),
            Kind::Unary(operator, value) => Kind::Unary(operator, onto(self, value)?),
            Kind::Choice(condition, yes, no) => Kind::Choice(condition, yes, onto(self, no)?),
            Kind::Cast(kind, value) => Kind::Cast(kind, onto(self, value)?),
            Kind::Lambda(parameter, body) => Kind::Lambda(parameter, onto(self, body)?),
            _ => follow(self, Box::new(target))?,
        };
        self.leave();
        Ok(kind)
    }

    /// `target?.rest`: the rest begins with the member of a target that is left out.
    fn bound(&mut self, target: Box<Node>, rest: Syntax<'_>) -> Outcome<Kind> {
        self.enter()?;
        let kind = match (rest.kind(), &Self::operands(rest)[..]) {
            ("member_binding_expression", &[name]) => Kind::Member { target, name: self.simple_name(name).0, safe: true },
            ("member_access_expression", &[inner, name]) => {
                let inner_kind = self.bound(target, inner)?;
                let target = Box::new(self.node(inner_kind, inner));
                Kind::Member { target, name: self.simple_name(name).0, safe: false }
            }
            ("conditional_access_expression", &[inner, rest]) => {
                let inner_kind = self.bound(target, inner)?;
                let target = Box::new(self.node(inner_kind, inner));
                self.bound(target, rest)?
            }
            ("invocation_expression", &[function, arguments]) => {
                let types = Self::name_of(function).map(|name| self.simple_name(name).1).unwrap_or_default();
                let inner = self.bound(target, function)?;
                let function = Box::new(self.node(inner, function));
                Kind::Call { function, types, arguments: self.arguments(arguments)? }
            }
            _ => Kind::Refused("this use of `?`"),
        };
        self.leave();
        Ok(kind)
    }

    fn arguments(&mut self, list: Syntax<'_>) -> Outcome<Vec<Node>> {
        let mut out = Vec::new();
        for argument in Self::operands(list) {
            let operands = Self::operands(argument);
            let text = self.text(argument);
            let special = text.starts_with("out ") || text.starts_with("ref ") || text.starts_with("in ");
            let named = argument.child_by_field_name("name").is_some();
            if let Some(name) = self.out(argument).filter(|_| !named) {
                out.push(self.node(Kind::Out(name), argument));
                continue;
            }
            out.push(match operands[..] {
                [value] if !special && !named => self.expression(value)?,
                _ => self.node(Kind::Refused(if named { "a named argument" } else { "an out variable" }), argument),
            });
        }
        Ok(out)
    }

    /// The variable of `out var name`.
    fn out(&self, argument: Syntax<'_>) -> Option<Name> {
        let text = self.text(argument);
        let declared = text.strip_prefix("out ")?.trim_end();
        let (kind, name) = declared.rsplit_once(char::is_whitespace)?;
        let is_sign = |sign: char| sign.is_alphanumeric() || sign == '_';
        if kind.trim().is_empty()
            || name.is_empty()
            || name.starts_with(|c: char| c.is_ascii_digit())
            || !name.chars().all(is_sign)
        {
            return None;
        }
        let end = argument.start_byte() + text.trim_end().len();
        Some(Name { text: name.to_owned(), span: end - name.len()..end })
    }

    fn lambda(&mut self, node: Syntax<'_>) -> Outcome<Kind> {
        let (parameters, body) = (node.child_by_field_name("parameters"), node.child_by_field_name("body"));
        let (Some(parameters), Some(body)) = (parameters, body) else { return Ok(Kind::Refused("this function")) };
        let name = match (parameters.kind(), &Self::operands(parameters)[..]) {
            ("implicit_parameter" | "identifier", _) => self.name(parameters),
            ("parameter_list", &[one]) => one.child_by_field_name("name").map_or_else(|| self.name(one), |name| self.name(name)),
            _ => return Ok(Kind::Refused("a function of several values")),
        };
        if body.kind() == "block" {
            return Ok(Kind::Refused("a function with statements"));
        }
        Ok(Kind::Lambda(name, self.boxed(body)?))
    }

    /// Whether a pattern is `null` (false) or `not null` (true).
    fn null_pattern(&self, pattern: Syntax<'_>) -> Option<bool> {
        let words: Vec<&str> = self.text(pattern).split_whitespace().collect();
        match words[..] {
            ["null"] => Some(false),
            ["not", "null"] => Some(true),
            _ => None,
        }
    }

    fn string(&self, node: Syntax<'_>) -> Kind {
        let text = self.text(node);
        let content = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        content.and_then(literal::unescape).map_or(Kind::Refused("this text"), Kind::Text)
    }

    fn interpolated(&mut self, node: Syntax<'_>) -> Outcome<Kind> {
        let mut parts: Vec<Part> = Vec::new();
        let verbatim = self.text(node).get(..2).is_some_and(|start| start.contains('@'));
        let mut cursor = node.walk();
        let children: Vec<_> = node.named_children(&mut cursor).collect();
        for child in children {
            match child.kind() {
                "interpolation" => {
                    let operands: Vec<_> =
                        Self::operands(child).into_iter().filter(|part| part.kind() != "interpolation_brace").collect();
                    let format = operands.iter().find(|part| part.kind() == "interpolation_format_clause");
                    let format = format.map(|format| self.text(*format).trim_start_matches(':').to_owned());
                    match operands.first() {
                        Some(value) if operands.len() <= 2 && operands.len() == 1 + usize::from(format.is_some()) => {
                            parts.push(Part::Value(self.expression(*value)?, format));
                        }
                        _ => return Ok(Kind::Refused("this interpolated value")),
                    }
                }
                "string_content" | "escape_sequence" | "interpolation_quote" => {
                    if child.kind() == "interpolation_quote" {
                        continue;
                    }
                    let written = self.text(child);
                    // Three braces in a row are taken for text by the grammar.
                    if written.replace("{{", "").replace("}}", "").contains(['{', '}']) {
                        return Ok(Kind::Refused("these braces"));
                    }
                    let text = written.replace("{{", "{").replace("}}", "}");
                    let text = if verbatim { Some(literal::verbatim(&text)) } else { literal::unescape(&text) };
                    let Some(text) = text else { return Ok(Kind::Refused("this text")) };
                    match parts.last_mut() {
                        Some(Part::Text(last)) => last.push_str(&text),
                        _ => parts.push(Part::Text(text)),
                    }
                }
                _ => {}
            }
        }
        Ok(Kind::Interpolated(parts))
    }
}

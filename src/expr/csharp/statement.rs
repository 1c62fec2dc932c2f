//! Statements: from the tree of tree-sitter to ours.

use tree_sitter::Node as Syntax;

use super::lower::{Lowering, Outcome};
use super::tree::{Statement, StatementKind};

impl Lowering<'_> {
    /// Statements one after the other.
    pub(super) fn statements<'t>(&mut self, nodes: impl Iterator<Item = Syntax<'t>>) -> Outcome<Vec<Statement>> {
        let mut out = Vec::new();
        for node in nodes {
            self.statement(node, &mut out)?;
        }
        Ok(out)
    }

    fn statement(&mut self, node: Syntax<'_>, out: &mut Vec<Statement>) -> Outcome<()> {
        self.enter()?;
        let span = node.byte_range();
        let kind = match node.kind() {
            "comment" | "empty_statement" => None,
            "global_statement" => {
                if let Some(inner) = node.named_child(0) {
                    self.statement(inner, out)?;
                }
                None
            }
            "return_statement" => {
                let value = Self::operands(node).first().copied();
                Some(StatementKind::Return(value.map(|value| self.expression(value)).transpose()?))
            }
            "if_statement" => Some(self.choice(node)?),
            "block" => {
                let mut cursor = node.walk();
                let inner: Vec<_> = node.named_children(&mut cursor).collect();
                Some(StatementKind::Block(self.statements(inner.into_iter())?))
            }
            "local_declaration_statement" => {
                self.declarations(node, out)?;
                None
            }
            "expression_statement" => self.effect(node)?,
            other => Some(self.refused(construct(other))),
        };
        self.leave();
        out.extend(kind.map(|kind| Statement { kind, span }));
        Ok(())
    }

    fn choice(&mut self, node: Syntax<'_>) -> Outcome<StatementKind> {
        let Some(condition) = node.child_by_field_name("condition") else { return Ok(self.refused("if")) };
        let condition = self.expression(condition)?;
        let mut branch = |field| -> Outcome<Vec<Statement>> {
            match node.child_by_field_name(field) {
                None => Ok(Vec::new()),
                Some(inner) => {
                    let mut body = self.statements(std::iter::once(inner))?;
                    // Braces around a branch say nothing.
                    if let [Statement { kind: StatementKind::Block(inner), .. }] = &mut body[..] {
                        return Ok(std::mem::take(inner));
                    }
                    Ok(body)
                }
            }
        };
        Ok(StatementKind::If(condition, branch("consequence")?, branch("alternative")?))
    }

    fn declarations(&mut self, node: Syntax<'_>, out: &mut Vec<Statement>) -> Outcome<()> {
        let span = node.byte_range();
        let mut cursor = node.walk();
        let Some(declaration) = node.named_children(&mut cursor).find(|child| child.kind() == "variable_declaration") else {
            out.push(Statement { kind: self.refused("this declaration"), span });
            return Ok(());
        };
        let kind = declaration.child_by_field_name("type").filter(|kind| kind.kind() != "implicit_type");
        let kind = kind.map(|kind| self.type_name(kind));
        let mut cursor = declaration.walk();
        let declarators: Vec<_> =
            declaration.named_children(&mut cursor).filter(|child| child.kind() == "variable_declarator").collect();
        for declarator in declarators {
            let Some(name) = declarator.child_by_field_name("name").filter(|name| name.kind() == "identifier") else {
                out.push(Statement { kind: self.refused("a deconstruction"), span: span.clone() });
                continue;
            };
            let value = Self::operands(declarator).into_iter().find(|operand| operand.id() != name.id());
            let value = value.map(|value| self.expression(value)).transpose()?;
            let kind = StatementKind::Declare { kind: kind.clone(), name: self.name(name), value };
            out.push(Statement { kind, span: declarator.byte_range() });
        }
        Ok(())
    }

    fn effect(&mut self, node: Syntax<'_>) -> Outcome<Option<StatementKind>> {
        let Some(inner) = Self::operands(node).first().copied() else { return Ok(None) };
        if inner.kind() != "assignment_expression" {
            return Ok(Some(StatementKind::Expression(self.expression(inner)?)));
        }
        let (left, right) = (inner.child_by_field_name("left"), inner.child_by_field_name("right"));
        let (Some(left), Some(right)) = (left, right) else { return Ok(Some(self.refused("this assignment"))) };
        let sign = inner.child_by_field_name("operator").map_or("", |sign| self.text(sign)).to_owned();
        if let ("element_access_expression", "=") = (left.kind(), sign.as_str())
            && let Some(kind) = self.put(left, right)?
        {
            return Ok(Some(kind));
        }
        if left.kind() != "identifier" {
            return Ok(Some(self.refused("an assignment to something else than a local variable")));
        }
        let add = match sign.as_str() {
            "=" => false,
            "+=" => true,
            _ => return Ok(Some(self.refused("this kind of assignment"))),
        };
        let name = self.name(left);
        Ok(Some(StatementKind::Assign { name, add, value: self.expression(right)? }))
    }
}

impl Lowering<'_> {
    /// `name[key] = value`; none for anything else with brackets on its left.
    fn put(&mut self, left: Syntax<'_>, right: Syntax<'_>) -> Outcome<Option<StatementKind>> {
        let [target, list] = Self::operands(left)[..] else { return Ok(None) };
        let [argument] = Self::operands(list)[..] else { return Ok(None) };
        let [key] = Self::operands(argument)[..] else { return Ok(None) };
        if target.kind() != "identifier" {
            return Ok(None);
        }
        let name = self.name(target);
        Ok(Some(StatementKind::Put { name, key: self.expression(key)?, value: self.expression(right)? }))
    }
}

/// A construct outside the subset, in words.
pub(super) fn construct(kind: &str) -> &'static str {
    match kind {
        "for_statement" | "foreach_statement" | "while_statement" | "do_statement" => "a loop",
        "switch_statement" | "switch_expression" => "switch",
        "try_statement" => "try",
        "throw_statement" | "throw_expression" => "throw",
        "using_statement" | "using_directive" => "using",
        "lock_statement" => "lock",
        "local_function_statement" => "a local function",
        "class_declaration" | "struct_declaration" | "record_declaration" | "interface_declaration" | "enum_declaration" => {
            "a type declaration"
        }
        "labeled_statement" | "goto_statement" => "goto",
        "unsafe_statement" | "fixed_statement" => "unsafe code",
        "yield_statement" => "yield",
        "await_expression" => "await",
        "assignment_expression" => "an assignment inside an expression",
        "postfix_unary_expression" => "++ or --",
        "typeof_expression" => "typeof",
        "default_expression" => "default",
        "is_pattern_expression" | "is_expression" => "this pattern",
        "tuple_expression" => "a tuple",
        "declaration_expression" => "an out variable",
        "anonymous_object_creation_expression" => "an anonymous object",
        "array_creation_expression" | "implicit_array_creation_expression" | "collection_expression" => "a new array",
        "implicit_object_creation_expression" => "new without a type",
        "query_expression" => "a query expression",
        "range_expression" => "a range",
        "lambda_expression" | "anonymous_method_expression" => "this function",
        "raw_string_literal" => "a raw text",
        "with_expression" => "with",
        "checked_expression" => "checked",
        _ => "this construct",
    }
}

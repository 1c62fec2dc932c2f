//! The tree of C# code: the part of the language that expressions use. What lies outside it is [`Kind::Refused`], so that
//! the rest is still judged. A tree is never deeper than [`super::DEPTH`], so that walking it cannot exhaust the stack.

use std::ops::Range;

/// Code between the parameter and the end of the attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Code {
    /// Its statements.
    pub body: Vec<Statement>,
    /// How many nodes it has; their numbers lie below.
    pub nodes: u32,
    /// Whether something in it was refused, which may declare names that are not known.
    pub opaque: bool,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Bytes of the code.
    pub span: Range<usize>,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `return value;`
    Return(Option<Node>),
    /// `if (condition) … else …`
    If(Node, Vec<Statement>, Vec<Statement>),
    /// `var name = value;`
    Declare {
        /// The type written; none for `var`.
        kind: Option<Name>,
        /// The variable.
        name: Name,
        /// Its first value.
        value: Option<Node>,
    },
    /// `name = value;` and `name += value;`
    Assign {
        /// The variable.
        name: Name,
        /// Whether the value is added.
        add: bool,
        /// The value, or what is added.
        value: Node,
    },
    /// `name[key] = value;`
    Put {
        /// The variable.
        name: Name,
        /// What is set in it.
        key: Node,
        /// To what.
        value: Node,
    },
    /// `value;`
    Expression(Node),
    /// `{ … }`
    Block(Vec<Statement>),
    /// Something outside the subset, by the name of the construct.
    Refused(&'static str),
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Bytes of the code.
    pub span: Range<usize>,
}

/// A node of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Bytes of the code.
    pub span: Range<usize>,
    /// Its number among the nodes of the code.
    pub id: u32,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number, and whether it is written as a long one.
    Int(i64, bool),
    /// A number with decimals.
    Double(f64),
    /// `'x'`
    Char(char),
    /// `"text"`
    Text(String),
    /// `$"text {value}"`
    Interpolated(Vec<Part>),
    /// A variable, a class, or the first part of a namespace.
    Name(String),
    /// `(value)`: it ends a chain of `?.`.
    Paren(Box<Node>),
    /// `target.name`, `target?.name`
    Member {
        /// What has the member.
        target: Box<Node>,
        /// The member.
        name: Name,
        /// Whether a target that is null ends the chain.
        safe: bool,
    },
    /// `function<Type>(arguments)`
    Call {
        /// What is called: a member, or a name.
        function: Box<Node>,
        /// Types between angle brackets.
        types: Vec<Name>,
        /// The arguments.
        arguments: Vec<Node>,
    },
    /// `target[index]`
    Index(Box<Node>, Box<Node>),
    /// `!value`, `-value`, `+value`
    Unary(Unary, Box<Node>),
    /// `left operator right`
    Binary(Binary, Box<Node>, Box<Node>),
    /// `condition ? yes : no`
    Choice(Box<Node>, Box<Node>, Box<Node>),
    /// `(Type) value`
    Cast(Name, Box<Node>),
    /// `value as Type`
    As(Box<Node>, Name),
    /// `value is null`, `value is not null`
    IsNull(Box<Node>, bool),
    /// `name => value`
    Lambda(Name, Box<Node>),
    /// `new Type(…)`
    New(Name, Vec<Node>),
    /// `out var name`, as an argument
    Out(Name),
    /// Something outside the subset, by the name of the construct.
    Refused(&'static str),
}

/// A part of an interpolated text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text.
    Text(String),
    /// A value, and the format behind its colon.
    Value(Node, Option<String>),
}

/// An operator of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// An operator of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `??`
    Coalesce,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Unary {
    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Not => "!",
            Self::Minus => "-",
            Self::Plus => "+",
        }
    }
}

impl Binary {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Coalesce,
        Self::Or,
        Self::And,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Remainder,
    ];

    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Coalesce => "??",
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

//! Queries of `queryHandler.Select<Type>("…")`, in the grammar of the product's API: `select … where … order by …`.
//!
//! Embedded are paths of properties, comparisons joined by `and` and `or`, `order by` and `pagesize`, and `join` where whoever
//! asks can follow it. The grammar wants brackets around what is joined; they may be left out, and `and` then goes before
//! `or`.

use super::schema::{EntityId, Member, Schema};
use super::types::Type;

/// Names and signs of the longest query; nothing that long was written by a person.
const LONGEST: usize = 10_000;
/// Brackets inside brackets.
const DEEPEST: usize = 64;

/// Why there is no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// It is none.
    Syntax(String),
    /// It has a part that is not embedded.
    NotEmbedded(&'static str),
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax(message) => write!(formatter, "the query does not parse: {message}"),
            Self::NotEmbedded(construct) => write!(formatter, "a query with {construct} has no embedded form"),
        }
    }
}

/// A query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// What is joined, by which name.
    pub joins: Vec<(Path, String)>,
    /// What it gives.
    pub select: Vec<Path>,
    /// What a resource must satisfy.
    pub condition: Option<Condition>,
    /// What the resources are ordered by, and whether downwards.
    pub order: Vec<(Path, bool)>,
    /// How many are given at most.
    pub limit: Option<u64>,
}

/// Properties, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(pub Vec<String>);

/// What a resource must satisfy.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of these.
    All(Vec<Condition>),
    /// One of these.
    Any(Vec<Condition>),
    /// A comparison.
    Compare(Path, Operator, Operand),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
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
    /// `%=`
    StartsWith,
    /// `!%=`
    NotStartsWith,
    /// `=%`
    EndsWith,
    /// `!=%`
    NotEndsWith,
    /// `%=%`
    Contains,
    /// `!%=%`
    NotContains,
    /// `&=`
    HasFlag,
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text, or a date.
    Text(String),
    /// Another property.
    Path(Path),
}

/// Longer signs before those that they begin with.
const OPERATORS: [(&str, Operator); 13] = [
    ("!%=%", Operator::NotContains),
    ("!%=", Operator::NotStartsWith),
    ("!=%", Operator::NotEndsWith),
    ("%=%", Operator::Contains),
    ("!=", Operator::NotEqual),
    ("%=", Operator::StartsWith),
    ("&=", Operator::HasFlag),
    ("<=", Operator::LessEqual),
    ("=%", Operator::EndsWith),
    (">=", Operator::GreaterEqual),
    ("<", Operator::Less),
    ("=", Operator::Equal),
    (">", Operator::Greater),
];

impl Path {
    /// Follows the path in a schema; the error is the entity type and the property that it lacks.
    pub fn judge(&self, schema: &dyn Schema, entity: EntityId) -> Result<(), (EntityId, String)> {
        let mut current = entity;
        for name in &self.0 {
            match schema.member(current, name) {
                Member::Missing => return Err((current, name.clone())),
                Member::Value(Type::Entity(next)) => current = next,
                // Of what is not known nothing is wrong; behind a value there is nothing.
                Member::Value(_) | Member::Unknown => return Ok(()),
            }
        }
        Ok(())
    }
}

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        Parser { tokens: tokens(text)?, at: 0, joins: false }.query()
    }

    /// Reads a query that may join resources.
    pub fn parse_joining(text: &str) -> Result<Self, QueryError> {
        Parser { tokens: tokens(text)?, at: 0, joins: true }.query()
    }

    /// All paths that it names.
    pub fn paths(&self) -> Vec<&Path> {
        let joins = self.joins.iter().map(|(path, _)| path);
        let mut paths: Vec<&Path> = joins.chain(&self.select).chain(self.order.iter().map(|(path, _)| path)).collect();
        let mut open: Vec<&Condition> = self.condition.iter().collect();
        while let Some(condition) = open.pop() {
            match condition {
                Condition::All(parts) | Condition::Any(parts) => open.extend(parts),
                Condition::Compare(path, _, operand) => {
                    paths.push(path);
                    if let Operand::Path(other) = operand {
                        paths.push(other);
                    }
                }
            }
        }
        paths
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Int(i64),
    Sign(Operator),
    Open,
    Close,
    Comma,
    Dot,
}

impl std::fmt::Display for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => write!(formatter, "`{word}`"),
            Self::Text(_) => formatter.write_str("a text"),
            Self::Int(number) => write!(formatter, "`{number}`"),
            Self::Sign(_) => formatter.write_str("a comparison"),
            Self::Open => formatter.write_str("`(`"),
            Self::Close => formatter.write_str("`)`"),
            Self::Comma => formatter.write_str("`,`"),
            Self::Dot => formatter.write_str("`.`"),
        }
    }
}

fn wrong<T>(message: impl Into<String>) -> Result<T, QueryError> {
    Err(QueryError::Syntax(message.into()))
}

fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if tokens.len() == LONGEST {
            return wrong("it is too long");
        }
        let digits = |from: &str| from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let length = if let Some((sign, operator)) = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            tokens.push(Token::Sign(*operator));
            sign.len()
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            end
        } else if first.is_ascii_digit() || (first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let end = 1 + digits(&rest[1..]);
            let number = rest[..end].parse().map_err(|_| QueryError::Syntax(format!("`{}` is too large", &rest[..end])))?;
            tokens.push(Token::Int(number));
            end
        } else if first == '"' || first == '\'' {
            let (inner, length) = quoted(rest, first)?;
            tokens.push(Token::Text(inner));
            length
        } else {
            tokens.push(match first {
                '(' => Token::Open,
                ')' => Token::Close,
                ',' => Token::Comma,
                '.' => Token::Dot,
                other => return wrong(format!("`{other}` means nothing in a query")),
            });
            1
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// A text in quotes, in which a backslash takes the next sign as it is, and its length.
fn quoted(text: &str, quote: char) -> Result<(String, usize), QueryError> {
    let mut inner = String::new();
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => inner.extend(signs.next().map(|(_, sign)| sign)),
            sign if sign == quote => return Ok((inner, at + 1)),
            sign => inner.push(sign),
        }
    }
    wrong("a text has no closing quote")
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// Whether resources may be joined.
    joins: bool,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// Whether the next words are these; they are taken then.
    fn words(&mut self, words: &[&str]) -> bool {
        let next = self.tokens[self.at.min(self.tokens.len())..].iter();
        let is = |(token, word): (&Token, &&str)| matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word));
        let found = next.len() >= words.len() && next.zip(words).all(is);
        self.at += if found { words.len() } else { 0 };
        found
    }

    fn takes(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expected<T>(&self, what: &str) -> Result<T, QueryError> {
        wrong(match self.peek() {
            None => format!("it ends where {what} is expected"),
            Some(token) => format!("{token} where {what} is expected"),
        })
    }

    fn query(mut self) -> Result<Query, QueryError> {
        let mut query = Query::default();
        while self.peek().is_some() {
            if self.words(&["select"]) {
                query.select = self.list(Self::path)?;
            } else if self.words(&["where"]) {
                query.condition = Some(self.any(0)?);
            } else if self.words(&["order", "by"]) || self.words(&["orderby"]) {
                query.order = self.list(|parser| {
                    let path = parser.path()?;
                    let downwards = parser.words(&["desc"]);
                    if !downwards {
                        parser.words(&["asc"]);
                    }
                    Ok((path, downwards))
                })?;
            } else if self.words(&["pagesize"]) || self.words(&["top"]) {
                match self.peek() {
                    Some(Token::Int(number)) if *number >= 0 => {
                        query.limit = Some(number.unsigned_abs());
                        self.at += 1;
                    }
                    _ => return self.expected("a number"),
                }
            } else if self.words(&["join"]) {
                if !self.joins {
                    return Err(QueryError::NotEmbedded("a join"));
                }
                let path = self.path()?;
                match self.peek() {
                    Some(Token::Word(name)) => query.joins.push((path, name.clone())),
                    _ => return self.expected("a name for what is joined"),
                }
                self.at += 1;
            } else if self.words(&["as", "of"]) || self.words(&["between"]) || self.words(&["contained", "in"]) {
                return Err(QueryError::NotEmbedded("a question about the past"));
            } else if query.condition.is_some() {
                let token = self.peek().map(ToString::to_string).unwrap_or_default();
                return wrong(format!("{token} after a value, where and, or, or order by is expected"));
            } else {
                return self.expected(if self.joins {
                    "join, select, where, order by or pagesize"
                } else {
                    "select, where, order by or pagesize"
                });
            }
        }
        Ok(query)
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, QueryError>) -> Result<Vec<T>, QueryError> {
        let mut items = vec![item(self)?];
        while self.takes(&Token::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn path(&mut self) -> Result<Path, QueryError> {
        let mut names = Vec::new();
        loop {
            match self.peek() {
                Some(Token::Word(name)) => names.push(name.clone()),
                _ => return self.expected("the name of a property"),
            }
            self.at += 1;
            if !self.takes(&Token::Dot) {
                return Ok(Path(names));
            }
        }
    }

    fn any(&mut self, depth: usize) -> Result<Condition, QueryError> {
        if depth > DEEPEST {
            return wrong("its brackets are too deep");
        }
        let mut parts = vec![self.all(depth)?];
        while self.words(&["or"]) {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Condition, QueryError> {
        let mut parts = vec![self.one(depth)?];
        while self.words(&["and"]) {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Condition, QueryError> {
        if self.takes(&Token::Open) {
            let inner = self.any(depth + 1)?;
            return if self.takes(&Token::Close) { Ok(inner) } else { self.expected("`)`") };
        }
        let path = self.path()?;
        let Some(Token::Sign(operator)) = self.peek().cloned() else { return self.expected("a comparison") };
        self.at += 1;
        let operand = match self.peek().cloned() {
            Some(Token::Text(text)) => Operand::Text(text),
            Some(Token::Int(number)) => Operand::Int(number),
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "null" => Operand::Null,
                "true" => Operand::Bool(true),
                "false" => Operand::Bool(false),
                _ => return Ok(Condition::Compare(path, operator, Operand::Path(self.path()?))),
            },
            _ => return self.expected("a value"),
        };
        self.at += 1;
        Ok(Condition::Compare(path, operator, operand))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        Path(text.split('.').map(str::to_owned).collect())
    }

    #[test]
    fn a_query_is_taken_apart() {
        let query =
            Query::parse("pagesize 5 SELECT Id, Org.Name WHERE A=\"x \\\" y\" and (B!=-3 or C=D.E) order by F desc, G").unwrap();
        assert_eq!(query.select, [path("Id"), path("Org.Name")]);
        let either = Condition::Any(vec![
            Condition::Compare(path("B"), Operator::NotEqual, Operand::Int(-3)),
            Condition::Compare(path("C"), Operator::Equal, Operand::Path(path("D.E"))),
        ]);
        let first = Condition::Compare(path("A"), Operator::Equal, Operand::Text("x \" y".to_owned()));
        assert_eq!(query.condition, Some(Condition::All(vec![first, either])));
        assert_eq!((query.order, query.limit), (vec![(path("F"), true), (path("G"), false)], Some(5)));
    }

    #[test]
    fn what_is_no_query_or_not_embedded_is_told() {
        for (text, message) in [
            ("Select", "the query does not parse: it ends where the name of a property is expected"),
            ("Select A Where", "the query does not parse: it ends where the name of a property is expected"),
            ("Select A Where B ~ 3", "the query does not parse: `~` means nothing in a query"),
            ("Select A Where B = \"x", "the query does not parse: a text has no closing quote"),
            ("Select A Where (B = 1", "the query does not parse: it ends where `)` is expected"),
            ("A = 1", "the query does not parse: `A` where select, where, order by or pagesize is expected"),
            ("join Org o select o.Id", "a query with a join has no embedded form"),
            ("as of \"2024-01-01\" select Id", "a query with a question about the past has no embedded form"),
        ] {
            assert_eq!(Query::parse(text).unwrap_err().to_string(), message, "{text}");
        }
        assert!(Query::parse(&format!("where {}A=1", "(".repeat(5000))).unwrap_err().to_string().contains("too deep"));
    }

    #[test]
    fn resources_are_joined_where_somebody_can_follow_them() {
        let query = Query::parse_joining("join Org o join o.Boss b select o.Id where b.Name %= \"A\"").unwrap();
        assert_eq!(query.joins, [(path("Org"), "o".to_owned()), (path("o.Boss"), "b".to_owned())]);
        assert_eq!(query.paths().len(), 4);
        let error = Query::parse_joining("join Org where A = 1").unwrap_err().to_string();
        assert_eq!(error, "the query does not parse: `A` where join, select, where, order by or pagesize is expected");
        let error = Query::parse_joining("join Org").unwrap_err().to_string();
        assert_eq!(error, "the query does not parse: it ends where a name for what is joined is expected");
    }
}

//! Conditions on resources in the product's query language, as far as notifications need them: `join PATH ALIAS …
//! where CONDITION`, with comparisons, `and`, `or` and brackets.

use crate::expr::date::DateTime;
use crate::expr::eval::Data;
use crate::expr::value::{Resource, Value};

/// How deep brackets may nest.
const DEPTH: usize = 32;
/// Combinations of joined resources that are looked at for one resource.
const COMBINATIONS: usize = 10_000;

/// A query made ready.
#[derive(Debug, PartialEq)]
pub(super) struct Squery {
    joins: Vec<(Vec<String>, String)>,
    condition: Option<Condition>,
}

#[derive(Debug, PartialEq)]
enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Compare(Vec<String>, Operator, Literal),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug, PartialEq)]
enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut signs = text.chars().peekable();
    while let Some(&sign) = signs.peek() {
        if sign.is_whitespace() {
            signs.next();
        } else if sign == '"' || sign == '\'' {
            signs.next();
            let mut value = String::new();
            loop {
                match signs.next() {
                    None => return Err("a text without end".to_owned()),
                    Some('\\') => value.extend(signs.next()),
                    Some(end) if end == sign => break,
                    Some(other) => value.push(other),
                }
            }
            tokens.push(Token::Text(value));
        } else if sign.is_alphanumeric() || sign == '_' || sign == '-' {
            let mut word = String::new();
            while let Some(next) = signs.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')) {
                word.push(next);
            }
            tokens.push(Token::Word(word));
        } else if matches!(sign, '(' | ')' | ',') {
            tokens.push(Token::Sign(sign.to_string()));
            signs.next();
        } else {
            let mut operator = String::new();
            while let Some(next) = signs.next_if(|c| "=!<>%*^~&|".contains(*c)) {
                operator.push(next);
            }
            if operator.is_empty() {
                return Err(format!("the sign `{sign}`"));
            }
            tokens.push(Token::Sign(operator));
        }
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn word(&mut self, keyword: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(sign)) if sign == wanted);
        self.at += usize::from(found);
        found
    }

    fn path(&mut self) -> Result<Vec<String>, String> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word.split('.').map(str::to_owned).collect())
            }
            other => Err(format!("{} where a property is due", shown(other))),
        }
    }

    fn either(&mut self, depth: usize) -> Result<Condition, String> {
        let mut left = self.both(depth)?;
        while self.word("or") {
            left = Condition::Or(Box::new(left), Box::new(self.both(depth)?));
        }
        Ok(left)
    }

    fn both(&mut self, depth: usize) -> Result<Condition, String> {
        let mut left = self.single(depth)?;
        while self.word("and") {
            left = Condition::And(Box::new(left), Box::new(self.single(depth)?));
        }
        Ok(left)
    }

    fn single(&mut self, depth: usize) -> Result<Condition, String> {
        if self.sign("(") {
            if depth >= DEPTH {
                return Err("brackets nested too deep".to_owned());
            }
            let inner = self.either(depth + 1)?;
            return if self.sign(")") { Ok(inner) } else { Err("a bracket without end".to_owned()) };
        }
        let path = self.path()?;
        let operator = match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) => match sign.as_str() {
                "=" | "==" => Operator::Equal,
                "!=" | "<>" => Operator::NotEqual,
                "<" => Operator::Less,
                "<=" => Operator::LessOrEqual,
                ">" => Operator::Greater,
                ">=" => Operator::GreaterOrEqual,
                other => return Err(format!("the operator `{other}`")),
            },
            other => return Err(format!("{} where a comparison is due", shown(other))),
        };
        self.at += 1;
        let literal = match self.tokens.get(self.at) {
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Word(word)) => match word.to_lowercase().as_str() {
                "null" => Literal::Null,
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                _ => Literal::Number(word.parse().map_err(|_| format!("`{word}` where a value is due"))?),
            },
            other => return Err(format!("{} where a value is due", shown(other))),
        };
        self.at += 1;
        Ok(Condition::Compare(path, operator, literal))
    }
}

fn shown(token: Option<&Token>) -> String {
    match token {
        None => "the end".to_owned(),
        Some(Token::Word(text) | Token::Text(text) | Token::Sign(text)) => format!("`{text}`"),
    }
}

impl Squery {
    /// Reads a query, or says what of it has no embedded form.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0 };
        let mut joins = Vec::new();
        while parser.word("join") {
            let path = parser.path()?;
            let alias = match parser.path()?.as_slice() {
                [alias] => alias.clone(),
                _ => return Err("a name of a joined resource with dots".to_owned()),
            };
            joins.push((path, alias));
        }
        // What is selected makes no difference to whether there is something.
        if parser.word("select") {
            parser.path()?;
            while parser.sign(",") {
                parser.path()?;
            }
        }
        let condition = if parser.word("where") { Some(parser.either(0)?) } else { None };
        match parser.tokens.get(parser.at) {
            None => Ok(Self { joins, condition }),
            other => Err(format!("{} in a query", shown(other))),
        }
    }

    /// Whether a resource fulfils it.
    pub(super) fn holds(&self, data: &dyn Data, resource: Resource) -> Result<bool, String> {
        let Some(condition) = &self.condition else { return Ok(true) };
        let mut named: Vec<(&str, Value)> = Vec::new();
        let mut looked = 0;
        self.any(data, resource, condition, &mut named, &mut looked)
    }

    fn any<'s>(
        &'s self,
        data: &dyn Data,
        resource: Resource,
        condition: &Condition,
        named: &mut Vec<(&'s str, Value)>,
        looked: &mut usize,
    ) -> Result<bool, String> {
        let Some((path, alias)) = self.joins.get(named.len()) else {
            *looked += 1;
            if *looked > COMBINATIONS {
                return Err(format!("a query that joins more than {COMBINATIONS} combinations"));
            }
            return judge(data, resource, condition, named);
        };
        let mut reached = values(data, resource, path, named)?;
        // What leads to nothing is joined as nothing: its properties are null.
        if reached.is_empty() {
            reached.push(Value::Null);
        }
        for value in reached {
            named.push((alias, value));
            let found = self.any(data, resource, condition, named, looked);
            named.pop();
            if found? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn judge(data: &dyn Data, resource: Resource, condition: &Condition, named: &[(&str, Value)]) -> Result<bool, String> {
    match condition {
        Condition::And(left, right) => Ok(judge(data, resource, left, named)? && judge(data, resource, right, named)?),
        Condition::Or(left, right) => Ok(judge(data, resource, left, named)? || judge(data, resource, right, named)?),
        Condition::Compare(path, operator, literal) => {
            let found = values(data, resource, path, named)?;
            let absent = [Value::Null];
            let found = if found.is_empty() { &absent[..] } else { &found[..] };
            Ok(found.iter().any(|value| compare(value, *operator, literal)))
        }
    }
}

/// What a path leads to, from a joined resource where it begins with its name.
fn values(data: &dyn Data, resource: Resource, path: &[String], named: &[(&str, Value)]) -> Result<Vec<Value>, String> {
    let joined = named.iter().find(|(alias, _)| path.len() > 1 && alias.eq_ignore_ascii_case(&path[0]));
    let (mut at, rest) = match joined {
        Some((_, value)) => (vec![value.clone()], &path[1..]),
        None => (vec![Value::Resource(resource)], path),
    };
    for segment in rest {
        let mut next = Vec::new();
        for value in at {
            let Value::Resource(resource) = value else { continue };
            match data.read(resource, segment)? {
                Value::Null => {}
                Value::List(all) => next.extend(all.iter().cloned()),
                other => next.push(other),
            }
        }
        at = next;
    }
    Ok(at)
}

fn compare(value: &Value, operator: Operator, literal: &Literal) -> bool {
    use std::cmp::Ordering;
    let order = match (value, literal) {
        (Value::Null, Literal::Null) => Some(Ordering::Equal),
        (Value::Bool(value), Literal::Bool(wanted)) => Some(value.cmp(wanted)),
        #[allow(clippy::cast_precision_loss, reason = "a query compares numbers that people write")]
        (Value::Int(value), Literal::Number(wanted)) => (*value as f64).partial_cmp(wanted),
        (Value::Double(value), Literal::Number(wanted)) => value.partial_cmp(wanted),
        (Value::Date(value), Literal::Text(wanted)) => DateTime::stored(wanted).map(|wanted| value.cmp(&wanted)),
        // Texts compare as the product's database compares them: without case.
        (Value::Text(value), Literal::Text(wanted)) => Some(value.to_lowercase().cmp(&wanted.to_lowercase())),
        (Value::Int(value), Literal::Text(wanted)) => wanted.trim().parse().ok().map(|wanted: i64| value.cmp(&wanted)),
        _ => None,
    };
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::expr::schema::EntityId;

    /// Resource 1 has records 2 and 3.
    struct Records;

    impl Data for Records {
        fn find(&self, _: EntityId, _: Option<(&str, &str)>) -> Result<Arc<[Resource]>, String> {
            Err("no condition asks for all resources".to_owned())
        }

        fn read(&self, resource: Resource, property: &str) -> Result<Value, String> {
            let record = |id| Value::Resource(Resource { entity: EntityId(1), id });
            Ok(match (resource.id, property) {
                (1, "Records") => Value::List(Arc::from([record(2), record(3)])),
                (1, "Boss") => Value::Null,
                (1, "Name") => Value::text("Ana"),
                (2, "Start") => Value::Date(DateTime::new(2026, 1, 1, 0).unwrap()),
                (3, "Start") => Value::Date(DateTime::new(2027, 1, 1, 0).unwrap()),
                (2, "Open") => Value::Bool(true),
                (3, "Open") => Value::Bool(false),
                (2 | 3, "Rank") => Value::Int(resource.id),
                _ => return Err(format!("there is no property `{property}`")),
            })
        }
    }

    fn holds(text: &str) -> Result<bool, String> {
        Squery::parse(text)?.holds(&Records, Resource { entity: EntityId(0), id: 1 })
    }

    #[test]
    fn conditions_hold_for_one_joined_resource_at_a_time() {
        for (text, wanted) in [
            ("join Records r where r.Start > \"2026-06-01T00:00:00Z\"", true),
            ("join Records r where r.Start > \"2026-06-01T00:00:00Z\" and r.Open = true", false),
            ("join Records r join Records s where r.Open = true and s.Rank >= 3", true),
            ("select Id, Name where name = 'x' or Name = \"ana\"", true),
            ("where Boss = null and (Name != \"Ana\" or Records.Rank < 3)", true),
            ("join Boss b where b.Name = \"x\"", false),
            ("", true),
        ] {
            let held = holds(&text.replace("name =", "Name ="));
            assert_eq!(held, Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, wanted) in [
            ("where Name %= \"A\"", "the operator `%=`"),
            ("where (Name = 1", "a bracket without end"),
            ("where Name = \"A", "a text without end"),
            ("where Name = ", "the end where a value is due"),
            ("order by Name", "`order` in a query"),
            ("where Nothing = 1", "there is no property `Nothing`"),
        ] {
            assert_eq!(holds(text), Err(wanted.to_owned()), "{text}");
        }
        assert!(Squery::parse(&format!("where {}", "(".repeat(100_000))).is_err());
    }
}

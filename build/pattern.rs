//! Patterns of values: a small part of the regular expressions of XML Schema, so that they can be exported as they are.

/// Characters that repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// First and last character of each range.
    pub(crate) ranges: Vec<(char, char)>,
    pub(crate) least: u32,
    pub(crate) most: u32,
}

/// Cuts a pattern into its pieces. They are matched greedily, so a piece of no fixed length may not be followed by one
/// that takes the same characters.
pub(crate) fn parse(pattern: &str) -> Result<Vec<Piece>, String> {
    let wrong = || format!("`{pattern}` is no pattern of classes, dots and plain characters, each with an optional count");
    let mut letters = pattern.chars().peekable();
    let mut pieces: Vec<Piece> = Vec::new();
    while let Some(letter) = letters.next() {
        let ranges = match letter {
            '[' => class(&mut letters).ok_or_else(wrong)?,
            '.' => vec![('\0', char::MAX)],
            '(' | ')' | '|' | '?' | '\\' | '^' | '$' | ']' | '{' | '}' => return Err(wrong()),
            plain => vec![(plain, plain)],
        };
        let (least, most) = match letters.peek() {
            Some('*') => (0, u32::MAX),
            Some('+') => (1, u32::MAX),
            Some('{') => count(&mut letters).ok_or_else(wrong)?,
            _ => (1, 1),
        };
        if matches!(letters.peek(), Some('*' | '+' | '}')) {
            letters.next();
        }
        let meets = |one: &Piece| one.ranges.iter().any(|a| ranges.iter().any(|b| a.0 <= b.1 && b.0 <= a.1));
        if pieces.last().is_some_and(|before| before.least != before.most && meets(before)) {
            return Err(wrong());
        }
        pieces.push(Piece { ranges, least, most });
    }
    if pieces.is_empty() { Err(wrong()) } else { Ok(pieces) }
}

type Letters<'p> = std::iter::Peekable<std::str::Chars<'p>>;

fn class(letters: &mut Letters<'_>) -> Option<Vec<(char, char)>> {
    let mut ranges = Vec::new();
    loop {
        match letters.next()? {
            ']' => return (!ranges.is_empty()).then_some(ranges),
            first if letters.peek() == Some(&'-') => {
                letters.next();
                match letters.peek() {
                    // A hyphen before the bracket stands for itself.
                    Some(']') => ranges.extend([(first, first), ('-', '-')]),
                    _ => ranges.push((first, letters.next()?)),
                }
            }
            one => ranges.push((one, one)),
        }
    }
}

/// The numbers of `{n}` or `{n,m}`, up to the closing brace.
fn count(letters: &mut Letters<'_>) -> Option<(u32, u32)> {
    letters.next();
    let mut text = String::new();
    while letters.peek().is_some_and(|&letter| letter != '}') {
        text.push(letters.next()?);
    }
    let (least, most) = text.split_once(',').unwrap_or((&text, &text));
    Some((least.parse().ok()?, most.parse().ok()?))
}

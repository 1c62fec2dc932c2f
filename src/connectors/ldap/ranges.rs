//! Attributes of which a server gives the values in parts, as Active Directory does with more than 1500:
//! `member;range=0-1499`, then `member;range=1500-*` asked for, until a part ends in `*`.

use super::client::{entry_of, refused};
use super::{Entry, LdapClient, LdapFailure, Search, code};

const OPTION: &str = ";range=";

/// An attribute whose values are not all there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// Without the range.
    pub(super) name: String,
    /// The number of the first value that is missing.
    pub(super) next: u64,
}

/// The attribute of a part, and the number of its last value; none in the last part.
fn part(attribute: &str) -> Option<(&str, Option<u64>)> {
    let at = attribute.to_ascii_lowercase().find(OPTION)?;
    let (_, last) = attribute[at + OPTION.len()..].split_once('-')?;
    let last = if last == "*" { None } else { Some(last.parse().ok()?) };
    Some((&attribute[..at], last))
}

/// Puts the parts in an entry under the names of their attributes, and tells which of them go on.
pub(super) fn gather(entry: &mut Entry) -> Vec<Open> {
    let mut open = Vec::new();
    let ranged: Vec<(String, Vec<Vec<u8>>)> = entry.attributes.extract_if(.., |(name, _)| part(name).is_some()).collect();
    for (attribute, values) in ranged {
        let Some((name, last)) = part(&attribute) else { continue };
        // Beside the part the server gives the attribute itself, without values.
        match entry.attributes.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, known)) => known.extend(values),
            None => entry.attributes.push((name.to_owned(), values)),
        }
        open.extend(last.map(|last| Open { name: name.to_owned(), next: last.saturating_add(1) }));
    }
    open
}

impl LdapClient {
    /// Reads what is missing of an entry that a search gave; none where the entry is gone meanwhile.
    pub(super) fn complete(
        &mut self,
        mut entry: Entry,
        open: Vec<Open>,
        search: &Search<'_>,
    ) -> Result<Option<Entry>, LdapFailure> {
        for Open { name, next } in open {
            let mut next = Some(next);
            while let Some(from) = next {
                let asked = format!("{name}{OPTION}{from}-*");
                let attributes = [asked.as_str()];
                let of = Search { time_limit: search.time_limit, ..Search::of(&entry.dn, &attributes) };
                let mut found = None;
                let result = self.stream::<LdapFailure>(&of, Vec::new(), |message| {
                    found = Some(entry_of(message)?);
                    Ok(())
                })?;
                match (result.rc, found) {
                    (0, Some((part, more))) => {
                        // There are fewer values than before, where none comes.
                        let values = part.values(&name).to_vec();
                        next = more.first().map(|open| open.next).filter(|_| !values.is_empty());
                        if next.is_some_and(|next| next <= from) {
                            let message = format!("the directory gives the values of {name} of {} again and again", entry.dn);
                            return Err(LdapFailure::Unusable(message));
                        }
                        if let Some((_, known)) = entry.attributes.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name))
                        {
                            known.extend(values);
                        }
                    }
                    (0 | code::NO_SUCH_OBJECT, _) => return Ok(None),
                    _ => return Err(refused(result)),
                }
            }
        }
        entry.sort();
        Ok(Some(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_under_the_name_of_their_attribute() {
        let values = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        let attributes =
            [("cn", ["Crew"].as_slice()), ("member", &[]), ("member;range=0-1", &["a", "b"]), ("o;Range=4-*", &["c"])];
        let mut entry = Entry { dn: "cn=Crew".to_owned(), ..Entry::default() };
        entry.attributes = attributes.map(|(name, texts)| (name.to_owned(), values(texts))).to_vec();
        assert_eq!(gather(&mut entry), [Open { name: "member".to_owned(), next: 2 }]);
        assert_eq!(entry.values("member"), values(&["a", "b"]));
        assert_eq!(entry.values("o"), values(&["c"]));
        assert_eq!(entry.attributes.len(), 3);
    }

    #[test]
    fn what_is_no_range_is_an_attribute_like_others() {
        for name in ["member", "member;range=", "member;range=a-b", "member;binary", "range=0-1"] {
            assert_eq!(part(name), None, "{name}");
        }
        assert_eq!(part("member;range=0-1499"), Some(("member", Some(1499))));
    }
}

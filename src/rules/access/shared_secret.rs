//! `shared-secret`: two clients sign in with one secret.

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::grammar::names;
use crate::ir::{Origin, Program};
use crate::rules::{Check, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("shared-secret", Severity::Warning, "two clients that sign in with one secret", Check::Program(check));

fn check(program: &Program, sink: &mut Sink) {
    let mut seen: FxHashMap<String, Origin> = FxHashMap::default();
    for client in program.items.open_id_clients.values().filter(|client| client.origin.generated.is_none()) {
        let origin = client.origin;
        let Some(secret) = program.value(origin, names::HASHED_SECRET).filter(|secret| !secret.trim().is_empty()) else {
            continue;
        };
        let first = *seen.entry(secret.trim().to_owned()).or_insert(origin);
        let (own, other) = (program.identifier(origin), program.identifier(first));
        // One client written twice has a rule of its own.
        if first == origin || own.trim().eq_ignore_ascii_case(other.trim()) {
            continue;
        }
        let Some(place) = program.attribute_place(origin, names::HASHED_SECRET) else { continue };
        let message = format!("clients `{}` and `{}` have the same secret", other.trim(), own.trim());
        let finding = Finding::new(&RULE.info, place, message)
            .label("the secret of another client")
            .note(
                "whoever learns the secret of the one signs in as the other, with its profile; and neither can be changed alone",
            )
            .help("give each client a secret of its own")
            .anchor(format!("{}/@HashedSecret", element::anchor(program, origin.file, origin.element)));
        sink.push(match program.attribute_place(first, names::HASHED_SECRET) {
            Some(place) => finding.related(place, "the same secret"),
            None => finding,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(clients: &[(&str, &str)]) -> Vec<u32> {
        let one = |(name, secret): &(&str, &str)| format!("\n<OpenIdClient Identifier=\"{name}\" HashedSecret=\"{secret}\"/>");
        lines(&clients.iter().map(one).collect::<String>(), "shared-secret")
    }

    #[test]
    fn shared_secrets_are_found() {
        assert_eq!(found(&[("Job", "q83v"), ("Portal", "q83v")]), [3]);
        assert_eq!(found(&[("A", "x="), ("B", "y="), ("C", " x= "), ("D", "x=")]), [4, 5]);
        assert_eq!(found(&[("A", "x"), ("B", "y"), ("C", "y")]), [4]);
    }

    #[test]
    fn secrets_of_their_own_are_not() {
        assert!(found(&[("A", "q83v"), ("B", "Q83V")]).is_empty(), "hashes have a case");
        assert!(found(&[("A", ""), ("B", "")]).is_empty());
        assert!(found(&[("A", "x"), ("a", "x")]).is_empty(), "left to duplicate-identifier");
    }
}

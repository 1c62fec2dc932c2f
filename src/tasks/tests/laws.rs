//! Laws that hold for any data.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// People by key: name and organization; organizations; groups by person and organization.
type Data = (BTreeMap<u8, (u8, u8)>, BTreeMap<u8, u8>, std::collections::BTreeSet<(u8, u8)>);

fn data() -> impl Strategy<Value = Data> {
    (
        prop::collection::btree_map(0u8..8, (0u8..3, 0u8..4), 0..8),
        prop::collection::btree_map(0u8..4, 0u8..3, 0..4),
        prop::collection::btree_set((0u8..8, 0u8..4), 0..8),
    )
}

fn write(bench: &Bench, (people, orgs, members): &Data) {
    let mut text = "id,name,mail,org\n".to_owned();
    for (id, (name, org)) in people {
        // Mails move between people when names do.
        let org = if *org == 3 { String::new() } else { format!("o{org}") };
        writeln!(text, "p{id},n{name},m{}@x,{org}", (id + name) % 8).unwrap();
    }
    bench.write("people.csv", text);
    let mut text = "code,name\n".to_owned();
    for (id, name) in orgs {
        writeln!(text, "o{id},\"n \"\"{name}\"\"\"").unwrap();
    }
    bench.write("orgs.csv", text);
    let mut text = "mail,code\n".to_owned();
    for (mail, org) in members {
        writeln!(text, "m{mail}@x,o{org}").unwrap();
    }
    bench.write("members.csv", text);
}

fn content(bench: &Bench) -> (Vec<String>, Vec<String>, Vec<String>) {
    (bench.resources(), bench.links(), bench.query("SELECT first || ' ' || second FROM orphan ORDER BY 1"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_history_the_store_equals_the_last_data(history in prop::collection::vec((data(), any::<bool>()), 1..6)) {
        let mut bench = Bench::new();
        for (data, incremental) in &history {
            write(&bench, data);
            bench.load(*incremental).unwrap();
        }
        let mut fresh = Bench::new();
        write(&fresh, &history.last().unwrap().0);
        fresh.load(false).unwrap();
        prop_assert_eq!(content(&bench), content(&fresh));
    }

    #[test]
    fn a_task_that_is_undone_and_repeated_leaves_no_trace(first in data(), second in data(), incremental in any::<bool>()) {
        let (mut broken, mut whole) = (Bench::new(), Bench::new());
        for bench in [&mut broken, &mut whole] {
            write(bench, &first);
            bench.load(false).unwrap();
            write(bench, &second);
        }
        // Each task runs once without its commit, as if killed before it.
        for connection in ["People", "Orgs", "Members"] {
            broken.undone(|bench| bench.export(connection, !incremental).map(drop));
            broken.export(connection, !incremental).unwrap();
        }
        let mode = if incremental { "Incremental" } else { "Complete" };
        broken.undone(|bench| bench.prepare(mode).map(drop));
        broken.prepare(mode).unwrap();
        let task = Bench::synchronize_task(incremental);
        broken.undone(|bench| bench.run(&task).map(drop));
        broken.run(&task).unwrap();
        for connection in ["People", "Orgs", "Members"] {
            whole.export(connection, !incremental).unwrap();
        }
        whole.prepare(mode).unwrap();
        whole.run(&task).unwrap();
        prop_assert_eq!(broken.digest(), whole.digest());
    }
}

impl Bench {
    /// Does something that is killed before its commit: the files stay, the store is as before.
    fn undone(&mut self, work: impl FnOnce(&mut Self) -> Result<(), TaskError>) {
        self.killed = true;
        work(self).unwrap();
        self.killed = false;
    }
}

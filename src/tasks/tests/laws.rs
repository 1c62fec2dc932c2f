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

/// People as a file has them: in any order, with keys twice or missing, and written in many ways.
#[derive(Clone, Debug)]
struct File {
    /// Number, name, organization, and how the row is written.
    rows: Vec<(u8, u8, u8, u8)>,
    /// Whether the columns stand in another order.
    turned: bool,
    /// Whether the last line has no end.
    is_open: bool,
}

fn file() -> impl Strategy<Value = File> {
    let row = || (0u8..60, 0u8..4, 0u8..4, 0u8..5);
    let distinct = prop::collection::btree_map(0u8..60, (0u8..4, 0u8..4, 0u8..5), 0..60);
    let distinct =
        distinct.prop_map(|rows| rows.into_iter().map(|(id, (name, org, way))| (id, name, org, way)).collect::<Vec<_>>());
    let more = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(row(), 1..3)];
    let turned = prop_oneof![6 => Just(false), 1 => Just(true)];
    (distinct, more, any::<bool>(), any::<u64>(), turned, any::<bool>()).prop_map(
        |(mut rows, more, moved, by, turned, is_open)| {
            rows.extend(more);
            if moved && !rows.is_empty() {
                let (from, to) = (by as usize % rows.len(), (by >> 32) as usize % rows.len());
                let row = rows.remove(from);
                rows.insert(to.min(rows.len()), row);
            }
            File { rows, turned, is_open }
        },
    )
}

fn write_file(bench: &Bench, file: &File) {
    let header = if file.turned { "name,id,mail,org,more" } else { "id,name,mail,org,more" };
    let mut lines = vec![header.to_owned()];
    for (id, name, org, way) in &file.rows {
        // One person has no number, and is put aside.
        let (key, name) = (if *id == 59 { String::new() } else { format!("p{id}") }, format!("n{name}"));
        let name = match way {
            0 | 1 => name,
            2 => format!("\"{name}\""),
            3 => format!("\"{name}, \"\"the\n{way}\r\nth\"\"\""),
            _ => format!("\"{name}{}\"", "é".repeat(40)),
        };
        let org = if *org == 3 { String::new() } else { format!("o{org}") };
        let (first, second) = if file.turned { (&name, &key) } else { (&key, &name) };
        lines.push(format!("{first},{second},m{id}@x,{org},{}", way / 2));
    }
    bench.write("people.csv", lines.join("\n") + if file.is_open { "" } else { "\n" });
    bench.write("orgs.csv", "code,name\no0,a\no1,b\no2,c\n");
    bench.write("members.csv", format!("mail,code\nm1@x,o1\nm{}@x,o2\n", file.rows.len()));
}

/// What a load says: its counts of rows, or what is wrong with the data.
fn loaded(bench: &mut Bench, incremental: bool) -> Result<(), String> {
    bench.load(incremental).map(drop).map_err(|error| bench.local(&error.to_string()))
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
    fn changes_of_any_file_are_found_as_if_all_was_read(
        first in file(), history in prop::collection::vec((file(), any::<bool>()), 1..5), hidden in any::<bool>(),
    ) {
        let mut bench = Bench::new();
        write_file(&bench, &first);
        let mut last = loaded(&mut bench, false).is_ok().then_some(first);
        for (file, removed) in history {
            write_file(&bench, &file);
            if removed && hidden {
                // Without the numbers of its rows the last export says nothing to the next one.
                let _ = std::fs::remove_file(bench.path("work/ExportOutput/People.rows"));
            }
            let mut fresh = Bench::new();
            write_file(&fresh, &file);
            let (here, there) = (loaded(&mut bench, last.is_some()), loaded(&mut fresh, false));
            prop_assert_eq!(&here, &there);
            if here.is_ok() {
                prop_assert_eq!(content(&bench), content(&fresh));
                let aside = |bench: &Bench| std::fs::read(bench.path("work/Collect/HR/User.nullpk.csv")).ok();
                prop_assert_eq!(aside(&bench), aside(&fresh));
                last = Some(file);
            }
        }
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

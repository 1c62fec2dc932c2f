//! Transformations of connections, from the export to the store.

use super::*;

impl Bench {
    fn transform(&mut self, connection: &str, transformations: &[&[(&str, &str)]]) {
        let connection = self.plan.model.connections.iter_mut().find(|one| one.id == connection).unwrap();
        let one = |pairs: &&[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
        };
        connection.transformations = transformations.iter().map(one).collect();
    }
}

const NAME: &[(&str, &str)] = &[
    ("Type", "ConcatColumns"),
    ("Table", "Orgs"),
    ("Column", "name"),
    ("InputColumn", "first"),
    ("InputColumn2", "second"),
    ("ConcatSeparator", " "),
];
const OPEN: &[(&str, &str)] =
    &[("Type", "WhereValue"), ("Column", "state"), ("WhereOperator", "NotEquals"), ("WhereValue", "closed")];

#[test]
fn a_mapped_column_can_be_made_of_others() {
    let mut bench = Bench::filled();
    bench.write("orgs.csv", "code,first,second,state\nA,Al,Pha,open\nB,Be,Ta,open\nC,Ce,Ta,closed\n");
    bench.transform("Orgs", &[NAME, OPEN]);
    for connection in ["People", "Orgs", "Members"] {
        bench.export(connection, true).unwrap();
    }
    assert_eq!(counted(&bench.prepare("Complete").unwrap()), "filtered 1, rows 12");
    bench.run(&Bench::synchronize_task(false)).unwrap();
    assert_eq!(bench.resources()[..2], ["Org [\"A\",\"Al Pha\"]", "Org [\"B\",\"Be Ta\"]"]);
}

#[test]
fn a_column_that_a_transformation_needs_must_be_there() {
    let mut bench = Bench::filled();
    bench.transform("Orgs", &[NAME]);
    let error = bench.export("Orgs", true).err().unwrap().to_string();
    assert!(error.contains("orgs.csv, row 1: the mapped columns first, second are missing in the header"), "{error}");
    bench.transform("Orgs", &[&[("Type", "Upper"), ("Column", "name")]]);
    let message = bench.refused(&task("PrepareSynchronizationTask", &[("Connector", text("HR"))]));
    assert_eq!(
        message,
        "transformation Upper of connection Orgs: it has no embedded form; ConcatColumns, TransformDate and WhereValue have"
    );
}

#[test]
fn what_a_filter_takes_out_of_a_file_of_changes_goes() {
    let mut bench = Bench::filled();
    bench.transform("Orgs", &[OPEN]);
    bench.write("orgs.csv", "code,name,state\nA,Alpha,open\nB,Beta,open\n");
    bench.load(false).unwrap();
    bench.settings =
        bench.settings.replace("\"Path\": \"orgs.csv\"", "\"Path\": \"orgs.csv\", \"PathIncremental\": \"changes.csv\"");
    bench.write("changes.csv", "command,code,name,state\nupdate,B,Beta,closed\ninsert,C,Gamma,open\ninsert,,Lost,open\n");
    for connection in ["People", "Orgs", "Members"] {
        bench.export(connection, false).unwrap();
    }
    let prepared = bench.prepare("Incremental").unwrap();
    assert_eq!(counted(&prepared), "deleted 1, filtered 1, inserted 1, null_keys 1, rows 12");
    let aside = std::fs::read_to_string(bench.path("work/Collect/HR/Org.nullpk.csv")).unwrap();
    assert_eq!(aside, "Code,Name\n\"\",Lost\n");
    bench.run(&Bench::synchronize_task(true)).unwrap();
    assert_eq!(bench.resources()[..2], ["Org [\"A\",\"Alpha\"]", "Org [\"C\",\"Gamma\"]"]);
}

#[test]
fn another_transformation_makes_another_batch() {
    let mut bench = Bench::filled();
    bench.write("orgs.csv", "code,name,state\nA,Alpha,open\nB,Beta,closed\n");
    bench.load(false).unwrap();
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Unchanged);
    bench.transform("Orgs", &[OPEN]);
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Completed);
    bench.load(true).unwrap();
    assert_eq!(bench.resources()[..1], ["Org [\"A\",\"Alpha\"]"]);
}

#[test]
fn a_transformation_that_is_taken_back_leaves_the_values_as_they_are_read() {
    let mut bench = Bench::filled();
    bench.write("orgs.csv", "code,name\nA,2024-02-28\nB,Beta\n");
    bench.transform("Orgs", &[&[("Type", "TransformDate"), ("Column", "name"), ("AddedDays", "1")]]);
    bench.load(false).unwrap();
    assert_eq!(bench.resources()[..1], ["Org [\"A\",\"2024-02-29\"]"]);
    bench.transform("Orgs", &[]);
    bench.load(true).unwrap();
    assert_eq!(bench.resources()[..1], ["Org [\"A\",\"2024-02-28\"]"]);
}

#[test]
fn values_that_are_no_dates_are_counted_and_stay() {
    let mut bench = Bench::filled();
    bench.write("orgs.csv", "code,name\nA,2024-02-28\nB,soon\n");
    bench.transform("Orgs", &[&[("Type", "TransformDate"), ("Column", "name"), ("AddedDays", "1")]]);
    for connection in ["People", "Orgs", "Members"] {
        bench.export(connection, true).unwrap();
    }
    let report = bench.prepare("Complete").unwrap();
    assert_eq!(report.counters["no_dates"], 1);
    assert_eq!(report.message.as_deref(), Some("1 values that a transformation was to shift are no dates and stay as they are"));
    bench.run(&Bench::synchronize_task(false)).unwrap();
    assert_eq!(bench.resources()[..2], ["Org [\"A\",\"2024-02-29\"]", "Org [\"B\",\"soon\"]"]);
}

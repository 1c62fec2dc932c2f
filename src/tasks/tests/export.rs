//! Reading CSV files as they come, and saying what is wrong with them.

use std::path::Path;

use super::*;

fn failure(settings: &str, content: impl AsRef<[u8]>) -> String {
    let mut bench = Bench::filled();
    bench.settings = format!("{{\"Connections\": {{\"Orgs\": {{\"Path\": \"orgs.csv\"{settings}}}}}}}");
    bench.write("orgs.csv", content);
    let error = bench.export("Orgs", true).err().unwrap().to_string();
    error.replace(&format!("{}/", bench.folder.path().display()), "")
}

fn exported(settings: &str, content: impl AsRef<[u8]>) -> String {
    let mut bench = Bench::filled();
    bench.settings = format!("{{\"Connections\": {{\"Orgs\": {{\"Path\": \"orgs.csv\"{settings}}}}}}}");
    bench.write("orgs.csv", content);
    bench.export("Orgs", true).unwrap();
    std::fs::read_to_string(bench.path("work/ExportOutput/Orgs.csv")).unwrap()
}

#[test]
fn faults_are_told_with_file_and_row() {
    assert_eq!(
        failure("", "code;name\nA;Alpha\n"),
        "orgs.csv, row 1: read with the separator \",\", the header is one column, and the mapped columns code, name are \
         missing (the header holds ';': set Separator to \";\" for this connection)"
    );
    assert_eq!(failure("", "code,name\nA,Alpha\nB\n"), "orgs.csv, row 3: 1 value where the header has 2 columns");
    assert_eq!(
        failure("", b"code,name\nA,Alpha\nB,B\xe9ta\n"),
        "orgs.csv, row 3: bytes that are not valid UTF-8; is Encoding set for this file?"
    );
    assert_eq!(failure("", "code,name,code\n"), "orgs.csv, row 1: the header names the column \"code\" twice");
    assert_eq!(
        failure("", "code,title\nA,Alpha\n"),
        "orgs.csv, row 1: the mapped column name is missing in the header (its columns are code, title)"
    );
    assert_eq!(failure("", ""), "orgs.csv, row 1: there is no header line");
    assert!(failure(", \"Encoding\": \"utf-16\"", b"c\0o\0\x00\xd8").contains("not valid UTF-16LE"));
    assert!(failure(", \"Separator\": \"::\"", "").contains("Separator of connection Orgs: \"::\" is not one ASCII sign"));
}

#[test]
fn a_missing_file_is_told_by_name() {
    let mut bench = Bench::filled();
    std::fs::remove_file(bench.path("orgs.csv")).unwrap();
    let error = bench.export("Orgs", true).err().unwrap().to_string();
    assert!(error.contains("orgs.csv: the file that connection Orgs reads does not exist"), "{error}");
}

#[test]
fn any_encoding_becomes_utf_8() {
    let expected = "code,name\nA,Bêta\n";
    assert_eq!(exported("", "\u{feff}code,name\r\nA,Bêta\r\n"), expected);
    assert_eq!(exported(", \"Encoding\": \"iso-8859-1\"", b"code,name\nA,B\xeata\n"), expected);
    assert_eq!(exported(", \"Encoding\": \"1252\"", b"code,name\nA,B\xeata\n"), expected);
    let utf16: Vec<u8> = "\u{feff}code,name\nA,Bêta\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(exported("", &utf16), expected);
    assert_eq!(exported(", \"Encoding\": \"Unicode\"", &utf16[2..]), expected);
}

#[test]
fn lines_are_skipped_and_values_trimmed() {
    let settings = ", \"NumberOfLinesToSkip\": 2, \"Separator\": \";\", \"ValuesToTrim\": [\"*\", \" \"]";
    let content = "export of today\n\ncode;name\n* A *;\"x;, y\"\n";
    assert_eq!(exported(settings, content), "code,name\nA,\"x;, y\"\n");
    let error = failure(", \"NumberOfLinesToSkip\": 2", "a\nb\ncode,name\nA,x\nB\n");
    assert!(error.starts_with("orgs.csv, row 5:"), "{error}");
}

#[test]
fn the_newest_file_that_matches_is_read() {
    let mut bench = Bench::filled();
    bench.settings = "{\"Connections\": {\"Orgs\": {\"Path\": \"orgs_[0-9]+\\\\.csv\", \"IsFileNameRegex\": true}}}".to_owned();
    assert!(bench.export("Orgs", true).err().unwrap().to_string().contains("no file matches this pattern"));
    bench.write("orgs_1.csv", "code,name\nOld,Old\n");
    bench.write("orgs_2.csv", "code,name\nNew,New\n");
    bench.write("orgs_x.csv", "code,name\nNo,No\n");
    let old = std::time::SystemTime::now() - std::time::Duration::from_mins(1);
    std::fs::File::options().write(true).open(bench.path("orgs_1.csv")).unwrap().set_modified(old).unwrap();
    bench.export("Orgs", true).unwrap();
    assert!(std::fs::read_to_string(bench.path("work/ExportOutput/Orgs.csv")).unwrap().contains("New"));
}

#[test]
fn files_outside_the_allowed_folders_are_not_read() {
    let mut bench = Bench::filled();
    std::fs::create_dir(bench.path("allowed")).unwrap();
    bench.write("allowed/orgs.csv", "code,name\n");
    let settings =
        |path: &str| format!("{{\"SourcesRootPaths\": [\"allowed\"], \"Connections\": {{\"Orgs\": {{\"Path\": \"{path}\"}}}}}}");
    bench.settings = settings("allowed/../orgs.csv");
    let error = bench.export("Orgs", true).err().unwrap().to_string();
    assert!(error.contains("connection Orgs reads outside SourcesRootPaths"), "{error}");
    bench.settings = settings("allowed\\\\orgs.csv");
    assert_eq!(bench.export("Orgs", true).unwrap().counters["rows"], 0);
}

#[test]
fn an_export_is_unchanged_only_if_its_siblings_are() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Unchanged);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,A\n");
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Completed);
}

/// Makes a folder that is not empty where a file is, or is to be.
fn obstruct(file: &Path) {
    let _ = std::fs::remove_file(file);
    std::fs::create_dir_all(file.join("in the way")).unwrap();
}

#[test]
fn numbers_that_cannot_be_written_are_done_without() {
    let mut bench = Bench::filled();
    obstruct(&bench.path("work/ExportOutput/People.rows"));
    bench.load(false).unwrap();
    assert_eq!(bench.export("People", false).unwrap().outcome, TaskEnd::Unchanged);
    let numbers = std::fs::read_dir(bench.path("work/Collect/HR")).unwrap().map(|file| file.unwrap().path());
    let numbers: Vec<_> = numbers.filter(|file| file.to_string_lossy().ends_with(".sorted.rows")).collect();
    assert!(!numbers.is_empty());
    for file in &numbers {
        obstruct(file);
    }
    for connection in ["People", "Orgs", "Members"] {
        bench.export(connection, true).unwrap();
    }
    assert_eq!(bench.prepare("Complete").unwrap().outcome, TaskEnd::Completed);
    bench.run(&Bench::synchronize_task(false)).unwrap();
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,A\n2,Bob,bo@x,A\n3,Cy,cy@x,B\n");
    assert_eq!(counted(&bench.load(true).unwrap()), "updated 1");
}

const PEOPLE: &str = "id,name,mail,org\n1,Ana,ana@x,A\n2,Bo,bo@x,A\n3,Cy,cy@x,B\n";
const RENAMED: &str = "id,name,mail,org\n1,Ana,ana@x,A\n2,Bob,bo@x,A\n3,Cy,cy@x,B\n";

#[test]
fn a_file_whose_export_was_not_recorded_stands_for_no_source() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.write("people.csv", RENAMED);
    bench.undone(|bench| bench.export("People", false).map(drop));
    assert_eq!(counted(&bench.prepare("Incremental").unwrap()), "rows 11, updated 1");
    assert_eq!(counted(&bench.run(&Bench::synchronize_task(true)).unwrap()), "updated 1");
    // It is as it was before, which is not what was last synchronized.
    bench.write("people.csv", PEOPLE);
    assert_eq!(bench.export("People", false).unwrap().outcome, TaskEnd::Completed);
    assert_eq!(counted(&bench.load(true).unwrap()), "updated 1");
    assert_eq!(bench.export("People", false).unwrap().outcome, TaskEnd::Unchanged);
}

#[test]
fn a_file_whose_export_was_not_recorded_holds_what_its_columns_say() {
    let changes = "command,id,name,mail,org\nupdate,2,Bob,bo@x,A\n";
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.settings = bench.settings.replace("\"people.csv\"", "\"people.csv\", \"PathIncremental\": \"changes.csv\"");
    bench.write("changes.csv", changes);
    // The store knows an export of everything, and a file of changes lies there.
    bench.undone(|bench| bench.export("People", false).map(drop));
    assert_eq!(counted(&bench.prepare("Incremental").unwrap()), "rows 7, updated 1");
    bench.export("People", false).unwrap();
    bench.prepare("Incremental").unwrap();
    bench.run(&Bench::synchronize_task(true)).unwrap();
    // And the other way round.
    bench.undone(|bench| bench.export("People", true).map(drop));
    assert_eq!(counted(&bench.prepare("Incremental").unwrap()), "rows 11, updated 1");
}

#[test]
fn a_file_that_is_not_as_its_export_left_it_stands_for_no_source() {
    let mut bench = Bench::filled();
    for connection in ["People", "Orgs", "Members"] {
        bench.export(connection, true).unwrap();
    }
    bench.write("work/ExportOutput/People.csv", format!("{PEOPLE}4,Dee,dee@x,A\n"));
    bench.prepare("Complete").unwrap();
    bench.run(&Bench::synchronize_task(false)).unwrap();
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Completed, "its sibling has something new");
    assert_eq!(counted(&bench.load(true).unwrap()), "deleted 1, links_deleted 1");
}

#[test]
fn an_export_that_an_older_version_recorded_is_believed() {
    let mut bench = Bench::filled();
    for connection in ["People", "Orgs", "Members"] {
        bench.export(connection, true).unwrap();
    }
    for note in ["People.hash", "Orgs.hash", "Members.hash"] {
        std::fs::remove_file(bench.path("work/ExportOutput").join(note)).unwrap();
    }
    bench.prepare("Complete").unwrap();
    bench.run(&Bench::synchronize_task(false)).unwrap();
    assert_eq!(bench.export("People", false).unwrap().outcome, TaskEnd::Unchanged);
}

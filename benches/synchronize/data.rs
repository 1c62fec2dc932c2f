//! What is synchronized: people of twenty properties and links between them, before and after two days of changes.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Columns of a person, the key first.
const COLUMNS: [&str; 20] = [
    "employee",
    "first_name",
    "last_name",
    "display_name",
    "mail",
    "phone",
    "mobile",
    "title",
    "department",
    "company",
    "site",
    "street",
    "postcode",
    "city",
    "country",
    "manager",
    "start",
    "end",
    "category",
    "remark",
];
const FIRST: [&str; 12] =
    ["Ailsa", "Bran", "Catriona", "Donal", "Eilidh", "Fergus", "Greer", "Hamish", "Isla", "Jamie", "Kirsty", "Lachlan"];
const LAST: [&str; 10] =
    ["Abernethy", "Buchan", "Carrick", "Drummond", "Erskine", "Farquhar", "Galbraith", "Heriot", "Innes", "Kinnaird"];
const WORDS: [&str; 8] = ["Purser", "Deckhand", "Engineer", "Pilot", "Steward", "Harbour master", "Clerk", "Cook"];

/// In which order the rows of a file stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By key.
    Key,
    /// Without one, as a directory gives them.
    None,
}

/// After how many days of changes. On each, of a thousand people eight change, one goes and one comes; of a thousand links
/// five go and five come, and those of the people who go wait for them.
pub type Day = u64;
/// People and links of whom the same changes on one day.
const ROUND: u64 = 1000;

/// A number below `count` for each number below it, without a pattern to the eye.
fn shuffled(number: u64, count: u64) -> u64 {
    // A prime that divides no count used here keeps the numbers apart.
    number.wrapping_mul(2_654_435_761) % count
}

fn place(order: Order, number: u64, count: u64) -> u64 {
    if order == Order::Key { number } else { shuffled(number, count) }
}

fn person(line: &mut String, number: u64, changed: bool) {
    let pick = |of: &[&'static str], salt: u64| of[(number.wrapping_mul(31).wrapping_add(salt) % of.len() as u64) as usize];
    let (first, last, word) = (pick(&FIRST, 1), pick(&LAST, number / 7), pick(&WORDS, number / 3));
    line.clear();
    let _ = write!(
        line,
        "P{number:08},{first},{last},{first} {last},{first}.{last}.{number}@skerrylight.example,+44 1700 {:06},+44 7700 {:06},\
         {word}{},Department {},Skerrylight Ferries,Harbour {},Quay {},SK{:02} {}AB,Port {last},Scotland,P{:08},\
         20{:02}-{:02}-{:02},,{},",
        number % 1_000_000,
        shuffled(number, 999_983),
        if changed { " (acting)" } else { "" },
        number % 400,
        number % 60,
        number % 90,
        number % 80,
        number % 9,
        number / 12,
        number % 25,
        1 + number % 12,
        1 + number % 28,
        if number.is_multiple_of(5) { "seasonal" } else { "permanent" },
    );
    if number.is_multiple_of(50) {
        line.push_str("\"on leave, see \"\"roster\"\"\"");
    }
    line.push('\n');
}

/// Writes `people.csv` and `links.csv` with so many rows each.
pub fn write(folder: &Path, count: u64, order: Order, day: Day) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut line = String::new();
    let mut people = BufWriter::with_capacity(1 << 20, File::create(folder.join("people.csv"))?);
    writeln!(people, "{}", COLUMNS.join(","))?;
    for number in (0..count).map(|number| place(order, number, count)) {
        // The people of each round who change on one day stand behind those who did the day before.
        let place = number % ROUND;
        let (since, is_leaver) = (place / 9, place.is_multiple_of(9));
        match since < day {
            true if is_leaver => person(&mut line, number + count, false),
            changes => person(&mut line, number, changes),
        }
        people.write_all(line.as_bytes())?;
    }
    people.flush()?;
    let mut links = BufWriter::with_capacity(1 << 20, File::create(folder.join("links.csv"))?);
    writeln!(links, "person,deputy")?;
    for number in (0..count).map(|number| place(order, number, count)) {
        let other = if number % 200 < day { number + 1 } else { number };
        writeln!(links, "P{number:08},P{:08}", shuffled(other + 17, count))?;
    }
    links.flush()
}

/// The configuration that synchronizes the two files, and the settings of its connections.
pub fn configure(folder: &Path) -> io::Result<()> {
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
        <ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n\
        <Agent Identifier=\"Bench\" DisplayName_L1=\"Bench\" />\n\
        <Profile Identifier=\"Administrator\" DisplayName_L1=\"Administrator\" />\n\
        <OpenIdClient Identifier=\"Job\" DisplayName_L1=\"Job\" HashedSecret=\"x\" Profile=\"Administrator\" />\n\
        <Connector Identifier=\"Crew\" DisplayName_L1=\"Crew\" Agent=\"Bench\" MaximumInsertedLines=\"0\" \
         MaximumUpdatedLines=\"0\" MaximumDeletedLines=\"0\" MaximumLinkInsertedLines=\"0\" MaximumLinkDeletedLines=\"0\" />\n\
        <Connection Identifier=\"CrewPeople\" DisplayName_L1=\"People\" Connector=\"Crew\" Package=\"Usercube.CSV@0000001\" />\n\
        <Connection Identifier=\"CrewLinks\" DisplayName_L1=\"Links\" Connector=\"Crew\" Package=\"Usercube.CSV@0000001\" />\n\
        <EntityType Identifier=\"Crew_Person\" DisplayName_L1=\"Person\">\n"
        .to_owned();
    let property = |column: &str| format!("Property_{column}");
    for (index, column) in COLUMNS.iter().enumerate() {
        let key = if index == 0 { " IsKey=\"true\"" } else { "" };
        let _ = writeln!(
            xml,
            "<Property Identifier=\"{}\" DisplayName_L1=\"{column}\" TargetColumnIndex=\"{}\" Type=\"String\"{key} />",
            property(column),
            index + 4
        );
    }
    xml.push_str(
        "<Property Identifier=\"Deputies\" DisplayName_L1=\"Deputies\" Type=\"ForeignKey\" />\n\
         <Property Identifier=\"DeputyOf\" DisplayName_L1=\"Deputy of\" Type=\"ForeignKey\" />\n\
         </EntityType>\n\
         <EntityAssociation Identifier=\"Crew_Deputy\" DisplayName_L1=\"Deputy\" IsProperty1Collection=\"true\" \
          IsProperty2Collection=\"true\" Property1=\"Crew_Person:Deputies\" Property2=\"Crew_Person:DeputyOf\" />\n\
         <EntityTypeMapping Identifier=\"Crew_Person\" Connector=\"Crew\" ConnectionTable=\"CrewPeople\">\n",
    );
    for (index, column) in COLUMNS.iter().enumerate() {
        let key = if index == 0 { " IsPrimaryKey=\"true\"" } else { "" };
        let _ = writeln!(xml, "<Property Identifier=\"{}\" ConnectionColumn=\"{column}\"{key} />", property(column));
    }
    let end = property(COLUMNS[0]);
    let _ = writeln!(
        xml,
        "</EntityTypeMapping>\n\
         <EntityAssociationMapping Identifier=\"Crew_Deputy\" Connector=\"Crew\" ConnectionTable=\"CrewLinks\" Column1=\"person\" \
         EntityPropertyMapping1=\"Crew_Person:{end}\" Column2=\"deputy\" EntityPropertyMapping2=\"Crew_Person:{end}\" />"
    );
    for complete in [true, false] {
        let (mode, ignore, incremental) = if complete {
            ("Complete", " IgnoreCookieFile=\"true\"", "")
        } else {
            ("Incremental", "", " IsIncremental=\"true\"")
        };
        let _ = writeln!(
            xml,
            "<Job Identifier=\"{mode}\" DisplayName_L1=\"{mode}\" Agent=\"Bench\"{incremental}>\n\
             <ExportTask Identifier=\"{mode}_People\" DisplayName_L1=\"People\" Agent=\"Bench\" Connection=\"CrewPeople\" \
              OpenIdClient=\"Job\" Level=\"0\"{ignore} />\n\
             <ExportTask Identifier=\"{mode}_Links\" DisplayName_L1=\"Links\" Agent=\"Bench\" Connection=\"CrewLinks\" \
              OpenIdClient=\"Job\" Level=\"0\"{ignore} />\n\
             <PrepareSynchronizationTask Identifier=\"{mode}_Prepare\" DisplayName_L1=\"Prepare\" Agent=\"Bench\" Connector=\"Crew\" \
              OpenIdClient=\"Job\" Level=\"1\" SynchronizationMode=\"{mode}\" />\n\
             <!-- jobwright: ignore[unexpected-do-not-delete-changes] what keeping them costs is part of the measure -->\n\
             <SynchronizeTask Identifier=\"{mode}_Synchronize\" DisplayName_L1=\"Synchronize\" Connector=\"Crew\" Level=\"2\" \
              DoNotDeleteChanges=\"true\" />\n\
             </Job>"
        );
    }
    xml.push_str("</ConfigurationFile>\n");
    fs::write(folder.join("crew.xml"), xml)?;
    fs::write(
        folder.join("appsettings.agent.json"),
        "{\"Connections\": {\"CrewPeople\": {\"Path\": \"people.csv\", \"Separator\": \",\"}, \
          \"CrewLinks\": {\"Path\": \"links.csv\", \"Separator\": \",\"}}}\n",
    )
}

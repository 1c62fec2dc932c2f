//! Laws of the workspace: what was kept never shows.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use lsp_types::{Position, TextDocumentContentChangeEvent};
use proptest::prelude::*;

use super::completion;
use super::configuration::Place;
use super::encoding::Encoding;
use super::hover;
use super::uri;
use super::view::View;
use super::workspace::Workspace;
use crate::ir::references::{named_at, named_in};

const FILES: [&str; 4] = ["Common.xml", "Jobs.xml", "Model.xml", "Roles/Roles.xml"];

const TEXTS: [&str; 4] = [
    r#"<ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
  <Language Code="en-US" IndicatorNumber="1" />
  <Agent Identifier="Harbour" DisplayName_L1="Harbour" />
  <Profile Identifier="Job" DisplayName_L1="Jobs" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" Profile="Job" HashedSecret="x" />
  <Policy Identifier="Default" DisplayName_L1="Default" />
</ConfigurationFile>
"#,
    r#"<ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
  <CreateConnectorSynchroComplete Connector="HR" JobIdentifier="Whole" DisplayName_L1="Whole">
    <OpenIdIdentifier Identifier="Job" />
  </CreateConnectorSynchroComplete>
  <!-- jobwright: ignore[missing-command-input] written later -->
  <InvokeSqlCommandTask Identifier="Sql" DisplayName_L1="Sql" Agent="Harbour" OpenIdClient="Job" />
  <Job Identifier="Night" DisplayName_L1="Night" Agent="Harbour" CronTabExpression="30 2 * * *">
    <ExportTask Identifier="First" DisplayName_L1="First" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="0" />
    <ExportTask Identifier="Second" DisplayName_L1="Second" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="1">
      <TaskDependsOnTask ParentTask="First" />
    </ExportTask>
    <Step Identifier="Sql" Level="2" />
  </Job>
</ConfigurationFile>
"#,
    r#"<ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
  <Connector Identifier="HR" DisplayName_L1="HR" Agent="Harbour" />
  <Connection Identifier="People" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Person" DisplayName_L1="Person">
    <Property Identifier="Code" DisplayName_L1="Code" TargetColumnIndex="4" IsKey="true" Type="String" />
    <Property Identifier="Site" DisplayName_L1="Site" TargetColumnIndex="128" Type="ForeignKey" />
  </EntityType>
  <EntityType Identifier="Site" DisplayName_L1="Site">
    <Property Identifier="Town" DisplayName_L1="Town" TargetColumnIndex="4" IsKey="true" Type="String" />
    <Property Identifier="People" DisplayName_L1="People" TargetColumnIndex="-1" Type="ForeignKey" />
  </EntityType>
  <EntityAssociation Identifier="Person_Site" DisplayName_L1="Site" Property1="Person:Site" Property2="Site:People" IsProperty2Collection="true" />
  <EntityTypeMapping Identifier="Person" Connector="HR" ConnectionTable="People">
    <Property Identifier="Code" ConnectionColumn="code" IsPrimaryKey="true" />
  </EntityTypeMapping>
</ConfigurationFile>
"#,
    r#"<ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
  <ResourceType Identifier="Account" DisplayName_L1="Account" Policy="Default" SourceEntityType="Person" TargetEntityType="Site">
    <ScalarRule Policy="Default" Property="Town" Binding="Site.Town" />
    <ScalarRule Policy="Default" Property="Town" Expression="C#:person:return person.Code + person.Site.Town;" />
  </ResourceType>
  <EntityPropertyExpression Identifier="Shout" EntityType="Person" Property="Code" Binding="Site.Town" Expression="ToUpper" Priority="1" />
</ConfigurationFile>
"#,
];

/// What is typed, pasted and half deleted.
const SCRAPS: [&str; 20] = [
    "",
    "",
    "\"",
    "<",
    "/>",
    ">",
    "e",
    "Site",
    "People",
    "First",
    "é😀",
    "\r\n",
    "<!-- jobwright: ignore[unresolved-reference] -->",
    "<!-- jobwright: ignore[no-such-rule] reason -->",
    " ConsolidationMode=\"Delete\"",
    " DisplayName_L2=\"Zwei\"",
    "<Job Identifier=\"Whole\" DisplayName_L1=\"W\" ConsolidationMode=\"Merge\"><Step Identifier=\"Sql\" Level=\"1\" /></Job>",
    "<EntityType Identifier=\"Boat\" DisplayName_L1=\"Boat\"><Property Identifier=\"Site\" DisplayName_L1=\"S\" /></EntityType>",
    "</ConfigurationFile>",
    "<TaskDependsOnTask ParentTask=\"Second\" />",
];

const SETTINGS: [&str; 5] = [
    "",
    "[check]\ndialect = \"6.1\"\n",
    "[check]\nignore = [\"references\"]\n",
    "[check.severity]\nunresolved-reference = \"note\"\n",
    "[files]\nexclude = [\"Roles/**\"]\n",
];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// Text is replaced in an open document.
    Edited {
        file: usize,
        at: usize,
        length: usize,
        scrap: usize,
    },
    /// A file is changed by something else.
    Saved {
        file: usize,
        at: usize,
        length: usize,
        scrap: usize,
    },
    Opened(usize),
    Closed(usize),
    Removed(usize),
    Renamed(usize, usize),
    /// A file is written anew.
    Restored(usize),
    Configured(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let file = 0..FILES.len();
    let change = (file.clone(), 0_usize..2_000, prop_oneof![Just(0_usize), 0_usize..6, 0_usize..200], 0..SCRAPS.len());
    prop_oneof![
        8 => change.clone().prop_map(|(file, at, length, scrap)| Event::Edited { file, at, length, scrap }),
        2 => change.prop_map(|(file, at, length, scrap)| Event::Saved { file, at, length, scrap }),
        2 => file.clone().prop_map(Event::Opened),
        1 => file.clone().prop_map(Event::Closed),
        1 => file.clone().prop_map(Event::Removed),
        1 => (file.clone(), file.clone()).prop_map(|(from, to)| Event::Renamed(from, to)),
        1 => file.prop_map(Event::Restored),
        1 => (0..SETTINGS.len()).prop_map(Event::Configured),
    ]
}

/// A folder with a workspace that looks at it.
struct World {
    folder: tempfile::TempDir,
    workspace: Workspace,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self { workspace: Workspace::default(), folder };
        for (file, text) in TEXTS.iter().enumerate() {
            world.write(file, text);
        }
        world.workspace.add_folder(world.root());
        world
    }

    fn root(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap()
    }

    fn path(&self, file: usize) -> PathBuf {
        self.root().join(FILES[file])
    }

    fn address(&self, file: usize) -> String {
        uri::of_path(&self.path(file)).unwrap().as_str().to_owned()
    }

    fn write(&self, file: usize, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn happens(&mut self, event: &Event) {
        match *event {
            Event::Edited { file, at, length, scrap } => {
                let address = self.address(file);
                let Some(document) = self.workspace.documents.get(&address) else { return };
                let text = &document.source.text;
                let (start, end) = stretch(text, at, length);
                let span = crate::source::Span::new(start as u32, end as u32);
                let range = Some(Encoding::Utf16.range(&document.source, span));
                let version = document.version + 1;
                let change = TextDocumentContentChangeEvent { range, range_length: None, text: SCRAPS[scrap].to_owned() };
                assert!(self.workspace.documents.change(&address, version, vec![change], Encoding::Utf16));
                self.workspace.changed(&address);
            }
            Event::Saved { file, at, length, scrap } => {
                let Ok(mut text) = fs::read_to_string(self.path(file)) else { return };
                let (start, end) = stretch(&text, at, length);
                text.replace_range(start..end, SCRAPS[scrap]);
                self.write(file, &text);
                self.workspace.file_changed(&self.address(file), false);
            }
            Event::Opened(file) => {
                let text = fs::read_to_string(self.path(file)).unwrap_or_default();
                self.workspace.open(&self.address(file), 1, text);
            }
            Event::Closed(file) => self.workspace.close(&self.address(file)),
            Event::Removed(file) => {
                if fs::remove_file(self.path(file)).is_ok() {
                    self.workspace.file_changed(&self.address(file), true);
                }
            }
            Event::Renamed(from, to) => {
                if fs::rename(self.path(from), self.path(to)).is_ok() {
                    self.workspace.file_changed(&self.address(from), true);
                    self.workspace.file_changed(&self.address(to), true);
                }
            }
            Event::Restored(file) => {
                self.write(file, TEXTS[file]);
                self.workspace.file_changed(&self.address(file), true);
            }
            Event::Configured(settings) => {
                let path = self.root().join("jobwright.toml");
                fs::write(&path, SETTINGS[settings]).unwrap();
                self.workspace.file_changed(uri::of_path(&path).unwrap().as_str(), false);
            }
        }
    }

    /// A workspace that has just been opened on the same files and documents.
    fn fresh(&self) -> Workspace {
        let mut fresh = Workspace::default();
        fresh.add_folder(self.root());
        for (address, document) in self.workspace.documents.iter() {
            fresh.open(address, document.version, document.source.text.clone());
        }
        fresh
    }
}

/// A stretch of a text, moved to where characters begin.
fn stretch(text: &str, at: usize, length: usize) -> (usize, usize) {
    let fit = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = fit(at % (text.len() + 1));
    (start, fit(start + length).max(start))
}

/// All that is known of the folder, in words.
fn findings(workspace: &mut Workspace, root: &Path) -> String {
    let place = Place::Folder(root.to_owned());
    let judgement = workspace.judgement_of(&place).unwrap();
    let mut words = String::new();
    for (finding, fingerprint) in judgement.all_findings() {
        let path = &judgement.sources.get(finding.location.file).path;
        writeln!(words, "{path} {fingerprint} {finding:?}").unwrap();
    }
    let items = judgement.of.program();
    writeln!(words, "{:?}\n{} declared", items.generated, items.declarations.all().len()).unwrap();
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn after_whatever_happens_the_findings_are_those_of_a_fresh_start(events in proptest::collection::vec(event(), 1..14)) {
        let mut world = World::new();
        let root = world.root();
        for (file, text) in TEXTS.iter().enumerate().take(2) {
            world.workspace.open(&world.address(file), 1, (*text).to_owned());
        }
        for event in &events {
            world.happens(event);
            // Work that is given up half done leaves no trace either.
            if matches!(event, Event::Edited { at, .. } if at % 2 == 0) {
                world.workspace.check();
            } else {
                findings(&mut world.workspace, &root);
            }
        }
        let (kept, fresh) = (findings(&mut world.workspace, &root), findings(&mut world.fresh(), &root));
        prop_assert_eq!(kept, fresh);
    }
}

/// A value may be one that nothing but its own file reads, or one that names of generated tasks are made of.
#[test]
fn whatever_value_changes_the_findings_are_those_of_a_fresh_start() {
    let mut world = World::new();
    let root = world.root();
    for (file, text) in TEXTS.iter().enumerate() {
        world.workspace.open(&world.address(file), 1, (*text).to_owned());
    }
    let consolidated = TEXTS[1].replace("<Job Identifier=\"Night\"", "<Job Identifier=\"Whole\" ConsolidationMode=\"Merge\"");
    for (file, text) in [(0, TEXTS[0]), (1, TEXTS[1]), (1, &consolidated), (2, TEXTS[2]), (3, TEXTS[3])] {
        let ends = text.match_indices('"').skip(1).step_by(2).map(|(end, _)| end);
        for end in ends.skip(1) {
            world.workspace.open(&world.address(file), 1, text.to_owned());
            findings(&mut world.workspace, &root);
            world.workspace.open(&world.address(file), 2, format!("{}x{}", &text[..end], &text[end..]));
            let (kept, fresh) = (findings(&mut world.workspace, &root), findings(&mut world.fresh(), &root));
            assert_eq!(kept, fresh, "{}", text[..end].lines().last().unwrap());
        }
        world.workspace.open(&world.address(file), 1, TEXTS[file].to_owned());
    }
}

/// What can be typed and what is told at a place, once the program has seen the text and while it has not.
#[test]
fn answers_that_do_not_wait_are_those_that_do() {
    let cases = [
        ("    <Step Identifier=\"Sql\"", "    <Step Identifier=\"|\" /><Step Identifier=\"Sql\""),
        ("ParentTask=\"First\"", "ParentTask=\"|First\""),
        ("Level=\"0\" />", "Level=\"0\" |/>"),
        ("<TaskDependsOnTask ParentTask", "<TaskDependsOnTask ParentTask=\"|\" /><TaskDependsOnTask ParentTask"),
        ("<InvokeSqlCommandTask", "<InvokeSqlCommandTask DisplayName_L2=\"Zwei\" Agent=\"Har|bour\""),
    ];
    for (old, new) in cases {
        let mut world = World::new();
        let address = world.address(1);
        world.workspace.open(&address, 1, TEXTS[1].to_owned());
        let before = world.workspace.analysis_of(&address).unwrap();
        let marked = TEXTS[1].replacen(old, new, 1);
        let offset = marked.find('|').unwrap();
        world.workspace.open(&address, 2, marked.replace('|', ""));
        let document = world.workspace.documents.get(&address).unwrap().source.clone();
        let at: Position = Encoding::Utf16.position(&document, offset as u32);
        let (program, file) = before.program().beside(document);
        let quick = View::beside(Encoding::Utf16, &before, &program, file);
        let quick = (completion::at(&quick, at, true), hover::at(&quick, at));
        let slow = world.workspace.view(&address).unwrap();
        let slow = (completion::at(&slow, at, true), hover::at(&slow, at));
        assert!(!slow.0.items.is_empty(), "{new}");
        assert_eq!(quick, slow, "{new}");
    }
}

#[test]
fn a_name_read_from_its_element_is_the_one_that_all_names_say() {
    let mut world = World::new();
    for file in 0..FILES.len() {
        let address = world.address(file);
        let analysis = world.workspace.analysis_of(&address).unwrap();
        let (program, file) = (analysis.program(), analysis.file(&address).unwrap());
        let view = View::of(Encoding::Utf8, &analysis, &address).unwrap();
        for offset in 0..view.text().len() as u32 {
            let known = program.occurrences().at(file, offset).map(|one| (one.target, one.role, one.place));
            let own = view.element(offset).and_then(|one| named_at(program, file, one, offset));
            assert_eq!(own.map(|one| (one.target, one.role, one.place)), known, "{address} {offset}");
        }
        let all: Vec<_> = program.occurrences().written_in(file).iter().map(|one| (one.target, one.place)).collect();
        let own: Vec<_> = named_in(program, file).iter().map(|one| (one.target, one.place)).collect();
        assert_eq!(own, all);
    }
}

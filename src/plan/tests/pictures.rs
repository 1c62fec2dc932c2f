//! Jobs as graphs.

use super::compile;
use crate::plan::graph;

const JOB: &str = r#"
<Job Identifier="Night" DisplayName_L1="Night">
  <ExportTask Identifier="Night_Export_Of_The_Staff_From_Files" DisplayName_L1="Export" Agent="Local" Level="1" />
  <ExportTask Identifier="Say &quot;hi&quot; \ #1;" DisplayName_L1="Export" Agent="Local" Level="1" />
  <SetRecentlyModifiedFlagTask Identifier="Night_Flag" DisplayName_L1="Flag" Level="2">
    <TaskDependsOnTask ParentTask="Night_Export_Of_The_Staff_From_Files" />
  </SetRecentlyModifiedFlagTask>
</Job>
"#;

#[test]
fn for_graphviz() {
    insta::assert_snapshot!(graph::dot(&compile(&[JOB])), @r##"
    digraph jobs {
      graph [rankdir=TB, newrank=true, ranksep=0.35, nodesep=0.12, fontname="Helvetica"]
      node [shape=box, style="rounded,filled", fillcolor="#f4f4f4", fontname="Helvetica", fontsize=9, margin="0.08,0.04"]
      edge [color="#444444", arrowsize=0.7]
      subgraph cluster_0 {
        label="Night"; labeljust=l; color="#bbbbbb";
        { rank=same;
          j0_l0 [label="0", shape=plaintext, style="", fontcolor="#888888"];
          j0_t0 [label="Export_Of_The_Staff_\nFrom_Files\nExportTask (agent)", fillcolor="#e3eefa"];
          j0_t1 [label="Say \"hi\" \\ #1;\nExportTask (agent)", fillcolor="#e3eefa"];
          j0_l0 -> j0_t0 -> j0_t1 [style=invis];
        }
        { rank=same;
          j0_l1 [label="1", shape=plaintext, style="", fontcolor="#888888"];
          j0_t2 [label="Flag\nSetRecentlyModifiedFlagTask", peripheries=2];
          j0_l1 -> j0_t2 [style=invis];
        }
        j0_l0 -> j0_l1 [color="#bbbbbb", style=dashed, weight=100];
        j0_t0 -> j0_t2;
      }
    }
    "##);
}

#[test]
fn for_mermaid() {
    insta::assert_snapshot!(graph::mermaid(&compile(&[JOB])), @r#"
    flowchart TB
      subgraph j0["Night"]
        subgraph j0_l0["level 0"]
          j0_t0["Export_Of_The_Staff_From_Files<br/>ExportTask (agent)"]:::agent
          j0_t1["Say #34;hi#34; #92; #35;1#59;<br/>ExportTask (agent)"]:::agent
        end
        subgraph j0_l1["level 1"]
          j0_t2["Flag<br/>SetRecentlyModifiedFlagTask"]
        end
        j0_l0 -.-> j0_l1
        j0_t0 --> j0_t2
      end
      classDef agent fill:#e3eefa,stroke:#7a9cc6
    "#);
}

#[test]
fn as_a_picture() {
    let picture = graph::svg(&compile(&[JOB]));
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"));
    assert!(picture.contains("<text class=\"title\" x=\"14\" y=\"23\">Night</text>"));
    let task: Vec<&str> = picture.lines().filter(|line| line.starts_with("<g class=\"task")).collect();
    insta::assert_snapshot!(task.join("\n"), @r##"
    <g class="task agent"><title>Night_Export_Of_The_Staff_From_Files, ExportTask (agent)</title><rect class="box" x="56" y="14" width="212" height="62" rx="6"/><text x="65" y="35.5">Export_Of_The_Staff_From_</text><text x="65" y="48.5">Files</text><text class="small" x="65" y="68">ExportTask (agent)</text></g>
    <g class="task agent"><title>Say &quot;hi&quot; \ #1;, ExportTask (agent)</title><rect class="box" x="290" y="14" width="212" height="62" rx="6"/><text x="299" y="42">Say &quot;hi&quot; \ #1;</text><text class="small" x="299" y="68">ExportTask (agent)</text></g>
    <g class="task any"><title>Night_Flag, SetRecentlyModifiedFlagTask, waits for any of its parents</title><rect class="box" x="56" y="116" width="212" height="62" rx="6"/><text x="65" y="144">Flag</text><text class="small" x="65" y="170">SetRecentlyModifiedFlagTask</text></g>
    "##);
    assert_eq!(picture.matches("<path class=\"edge\"").count(), 1);
    let mut reader = quick_xml::Reader::from_str(&picture);
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
}

#[test]
fn as_a_page() {
    let page = graph::html(&compile(&[JOB, r#"<Job Identifier="Day" DisplayName_L1="Day &amp; evening" />"#]));
    assert!(page.contains("<h1>2 jobs</h1>") && page.contains("<p>Day &amp; evening</p>"));
    assert!(page.contains("<dt>Written at</dt><dd>0.xml:"), "{page}");
    assert!(page.contains("<a href=\"#job1-0\">Export_Of_The_Staff_From_Files</a>"), "a parent leads to its row");
    assert!(!page.contains("href=\"http") && !page.contains("src=") && !page.contains("<script"), "nothing is loaded");
}

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

//! What the configuration of executors holds, and what is told of a bad one.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::config::Config;
use crate::output::{Context, Format, render};

fn read(text: &str) -> Result<Executors, String> {
    let config = Config::parse("jobwright.toml", text.to_owned(), Path::new("conf"), &[]);
    config.map(|config| config.executors).map_err(|refused| {
        let mut out = Vec::new();
        render(Format::Full, &refused.report(), &refused.sources, &Context::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    })
}

#[test]
fn a_whole_mapping_is_read() {
    let executors = read(
        r#"
        [executors.secrets]
        api = { setting = "OpenId.OpenIdClients.Job" }
        [executors.ComputeCorrelationKeysTask]
        program = "bin/keys"
        args = [
            "--task={task.id}",
            { when = "task.attribute.Dirty", args = ["--dirty"] },
            { unless = "task.attribute.AllEntityType", args = ["--types", "{task.entity-types}"] },
            "{{literal}}",
        ]
        env = { API_SECRET = "{secret.api}" }
        timeout = "15m"
        retries = 3
        backoff = "500ms"
        restart = "yes"
        [executors.ExportTask.package."Usercube.CSV@0000001"]
        program = "export"
        "#,
    )
    .unwrap();
    let command = executors.command("ComputeCorrelationKeysTask", None).unwrap();
    assert_eq!(command.program, Path::new("conf/bin/keys"));
    assert_eq!(command.timeout, Some(Duration::from_mins(15)));
    assert_eq!((command.retries, command.backoff, command.restart), (3, Duration::from_millis(500), Restart::Yes));
    let text = |text: &str| Piece::Text(text.to_owned());
    assert_eq!(command.args[0], Argument::One(Template(vec![text("--task="), Piece::Value(Name::TaskId)])));
    assert!(matches!(&command.args[1], Argument::When { value: Name::TaskAttribute("Dirty"), negated: false, .. }));
    assert!(
        matches!(&command.args[2], Argument::When { negated: true, then, .. } if then[1] == Argument::Each(Name::TaskEntityTypes))
    );
    assert_eq!(command.args[3], Argument::One(Template(vec![text("{literal}")])));
    assert_eq!(command.env["API_SECRET"].0, [Piece::Value(Name::Secret("api".to_owned()))]);
    assert!(executors.command("ExportTask", None).is_none());
    assert_eq!(executors.command("ExportTask", Some("usercube.csv@0000001")).unwrap().program, Path::new("export"));
    assert_eq!(executors.covered().collect::<Vec<_>>(), ["ComputeCorrelationKeysTask"]);
}

#[test]
fn every_problem_is_told_with_its_place() {
    let told = read(
        r#"[executors.FulfilTask]
program = "x"
[executors.FulfillTask]
program = "fulfil"
args = ["--id={task.idd}", "{task.attribute.Conector}", "-p{secret.api}", "{task.entity-types}!", "a}"]
env = { A = "{secret.api}", JOBWRIGHT_RUN = "1" }
timeout = "soon"
retries = -1
[executors.SynchronizeTask]
args = [{ args = ["x"] }, 3]
[executors.job-runner]
program = "runner"
args = ["{task.id}"]
[executors.secrets]
token = {}
"#,
    )
    .unwrap_err();
    insta::assert_snapshot!(told, @r#"
    error[configuration]: `FulfilTask` is no task element
      ┌─ jobwright.toml:1:12
      │
    1 │ [executors.FulfilTask]
      │            ^^^^^^^^^^
      │
      = help: did you mean `FulfillTask`?

    error[configuration]: there is no placeholder `{task.idd}` here
      ┌─ jobwright.toml:5:15
      │
    5 │ args = ["--id={task.idd}", "{task.attribute.Conector}", "-p{secret.api}", "{task.entity-types}!", "a}"]
      │               ^^^^^^^^^^
      │
      = help: did you mean `{task.id}`?

    error[configuration]: FulfillTask has no attribute `Conector`
      ┌─ jobwright.toml:5:29
      │
    5 │ args = ["--id={task.idd}", "{task.attribute.Conector}", "-p{secret.api}", "{task.entity-types}!", "a}"]
      │                             ^^^^^^^^^^^^^^^^^^^^^^^^^
      │
      = help: did you mean `{task.attribute.Connector}`?

    error[configuration]: `{secret.api}` would show a secret to everybody on the machine
      ┌─ jobwright.toml:5:60
      │
    5 │ args = ["--id={task.idd}", "{task.attribute.Conector}", "-p{secret.api}", "{task.entity-types}!", "a}"]
      │                                                            ^^^^^^^^^^^^
      │
      = help: arguments stand in the process list: pass it in `env`, which only the program itself sees

    error[configuration]: a list cannot be a part of a text
      ┌─ jobwright.toml:5:75
      │
    5 │ args = ["--id={task.idd}", "{task.attribute.Conector}", "-p{secret.api}", "{task.entity-types}!", "a}"]
      │                                                                           ^^^^^^^^^^^^^^^^^^^^^^
      │
      = help: write it as an argument of its own: each item becomes one

    error[configuration]: a `}` without its other half
      ┌─ jobwright.toml:5:101
      │
    5 │ args = ["--id={task.idd}", "{task.attribute.Conector}", "-p{secret.api}", "{task.entity-types}!", "a}"]
      │                                                                                                     ^
      │
      = help: write `}}` for the sign itself

    error[configuration]: there is no secret `api`
      ┌─ jobwright.toml:6:14
      │
    6 │ env = { A = "{secret.api}", JOBWRIGHT_RUN = "1" }
      │              ^^^^^^^^^^^^
      │
      = help: declare it: [executors.secrets] api = { env = "…" }

    error[configuration]: `JOBWRIGHT_RUN` cannot be set here
      ┌─ jobwright.toml:6:29
      │
    6 │ env = { A = "{secret.api}", JOBWRIGHT_RUN = "1" }
      │                             ^^^^^^^^^^^^^ not a name of a variable
      │
      = help: names that begin with JOBWRIGHT_ are jobwright's own

    error[configuration]: `timeout` cannot be `soon`
      ┌─ jobwright.toml:7:11
      │
    7 │ timeout = "soon"
      │           ^^^^^^ not a span of time
      │
      = help: write a whole number with its unit: "500ms", "90s", "15m", "2h"

    error[configuration]: `retries` cannot be -1
      ┌─ jobwright.toml:8:11
      │
    8 │ retries = -1
      │           ^^ out of range
      │
      = help: write a number from 0 to 100

    error[configuration]: [executors.SynchronizeTask] names no program
      ┌─ jobwright.toml:9:12
      │
    9 │ [executors.SynchronizeTask]
      │            ^^^^^^^^^^^^^^^
      │
      = help: name the program: `program = "…"`; it is started directly, without a shell

    error[configuration]: one of `when` and `unless` is needed
       ┌─ jobwright.toml:10:9
       │
    10 │ args = [{ args = ["x"] }, 3]
       │         ^^^^^^^^^^^^^^^^
       │
       = help: write { when = "task.attribute.Dirty", args = ["--dirty"] }, or `unless`

    error[configuration]: `args` is a number
       ┌─ jobwright.toml:10:27
       │
    10 │ args = [{ args = ["x"] }, 3]
       │                           ^ of the wrong type
       │
       = help: write texts in quotes, or tables { when = "…", args = […] }

    error[configuration]: there is no placeholder `{task.id}` here
       ┌─ jobwright.toml:13:10
       │
    13 │ args = ["{task.id}"]
       │          ^^^^^^^^^
       │
       = help: there are `{job.agent}`, `{job.id}`, `{job.mode}`, `{run.data}`, `{run.id}`, `{run.settings}`, `{run.store}`,
         `{run.work}`; in `env` also `{secret.NAME}`

    error[configuration]: the secret `token` needs one source
       ┌─ jobwright.toml:15:1
       │
    15 │ token = {}
       │ ^^^^^
       │
       = help: write one of `env = "VARIABLE"`, `file = "PATH"`, `setting = "Key.Key"`

    15 errors in 1 file (0 elements)
    "#);
}

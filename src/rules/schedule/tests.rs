//! Schedules of jobs and of scaffoldings.

use crate::rules::testing::{findings, lines};

fn job(cron: &str, tasks: &str) -> String {
    format!("<Connector Identifier=\"AD\"/><Job Identifier=\"J\" CronTabExpression=\"{cron}\">\n{tasks}</Job>")
}

fn underlined(xml: &str, rule: &str) -> Vec<String> {
    let (program, found) = findings(xml, rule);
    found.iter().map(|finding| finding.location.span.of(program.text(finding.location.file)).to_owned()).collect()
}

#[test]
fn invalid_cron() {
    let rule = "invalid-cron";
    assert_eq!(underlined(&job("0 25 * * *", ""), rule), ["25"]);
    assert_eq!(underlined(&job("0 1 * JAN MON,FRY", ""), rule), ["FRY"]);
    assert_eq!(underlined(&job("@daily", ""), rule), ["@daily"]);
    assert_eq!(underlined(&job("0 1 * * &#x3f;", ""), rule), ["0 1 * * &#x3f;"]);
    let scaffold = "<Connector Identifier=\"AD\"/><CreateConnectorSynchroComplete Connector=\"AD\"><CronTabExpression CronTab=\"0 1 0 * *\"/></CreateConnectorSynchroComplete>";
    assert_eq!(underlined(scaffold, rule), ["0"]);
    assert_eq!(lines(&job("0 0 2 * * 7", ""), rule), [0; 0]);
    assert_eq!(lines(&job("*/5 8-18 1,15 * mon-fri", ""), rule), [0; 0]);
}

#[test]
fn never_fires() {
    for never in ["0 0 31 2 *", "0 0 30 FEB *", "0 0 0 31 4,6 1"] {
        assert_eq!(lines(&job(never, ""), "never-fires"), [1], "{never}");
    }
    for rare in ["0 0 29 2 *", "0 0 29 2 SUN", "0 0 31 * *", "0 0 31 2"] {
        assert_eq!(lines(&job(rare, ""), "never-fires"), [0; 0], "{rare}");
    }
}

#[test]
fn frequent_job() {
    let rule = "frequent-job";
    let complete = "<SynchronizeTask Connector=\"AD\"/>";
    let keys = "<ComputeCorrelationKeysTask Identifier=\"K\"/>";
    assert_eq!(lines(&job("*/30 * * * *", complete), rule), [1]);
    assert_eq!(lines(&job("0,20 2 * * *", "<SetInternalUserProfilesTask/>"), rule), [1]);
    assert_eq!(lines(&job("0 */10 * * * *", &format!("{keys}{}", keys.replace("\"K\"", "\"L\""))), rule), [1]);
    assert_eq!(lines(&job("*/10 * * * *", "<ComputeCorrelationKeysTask AllEntityType=\"1\"/>"), rule), [1]);
    let steps = format!("{keys}{}", job("*/10 * * * *", "<Step Identifier=\"K\"/><Step Identifier=\"K\"/>"));
    assert_eq!(lines(&steps, rule), [1]);
    assert_eq!(lines(&job("0 * * * *", complete), rule), [0; 0]);
    assert_eq!(lines(&job("*/10 * * * *", keys), rule), [0; 0]);
    assert_eq!(
        lines(&job("*/10 * * * *", &complete.replace("Connector", "DoNotDeleteChanges=\"true\" Connector")), rule),
        [0; 0]
    );
    let keeps = "<Connector Identifier=\"AD\"/><SynchronizeTask Identifier=\"S\" Connector=\"AD\" DoNotDeleteChanges=\"true\"/><SetRecentlyModifiedFlagTask/>";
    let prepare =
        |mode: &str| format!("<PrepareSynchronizationTask Connector=\"AD\" SynchronizationMode=\"{mode}\"/>{}", &keeps[31..]);
    let incremental = |mode: &str| format!("<Connector Identifier=\"AD\"/>{}", job("*/10 * * * *", &prepare(mode)));
    assert_eq!(lines(&incremental("Complete"), rule), [1], "one connector completely");
    assert_eq!(lines(&incremental("Incremental"), rule), [0; 0]);
    let keeps = "<SynchronizeTask Connector=\"AD\" DoNotDeleteChanges=\"true\"/><SetRecentlyModifiedFlagTask/>";
    let incremental = |mode: &str| {
        let prepare = format!("<PrepareSynchronizationTask Connector=\"AD\" SynchronizationMode=\"{mode}\"/>");
        format!("<Connector Identifier=\"AD\"/>{}", job("*/10 * * * *", &format!("{prepare}{keeps}")))
    };
    assert_eq!(lines(&incremental("Complete"), rule), [1], "one connector completely");
    assert_eq!(lines(&incremental("Incremental"), rule), [0; 0]);
    let scaffold = "<Connector Identifier=\"AD\"/><Connection Identifier=\"E\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/><CreateConnectorSynchroComplete Connector=\"AD\">\n<CronTabExpression CronTab=\"*/5 * * * *\"/></CreateConnectorSynchroComplete>";
    assert_eq!(lines(scaffold, rule), [2]);
}

//! Dirty mode: in place, by step, by override; and what looks like a mistake but is none.

use crate::finding::Severity;
use crate::rules::testing::{findings, lines};

const S: &str = r#"<SynchronizeTask Identifier="S" Connector="AD" DoNotDeleteChanges="true"/>"#;
const F: &str =
    r#"<SetRecentlyModifiedFlagTask Identifier="F"><TaskDependsOnTask ParentTask="S"/></SetRecentlyModifiedFlagTask>"#;
const K: &str =
    r#"<ComputeCorrelationKeysTask Identifier="K" Dirty="true"><TaskDependsOnTask ParentTask="F"/></ComputeCorrelationKeysTask>"#;

fn job(tasks: &[&str]) -> String {
    format!("<Connector Identifier=\"AD\"/><Job Identifier=\"J\">\n{}\n</Job>", tasks.join("\n"))
}

fn steps(tasks: &[&str], names: &[&str]) -> String {
    let steps: String = names.iter().map(|name| format!("<Step Identifier=\"{name}\"/>")).collect();
    format!("<Connector Identifier=\"AD\"/>\n{}\n<Job Identifier=\"J\">{steps}</Job>", tasks.join("\n"))
}

#[test]
fn a_right_job_is_silent() {
    for rule in crate::rules::catalogue().iter().filter(|rule| rule.category == crate::finding::Category::DirtyMode) {
        assert_eq!(lines(&job(&[S, F, K]), rule.name), [0; 0], "{}", rule.name);
        assert_eq!(lines(&steps(&[S, F, K], &["S", "F", "K"]), rule.name), [0; 0], "{}", rule.name);
    }
}

#[test]
fn what_cannot_be_read_is_not_held_against_a_task() {
    let unread = S.replace("\"true\"", "\"True\"");
    assert_eq!(lines(&job(&[&unread, F, K]), "invalid-value"), [2]);
    assert_eq!(lines(&job(&[&unread, F, K]), "flag-without-changes"), [0; 0]);
    assert_eq!(lines(&job(&[&S.replace("\"true\"", "\"false\""), F, K]), "flag-without-changes"), [3]);
    assert_eq!(lines(&job(&[S, F, &K.replace("\"true\"", "\"True\"")]), "missing-dirty"), [0; 0]);
    // A flag may be meant by what is not known.
    let gone = [&*F.replace("\"S\"", "\"Gone\""), &*K.replace("\"F\"", "\"Gone\"")];
    assert_eq!(lines(&job(&[S, gone[0], gone[1]]), "unresolved-reference"), [3, 4]);
    assert_eq!(lines(&job(&[S, gone[0], gone[1]]), "flag-not-linked"), [0; 0]);
    assert_eq!(lines(&job(&[S, gone[0], gone[1]]), "dirty-not-linked"), [0; 0]);
}

#[test]
fn a_step_that_names_nothing_may_be_the_flag_task() {
    let lost = "<Step Identifier=\"Lost\"/>";
    let forgets = S.replace("true", "false");
    for (tasks, rule, line) in [
        (vec![S, K], "dirty-without-flag", 3),
        (vec![&*forgets, K], "dirty-in-complete-job", 3),
        (vec![F], "flag-without-changes", 2),
    ] {
        assert_eq!(lines(&job(&tasks), rule), [line], "{rule}");
        assert_eq!(lines(&job(&[&[lost], &tasks[..]].concat()), rule), [0; 0], "{rule}");
        assert!(lines(&job(&[&[lost], &tasks[..]].concat()), "unresolved-reference").contains(&2), "that is the finding");
    }
}

#[test]
fn dirty_without_flag() {
    let rule = "dirty-without-flag";
    assert_eq!(lines(&job(&[S, K]), rule), [3]);
    assert_eq!(lines(&job(&[S, K, F]), rule), [3]);
    assert_eq!(lines(&steps(&[S, K], &["S", "K"]), rule), [3]);
    let over = format!(
        "<Connector Identifier=\"AD\"/>{}<Job Identifier=\"J\">{S}\n<ComputeCorrelationKeysTaskOverride Identifier=\"K\" Dirty=\"1\"/></Job>",
        K.replace(" Dirty=\"true\"", "")
    );
    assert_eq!(lines(&over, rule), [2]);
    assert_eq!(lines(&job(&[S, &K.replace("true", "false")]), rule), [0; 0]);
    assert_eq!(lines(&job(&[S, "<FulfillTask Identifier=\"X\" Connector=\"AD\" Dirty=\"true\"/>"]), rule), [0; 0]);
}

#[test]
fn dirty_in_complete_job() {
    let (rule, whole) = ("dirty-in-complete-job", S.replace("true", "false"));
    assert_eq!(lines(&job(&[&whole, K]), rule), [3]);
    assert_eq!(lines(&steps(&[&whole, K], &["S", "K"]), rule), [3]);
    assert_eq!(lines(&job(&[&whole, "<ComputeRiskScoresTask Dirty=\"1\"/>"]), rule), [3]);
    assert_eq!(lines(&job(&[&whole, K]), "dirty-without-flag"), [0; 0]);
    assert_eq!(lines(&job(&[&whole, &K.replace("true", "false")]), rule), [0; 0]);
}

#[test]
fn a_flag_task_is_not_asked_for_where_it_would_make_another_job() {
    let whole = S.replace("true", "false");
    let classify = "<UpdateClassificationTask Identifier=\"C\" Dirty=\"true\"/>";
    let help = |xml: &str| findings(xml, "dirty-without-flag").1.remove(0).help.unwrap();
    assert_eq!(lines(&job(&[&whole, classify]), "dirty-in-complete-job"), [0; 0], "it is no compute task");
    assert_eq!(help(&job(&[&whole, classify])), "remove `Dirty`: `J` is a complete job, where everything is computed");
    let nameless = job(&[&whole, classify]).replace("<Job Identifier=\"J\"", "<Job");
    assert_eq!(help(&nameless), "remove `Dirty`: `Job` is a complete job, where everything is computed");
    assert_eq!(help(&job(&[classify])), "remove `Dirty`: `J` synchronizes nothing that could be tagged");
    assert!(help(&job(&[S, classify])).starts_with("add a `<SetRecentlyModifiedFlagTask … />`"));
    assert_eq!(help(&job(&[S, classify, F])), "move `C` behind `F`");
}

#[test]
fn dirty_not_linked() {
    let rule = "dirty-not-linked";
    let bare = K.replace("\"F\"", "\"S\"");
    assert_eq!(lines(&job(&[S, F, &bare]), rule), [4]);
    assert_eq!(lines(&steps(&[S, F, &bare], &["S", "F", "K"]), rule), [4]);
    let (_, found) = findings(&job(&[S, F, "<UpdateEntityPropertyExpressionsTask Dirty=\"true\"/>"]), rule);
    assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Note]);
    let written_out =
        "<UpdateEntityPropertyExpressionsTask Identifier=\"J_UpdateEntityPropertyExpressions1_WithDirty\" Dirty=\"true\"/>";
    assert_eq!(lines(&job(&[S, F, written_out]), rule), [0; 0], "as it is generated");
    assert_eq!(lines(&job(&[S, F, &written_out.replace("\"J_", "\"Other_")]), rule), [4]);
    let through = "<UpdateClassificationTask Dirty=\"true\"><TaskDependsOnTask ParentTask=\"K\"/></UpdateClassificationTask>";
    assert_eq!(lines(&job(&[S, F, K, through]), rule), [0; 0]);
    assert_eq!(lines(&job(&[S, &bare]), rule), [0; 0]);
}

#[test]
fn missing_dirty() {
    let (rule, bare) = ("missing-dirty", K.replace(" Dirty=\"true\"", ""));
    assert_eq!(lines(&job(&[S, F, &bare]), rule), [4]);
    assert_eq!(lines(&steps(&[S, F, &bare], &["S", "F", "K"]), rule), [4]);
    assert_eq!(lines(&job(&[S, F, "<UpdateClassificationTask Dirty=\"0\"/>"]), rule), [4]);
    assert_eq!(lines(&job(&[S, &bare]), rule), [0; 0]);
    assert_eq!(lines(&job(&[S, F, "<ComputeRiskScoresTask/>"]), rule), [0; 0]);
    // A flag task that finds nothing to tag has to be mended first: dirty tasks would compute nothing.
    assert_eq!(lines(&job(&[&S.replace("true", "0"), F, &bare]), rule), [0; 0]);
    assert_eq!(lines(&job(&[F, &bare]), rule), [0; 0]);
    // A value that is no Boolean is its own finding.
    assert_eq!(lines(&job(&[S, F, &K.replace("\"true\"", "\"yes\"")]), rule), [0; 0]);
}

#[test]
fn dirty_mode_before_the_flag_task_is_not_offered() {
    let bare = K.replace(" Dirty=\"true\"", "").replace("\"F\"", "\"S\"");
    let offered = |xml: &str| {
        let found = findings(xml, "missing-dirty").1.remove(0);
        (found.help.unwrap(), found.fix.is_some())
    };
    assert_eq!(offered(&job(&[S, F, &bare])), ("add `Dirty=\"true\"`".to_owned(), true));
    let link = "add `<TaskDependsOnTask ParentTask=\"F\" />` to `K`, then add `Dirty=\"true\"`";
    assert_eq!(offered(&job(&[S, &bare, F])), (format!("move `K` behind `F`, then {link}"), false));
    let linked = K.replace(" Dirty=\"true\"", "");
    assert_eq!(offered(&job(&[S, &linked, F])).0, "move `K` behind `F`, then add `Dirty=\"true\"`");
    let at = |task: &str, level: u8| task.replacen(" Identifier", &format!(" Level=\"{level}\" Identifier"), 1);
    let levels = job(&[&at(S, 0), &at(F, 1), &at(&bare, 1)]);
    assert_eq!(offered(&levels), (format!("give `K` a higher Level than 1, then {link}"), false));
}

#[test]
fn links_to_a_later_task_come_with_the_move() {
    let bare = F.replace("<TaskDependsOnTask ParentTask=\"S\"/>", "");
    let help = |xml: &str| findings(xml, "flag-not-linked").1.remove(0).help.unwrap();
    let link = "add `<TaskDependsOnTask ParentTask=\"S\" />` to `F`";
    assert_eq!(help(&job(&[S, &bare])), link);
    assert_eq!(help(&job(&[&bare, S])), format!("move `S` before `F`, then {link}"));
    let waiting = S.replace("/>", "><TaskDependsOnTask ParentTask=\"F\"/></SynchronizeTask>");
    let turned = format!("let `S` no longer wait for `F`, then move `S` before `F`, then {link}");
    assert_eq!(help(&job(&[&bare, &waiting])), turned, "or the links would be a ring");
    let at = |task: &str, level: u8| task.replacen(" Identifier", &format!(" Level=\"{level}\" Identifier"), 1);
    assert_eq!(help(&job(&[&at(&bare, 2), &at(S, 2)])), format!("give `S` a lower Level than 2, then {link}"));
    assert_eq!(help(&job(&[&at(&bare, 0), &at(S, 2)])), format!("give `F` a higher Level than 2, then {link}"));
}

#[test]
fn a_task_without_identifier_is_given_one_before_it_is_linked() {
    let (nameless, bare) = (S.replace(" Identifier=\"S\"", ""), F.replace("<TaskDependsOnTask ParentTask=\"S\"/>", ""));
    let found = findings(&job(&[&nameless, &bare]), "flag-not-linked").1.remove(0);
    let help = "give the `SynchronizeTask` an Identifier, then add `<TaskDependsOnTask ParentTask=\"…\" />` to `F`";
    assert_eq!(found.help.as_deref(), Some(help));
    assert!(found.fix.is_none(), "there is no name to write");
}

#[test]
fn the_flag_task() {
    let bare = "<SetRecentlyModifiedFlagTask Identifier=\"F\"/>";
    assert_eq!(lines(&job(&[&S.replace("true", "0"), F]), "flag-without-changes"), [3]);
    assert_eq!(lines(&job(&[F]), "flag-without-changes"), [2]);
    assert_eq!(lines(&steps(&[F], &["F"]), "flag-without-changes"), [2]);
    assert_eq!(lines(&job(&[&S.replace("true", "0").replace("\"S\"", "\"S2\""), S, F]), "flag-without-changes"), [0; 0]);
    assert_eq!(lines(&job(&[S, bare]), "flag-not-linked"), [3]);
    assert_eq!(lines(&job(&[S, &S.replace("\"S\"", "\"S2\""), F]), "flag-not-linked"), [4]);
    assert_eq!(lines(&job(&[S, S, F]), "flag-not-linked"), [0; 0], "two of one name are a finding of their own");
    assert_eq!(lines(&steps(&[S, bare], &["S", "F"]), "flag-not-linked"), [3]);
    let second = "<SynchronizeTask Identifier=\"S2\" Connector=\"AD\" DoNotDeleteChanges=\"true\"/>";
    let both = F.replace("</Set", "<TaskDependsOnTask ParentTask=\"S2\"/></Set");
    assert_eq!(lines(&job(&[S, second, &both]), "flag-not-linked"), [0; 0]);
    assert_eq!(lines(&job(&[S, bare]).replace("<Job ", "<Job IsInitializationJob=\"true\" "), "flag-not-linked"), [0; 0]);
    assert_eq!(lines(&job(&[S, bare]).replace("<Job ", "<Job IsConnectorJob=\"true\" "), "flag-not-linked"), [0; 0]);
}

//! What makes no difference to a plan, and what does.

use super::{compile, meaning};
use crate::plan::{self, PlanError};

/// A small configuration that has one of everything.
pub(super) const MODEL: &str = r#"
<Agent Identifier="Local" DisplayName_L1="Local" />
<Connector Identifier="HR" DisplayName_L1="HR" Agent="Local" MaximumDeletedLines="7" />
<Connection Identifier="HRPeople" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001">
  <Transformation Type="ConcatColumns" Table="HRPeople" Column="Name" InputColumn="First" InputColumn2="Last" />
</Connection>
<EntityType Identifier="Person" DisplayName_L1="Person">
  <Property Identifier="Code" DisplayName_L1="Code" IsKey="true" Type="String" />
  <Property Identifier="Boss" DisplayName_L1="Boss" Type="ForeignKey" />
  <Property Identifier="Team" DisplayName_L1="Team" Type="ForeignKey" />
</EntityType>
<EntityAssociation Identifier="PersonBoss" Property1="Person:Boss" Property2="Person:Team" IsProperty2Collection="true" />
<EntityTypeMapping Identifier="Person" Connector="HR" ConnectionTable="HRPeople">
  <Property Identifier="Code" ConnectionColumn="Id" IsPrimaryKey="true" />
</EntityTypeMapping>
<EntityAssociationMapping Identifier="PersonBoss" Connector="HR" ConnectionTable="HRPeople" Column1="Id" Column2="BossId"
  EntityPropertyMapping1="Person:Code" EntityPropertyMapping2="Person:Code" />
<EntityPropertyExpression Identifier="PersonCode" EntityType="Person" Property="Code" Binding="Person:Boss.Code" />
<Policy Identifier="Default" DisplayName_L1="Default" />
<ResourceType Identifier="Account" DisplayName_L1="Account" Policy="Default" SourceEntityType="Person" TargetEntityType="Person">
  <ScalarRule Property="Code" Binding="Code" />
  <NavigationRule Property="Boss" Resource="1" />
</ResourceType>
<ResourceCorrelationRule Policy="Default" ResourceType="Account" SourceBinding="Code" TargetBinding="Code" />
<ResourceClassificationRule Policy="Default" ResourceType="Account" TargetExpression="C#:x:return true;" />
"#;

pub(super) const JOB: &str = r#"
<Job Identifier="Night" DisplayName_L1="Night" Agent="Local" CronTabExpression="0 3 * * *">
  <ExportTask Identifier="Export" DisplayName_L1="Export" Agent="Local" OpenIdClient="Job" Connection="HRPeople" ContinueOnError="true" Level="1" />
  <PrepareSynchronizationTask Identifier="Prepare" DisplayName_L1="Prepare" Agent="Local" OpenIdClient="Job" Connector="HR"
    SynchronizationMode="Complete" Level="2">
    <TaskDependsOnTask ParentTask="Export" />
  </PrepareSynchronizationTask>
  <SynchronizeTask Identifier="Synchronize" DisplayName_L1="Synchronize" Connector="HR" Level="4">
    <TaskDependsOnTask ParentTask="Prepare" />
  </SynchronizeTask>
  <UpdateEntityPropertyExpressionsTask Identifier="Expressions" DisplayName_L1="Expressions" Level="9">
    <TaskEntityType EntityType="Person" />
    <TaskDependsOnTask ParentTask="Synchronize" />
  </UpdateEntityPropertyExpressionsTask>
</Job>
"#;

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

fn same(a: &[&str], b: &[&str]) {
    let (a, b) = (compile(a), compile(b));
    assert_eq!(meaning(&a), meaning(&b));
    assert_eq!(a.digest, b.digest);
    assert_eq!(a.verify(), Ok(()));
}

#[test]
fn files_and_their_order_make_no_difference() {
    let halves = MODEL.split_at(MODEL.find("<EntityType ").unwrap());
    same(&[MODEL, JOB], &[&format!("{JOB}{MODEL}")]);
    same(&[MODEL, JOB], &[JOB, halves.1, halves.0]);
}

#[test]
fn comments_attribute_order_and_spellings_of_values_make_no_difference() {
    let other = JOB
        .replace(r#"ContinueOnError="true" Level="1""#, r#"Level="01" ContinueOnError="1""#)
        .replace(r#"SynchronizationMode="Complete""#, r#"SynchronizationMode="1""#)
        .replace("<SynchronizeTask", "<!-- here -->\n\n<SynchronizeTask")
        .replace(r#"Level="4">"#, r#"DoNotDeleteChanges="false" Level="4">"#);
    assert_ne!(other, JOB);
    same(&[MODEL, JOB], &[MODEL, &other]);
}

#[test]
fn the_case_of_references_makes_no_difference() {
    let model = MODEL
        .replace(r#"Connector="HR""#, r#"Connector="hr""#)
        .replace("Person:Boss.Code", "person:BOSS.code")
        .replace(r#"EntityPropertyMapping1="Person:Code""#, r#"EntityPropertyMapping1="PERSON:CODE""#)
        .replace(r#"ConnectionTable="HRPeople""#, r#"ConnectionTable="hrpeople""#)
        .replace(r#"ResourceType="Account""#, r#"ResourceType="ACCOUNT""#)
        .replace(r#"SourceBinding="Code""#, r#"SourceBinding="code""#)
        .replace(r#"<ScalarRule Property="Code" Binding="Code""#, r#"<ScalarRule Property="code" Binding="CODE""#);
    let job = JOB
        .replace(r#"ParentTask="Prepare""#, r#"ParentTask="PREPARE""#)
        .replace(r#"EntityType="Person""#, r#"EntityType="person""#)
        .replace(r#"Connection="HRPeople""#, r#"Connection="hrpeople""#);
    same(&[MODEL, JOB], &[&model, &job]);
}

#[test]
fn an_entity_type_opened_twice_is_one() {
    let boss = r#"<Property Identifier="Boss" DisplayName_L1="Boss" Type="ForeignKey" />"#;
    let apart = MODEL.replace(boss, "") + &format!(r#"<EntityType Identifier="person">{boss}</EntityType>"#);
    same(&[MODEL, JOB], &[&apart, JOB]);
}

#[test]
fn steps_and_tasks_in_place_are_the_same() {
    let start = JOB.find("<SynchronizeTask").unwrap();
    let end = JOB.find("<UpdateEntity").unwrap();
    let task = &JOB[start..end];
    let by_step = JOB.replace(task, r#"<Step Identifier="synchronize" />"#);
    same(&[MODEL, JOB], &[MODEL, &by_step, task]);
    let with_level = JOB.replace(task, r#"<Step Identifier="Synchronize" Level="4" />"#);
    same(&[MODEL, JOB], &[MODEL, &with_level, &task.replace(r#" Level="4""#, "")]);
}

#[test]
fn written_defaults_are_defaults() {
    let written = MODEL.replace(r#"MaximumDeletedLines="7""#, r#"MaximumDeletedLines="7" MaximumInsertedLines="100""#);
    same(&[MODEL, JOB], &[&written, JOB]);
}

#[test]
fn other_values_give_another_digest() {
    let job = JOB.replace(r#"ContinueOnError="true""#, r#"ContinueOnError="false""#);
    assert_ne!(compile(&[MODEL, JOB]).digest, compile(&[MODEL, &job]).digest);
    let model = MODEL.replace(r#"MaximumDeletedLines="7""#, r#"MaximumDeletedLines="8""#);
    assert_ne!(compile(&[MODEL, JOB]).digest, compile(&[&model, JOB]).digest);
}

#[test]
fn a_task_has_its_edges_side_and_level() {
    let plan = compile(&[MODEL, JOB]);
    insta::assert_snapshot!(json(&plan.jobs[0].tasks[1]), @r#"
    {
      "id": "Prepare",
      "element": "PrepareSynchronizationTask",
      "display_names": {
        "1": "Prepare"
      },
      "side": "agent",
      "position": 1,
      "level": 1,
      "attributes": {
        "Agent": "Local",
        "ColumnName": null,
        "Connector": "HR",
        "OpenIdClient": "Job",
        "SynchronizationMode": "Complete",
        "Type": "None",
        "WorkingDirectory": null
      },
      "entity_types": [],
      "resource_types": [],
      "depends_on": [
        {
          "parent": "Export",
          "kind": "declared"
        }
      ],
      "parents": "all",
      "on_failure": "stop"
    }
    "#);
    insta::assert_snapshot!(json(&plan.model), @r#"
    {
      "agents": [
        {
          "id": "Local"
        }
      ],
      "connectors": [
        {
          "id": "HR",
          "agent": "Local",
          "deactivated": false,
          "thresholds": {
            "inserted": {
              "lines": 100,
              "percent": 5
            },
            "updated": {
              "lines": 100,
              "percent": 5
            },
            "deleted": {
              "lines": 7,
              "percent": 5
            }
          },
          "link_thresholds": {
            "inserted": {
              "lines": 1000,
              "percent": 5
            },
            "updated": {
              "lines": 0,
              "percent": 0
            },
            "deleted": {
              "lines": 1000,
              "percent": 5
            }
          }
        }
      ],
      "connections": [
        {
          "id": "HRPeople",
          "connector": "HR",
          "package": "Usercube.CSV@0000001",
          "exports": true,
          "fulfils": false,
          "incremental": true,
          "transformations": [
            {
              "Column": "Name",
              "InputColumn": "First",
              "InputColumn2": "Last",
              "Table": "HRPeople",
              "Type": "ConcatColumns"
            }
          ]
        }
      ],
      "entity_types": [
        {
          "id": "Person",
          "properties": [
            {
              "id": "Boss",
              "type": "ForeignKey",
              "key": false
            },
            {
              "id": "Code",
              "type": "String",
              "key": true
            },
            {
              "id": "Team",
              "type": "ForeignKey",
              "key": false
            }
          ]
        }
      ],
      "associations": [
        {
          "id": "PersonBoss",
          "first": {
            "entity_type": "Person",
            "property": "Boss",
            "collection": false
          },
          "second": {
            "entity_type": "Person",
            "property": "Team",
            "collection": true
          }
        }
      ],
      "entity_type_mappings": [
        {
          "entity_type": "Person",
          "connector": "HR",
          "table": "HRPeople",
          "properties": [
            {
              "property": "Code",
              "column": "Id",
              "primary_key": true,
              "unique_key": false,
              "format": null
            }
          ],
          "thresholds": {
            "inserted": {
              "lines": 0,
              "percent": 0
            },
            "updated": {
              "lines": 0,
              "percent": 0
            },
            "deleted": {
              "lines": 0,
              "percent": 0
            }
          }
        }
      ],
      "association_mappings": [
        {
          "association": "PersonBoss",
          "connector": "HR",
          "table": "HRPeople",
          "column1": "Id",
          "column2": "BossId",
          "key1": [
            "Person",
            "Code"
          ],
          "key2": [
            "Person",
            "Code"
          ],
          "thresholds": {
            "inserted": {
              "lines": 0,
              "percent": 0
            },
            "updated": {
              "lines": 0,
              "percent": 0
            },
            "deleted": {
              "lines": 0,
              "percent": 0
            }
          }
        }
      ],
      "property_expressions": [
        {
          "id": "PersonCode",
          "entity_type": "Person",
          "property": "Code",
          "binding": "Person:Boss.Code",
          "expression": null,
          "criteria": null,
          "priority": 0
        }
      ],
      "resource_types": [
        {
          "id": "Account",
          "source": "Person",
          "target": "Person",
          "attributes": {
            "AllowAdd": true,
            "AllowRemove": true,
            "ApprovalWorkflowType": "None",
            "BlockProvisioning": true,
            "CorrelateMultipleResources": false,
            "DiscardManualAssignments": false,
            "FulfillHoursAheadOfTime": 0,
            "HideOnSimplifiedView": false,
            "ImplicitApproval": "Inherited",
            "ManualAssignmentEndDateLockedToContextMode": "ExplicitNotContextBoundByDefault",
            "MaximumDelete": 0,
            "MaximumDeletePercent": 30,
            "MaximumInsert": 0,
            "MaximumInsertPercent": 30,
            "MaximumUpdate": 0,
            "MaximumUpdatePercent": 30,
            "Policy": "Default",
            "ProlongationWithoutApproval": "Inherited",
            "RemoveOrphans": false,
            "TransmittedStateValidityPeriod": 0
          },
          "rules": [
            {
              "element": "NavigationRule",
              "attributes": {
                "IsDenied": false,
                "Property": "Boss",
                "Resource": "1",
                "TimeOffsetAfterReference": 0,
                "TimeOffsetBeforeReference": 0,
                "TimeOffsetReference": "Default"
              }
            },
            {
              "element": "ScalarRule",
              "attributes": {
                "Binding": "Code",
                "ComparisonType": "CaseSensitive",
                "IsMapped": true,
                "Property": "Code",
                "TimeOffsetAfterReference": 0,
                "TimeOffsetBeforeReference": 0,
                "TimeOffsetReference": "Default"
              }
            }
          ]
        }
      ],
      "correlation_rules": [
        {
          "resource_type": "Account",
          "attributes": {
            "Policy": "Default",
            "SourceBinding": "Code",
            "SourceMatchedConfidenceLevel": 0,
            "TargetBinding": "Code"
          }
        }
      ],
      "classification_rules": [
        {
          "resource_type": "Account",
          "attributes": {
            "Policy": "Default",
            "ResourceTypeIdentificationConfidenceLevel": 0,
            "SourceMatchedConfidenceLevel": false,
            "TargetExpression": "C#:x:return true;"
          }
        }
      ],
      "items": [
        {
          "element": "Policy",
          "id": "Default",
          "label": "Default",
          "attributes": {
            "CommentActivationOnApproveInReview": "Optional",
            "CommentActivationOnDeclineInReview": "Required",
            "CommentActivationOnDeleteGapInReconciliation": "Optional",
            "CommentActivationOnKeepGapInReconciliation": "Required",
            "GracePeriod": 0,
            "HasImplicitApproval": false,
            "IsExternal": false,
            "IsProvisioningEnabled": false,
            "IsSimulationEnabled": false,
            "ManualAssignmentEndDateLockedToContextMode": "ExplicitNotContextBoundByDefault",
            "MaxDuration": 0,
            "ProlongationWithoutApproval": false
          }
        }
      ]
    }
    "#);
    insta::assert_snapshot!(json(&plan.origins.items), @r#"
    {
      "Night": {
        "file": "1.xml",
        "line": 3
      },
      "Night/Export": {
        "file": "1.xml",
        "line": 4
      },
      "Night/Expressions": {
        "file": "1.xml",
        "line": 12
      },
      "Night/Prepare": {
        "file": "1.xml",
        "line": 5
      },
      "Night/Synchronize": {
        "file": "1.xml",
        "line": 9
      }
    }
    "#);
}

#[test]
fn without_levels_tasks_follow_one_another() {
    let job = r#"<Job Identifier="J" DisplayName_L1="J"><MaintainIndexesTask DisplayName_L1="a" />
        <MaintainIndexesTask Identifier="B" DisplayName_L1="b" /><Step Identifier="b" /></Job>"#;
    let plan = compile(&[job]);
    let tasks: Vec<String> =
        plan.jobs[0].tasks.iter().map(|task| format!("{} {} {:?}", task.level, task.id, task.depends_on)).collect();
    insta::assert_snapshot!(tasks.join("\n"), @r#"
    0 MaintainIndexesTask_0 []
    1 B [Dependency { parent: "MaintainIndexesTask_0", kind: Implied }]
    2 B_2 [Dependency { parent: "B", kind: Implied }]
    "#);
}

#[test]
fn an_override_changes_its_copy_only() {
    let job = r#"<Job Identifier="J" DisplayName_L1="J"><SynchronizeTaskOverride Identifier="S" DoNotDeleteChanges="1" /></Job>
        <Job Identifier="K" DisplayName_L1="K"><Step Identifier="S" /></Job>
        <SynchronizeTask Identifier="S" DisplayName_L1="S" Connector="HR" />"#;
    let plan = compile(&[MODEL, job]);
    let task = |id: &str| &plan.job(id).unwrap().tasks[0];
    assert_eq!((task("J").id.as_str(), task("K").id.as_str()), ("S", "S"));
    assert!(task("J").is("DoNotDeleteChanges"));
    assert!(!task("K").is("DoNotDeleteChanges"));
    assert_eq!(task("J").text("Connector"), Some("HR"));
}

#[test]
fn a_plan_is_read_back_as_written() {
    let plan = compile(&[MODEL, JOB]);
    let text = plan::to_json(&plan);
    assert!(text.ends_with("}\n"));
    assert_eq!(plan::load(&text).unwrap(), plan);
}

#[test]
fn a_changed_plan_is_refused() {
    let text = plan::to_json(&compile(&[MODEL, JOB]));
    let refused = |text: &str| plan::load(text).unwrap_err();
    assert!(matches!(refused(&text.replace("Night", "Day")), PlanError::Digest { .. }));
    assert!(matches!(refused(&text[..text.len() / 2]), PlanError::NotJson { .. }));
    assert!(matches!(refused("[]"), PlanError::NotAPlan { .. }));
    assert!(matches!(refused("{}"), PlanError::NotAPlan { .. }));
    assert_eq!(refused(&text.replacen(r#""version": 1"#, r#""version": 2"#, 1)), PlanError::Newer { found: 2 });
    assert_eq!(refused(&text.replacen(r#""version": 1"#, r#""version": 0"#, 1)), PlanError::Older { found: 0 });
    insta::assert_snapshot!(refused("{\n  \"version\": 1,,"), @"the plan is not JSON: line 2, column 16: key must be a string");
    insta::assert_snapshot!(refused(r#"{"version": 1}"#), @"this is JSON, but no plan: missing field `generator` at line 1 column 14");
}

#[test]
fn unknown_members_are_covered_by_the_digest_and_otherwise_let_be() {
    let mut value: serde_json::Value = serde_json::from_str(&plan::to_json(&compile(&[MODEL, JOB]))).unwrap();
    value["model"]["later"] = serde_json::json!([1]);
    let stated = match plan::load(&value.to_string()) {
        Err(PlanError::Digest { computed, .. }) => computed,
        other => panic!("{other:?}"),
    };
    value["digest"] = serde_json::Value::from(stated);
    assert!(plan::load(&value.to_string()).is_ok());
}

#[test]
fn jobs_can_be_left_out() {
    let mut plan = compile(&[MODEL, JOB, r#"<Job Identifier="Night_2" DisplayName_L1="N" />"#]);
    plan.retain_jobs(|job| job.id == "Night_2");
    assert_eq!(plan.verify(), Ok(()));
    assert_eq!(plan.origins.items.keys().collect::<Vec<_>>(), ["Night_2"]);
}

#[test]
fn what_tasks_read_of_roles_and_mappings_is_there_whatever_the_order_and_case() {
    let model = |text: &str| compile(&[text]).model.items;
    let written = model(
        "<SingleRole Identifier=\"R\" Policy=\"p\"/><Policy Identifier=\"P\"/>
         <LdapResourceTypeMapping Identifier=\"A\" Connection=\"C\"><Property Property=\"b\"/><Property Property=\"a\"/></LdapResourceTypeMapping>",
    );
    let otherwise = model(
        "<LdapResourceTypeMapping Connection=\"C\" Identifier=\"A\"><Property Property=\"a\"/><Property Property=\"b\"/></LdapResourceTypeMapping>
         <Policy Identifier=\"P\"/><SingleRole Policy=\"P\" Identifier=\"R\"/>",
    );
    assert_eq!(written, otherwise);
    let names: Vec<_> = written.iter().map(|item| (item.element.as_str(), item.id.as_deref(), item.children.len())).collect();
    assert_eq!(names, [("LdapResourceTypeMapping", Some("A"), 2), ("Policy", Some("P"), 0), ("SingleRole", Some("R"), 0)]);
}

#[test]
fn no_password_of_the_configuration_is_in_a_plan() {
    let written = compile(&["<PasswordResetSettings Identifier=\"New\" DefaultPassword=\"Ahoy!2026\" MustChange=\"true\"/>"]);
    let text = plan::to_json(&written);
    assert!(text.contains("MustChange") && !text.contains("DefaultPassword") && !text.contains("Ahoy"), "{text}");
}

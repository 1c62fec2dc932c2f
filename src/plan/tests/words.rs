//! Jobs in words, in as many columns as there is room for.

use super::compile;
use super::laws::{JOB, MODEL};
use crate::plan;

#[test]
fn a_job_is_told_as_wide_as_there_is_room() {
    let plan = compile(&[MODEL, JOB]);
    insta::assert_snapshot!(plan::summary(&plan, 120), @"
    Night: complete, on agent Local, schedule `0 3 * * *` (UTC), 4 tasks on 4 levels
      level  task         element                              side    works on       waits for
      0      Export       ExportTask, goes on after an error   agent   HRPeople
      1      Prepare      PrepareSynchronizationTask           agent   HR             Export
      2      Synchronize  SynchronizeTask                      server  HR             Prepare
      3      Expressions  UpdateEntityPropertyExpressionsTask  server  1 entity type  Synchronize
    ");
    insta::assert_snapshot!(plan::summary(&plan, 70), @"
    Night: complete, on agent Local, schedule `0 3 * * *` (UTC), 4 tasks on 4 levels
      level  task         element                              side
      0      Export       ExportTask, goes on after an error   agent
               works on HRPeople
      1      Prepare      PrepareSynchronizationTask           agent
               works on HR; waits for Export
      2      Synchronize  SynchronizeTask                      server
               works on HR; waits for Prepare
      3      Expressions  UpdateEntityPropertyExpressionsTask  server
               works on 1 entity type; waits for Synchronize
    ");
    insta::assert_snapshot!(plan::summary(&plan, 50), @"
    Night: complete, on agent Local, schedule `0 3 * * *` (UTC), 4 tasks on 4 levels
      level  task
      0      Export
               ExportTask, goes on after an error; on
               the agent; works on HRPeople
      1      Prepare
               PrepareSynchronizationTask; on the
               agent; works on HR; waits for Export
      2      Synchronize
               SynchronizeTask; on the server; works
               on HR; waits for Prepare
      3      Expressions
               UpdateEntityPropertyExpressionsTask; on
               the server; works on 1 entity type;
               waits for Synchronize
    ");
}

//! Laws of the plan.

mod laws;
mod pictures;
mod respelling;
mod words;

use crate::grammar::Dialect;
use crate::ir::Program;
use crate::plan::{self, Plan};
use crate::source::{SourceFile, Sources};

/// The plan of a configuration of these files; the content of the root element of each.
pub(super) fn compile(files: &[&str]) -> Plan {
    plan::build(&program(files))
}

fn program(files: &[&str]) -> Program {
    let file = |(number, content): (usize, &&str)| {
        let root = "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">";
        SourceFile::new(format!("{number}.xml"), format!("{root}\n{content}\n</ConfigurationFile>\n"))
    };
    let sources = Sources::new(files.iter().enumerate().map(file).collect());
    let mut program = Program::build(sources, Dialect::Saas);
    let problems = crate::scaffold::expand(&mut program);
    assert!(problems.is_empty(), "{problems:?}");
    program
}

/// What a plan means, as bytes.
fn meaning(plan: &Plan) -> String {
    let mut plan = plan.clone();
    plan.origins = plan::model::Origins::default();
    plan::to_json(&plan)
}

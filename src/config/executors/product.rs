//! The mapping for the product's own executables, as the text of `[executors]`.
//!
//! What is known of them is data, in `grammar/executables`; nothing of it stands here.

use std::fmt::Write;

use serde::Deserialize;

const FACTS: &str = include_str!("../../../grammar/executables/commands.toml");
/// Stands in the data for the folder of the executables.
const FOLDER: &str = "<executables>";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Facts {
    command: Vec<Executable>,
    job_runner: Executable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Executable {
    #[serde(default)]
    element: String,
    #[serde(default)]
    package: Option<String>,
    #[serde(rename = "executable")]
    file: String,
    purpose: String,
    /// None: not documented.
    #[serde(default)]
    options: Option<Vec<Fact>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    name: String,
    /// What it is filled from; none for a switch, and for what the configuration does not know.
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    when: Option<String>,
    #[serde(default)]
    unless: Option<String>,
}

impl Fact {
    /// Whether somebody has to fill it in.
    fn is_missing(&self) -> bool {
        self.required && self.value.is_none()
    }
}

/// The text of `[executors]` for the executables in `folder`.
pub fn product_mapping(folder: &str) -> String {
    let folder = folder.replace('\\', "/");
    let folder = folder.trim_end_matches('/');
    let mut text = String::from(
        "# The product's executables as executors of tasks. `jobwright run` refuses a job with a command that lacks\n\
         # something, and names it. Take a table away to let jobwright execute the element itself, where it can.\n\
         #\n\
         # Arguments can be read by everybody on the machine, so secrets never become some. Where an executable takes a\n\
         # secret as an option only, name a program of your own that starts it, let that read the secret from its\n\
         # environment (`env = { API_SECRET = \"{secret.api}\" }`), and take the option out of `missing`.\n",
    );
    // The data is checked by a test.
    let Ok(facts) = toml::from_str::<Facts>(FACTS) else { return text };
    for command in &facts.command {
        let table = match &command.package {
            Some(package) => format!("executors.{}.package.{}", command.element, quoted(package)),
            None => format!("executors.{}", command.element),
        };
        let _ = write!(text, "\n{}", print(&table, command, folder));
    }
    let runner = print("executors.job-runner", &facts.job_runner, folder);
    text.push_str("\n# Or hand whole jobs to the product's own job runner; then no other table is used.\n");
    text.extend(runner.lines().map(|line| if line.is_empty() { "#\n".to_owned() } else { format!("# {line}\n") }));
    text
}

fn print(table: &str, command: &Executable, folder: &str) -> String {
    let mut text = format!("# {}\n[{table}]\n", command.purpose);
    let _ = writeln!(text, "program = {}", quoted(&format!("{folder}/{}", command.file)));
    let Some(options) = &command.options else {
        let _ = writeln!(text, "# Its options are not documented: fill in `args`.\nmissing = [\"its options\"]");
        return text;
    };
    let args: Vec<&Fact> = options.iter().filter(|option| !option.secret && !option.is_missing()).collect();
    if !args.is_empty() {
        text.push_str("args = [\n");
        for option in args {
            let words = [Some(option.name.clone()), option.value.as_ref().map(|value| value.replace(FOLDER, folder))];
            let words = words.iter().flatten().map(|word| quoted(word)).collect::<Vec<_>>().join(", ");
            let _ = match (&option.when, &option.unless) {
                (Some(when), _) => writeln!(text, "    {{ when = {}, args = [{words}] }},", quoted(when)),
                (None, Some(unless)) => writeln!(text, "    {{ unless = {}, args = [{words}] }},", quoted(unless)),
                (None, None) => writeln!(text, "    {words},"),
            };
        }
        text.push_str("]\n");
    }
    let missing: Vec<String> = options.iter().filter(|option| option.is_missing()).map(|option| quoted(&option.name)).collect();
    if !missing.is_empty() {
        let _ = writeln!(text, "missing = [{}]", missing.join(", "));
    }
    text
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    #[test]
    fn the_mapping_is_a_valid_configuration_without_secrets_in_arguments() {
        let facts: Facts = toml::from_str(FACTS).unwrap();
        let text = product_mapping("C:\\Product\\Runtime");
        let plain: String = text
            .lines()
            .map(|line| if line.starts_with("# [executors.job") { line[2..].to_owned() } else { line.to_owned() } + "\n")
            .collect();
        let plain = plain.replace("# program =", "program =");
        let config = Config::parse("jobwright.toml", plain, Path::new("."), &[]).unwrap();
        assert!(config.executors.job_runner.is_some());
        for command in &facts.command {
            let read = config.executors.command(&command.element, command.package.as_deref()).unwrap();
            let missing = command.options.as_ref().is_none_or(|options| options.iter().any(Fact::is_missing));
            assert_eq!(!read.missing.is_empty(), missing, "{}", command.file);
            for secret in command.options.iter().flatten().filter(|option| option.secret) {
                assert!(!format!("{:?}", read.args).contains(&secret.name), "{}", secret.name);
            }
        }
    }
}

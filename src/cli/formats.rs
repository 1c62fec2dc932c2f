//! `--format X --output FILE`, as often as wanted.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::output::Format;

/// The reports to write, each to standard output or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Formats(pub(super) Vec<(Format, Option<PathBuf>)>);

impl Args for Formats {
    fn augment_args(command: Command) -> Command {
        let names = PossibleValuesParser::new(Format::ALL.map(Format::name));
        let parser = names.map(|name| Format::named(&name).unwrap_or_default());
        command
            .arg(
                Arg::new("format")
                    .long("format")
                    .value_name("FORMAT")
                    .action(ArgAction::Append)
                    .value_parser(parser)
                    .help("How to write the findings; may be repeated, each with its --output [default: full]"),
            )
            .arg(
                Arg::new("output")
                    .long("output")
                    .short('o')
                    .value_name("FILE")
                    .action(ArgAction::Append)
                    .value_parser(clap::value_parser!(PathBuf))
                    .help("The file for the --format before it [default: standard output]"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Formats {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let formats = matches.get_many::<Format>("format").into_iter().flatten().copied();
        let mut formats: Vec<_> =
            formats.zip(matches.indices_of("format").into_iter().flatten()).map(|(f, at)| (f, at, None)).collect();
        if formats.is_empty() {
            formats.push((Format::Full, 0, None));
        }
        let files = matches.get_many::<PathBuf>("output").into_iter().flatten();
        for (file, index) in files.zip(matches.indices_of("output").into_iter().flatten()) {
            let wanted = formats.iter().rposition(|&(_, at, _)| at < index).unwrap_or(0);
            if formats[wanted].2.replace(file.clone()).is_some() {
                return Err(conflict("two --output for one --format"));
            }
        }
        if formats.iter().filter(|(_, _, file)| file.is_none()).count() > 1 {
            return Err(conflict("only one --format can go to standard output: give the others an --output"));
        }
        Ok(Self(formats.into_iter().map(|(format, _, file)| (format, file)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn conflict(message: &str) -> clap::Error {
    clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, format!("{message}\n"))
}

/// The format asked for by arguments that may be wrong: the last `--format` that goes to standard output.
pub(super) fn asked_for(arguments: &[OsString]) -> Format {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).take_while(|word| word != "--").collect();
    let mut asked = Format::Full;
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).map(AsRef::as_ref);
        let name = if word == "--format" { next } else { word.strip_prefix("--format=") };
        asked = name.and_then(Format::named).unwrap_or(asked);
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Vec<(Format, Option<PathBuf>)>, clap::Error> {
        let matches = Formats::augment_args(Command::new("check")).try_get_matches_from([&["check"], words].concat())?;
        Ok(Formats::from_arg_matches(&matches)?.0)
    }

    #[test]
    fn an_output_belongs_to_the_format_before_it() {
        assert_eq!(parse(&[]).unwrap(), [(Format::Full, None)]);
        assert_eq!(parse(&["-o", "x"]).unwrap(), [(Format::Full, Some("x".into()))]);
        let two = parse(&["--format", "concise", "--format", "sarif", "--output", "x.sarif"]).unwrap();
        assert_eq!(two, [(Format::Concise, None), (Format::Sarif, Some("x.sarif".into()))]);
        assert!(parse(&["--format", "json", "--format", "sarif"]).is_err());
        assert!(parse(&["--format", "json", "-o", "a", "-o", "b"]).is_err());
        assert!(parse(&["--format", "yaml"]).is_err());
    }

    #[test]
    fn the_format_is_known_before_the_arguments_are_right() {
        let asked = |words: &[&str]| asked_for(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked(&["jobwright", "check", "--format=json", "--nonsense"]), Format::Json);
        assert_eq!(asked(&["jobwright", "check", "--format", "json"]), Format::Json);
        assert_eq!(asked(&["jobwright", "check", "--", "--format=json"]), Format::Full);
    }
}

//! All writing to standard output and standard error.

use std::env;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::arguments::Color;
use super::wrap::wrap;
use super::{Error, Exit};
use crate::output::{self, Context, Failure, Format};

/// How wide lines get where there is no terminal to ask.
const WIDTH: usize = 120;

/// Writes to standard output. A reader that has gone away (`| head`) is no error.
pub(super) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    print_on(write).map(|_| ())
}

/// Writes to standard output; gives back whether somebody still reads.
pub(super) fn print_on(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<bool> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    // What is left in the buffer would be tried again on drop.
    let _ = out.into_parts();
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true),
    }
}

/// Writes a line to standard error. That nobody reads it is nobody's loss.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Draws on standard error.
pub(super) fn draw_errors(draw: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    // Drawings consist of very many small pieces.
    let mut out = BufWriter::with_capacity(1 << 16, io::stderr().lock());
    let _ = draw(&mut out).and_then(|()| out.flush());
}

/// Whether standard error is coloured.
pub(super) fn colored_errors(color: Color) -> bool {
    decide(color, io::stderr().is_terminal())
}

/// Columns of standard output.
pub(super) fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| usize::from(width.0))
}

/// Whether standard output is coloured.
pub(super) fn colored(color: Color) -> bool {
    decide(color, io::stdout().is_terminal())
}

fn decide(color: Color, terminal: bool) -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Tells what clap has to say: help and version on standard output, the rest as an error.
pub(super) fn clap_error(error: &clap::Error, format: Format) -> Exit {
    if !error.use_stderr() {
        let text = error.render();
        let colored = decide(Color::Auto, io::stdout().is_terminal());
        let _ = print(|out| if colored { write!(out, "{}", text.ansi()) } else { write!(out, "{text}") });
        return Exit::Done;
    }
    let text = error.render().to_string();
    let (message, help) = text.split_once('\n').unwrap_or((&text, ""));
    let help = Some(help.trim().to_owned()).filter(|help| !help.is_empty());
    let message = message.strip_prefix("error: ").unwrap_or(message).to_owned();
    if !as_data(format, &Failure { code: Exit::Usage.code(), message, help }) {
        let _ = error.print();
    }
    Exit::Usage
}

/// Tells an error in the format that was asked for, and returns its exit code.
pub(super) fn error(error: &Error, format: Format, color: Color) -> Exit {
    if let Some(refused) = &error.refused {
        let report = refused.report();
        let colored = decide(color, io::stderr().is_terminal());
        let context = Context { color: colored, width: width(), ..Context::default() };
        let draw = |out: &mut dyn Write| output::render(format, &report, &refused.sources, &context, out);
        let _ = if format.is_data() { print(draw) } else { draw(&mut io::stderr().lock()) };
        return error.exit;
    }
    if !as_data(format, &error.failure()) {
        let colored = decide(color, io::stderr().is_terminal());
        let theme = if colored { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let mut text = String::new();
        // The width of the margins of message and help.
        let wrapped = Error {
            message: wrap(&error.message, width().saturating_sub(4)),
            help: error.help.as_ref().map(|help| wrap(help, width().saturating_sub(8))),
            ..Error::new(error.exit, "")
        };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(width()).with_wrap_lines(false);
        let drawn = handler.render_report(&mut text, &wrapped);
        say(if drawn.is_ok() { text.trim_end() } else { &error.message });
    }
    error.exit
}

fn as_data(format: Format, failure: &Failure) -> bool {
    let mut told = false;
    let _ = print(|out| {
        told = output::render_failure(format, failure, out)?;
        Ok(())
    });
    told
}

//! CSV files: connections of the packages `Usercube.CSV` and `Usercube.CSV.Complete`.

mod decode;
mod options;
mod quotes;
mod rows;
mod source;

pub use options::{CsvOptions, encoding};
pub(crate) use rows::{RowError, Rows};
pub use source::{CsvError, CsvSource, newest_match};

/// Whether a connection package reads CSV files.
pub fn is_csv_package(package: &str) -> bool {
    let name = package.split('@').next().unwrap_or_default();
    name.eq_ignore_ascii_case("Usercube.CSV") || name.eq_ignore_ascii_case("Usercube.CSV.Complete")
}

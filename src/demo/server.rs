//! The demo's directory, running.
//!
//! Everything is in the demo's folder: the password in its settings, which the owner alone can read, and the data below
//! `directory`. The server is told where its configuration is; no secret is among its arguments.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::slapd::{Directory, Installation, Missing};
use super::{CONNECTION, CONTENT, SCHEMA, SETTINGS, SUFFIX};
use crate::connectors::ldap::{LdapClient, LdapOptions, LdapServer, Login};
use crate::tasks::Settings;

/// How long who listens already may take to answer.
const ANSWER: Duration = Duration::from_secs(2);

/// Why the directory does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The folder holds no demo with a directory.
    #[error("`{}` holds no demo with a directory: {reason}", folder.display())]
    NoDemo {
        /// The folder.
        folder: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// The server is not installed.
    #[error("{0}")]
    Missing(#[from] Missing),
    /// It was started before and still runs.
    #[error("the directory of `{}` runs already, on {url}{}", folder.display(), as_process(*.process))]
    Running {
        /// The folder of the demo.
        folder: PathBuf,
        /// Where it listens.
        url: String,
        /// Its process, where that is known.
        process: Option<u32>,
    },
    /// Somebody else listens where it is to listen.
    #[error("the directory cannot listen on {url}: {holder} has the port")]
    Taken {
        /// Where it is to listen.
        url: String,
        /// Who listens there.
        holder: &'static str,
    },
    /// The server does not start, or ended.
    #[error("slapd {what}{}", said(.lines))]
    Ended {
        /// What it did.
        what: String,
        /// The last lines that it wrote.
        lines: Vec<String>,
    },
    /// The system refuses.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// The system's words.
        source: io::Error,
    },
}

fn said(lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!(": {}", lines.join("; ")) }
}

fn as_process(process: Option<u32>) -> String {
    process.map(|process| format!(" (process {process})")).unwrap_or_default()
}

fn io_error(what: impl Into<String>) -> impl FnOnce(io::Error) -> ServerError {
    let what = what.into();
    |source| ServerError::Io { what, source }
}

/// A running directory; it ends with this value.
pub struct Server {
    child: Child,
    reader: Option<std::thread::JoinHandle<Vec<String>>>,
    /// Where it listens.
    pub url: String,
}

impl Server {
    /// Starts the directory of the demo in `folder`. The first time it takes what the demo was written with.
    pub fn start(folder: &Path) -> Result<Self, ServerError> {
        let options = settings(folder)?;
        let (url, login) = (options.server.url.as_str(), &options.login);
        let installation = Installation::find()?;
        let place = fs::canonicalize(folder.join("directory"));
        let place = place.map_err(|error| ServerError::NoDemo { folder: folder.to_owned(), reason: error.to_string() })?;
        let schema = fs::canonicalize(folder.join(SCHEMA));
        let schema = schema.map_err(|error| ServerError::NoDemo { folder: folder.to_owned(), reason: error.to_string() })?;
        let directory = Directory {
            suffix: SUFFIX,
            administrator: &login.name,
            password: login.password.expose(),
            synchronizes: true,
            schemas: &[&schema],
            more: "",
        };
        if !place.join("data").is_dir() {
            load(&installation, folder, &place, &directory)?;
        }
        let file = place.join("slapd.conf");
        write_secret(&file, &installation.configuration(&place, "data", &directory))?;
        serve(&installation, &file, url.to_owned()).map_err(|error| options.holder(folder, &place).unwrap_or(error))
    }

    /// What ends the directory from another thread, by its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the directory ends; well only after [`stop`].
    pub fn wait(&mut self) -> Result<(), ServerError> {
        let status = self.child.wait().map_err(io_error("slapd cannot be waited for"))?;
        let lines = self.reader.take().and_then(|reader| reader.join().ok()).unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        Err(ServerError::Ended { what: format!("ended by itself ({status})"), lines })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            stop(self.child.id());
            // It ends in a moment; there is nobody left to tell if it does not.
            let _ = self.child.wait();
        }
    }
}

/// Asks a directory to end.
pub fn stop(process: u32) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) {
        // One that has ended already needs no asking.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    #[cfg(not(unix))]
    let _ = process;
}

/// Where the settings say that the directory is, and who may do everything in it.
struct Wanted {
    server: LdapServer,
    login: Login,
    options: LdapOptions,
}

impl Wanted {
    /// Who listens where the directory is to listen; none where nobody does.
    fn holder(&self, folder: &Path, place: &Path) -> Option<ServerError> {
        let url = self.server.url.clone();
        TcpStream::connect(url.trim_start_matches("ldap://")).ok()?;
        // The password was made for this folder: who takes it is its directory.
        Some(match LdapClient::open(&self.options) {
            Ok(_) => {
                let process = fs::read_to_string(place.join("slapd.pid")).ok().and_then(|text| text.trim().parse().ok());
                ServerError::Running { folder: folder.to_owned(), url, process }
            }
            Err(failure) if failure.code().is_some() => ServerError::Taken { url, holder: "another directory" },
            Err(_) => ServerError::Taken { url, holder: "another program" },
        })
    }
}

fn settings(folder: &Path) -> Result<Wanted, ServerError> {
    let wrong = |reason: String| ServerError::NoDemo { folder: folder.to_owned(), reason };
    let settings = Settings::load(&folder.join(SETTINGS), None).map_err(|error| wrong(error.to_string()))?;
    let connection =
        settings.connection(CONNECTION).ok_or_else(|| wrong(format!("its {SETTINGS} has no connection {CONNECTION}")))?;
    let options = LdapOptions::read(connection, "Usercube.OpenLDAP").map_err(|error| wrong(error.to_string()))?;
    let server = options.servers.first().cloned().ok_or_else(|| wrong("no server is named".to_owned()))?;
    let host = server.url.trim_start_matches("ldap://").rsplit_once(':').map_or("", |(host, _)| host);
    let host = host.trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if !server.url.starts_with("ldap://") || !local {
        return Err(wrong(format!("its directory at {} is not one of this machine", server.url)));
    }
    let login = server.login.clone().ok_or_else(|| wrong(format!("connection {CONNECTION} has no Login")))?;
    Ok(Wanted { server, login, options: LdapOptions { timeout: ANSWER, ..options } })
}

/// Fills the directory, all or nothing.
fn load(installation: &Installation, folder: &Path, place: &Path, directory: &Directory<'_>) -> Result<(), ServerError> {
    const LOADING: &str = "data.loading";
    let loading = place.join(LOADING);
    if loading.exists() {
        fs::remove_dir_all(&loading).map_err(io_error("what a start before left cannot be removed"))?;
    }
    fs::create_dir(&loading).map_err(io_error("the folder of the directory's data cannot be made"))?;
    let file = place.join("slapd.conf");
    write_secret(&file, &installation.configuration(place, LOADING, directory))?;
    let mut command = Command::new(&installation.program);
    command.args(["-T", "add", "-q", "-f"]).arg(&file).arg("-l").arg(folder.join(CONTENT)).stdin(Stdio::null());
    let output = command.output().map_err(io_error("slapd cannot be started"))?;
    if !output.status.success() {
        let lines: Vec<String> = String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
        return Err(ServerError::Ended { what: format!("does not take `{CONTENT}`"), lines: last(&lines) });
    }
    fs::rename(&loading, place.join("data")).map_err(io_error("the directory's data cannot be put in place"))
}

fn serve(installation: &Installation, file: &Path, url: String) -> Result<Server, ServerError> {
    let mut command = Command::new(&installation.program);
    // At this level of detail it says on standard error when it has started, and little else.
    command.args(["-d", "none", "-h", &url, "-f"]).arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(io_error("slapd cannot be started"))?;
    let Some(output) = child.stderr.take() else {
        return Err(ServerError::Ended { what: "has no output".to_owned(), lines: Vec::new() });
    };
    let mut output = BufReader::new(output).lines().map_while(Result::ok);
    let mut lines = Vec::new();
    let started = output.by_ref().any(|line| {
        lines.push(line);
        lines.last().is_some_and(|line| line.contains("slapd starting"))
    });
    if !started {
        let _ = child.wait();
        return Err(ServerError::Ended { what: format!("does not start on {url}"), lines: last(&lines) });
    }
    let reader = std::thread::spawn(move || {
        output.fold(Vec::new(), |mut lines, line| {
            lines.push(line);
            last(&lines)
        })
    });
    let mut server = Server { child, reader: Some(reader), url };
    let address = server.url.trim_start_matches("ldap://").to_owned();
    // It says so a moment before it listens.
    for _ in 0..400 {
        if TcpStream::connect(&address).is_ok() {
            return Ok(server);
        }
        if !matches!(server.child.try_wait(), Ok(None)) {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(25));
    }
    let lines = if matches!(server.child.try_wait(), Ok(Some(_))) {
        server.reader.take().and_then(|reader| reader.join().ok()).unwrap_or_default()
    } else {
        Vec::new()
    };
    Err(ServerError::Ended { what: format!("does not listen on {}", server.url), lines })
}

/// The last lines that say something: a server that is in trouble says much.
fn last(lines: &[String]) -> Vec<String> {
    const NOTHING: [&str; 2] = ["slapd stopped.", "connections_destroy: nothing to destroy."];
    let mut lines: Vec<String> = lines.iter().map(|line| unstamped(line).to_owned()).collect();
    lines.retain(|line| !NOTHING.contains(&line.as_str()));
    let surplus = lines.len().saturating_sub(3);
    lines.drain(..surplus);
    lines
}

/// What a line says behind the time and the thread that the server begins it with.
fn unstamped(line: &str) -> &str {
    let stamped = || {
        let (time, rest) = line.split_once(' ')?;
        let (thread, rest) = rest.split_once(' ')?;
        let is_time = time.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'.');
        (is_time && thread.starts_with("0x")).then_some(rest)
    };
    stamped().unwrap_or(line).trim()
}

/// Writes a file that its owner alone can read.
fn write_secret(file: &Path, text: &str) -> Result<(), ServerError> {
    let write = || -> io::Result<()> {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        super::create(file, text, true)
    };
    write().map_err(io_error(format!("`{}` cannot be written", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_the_server_says_the_last_lines_that_say_something_are_told() {
        let lines = [
            "6b083f92.28 0x7faa992c5200 one",
            "6b083f92.290d0078 0x7faa992c5200 daemon: bind(6) failed errno=98 (Address already in use)",
            "slapd.conf: line 3: unknown directive",
            "6b083f92.290d6961 0x7faa992c5200 slapd stopped.",
            "6b083f92.290d8a6f 0x7faa992c5200 connections_destroy: nothing to destroy.",
        ];
        let told = last(&lines.map(str::to_owned));
        assert_eq!(
            told,
            ["one", "daemon: bind(6) failed errno=98 (Address already in use)", "slapd.conf: line 3: unknown directive"]
        );
    }
}

//! A directory for one test: `OpenLDAP`'s server on a free port of the loopback interface, ended with the test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use jobwright::connectors::ldap::{LdapClient, LdapOptions};
use jobwright::demo::slapd::{Directory, Installation};
use jobwright::tasks::Settings;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// The name that everything stands below.
pub const SUFFIX: &str = "dc=skerrylight,dc=example";
/// Who may do everything.
pub const ADMINISTRATOR: &str = "cn=admin,dc=skerrylight,dc=example";
/// Their password.
pub const PASSWORD: &str = "lantern-and-fog";

/// The suffix, people and groups, all empty.
pub const BASE: &str = "dn: dc=skerrylight,dc=example
objectClass: dcObject
objectClass: organization
dc: skerrylight
o: Skerrylight Ferries

dn: ou=people,dc=skerrylight,dc=example
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=skerrylight,dc=example
objectClass: organizationalUnit
ou: groups
";

/// A running directory.
pub struct Slapd {
    folder: tempfile::TempDir,
    installation: Installation,
    port: u16,
    encrypted: bool,
    running: Option<(Child, JoinHandle<()>)>,
}

/// How a directory is to be.
pub struct Wanted<'a> {
    /// What it holds, as LDIF.
    pub content: &'a str,
    /// Whether it tells clients what changed.
    pub synchronizes: bool,
    /// More lines of its configuration.
    pub more: &'a str,
    /// Whether connections are encrypted; the certificate is in [`Slapd::certificate`].
    pub encrypted: bool,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self { content: BASE, synchronizes: true, more: "", encrypted: false }
    }
}

impl Slapd {
    /// Starts a directory with the content; where the server is not installed, says so and gives none, which is a
    /// failure where `CI_NEEDS_SLAPD` is set.
    pub fn start(content: &str) -> Option<Self> {
        Self::wanted(&Wanted { content, ..Wanted::default() })
    }

    /// As [`Self::start`], in every detail.
    pub fn wanted(wanted: &Wanted<'_>) -> Option<Self> {
        let installation = match Installation::find() {
            Ok(installation) => installation,
            Err(missing) if std::env::var_os("CI_NEEDS_SLAPD").is_none() => {
                eprintln!("skipped: {missing}");
                return None;
            }
            Err(missing) => panic!("{missing}, and CI_NEEDS_SLAPD is set"),
        };
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let directory = Directory {
            suffix: SUFFIX,
            administrator: ADMINISTRATOR,
            password: PASSWORD,
            synchronizes: wanted.synchronizes,
            schemas: &[],
            more: &format!("dbnosync\n{}", wanted.more),
        };
        let mut configuration = installation.configuration(folder.path(), "data", &directory);
        if wanted.encrypted {
            certify(folder.path())?;
            let file = |name: &str| folder.path().join(name).display().to_string();
            let lines = format!("TLSCertificateFile {}\nTLSCertificateKeyFile {}\n", file("cert.pem"), file("key.pem"));
            configuration = configuration.replacen("database mdb", &format!("{lines}database mdb"), 1);
        }
        fs::write(folder.path().join("slapd.conf"), configuration).unwrap();
        fs::write(folder.path().join("content.ldif"), wanted.content).unwrap();
        let mut slapd = Self { folder, installation, port: 0, encrypted: wanted.encrypted, running: None };
        slapd.load();
        slapd.restart();
        Some(slapd)
    }

    fn command(&self, first: &[&str]) -> Command {
        let mut command = Command::new(&self.installation.program);
        command.args(first).arg("-f").arg(self.folder.path().join("slapd.conf")).stdin(Stdio::null());
        command
    }

    fn load(&self) {
        let output = self.command(&["-T", "add", "-q"]).arg("-l").arg(self.folder.path().join("content.ldif")).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Starts the server again, where it listened before, with what it held; ends it first where it runs.
    pub fn restart(&mut self) {
        self.kill();
        // Another program can take the port between the look and the start.
        for _ in 0..20 {
            if self.port == 0 {
                self.port = free_port();
            }
            if self.try_start() {
                return;
            }
            self.port = 0;
        }
        panic!("slapd does not start: {}", fs::read_to_string(self.folder.path().join("slapd.conf")).unwrap());
    }

    fn try_start(&mut self) -> bool {
        // At this level of detail it says on standard error when it listens, and little else.
        let mut child = self.command(&["-d", "none", "-h", &self.url()]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| {
            said.push(line);
            said.last().is_some_and(|line| line.contains("slapd starting"))
        });
        // It says so a moment before it listens.
        let listening = ready
            && (0..2000).any(|_| {
                let answers = TcpStream::connect(("127.0.0.1", self.port)).is_ok();
                if !answers {
                    std::thread::park_timeout(Duration::from_millis(5));
                }
                answers || child.try_wait().unwrap().is_some()
            });
        if !listening || child.try_wait().unwrap().is_some() {
            child.kill().unwrap();
            child.wait().unwrap();
            eprintln!("slapd: {}", said.join("\n"));
            return false;
        }
        self.running = Some((child, std::thread::spawn(move || lines.for_each(drop))));
        true
    }

    /// Ends the server at once, in the middle of whatever it does.
    pub fn kill(&mut self) {
        if let Some((mut child, reader)) = self.running.take() {
            child.kill().unwrap();
            child.wait().unwrap();
            reader.join().unwrap();
        }
    }

    /// Makes the server answer nothing, until [`Self::thaw`].
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
        let (child, _) = self.running.as_ref().unwrap();
        // Back when it has stopped, not when it was told to.
        waitpid(Some(Pid::from_child(child)), WaitOptions::UNTRACED).unwrap();
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let (child, _) = self.running.as_ref().unwrap();
        kill_process(Pid::from_child(child), signal).unwrap();
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        let scheme = if self.encrypted { "ldaps" } else { "ldap" };
        let host = if self.encrypted { "localhost" } else { "127.0.0.1" };
        format!("{scheme}://{host}:{}", self.port)
    }

    /// The certificate to trust, for `SSL_CERT_FILE`.
    pub fn certificate(&self) -> std::path::PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// The settings of a server of the generic package: who may do everything, with their password.
    pub fn server(&self) -> String {
        format!(
            r#"{{"Server": "{}", "AuthType": "Basic", "Login": "{ADMINISTRATOR}", "Password": "{PASSWORD}", "Controls": ["PagedResult"]}}"#,
            self.url()
        )
    }

    /// The settings of a connection of the generic package with the tables given, as JSON objects; answers may take
    /// `timeout` seconds.
    pub fn connection(&self, tables: &str, timeout: u32) -> String {
        format!(r#"{{"Servers": [{}], "Tables": [{tables}], "TimeOut": {timeout}}}"#, self.server())
    }

    /// A client that may do everything.
    pub fn client(&self) -> LdapClient {
        LdapClient::open(&self.options(20)).unwrap()
    }

    /// The options of such a client.
    pub fn options(&self, timeout: u32) -> LdapOptions {
        options(&self.connection(&format!(r#"{{"Table": "entries", "BaseDN": "{SUFFIX}"}}"#), timeout))
    }
}

/// The options that the settings of a connection say.
pub fn options(connection: &str) -> LdapOptions {
    let text = format!("{{\"Connections\": {{\"Directory\": {connection}}}}}");
    let settings = Settings::parse(&text, Path::new("settings.json"), None).unwrap();
    LdapOptions::read(settings.connection("Directory").unwrap(), "Usercube.LDAP@0000001").unwrap()
}

/// A port that nobody listens on: below those that the system gives out, and another one for every directory of this
/// process, since a server holds its port only from when it listens.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id().wrapping_mul(61) % 11_000;
    for _ in 0..11_000 {
        let port = 20_000 + ((start + u32::from(NEXT.fetch_add(1, Ordering::Relaxed))) % 11_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Makes a certificate for `localhost`; none where the tool for it is missing.
fn certify(folder: &Path) -> Option<()> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Skerrylight directory"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("cert.pem"))
        .output();
    let Ok(output) = made else {
        eprintln!("skipped: openssl is not installed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

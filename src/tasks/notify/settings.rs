//! How mail is sent: `MailSettings` of the settings file, as the product's server has it.

use std::path::PathBuf;

use crate::tasks::settings::{Secret, SectionSettings, SettingsError};
use crate::tasks::{Settings, TaskError};

/// How the connection to the mail server is encrypted: `SecureSocketOption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not at all.
    None,
    /// From the start.
    OnConnect,
    /// After the greeting, or not at all if the server cannot.
    StartTlsIfAvailable,
    /// After the greeting; a server that cannot is refused.
    StartTls,
}

/// Who receives mail.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A folder of files.
    Folder(PathBuf),
    /// A mail server.
    Server(Server),
}

/// A mail server.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    /// User name and password.
    pub(super) login: Option<(String, Secret)>,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub(super) struct MailSettings {
    pub(super) enabled: bool,
    pub(super) from: String,
    pub(super) target: Target,
    allowed: Vec<String>,
    catch_all: Option<String>,
    catch_all_copy: Option<String>,
}

/// Who gets a mail instead of the one it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addressed {
    pub(super) to: String,
    pub(super) copy: Option<String>,
}

impl MailSettings {
    /// Reads the settings; `folder` is where mail goes if they name neither a folder nor a server.
    pub(super) fn read(settings: &Settings, folder: PathBuf) -> Result<Self, TaskError> {
        let section = settings.section("MailSettings");
        Self::of(settings, &section, folder).map_err(|error| TaskError::new(error.to_string()))
    }

    fn of(settings: &Settings, section: &SectionSettings, folder: PathBuf) -> Result<Self, SettingsError> {
        let enabled = !section.has("Enabled") || section.flag("Enabled")?;
        let host = section.text("Host")?.filter(|host| !host.trim().is_empty());
        let target = match host {
            Some(host) if !section.flag("UseSpecifiedPickupDirectory")? => Target::Server(server(section, &host)?),
            _ => Target::Folder(section.text("PickupDirectory")?.map_or(folder, |path| settings.resolve(&path))),
        };
        let address = |name: &str| -> Result<Option<String>, SettingsError> {
            let Some(written) = section.text(name)?.filter(|written| !written.trim().is_empty()) else { return Ok(None) };
            if super::mail::is_address(written.trim()) {
                return Ok(Some(written.trim().to_owned()));
            }
            Err(section.wrong(name, format!("`{written}` is no mail address")))
        };
        let from = match (address("FromAddress")?, &target) {
            (Some(from), _) => from,
            (None, Target::Folder(_)) => "jobwright@localhost".to_owned(),
            (None, Target::Server(_)) => return Err(section.wrong("FromAddress", "a mail server needs a sender")),
        };
        let allowed = section.text("AllowedDomains")?.unwrap_or_default();
        let allowed = allowed.split(';').map(|domain| domain.trim().trim_start_matches('@').to_lowercase());
        Ok(Self {
            enabled,
            from,
            target,
            allowed: allowed.filter(|domain| !domain.is_empty()).collect(),
            catch_all: address("CatchAllAddress")?,
            catch_all_copy: address("CatchAllCCAddress")?,
        })
    }

    /// Where a mail for an address goes; nowhere, where its domain is not allowed and nothing catches it.
    pub(super) fn address(&self, recipient: &str) -> Option<Addressed> {
        let domain = recipient.rsplit('@').next().unwrap_or_default().to_lowercase();
        let allowed = self.allowed.contains(&domain);
        match &self.catch_all {
            Some(catch_all) if !allowed => Some(Addressed { to: catch_all.clone(), copy: self.catch_all_copy.clone() }),
            _ if allowed || self.allowed.is_empty() => Some(Addressed { to: recipient.to_owned(), copy: None }),
            _ => None,
        }
    }
}

fn server(section: &SectionSettings, host: &str) -> Result<Server, SettingsError> {
    let encryption = match section.text("SecureSocketOption")?.as_deref() {
        None if section.flag("EnableSsl")? => Encryption::StartTls,
        None => Encryption::StartTlsIfAvailable,
        Some(option) => match option.to_lowercase().as_str() {
            "none" => Encryption::None,
            "auto" | "starttlswhenavailable" => Encryption::StartTlsIfAvailable,
            "sslonconnect" => Encryption::OnConnect,
            "starttls" => Encryption::StartTls,
            _ => {
                let known = "one of Auto, None, SslOnConnect, StartTls, StartTlsWhenAvailable";
                return Err(section.wrong("SecureSocketOption", format!("`{option}` must be {known}")));
            }
        },
    };
    let port = match section.number("Port")? {
        0 if encryption == Encryption::OnConnect => 465,
        0 => 25,
        port => u16::try_from(port).map_err(|_| section.wrong("Port", "a port is a number up to 65535"))?,
    };
    if section.flag("UseDefaultCredentials")? {
        return Err(
            section.wrong("UseDefaultCredentials", "the credentials of the system are not known here; set UserName and Password")
        );
    }
    let login = match (section.text("UserName")?, section.secret("Password")?) {
        (Some(user), Some(password)) => Some((user, password)),
        (Some(_), None) => return Err(section.wrong("UserName", "there is no Password with it")),
        (None, _) => None,
    };
    Ok(Server { host: host.trim().to_owned(), port, encryption, login })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> Result<MailSettings, TaskError> {
        let settings = Settings::parse(&format!("{{\"MailSettings\": {text}}}"), Path::new("conf/a.json"), None).unwrap();
        MailSettings::read(&settings, PathBuf::from("mails"))
    }

    #[test]
    fn without_settings_mail_is_put_into_a_folder() {
        let settings = MailSettings::read(&Settings::default(), PathBuf::from("mails")).unwrap();
        assert!(matches!(&settings.target, Target::Folder(folder) if folder == Path::new("mails")));
        assert_eq!(settings.from, "jobwright@localhost");
    }

    #[test]
    fn a_server_is_described_as_the_product_does() {
        let text = r#"{"FromAddress": "iga@ferry.example", "Host": "mail", "UserName": "u", "Password": "hunter2",
                       "SecureSocketOption": "SslOnConnect"}"#;
        let settings = read(text).unwrap();
        let Target::Server(server) = &settings.target else { panic!("{settings:?}") };
        assert_eq!((server.host.as_str(), server.port, server.encryption), ("mail", 465, Encryption::OnConnect));
        assert!(!format!("{settings:?}").contains("hunter2"));
        let error = read(r#"{"Host": "mail", "Port": 25}"#).unwrap_err().to_string();
        assert!(error.contains("FromAddress of MailSettings: a mail server needs a sender"), "{error}");
        let error = read("{\n\"FromAddress\": \"a@b.example\", \"Host\": \"m\", \"SecureSocketOption\": \"Tls\"}").unwrap_err();
        assert!(error.to_string().starts_with("conf/a.json:2:"), "{error}");
        assert!(error.to_string().contains("must be one of Auto"), "{error}");
    }

    #[test]
    fn what_may_not_go_out_is_caught_or_dropped() {
        let caught =
            read(r#"{"AllowedDomains": "ferry.example;@sea.example", "CatchAllAddress": "test@ferry.example"}"#).unwrap();
        assert_eq!(caught.address("a@Sea.example").unwrap().to, "a@Sea.example");
        assert_eq!(caught.address("a@other.example").unwrap().to, "test@ferry.example");
        let dropped = read(r#"{"AllowedDomains": "ferry.example"}"#).unwrap();
        assert_eq!(dropped.address("a@other.example"), None);
        assert_eq!(read("{}").unwrap().address("a@other.example").unwrap().to, "a@other.example");
        assert_eq!(read(r#"{"CatchAllAddress": "t@x.example"}"#).unwrap().address("a@b.example").unwrap().to, "t@x.example");
    }
}

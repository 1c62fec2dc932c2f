//! What Active Directory means by the codes in its messages, as far as somebody can act on them.

/// Behind `data` in the answer to a bind.
const BINDS: [(&str, &str); 8] = [
    ("525", "there is no account of this Login"),
    ("530", "the account of Login may not be used at this time of the day"),
    ("531", "the account of Login may not be used from this machine"),
    ("532", "the password of Login has expired"),
    ("533", "the account of Login is disabled"),
    ("701", "the account of Login has expired"),
    ("773", "the password of Login has to be changed before it can be used"),
    ("775", "the account of Login is locked"),
];
/// At the beginning of other answers.
const ANSWERS: [(&str, &str); 7] = [
    ("0000001F", "passwords are only taken over an encrypted connection: set EnableSSL to true"),
    (
        "0000052D",
        "the password is not what the domain's policy asks for: see PasswordResetSettings, or that a new account that is enabled gets one",
    ),
    ("00000524", "another account has this sAMAccountName"),
    ("000021C7", "another account has this servicePrincipalName"),
    ("000021C8", "another account has this userPrincipalName"),
    ("00002028", "the domain controller takes this login over an encrypted connection only: set EnableSSL to true"),
    ("00002077", "the attribute is not one that this login may write"),
];

/// What a message of the server means.
pub(super) fn meaning(text: &str) -> Option<&'static str> {
    let known = |codes: &[(&str, &'static str)], code: &str| {
        codes.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, meaning)| *meaning)
    };
    if let Some((_, data)) = text.split_once("AcceptSecurityContext error, data ") {
        return known(&BINDS, data.split(',').next().unwrap_or_default().trim());
    }
    known(&ANSWERS, text.split(':').next().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_where_they_stand() {
        let bind =
            |data: &str| format!("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data {data}, v4563");
        assert_eq!(meaning(&bind("775")), Some("the account of Login is locked"));
        assert_eq!(meaning(&bind("52e")), None, "what 49 means already");
        assert_eq!(
            meaning("00000524: UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS), data 0"),
            Some("another account has this sAMAccountName")
        );
        assert_eq!(meaning("no 00000524"), None);
    }
}

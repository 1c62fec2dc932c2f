//! Mail about what waits, into a folder, and to a mail server on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::*;

/// Cy asked for the role Mate, which needs one approval; Ana may review roles of users, Bo those of the deck A.
fn company() -> Bench {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    let holder = |user: &str, list: &[(&str, Value)]| {
        let mut all = vec![("User", text(user)), ("Profile", text("Reviewer"))];
        all.extend(list.iter().cloned());
        item("AssignedProfile", None, &all, Vec::new())
    };
    bench.plan.model.items = vec![
        holder("1", &[]),
        holder("2", &[("Context", text("-2"))]),
        holder("3", &[("AccessState", text("Requested"))]),
        item("ContextRule", Some("Users"), &[("SourceEntityType", text("User")), ("B0", text("Org"))], Vec::new()),
        item("Dimension", Some("Deck"), &[("ColumnMapping", Value::Int(0)), ("EntityType", text("Org"))], Vec::new()),
        item("MailSetting", None, &[("MailProperty", text("User:Mail"))], Vec::new()),
        item("ProfileContext", None, &[("Id", Value::Int(-2)), ("D0", text("A"))], Vec::new()),
        item("ReviewRolesAccessControlRules", None, &[("EntityType", text("User")), ("Profile", text("Reviewer"))], Vec::new()),
        item("SingleRole", Some("Mate"), &[("ApprovalWorkflowType", text("One"))], Vec::new()),
        item("SingleRole", Some("Master"), &[("ApprovalWorkflowType", text("Two"))], Vec::new()),
    ];
    bench.ask("3", "Mate");
    bench.ask("3", "Master");
    bench
}

fn roles() -> Task {
    Task { entity_types: vec!["User".to_owned()], ..task("SendRoleModelNotificationsTask", &[]) }
}

impl Bench {
    /// Somebody asks for a role.
    fn ask(&self, user: &str, role: &str) {
        let sql = "INSERT INTO assigned_role (owner, kind, role, origin, valid_from)
                   SELECT r.id, 'SingleRole', ?2, 'requested', 1 FROM resource r JOIN entity_type t ON t.id = r.type
                   WHERE t.name = 'User' AND r.key = ?1";
        self.store.execute(sql, [user, role]).unwrap();
    }

    /// Recipient, subject and lines of each mail in the folder of mails.
    fn mails(&self) -> Vec<String> {
        let files =
            std::fs::read_dir(self.path("work/Mails")).map(|files| files.map(|file| file.unwrap().path()).collect::<Vec<_>>());
        let mut mails: Vec<String> =
            files.unwrap_or_default().iter().map(|file| short(&std::fs::read_to_string(file).unwrap())).collect();
        mails.sort();
        mails
    }

    fn ledger(&self) -> Vec<String> {
        self.query("SELECT recipient || ' ' || key FROM notification ORDER BY 1")
    }

    fn journal(&self) -> usize {
        std::fs::read_dir(self.path("work/MailJournal")).map_or(0, Iterator::count)
    }

    fn served(&mut self, port: u16) {
        let mail = format!(
            "\"MailSettings\": {{\"FromAddress\": \"iga@ferry.example\", \"Host\": \"127.0.0.1\", \"Port\": {port},
             \"UserName\": \"iga\", \"Password\": \"hunter2\"}}, \"Connections\""
        );
        self.settings = self.settings.replacen("\"Connections\"", &mail, 1);
    }
}

/// `recipient | subject | lines`
fn short(mail: &str) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    let lines: Vec<&str> = body.lines().filter(|line| line.starts_with("- ")).collect();
    format!("{} | {} | {}", header("To:"), header("Subject:"), lines.join(" "))
}

#[test]
fn reviewers_are_told_once_of_roles_with_one_approval() {
    let mut bench = company();
    let report = bench.run(&roles()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "pending 1, sent 1"));
    assert_eq!(bench.mails(), ["ana@x | 1 role to review | - the Mate, asked for 3"]);
    assert_eq!(bench.ledger(), ["ana@x User 3: SingleRole Mate"]);
    assert_eq!(bench.journal(), 0, "the store knows");
    assert_eq!(bench.run(&roles()).unwrap().outcome, TaskEnd::Unchanged);
    // Somebody of deck A asks: that is for both.
    bench.ask("2", "Mate");
    assert_eq!(counted(&bench.run(&roles()).unwrap()), "pending 2, sent 2");
    assert_eq!(
        bench.mails()[1..],
        [
            "ana@x | 2 roles to review | - the Mate, asked for 2 - the Mate, asked for 3",
            "bo@x | 1 role to review | - the Mate, asked for 2"
        ]
    );
    // What is decided is forgotten, and told anew if it comes back.
    bench.store.execute_batch("UPDATE assigned_role SET origin = 'manual' WHERE role = 'Mate'").unwrap();
    assert_eq!(bench.run(&roles()).unwrap().outcome, TaskEnd::Completed);
    assert_eq!(bench.ledger(), [""; 0]);
    assert_eq!(bench.run(&roles()).unwrap().message.as_deref(), Some("nothing waits for anybody"));
}

#[test]
fn a_reminder_is_sent_when_its_time_has_come() {
    let mut bench = company();
    let reminder = [("OwnerEntityType", text("User")), ("ReminderInterval", Value::Int(60))];
    bench.plan.model.items.push(item("RoleReviewNotification", Some("R"), &reminder, Vec::new()));
    bench.run(&roles()).unwrap();
    assert_eq!(bench.run(&roles()).unwrap().outcome, TaskEnd::Unchanged, "not an hour ago");
    bench.store.execute_batch("UPDATE moment SET at = at - 3600000").unwrap();
    assert_eq!(counted(&bench.run(&roles()).unwrap()), "pending 1, sent 1");
    assert_eq!(bench.mails().len(), 2, "a mail of its own");
}

#[test]
fn what_nobody_can_be_told_of_is_said() {
    let mut bench = company();
    bench.plan.model.items.retain(|item| item.element != "MailSetting");
    let report = bench.run(&roles()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Unchanged, "pending 1, untold 1"));
    assert!(report.message.unwrap().contains("no MailSetting says which property holds mail addresses"));
    let setting = [("MailProperty", text("User:Mail")), ("RoleReviewNotification", Value::Bool(false))];
    bench.plan.model.items.push(item("MailSetting", None, &setting, Vec::new()));
    assert_eq!(counted(&bench.run(&roles()).unwrap()), "", "switched off");
    bench.settings = bench.settings.replacen("\"Connections\"", "\"MailSettings\": {\"Enabled\": false}, \"Connections\"", 1);
    assert!(bench.run(&roles()).unwrap().message.unwrap().starts_with("mail is switched off"));
}

fn reminders() -> Task {
    Task { entity_types: vec!["User".to_owned()], ..task("SendNotificationsTask", &[]) }
}

#[test]
fn notifications_go_to_those_a_binding_leads_to_about_those_a_query_selects() {
    let mut bench = company();
    let list = [
        ("OwnerEntityType", text("User")),
        (
            "QueryFilterExpression",
            text("C#:u:return $\"join Org o where o.Code = \\\"{u.Org.Code}\\\" and Name != \\\"Bo\\\"\";"),
        ),
        ("TitleExpression", text("C#:u:return u.Name + \" comes\";")),
        ("RecipientMailBinding", text("User:Org.Users.Mail")),
    ];
    bench.plan.model.items.push(item("Notification", Some("Joiner"), &list, Vec::new()));
    let report = bench.run(&reminders()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "pending 2, sent 3"));
    let short: Vec<String> = bench.mails().iter().map(|mail| mail.trim_end_matches([' ', '|']).to_owned()).collect();
    assert_eq!(short, ["ana@x | Ana comes", "bo@x | Ana comes", "cy@x | Cy comes"]);
    assert_eq!(bench.run(&reminders()).unwrap().outcome, TaskEnd::Unchanged);
    // A condition that fails for somebody says nothing of others, and forgets nothing.
    let Item { attributes, .. } = bench.plan.model.items.last_mut().unwrap();
    attributes.insert(
        "QueryFilterExpression".to_owned(),
        text("C#:u:return u.Code == \"1\" ? \"where Name ~ \\\"A\\\"\" : \"where Code != null\";"),
    );
    let report = bench.run(&reminders()).unwrap();
    assert_eq!(counted(&report), "failed 1, pending 2, sent 2", "Bo is new, to Ana and himself");
    assert!(report.message.unwrap().contains("Joiner of 1: the query does not parse: `~` means nothing in a query"));
    assert_eq!(bench.ledger().len(), 5);
}

#[test]
fn what_is_wrong_with_notifications_is_told_before_anything_is_sent() {
    let mut bench = company();
    for (id, binding, title) in [("A", "User:Org.Nothing", "C#:u:return u.Name;"), ("B", "Mail", "C#:u:return u.Nothing;")] {
        let list = [("OwnerEntityType", text("User")), ("RecipientMailBinding", text(binding)), ("TitleExpression", text(title))];
        bench.plan.model.items.push(item("Notification", Some(id), &list, Vec::new()));
    }
    let error = bench.run(&reminders()).err().unwrap().to_string();
    assert!(error.contains("A (RecipientMailBinding: Org has no scalar property Nothing); B (TitleExpression: "), "{error}");
    assert_eq!(bench.mails(), [""; 0]);
}

#[test]
fn reviews_of_provisioning_and_changes_by_hand_are_told_where_they_are_declared() {
    let mut bench = roles::bench();
    bench.plan.model.resource_types[0].attributes.clear();
    bench.whole(false);
    let of_users = [("OwnerEntityType", text("User"))];
    let rule = [("EntityType", text("AssignedResourceType")), ("Profile", text("Reviewer"))];
    let entry = [("Permission", text("/Custom/ProvisioningPolicy/ReviewProvisioning/User")), ("CanExecute", Value::Bool(true))];
    bench.plan.model.items = vec![
        item("AccessControlRule", Some("R"), &rule, vec![item("Entry", None, &entry, Vec::new())]),
        item(
            "AssignedProfile",
            None,
            &[("User", text("1")), ("Profile", text("Reviewer")), ("Email", text("desk@x"))],
            Vec::new(),
        ),
        item("MailSetting", None, &[("MailProperty", text("User:Mail"))], Vec::new()),
        item("ProvisioningReviewNotification", Some("P"), &of_users, Vec::new()),
    ];
    assert_eq!(counted(&bench.run(&reminders()).unwrap()), "pending 2, sent 1");
    assert_eq!(
        bench.mails(),
        ["desk@x | 2 provisioning orders to review | - Account of 2: to be changed - Account of 3: to be added"]
    );
    bench.plan.model.items.push(item("AccessCertificationNotification", Some("C"), &of_users, Vec::new()));
    let report = bench.run(&reminders()).unwrap();
    assert_eq!(report.message.as_deref(), Some("access certification has no embedded form, so nobody is told of it"));
}

#[test]
fn a_kill_before_the_commit_sends_nothing_twice() {
    let mut bench = company();
    bench.killed = true;
    bench.run(&roles()).unwrap();
    assert_eq!((bench.mails().len(), bench.ledger().len(), bench.journal()), (1, 0, 1));
    // As if another program had picked it up meanwhile.
    std::fs::remove_dir_all(bench.path("work/Mails")).unwrap();
    bench.killed = false;
    assert_eq!(counted(&bench.run(&roles()).unwrap()), "pending 1, sent 1");
    assert_eq!((bench.mails().len(), bench.ledger().len(), bench.journal()), (0, 1, 0));
}

/// A mail server for one session: answers `refused` to mails for that address, and closes before the answer to mail number
/// `cut`. Gives the dialogue and the mails taken.
fn server(refused: &'static str, cut: usize) -> (u16, JoinHandle<(String, Vec<String>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (stream, _) = listener.accept().unwrap();
        let mut out = stream.try_clone().unwrap();
        let (mut said, mut taken, mut count) = (String::new(), Vec::new(), 0);
        out.write_all(b"220 sea.example ready\r\n").unwrap();
        let mut lines = BufReader::new(stream).lines();
        while let Some(Ok(line)) = lines.next() {
            said.push_str(&line);
            said.push('\n');
            let answer = match line.split([' ', ':']).next().unwrap() {
                "EHLO" => "250-sea.example\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME",
                "AUTH" => "235 welcome",
                "RCPT" if line.contains(refused) => "550 no such mailbox",
                "DATA" => {
                    out.write_all(b"354 go on\r\n").unwrap();
                    let mut mail = String::new();
                    for line in lines.by_ref().map(Result::unwrap).take_while(|line| line != ".") {
                        mail.push_str(&line);
                        mail.push_str("\r\n");
                    }
                    count += 1;
                    if count == cut {
                        break;
                    }
                    taken.push(mail);
                    "250 taken"
                }
                "QUIT" => break,
                _ => "250 fine",
            };
            out.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
        }
        (said, taken)
    };
    (port, std::thread::spawn(serve))
}

#[test]
fn a_server_takes_mails_and_refuses_some() {
    let mut bench = company();
    bench.ask("2", "Mate");
    let (port, served) = server("bo@x", 0);
    bench.served(port);
    let report = bench.run(&roles()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Failed, "pending 2, sent 1, waiting 1"));
    let message = report.message.unwrap();
    assert_eq!(message, "1 mail sent by 127.0.0.1; 1 mail refused: bo@x: 550 no such mailbox");
    let (said, taken) = served.join().unwrap();
    assert!(said.contains("AUTH PLAIN AGlnYQBodW50ZXIy\nMAIL FROM:<iga@ferry.example>\nRCPT TO:<ana@x>\n"), "{said}");
    assert_eq!(
        taken.iter().map(|mail| short(mail)).collect::<Vec<_>>(),
        ["ana@x | 2 roles to review | - the Mate, asked for 2 - the Mate, asked for 3"]
    );
    assert_eq!(bench.ledger().len(), 2, "what was taken is on record");
    let (port, served) = server("nobody", 0);
    bench.settings = bench.settings.replacen("\"Port\": ", &format!("\"Port\": {port}, \"Was\": "), 1);
    assert_eq!(counted(&bench.run(&roles()).unwrap()), "pending 2, sent 1");
    assert_eq!(served.join().unwrap().1.len(), 1, "only what was refused");
}

#[test]
fn a_server_that_is_down_keeps_everything_to_send() {
    let mut bench = company();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    bench.served(port);
    let report = bench.run(&roles()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Failed, "pending 1, waiting 1"));
    let message = report.message.unwrap();
    assert!(message.starts_with(&format!("1 mail left for the next run: the mail server 127.0.0.1:{port}: ")), "{message}");
    assert!(!message.contains("hunter2"));
    assert_eq!((bench.ledger().len(), bench.journal()), (0, 0));
}

#[test]
fn encryption_that_is_demanded_and_not_offered_ends_the_session_before_the_login() {
    let mut bench = company();
    let (port, served) = server("nobody", 0);
    bench.served(port);
    bench.settings = bench.settings.replacen("\"Port\": ", "\"SecureSocketOption\": \"StartTls\", \"Port\": ", 1);
    let report = bench.run(&roles()).unwrap();
    assert!(report.message.unwrap().contains("it offers no encryption, which SecureSocketOption demands"));
    assert!(!served.join().unwrap().0.contains("AUTH"));
}

#[test]
fn a_mail_whose_answer_was_cut_off_is_sent_again_and_said_to_be() {
    let mut bench = company();
    bench.ask("2", "Mate");
    let (port, served) = server("nobody", 1);
    bench.served(port);
    let report = bench.run(&roles()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Failed, "pending 2, waiting 2"));
    served.join().unwrap();
    assert_eq!((bench.ledger().len(), bench.journal()), (0, 1), "one of which nobody knows");
    let (port, served) = server("nobody", 0);
    bench.settings = bench.settings.replacen("\"Port\": ", &format!("\"Port\": {port}, \"Was\": "), 1);
    let report = bench.run(&roles()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "again 1, pending 2, sent 2"));
    assert!(report.message.unwrap().contains("1 of them perhaps for the second time"));
    assert_eq!((served.join().unwrap().1.len(), bench.journal()), (2, 0));
}

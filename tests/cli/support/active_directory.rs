//! A domain controller of the tests' own: LDAP on the loopback interface, with what Active Directory does otherwise than
//! others. It was written from Microsoft's documentation (MS-ADTS), and so are its messages.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// The name that everything stands below.
pub const DOMAIN: &str = "DC=skerrylight,DC=example";
/// Who binds, as domains name people.
pub const LOGIN: &str = "SKERRYLIGHT\\jobs";
/// Their password.
pub const PASSWORD: &str = "lantern-and-fog";

const DOMAIN_SCOPE: &str = "1.2.840.113556.1.4.1339";
const PAGED: &str = "1.2.840.113556.1.4.319";
const TREE_DELETE: &str = "1.2.840.113556.1.4.805";

type Bytes = Vec<u8>;

/// An entry.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name.
    pub dn: String,
    attributes: Vec<(String, Vec<Bytes>)>,
}

impl Object {
    /// The values of an attribute.
    pub fn values(&self, name: &str) -> &[Bytes] {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(&[], |(_, values)| values)
    }

    fn values_mut(&mut self, name: &str) -> &mut Vec<Bytes> {
        let place = self.attributes.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)).unwrap_or_else(|| {
            self.attributes.push((name.to_owned(), Vec::new()));
            self.attributes.len() - 1
        });
        &mut self.attributes[place].1
    }

    /// Gives an attribute one value, and tells nobody.
    pub fn set(&mut self, name: &str, value: &str) {
        *self.values_mut(name) = vec![value.as_bytes().to_vec()];
    }

    /// The first value of an attribute.
    pub fn text(&self, name: &str) -> String {
        self.values(name).first().map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
    }

    fn is_class(&self, class: &str) -> bool {
        self.values("objectClass").iter().any(|known| known.eq_ignore_ascii_case(class.as_bytes()))
    }
}

/// What the controller holds, and how it behaves.
pub struct Content {
    /// Its entries.
    pub objects: Vec<Object>,
    usn: u64,
    /// Which controller it is, and the state that it was restored to.
    pub controller: (String, Bytes),
    /// Entries that one answer holds at most.
    pub page: usize,
    /// Values of an attribute that one answer holds at most.
    pub range: usize,
    /// What was written.
    pub written: Vec<String>,
    /// Parts of attributes that were asked for.
    pub parts: usize,
    /// Behind `data` in the answer to a bind that fails; empty: binds succeed.
    pub refuses: &'static str,
}

/// A running controller; it ends with the test program.
pub struct Controller {
    content: Arc<Mutex<Content>>,
    port: u16,
}

impl Controller {
    /// A domain with these entries: names, and classes with other attributes.
    pub fn start(objects: &[(&str, &[(&str, &str)])]) -> Self {
        let content = Content {
            objects: Vec::new(),
            usn: 1000,
            controller: ("CN=NTDS Settings,CN=DC1,CN=Configuration".to_owned(), b"first-invocation".to_vec()),
            page: 5,
            range: 3,
            written: Vec::new(),
            parts: 0,
            refuses: "",
        };
        let controller = Self { content: Arc::new(Mutex::new(content)), port: 0 };
        for (dn, attributes) in objects {
            let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), vec![value.as_bytes().to_vec()]));
            let mut merged = Object { dn: (*dn).to_owned(), attributes: Vec::new() };
            attributes.for_each(|(name, values)| merged.values_mut(&name).extend(values));
            controller.content().insert(merged);
        }
        controller.content().written.clear();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let content = Arc::clone(&controller.content);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let content = Arc::clone(&content);
                std::thread::spawn(move || serve(stream, &content));
            }
        });
        Self { port, ..controller }
    }

    /// What it holds.
    pub fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// An answer: result code and what the server says.
type Answer = (u8, String);

fn done() -> Answer {
    (0, String::new())
}

fn says(code: u8, windows: &str, kind: &str) -> Answer {
    (code, format!("{windows}: {kind}, data 0"))
}

fn folded(dn: &str) -> String {
    dn.to_lowercase()
}

fn above(dn: &str) -> String {
    jobwright::connectors::ldap::parent(dn).to_owned()
}

impl Content {
    /// The entry of a name.
    pub fn object(&mut self, dn: &str) -> Option<&mut Object> {
        self.objects.iter_mut().find(|object| folded(&object.dn) == folded(dn))
    }

    fn touch(&mut self, dn: &str) {
        self.usn += 1;
        let usn = self.usn.to_string().into_bytes();
        if let Some(object) = self.object(dn) {
            *object.values_mut("uSNChanged") = vec![usn];
        }
    }

    fn insert(&mut self, mut object: Object) {
        self.usn += 1;
        let number = u32::try_from(self.usn).unwrap().to_le_bytes();
        // Bytes that are no text.
        let mut guid = vec![0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7, 0xf6, 0xf5, 0xf4];
        guid.extend(number);
        *object.values_mut("objectGUID") = vec![guid];
        *object.values_mut("objectSid") = vec![[&[1, 2, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0][..], &number].concat()];
        if object.is_class("user") && object.values("userAccountControl").is_empty() {
            *object.values_mut("userAccountControl") = vec![b"546".to_vec()];
        }
        let (name, value) = object.dn.split(',').next().unwrap().split_once('=').unwrap();
        let (name, value) = (name.to_lowercase(), value.as_bytes().to_vec());
        *object.values_mut(&name) = vec![value];
        let dn = object.dn.clone();
        self.objects.push(object);
        self.written.push(format!("add {dn}"));
        self.touch(&dn);
    }

    /// Adds an entry.
    pub fn add(&mut self, dn: &str, attributes: Vec<(String, Vec<Bytes>)>) -> Answer {
        let object = Object { dn: dn.to_owned(), attributes };
        if self.object(dn).is_some() {
            return says(68, "00002071", "UpdErr: DSID-0305038D, problem 6005 (ENTRY_EXISTS)");
        }
        if self.object(&above(dn)).is_none() {
            return says(32, "0000208D", "NameErr: DSID-03100245, problem 2001 (NO_OBJECT)");
        }
        if !object.values("unicodePwd").is_empty() {
            return says(53, "0000001F", "SvcErr: DSID-031A126A, problem 5003 (WILL_NOT_PERFORM)");
        }
        let login = object.text("sAMAccountName");
        if !login.is_empty() && self.objects.iter().any(|known| known.text("sAMAccountName").eq_ignore_ascii_case(&login)) {
            return says(68, "00000524", "UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS)");
        }
        self.insert(object);
        done()
    }

    /// Changes an entry: 0 adds values, 1 deletes them, 2 replaces all.
    pub fn modify(&mut self, dn: &str, changes: Vec<(u8, String, Vec<Bytes>)>) -> Answer {
        for (kind, name, values) in &changes {
            if name.eq_ignore_ascii_case("cn") || name.eq_ignore_ascii_case("name") {
                return says(67, "000020B1", "UpdErr: DSID-030F1357, problem 6004 (CANT_ON_RDN)");
            }
            let missing = |value: &Bytes| !self.objects.iter().any(|known| folded(&known.dn).as_bytes() == lower(value));
            if name.eq_ignore_ascii_case("member") && *kind == 0 && values.iter().any(missing) {
                return says(32, "00000525", "NameErr: DSID-031A11C4, problem 2001 (NO_OBJECT)");
            }
        }
        let Some(object) = self.object(dn) else {
            return says(32, "0000208D", "NameErr: DSID-03100241, problem 2001 (NO_OBJECT)");
        };
        let mut after = object.clone();
        for (kind, name, values) in changes {
            let known = after.values_mut(&name);
            let has = |known: &[Bytes], value: &Bytes| known.iter().any(|known| lower(known) == lower(value));
            match kind {
                0 if values.iter().any(|value| has(known, value)) => {
                    return says(68, "00000562", "UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS)");
                }
                0 => known.extend(values),
                1 if !values.iter().all(|value| has(known, value)) => {
                    return says(53, "00000561", "SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM)");
                }
                1 => known.retain(|known| !has(&values, known)),
                _ => *known = values,
            }
        }
        *object = after;
        self.written.push(format!("modify {dn}"));
        self.touch(dn);
        done()
    }

    fn rename(&mut self, dn: &str, rdn: &str, parent: Option<String>) -> Answer {
        let target = format!("{rdn},{}", parent.unwrap_or_else(|| above(dn)));
        if folded(&target) != folded(dn) && self.object(&target).is_some() {
            return says(68, "00002071", "UpdErr: DSID-031B0E39, problem 6005 (ENTRY_EXISTS)");
        }
        if self.object(dn).is_none() || self.object(&above(&target)).is_none() {
            return says(32, "0000208D", "NameErr: DSID-03100245, problem 2001 (NO_OBJECT)");
        }
        let moved = |name: &str| {
            let below = folded(name).ends_with(&format!(",{}", folded(dn))) || folded(name) == folded(dn);
            below.then(|| format!("{}{target}", &name[..name.len() - dn.len()]))
        };
        for object in &mut self.objects {
            object.dn = moved(&object.dn).unwrap_or_else(|| object.dn.clone());
            // Links follow by themselves, and nothing tells.
            for value in object.attributes.iter_mut().flat_map(|(_, values)| values) {
                if let Some(now) = std::str::from_utf8(value).ok().filter(|text| text.contains('=')).and_then(moved) {
                    *value = now.into_bytes();
                }
            }
        }
        let (name, value) = rdn.split_once('=').unwrap();
        let (name, value) = (name.to_lowercase(), value.as_bytes().to_vec());
        *self.object(&target).unwrap().values_mut(&name) = vec![value];
        self.written.push(format!("rename {dn}"));
        self.touch(&target);
        done()
    }

    fn delete(&mut self, dn: &str, tree: bool) -> Answer {
        let end = format!(",{}", folded(dn));
        if self.object(dn).is_none() {
            return says(32, "0000208D", "NameErr: DSID-0310028C, problem 2001 (NO_OBJECT)");
        }
        if !tree && self.objects.iter().any(|object| folded(&object.dn).ends_with(&end)) {
            return says(66, "00002015", "UpdErr: DSID-031A119B, problem 6003 (CANT_ON_NON_LEAF)");
        }
        let goes = |name: &str| folded(name) == folded(dn) || folded(name).ends_with(&end);
        self.objects.retain(|object| !goes(&object.dn));
        for value in self.objects.iter_mut().flat_map(|object| &mut object.attributes) {
            value.1.retain(|value| !std::str::from_utf8(value).is_ok_and(goes));
        }
        self.written.push(format!("delete {dn}"));
        done()
    }

    /// An entry as it is answered: the attributes asked for, in parts where there are many values.
    fn shown(&mut self, place: usize, asked: &[String]) -> Bytes {
        let object = self.objects[place].clone();
        let mut attributes = object.attributes.clone();
        let holds = |group: &Object| group.values("member").iter().any(|member| lower(member) == lower(object.dn.as_bytes()));
        let groups = self.objects.iter().filter(|group| holds(group)).map(|group| group.dn.clone().into_bytes());
        attributes.push(("memberOf".to_owned(), groups.collect()));
        let mut list = Vec::new();
        for (name, values) in attributes.into_iter().filter(|(_, values)| !values.is_empty()) {
            let part = asked.iter().find_map(|asked| {
                let (of, range) = asked.split_once(";range=")?;
                of.eq_ignore_ascii_case(&name).then(|| range.split('-').next().unwrap().parse::<usize>().unwrap())
            });
            let wanted = asked.is_empty() || asked.iter().any(|asked| asked == "*" || asked.eq_ignore_ascii_case(&name));
            self.parts += usize::from(part.is_some());
            let from = match part {
                Some(from) => from,
                None if wanted => 0,
                None => continue,
            };
            if part.is_none() && values.len() <= self.range {
                list.extend(attribute(&name, &values));
                continue;
            }
            if from >= values.len() {
                continue;
            }
            if part.is_none() {
                list.extend(attribute(&name, &[]));
            }
            let end = values.len().min(from + self.range);
            let last = if end == values.len() { "*".to_owned() } else { (end - 1).to_string() };
            list.extend(attribute(&format!("{name};range={from}-{last}"), &values[from..end]));
        }
        [tlv(4, object.dn.as_bytes()), tlv(0x30, &list)].concat()
    }

    fn root(&self) -> Bytes {
        let text = |values: &[&str]| values.iter().map(|value| value.as_bytes().to_vec()).collect::<Vec<_>>();
        let list = [
            attribute("supportedControl", &text(&[DOMAIN_SCOPE, PAGED, TREE_DELETE])),
            attribute("highestCommittedUSN", &text(&[&self.usn.to_string()])),
            attribute("dsServiceName", &text(&[&self.controller.0])),
        ];
        [tlv(4, b""), tlv(0x30, &list.concat())].concat()
    }

    /// The answers to a search: their tags and contents, and the controls of the last one.
    fn search(&mut self, request: &[Element<'_>], controls: &[(String, &[u8])]) -> (Vec<(u8, Bytes)>, Bytes) {
        let (base, scope) = (request[0].text(), request[1].content[0]);
        let asked: Vec<String> = elements(request[7].content).iter().map(Element::text).collect();
        let result = |(code, text): Answer| (0x65, [tlv(10, &[code]), tlv(4, b""), tlv(4, text.as_bytes())].concat());
        if base.is_empty() && scope == 0 {
            return (vec![(0x64, self.root()), result(done())], Vec::new());
        }
        if folded(&base) == folded(&self.controller.0) {
            let list = attribute("invocationId", std::slice::from_ref(&self.controller.1));
            return (vec![(0x64, [tlv(4, base.as_bytes()), tlv(0x30, &list)].concat()), result(done())], Vec::new());
        }
        if self.object(&base).is_none() {
            return (vec![result(says(32, "0000208D", "NameErr: DSID-0310023C, problem 2001 (NO_OBJECT)"))], Vec::new());
        }
        let end = format!(",{}", folded(&base));
        let within = |object: &Object| match scope {
            0 => folded(&object.dn) == folded(&base),
            1 => folded(&above(&object.dn)) == folded(&base),
            _ => folded(&object.dn) == folded(&base) || folded(&object.dn).ends_with(&end),
        };
        let places = (0..self.objects.len()).filter(|place| {
            let object = &self.objects[*place];
            within(object) && matches(object, &request[6])
        });
        let places: Vec<usize> = places.collect();
        let paged = controls.iter().find(|(oid, _)| oid == PAGED).map(|(_, value)| {
            let cookie = elements(elements(value)[0].content)[1].text();
            cookie.parse::<usize>().unwrap_or(0)
        });
        let from = paged.unwrap_or(0);
        let page = &places[from.min(places.len())..places.len().min(from + self.page)];
        let mut answers: Vec<(u8, Bytes)> = page.iter().map(|place| (0x64, self.shown(*place, &asked))).collect();
        // The other parts of the domain.
        if scope == 2 && folded(&base) == folded(DOMAIN) && !controls.iter().any(|(oid, _)| oid == DOMAIN_SCOPE) {
            answers.push((0x73, tlv(4, format!("ldap://ForestDnsZones/DC=ForestDnsZones,{DOMAIN}").as_bytes())));
        }
        let more = places.len() > from + self.page;
        let Some(_) = paged else {
            let code = if more { says(4, "00002023", "SvcErr: size limit") } else { done() };
            answers.push(result(code));
            return (answers, Vec::new());
        };
        let cookie = if more { (from + self.page).to_string() } else { String::new() };
        let value = tlv(0x30, &[tlv(2, &[0]), tlv(4, cookie.as_bytes())].concat());
        let control = tlv(0x30, &[tlv(4, PAGED.as_bytes()), tlv(4, &value)].concat());
        answers.push(result(done()));
        (answers, tlv(0xa0, &control))
    }
}

fn lower(value: &[u8]) -> Bytes {
    value.to_ascii_lowercase()
}

/// Whether a filter holds: and, or, not, equal, present.
fn matches(object: &Object, filter: &Element<'_>) -> bool {
    let parts = || elements(filter.content);
    match filter.tag {
        0xa0 => parts().iter().all(|part| matches(object, part)),
        0xa1 => parts().iter().any(|part| matches(object, part)),
        0xa2 => !matches(object, &parts()[0]),
        0xa3 => {
            let parts = parts();
            let binary = parts[0].text().eq_ignore_ascii_case("objectGUID");
            let equal = |value: &Bytes| {
                if binary { value == parts[1].content } else { lower(value) == lower(parts[1].content) }
            };
            object.values(&parts[0].text()).iter().any(equal)
        }
        0x87 => filter.text().eq_ignore_ascii_case("objectClass") || !object.values(&filter.text()).is_empty(),
        other => panic!("filter {other:#x}"),
    }
}

/// One value of BER, by its tag.
struct Element<'b> {
    tag: u8,
    content: &'b [u8],
}

impl Element<'_> {
    fn text(&self) -> String {
        String::from_utf8(self.content.to_vec()).unwrap()
    }
}

fn elements(mut bytes: &[u8]) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    while let [tag, rest @ ..] = bytes {
        let (length, head) = match rest[0] {
            short @ 0..128 => (usize::from(short), 1),
            long => {
                let count = usize::from(long & 127);
                (rest[1..=count].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), 1 + count)
            }
        };
        found.push(Element { tag: *tag, content: &rest[head..head + length] });
        bytes = &rest[head + length..];
    }
    found
}

fn tlv(tag: u8, content: &[u8]) -> Bytes {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, content].concat()
}

fn attribute(name: &str, values: &[Bytes]) -> Bytes {
    let values: Bytes = values.iter().flat_map(|value| tlv(4, value)).collect();
    tlv(0x30, &[tlv(4, name.as_bytes()), tlv(0x31, &values)].concat())
}

fn values_of(list: &Element<'_>) -> (String, Vec<Bytes>) {
    let parts = elements(list.content);
    (parts[0].text(), elements(parts[1].content).iter().map(|value| value.content.to_vec()).collect())
}

/// Reads one message; none at the end.
fn message(stream: &mut TcpStream) -> Option<Bytes> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    let mut length = usize::from(head[1]);
    if length > 127 {
        let mut bytes = vec![0; length & 127];
        stream.read_exact(&mut bytes).ok()?;
        length = bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).ok()?;
    Some(content)
}

fn serve(mut stream: TcpStream, content: &Mutex<Content>) {
    while let Some(bytes) = message(&mut stream) {
        let parts = elements(&bytes);
        let request = elements(if parts[1].tag & 0x20 == 0 { &[] } else { parts[1].content });
        let listed: Vec<Element<'_>> = parts.get(2).map(|list| elements(list.content)).unwrap_or_default();
        let controls: Vec<(String, &[u8])> = listed
            .iter()
            .map(|control| {
                let parts = elements(control.content);
                (parts[0].text(), parts.iter().skip(1).find(|part| part.tag == 4).map_or(&[][..], |part| part.content))
            })
            .collect();
        let mut content = content.lock().unwrap();
        let (tag, answer) = match parts[1].tag {
            0x60 => (0x61, bind(&content, &request)),
            0x66 => {
                let list = elements(request[1].content);
                let changes = list.iter().map(|change| {
                    let parts = elements(change.content);
                    let (name, values) = values_of(&parts[1]);
                    (parts[0].content[0], name, values)
                });
                (0x67, content.modify(&request[0].text(), changes.collect()))
            }
            0x68 => {
                let attributes = elements(request[1].content).iter().map(values_of).collect();
                (0x69, content.add(&request[0].text(), attributes))
            }
            0x4a => {
                let dn = String::from_utf8(parts[1].content.to_vec()).unwrap();
                (0x6b, content.delete(&dn, controls.iter().any(|(oid, _)| oid == TREE_DELETE)))
            }
            0x6c => (0x6d, content.rename(&request[0].text(), &request[1].text(), request.get(3).map(Element::text))),
            0x63 => {
                let (answers, controls) = content.search(&request, &controls);
                let last = answers.len() - 1;
                for (place, (tag, body)) in answers.into_iter().enumerate() {
                    let controls = if place == last { controls.as_slice() } else { &[] };
                    send(&mut stream, parts[0].content, tag, &body, controls);
                }
                continue;
            }
            _ => return,
        };
        drop(content);
        let body = [tlv(10, &[answer.0]), tlv(4, b""), tlv(4, answer.1.as_bytes())].concat();
        send(&mut stream, parts[0].content, tag, &body, &[]);
    }
}

fn bind(content: &Content, request: &[Element<'_>]) -> Answer {
    let knows = request[1].text() == LOGIN && request[2].text() == PASSWORD;
    let data = match (content.refuses, knows) {
        ("", true) => return done(),
        ("", false) => "52e",
        (refuses, _) => refuses,
    };
    (49, format!("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data {data}, v4563"))
}

fn send(stream: &mut TcpStream, id: &[u8], tag: u8, body: &[u8], controls: &[u8]) {
    let message = tlv(0x30, &[tlv(2, id), tlv(tag, body), controls.to_vec()].concat());
    // Who has gone needs no answer.
    let _ = stream.write_all(&message);
}

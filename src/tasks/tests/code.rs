//! C# over the identity store.

use super::*;

impl Bench {
    /// Computes `User.Kind` with that expression; gives the key and the value of each user.
    fn kinds(&mut self, binding: Option<&str>, expression: &str) -> Result<Vec<String>, TaskError> {
        let computed = &mut self.plan.model.property_expressions[1];
        computed.binding = binding.map(str::to_owned);
        computed.expression = Some(expression.to_owned());
        self.expressions(false)?;
        Ok(self.query(
            "SELECT r.key || ' ' || coalesce(json_extract(r.computed, '$.Kind'), '-') FROM resource r
             JOIN entity_type t ON t.id = r.type WHERE t.name = 'User' ORDER BY r.key",
        ))
    }
}

fn loaded() -> Bench {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench
}

#[test]
fn code_follows_links_in_both_directions() {
    let mut bench = loaded();
    let names = bench.kinds(None, "C#:u:return u.Org?.Users.OrderBy(x => x.Code).Select(x => x.Name).First() + u.Code;").unwrap();
    assert_eq!(names, ["1 Ana1", "2 Ana2", "3 Cy3"]);
    let counts = bench.kinds(None, "C#:u:return u.Org == null ? \"none\" : $\"{u.Org.Code}{u.Org.Users.Count()}\";").unwrap();
    assert_eq!(counts, ["1 A2", "2 A2", "3 B1"]);
    // What was computed before counts: OrgName comes first.
    assert_eq!(bench.kinds(None, "C#:u:return u.OrgName?.ToUpper();").unwrap().len(), 3);
    let bound = bench.kinds(Some("User:Org.Code"), "C#:code:return code == \"A\" ? \"first\" : null;").unwrap();
    assert_eq!(bound, ["1 first", "2 first", "3 -"]);
}

#[test]
fn a_value_that_fails_stays_as_it_was() {
    let mut bench = loaded();
    bench.kinds(None, "C#:u:return u.Code;").unwrap();
    let computed = &mut bench.plan.model.property_expressions[1];
    computed.expression = Some("C#:u:return u.Code == \"2\" ? u.Name.Substring(9) : \"x\" + u.Code;".to_owned());
    let report = bench.expressions(false).unwrap();
    assert_eq!((report.counters["failed"], report.outcome), (1, TaskEnd::Completed));
    let message = report.message.unwrap();
    assert!(
        message.starts_with("1 values could not be computed and stay as they were: User.Kind of 2: `Substring`"),
        "{message}"
    );
    let kinds = bench.query("SELECT json_extract(computed, '$.Kind') FROM resource WHERE computed IS NOT NULL ORDER BY key");
    assert_eq!(kinds, ["x1", "2", "x3"]);
    let again = bench.expressions(false).unwrap();
    assert_eq!((again.counters["changed"], again.outcome), (0, TaskEnd::Unchanged));
}

#[test]
fn the_clock_is_the_moment_of_the_task() {
    let mut bench = loaded();
    bench.kinds(None, "C#:u:return DateTime.UtcNow.ToString(\"yyyyMMddHHmmss\");").unwrap();
    let found = bench.query(
        "SELECT iif(json_extract(computed, '$.Kind') = strftime('%Y%m%d%H%M%S', m.at / 1000, 'unixepoch'), 'same', 'other')
         FROM resource r JOIN moment m ON m.seq = (SELECT max(seq) FROM moment) WHERE computed IS NOT NULL",
    );
    assert_eq!(found, ["same"; 3]);
}

#[test]
fn dates_are_read_in_the_format_of_a_function() {
    let mut bench = loaded();
    let user = bench.plan.model.entity_types.iter_mut().find(|one| one.id == "User").unwrap();
    user.properties.iter_mut().find(|one| one.id == "Kind").unwrap().kind = "DateTime".to_owned();
    bench.plan.model.property_expressions[0].expression = None;
    let error = bench.kinds(Some("Code"), "ParseUniversalDate").err().unwrap().to_string();
    assert!(error.contains("takes 1 argument after the colon (input format), here are 0"), "{error}");
    let dates = bench.kinds(Some("Code"), "ParseUniversalDateThenAddMinutes:UTC|d|1440").unwrap();
    assert_eq!(dates, ["1 00010102000000", "2 00010103000000", "3 00010104000000"]);
    let error = bench.kinds(Some("Code"), "ParseLocalDate:Mars Standard Time|d").err().unwrap().to_string();
    assert!(error.contains("the time zone `Mars Standard Time`"), "{error}");
    let dates = bench.kinds(Some("Code"), "ParseLocalDate:India Standard Time|d").unwrap();
    assert_eq!(dates[1..], ["2 00010101180632", "3 00010102180632"]);
}

#[test]
fn what_the_model_does_not_have_is_refused_before_anything_is_computed() {
    let mut bench = loaded();
    let digest = bench.digest();
    for (code, reason) in [
        ("C#:u:return u.Nme;", "entity type `User` has no property `Nme`"),
        ("C#:u:return u.Name", "`;` is missing at the end"),
        ("C#:u:while (true) { } return u.Name;", "a loop"),
        ("C#:u:return System.IO.File.ReadAllText(u.Name);", "`System.IO` is not on the white list"),
    ] {
        let error = bench.kinds(None, code).err().unwrap().to_string();
        assert!(error.contains(reason), "{error}");
    }
    assert_eq!(bench.digest(), digest);
}

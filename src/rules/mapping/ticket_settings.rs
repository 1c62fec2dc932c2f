//! `ticket-settings`: settings of tickets without tickets, or tickets without their caller.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::Connection;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "ticket-settings",
    Severity::Warning,
    "settings of tickets where none are made, or tickets without a caller",
    Check::At(&[kinds::SERVICE_NOW_RESOURCE_TYPE_MAPPING], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(connection) = view.symbol(names::CONNECTION).filter(|_| view.attribute(names::CONSOLIDATION_MODE).is_none()) else {
        return;
    };
    let Some(id) = view.program.index.find::<Connection>(connection) else { return };
    let connection = &view.program.items.connections[id];
    let Some(package) = connection.package() else { return };
    let there = view.program.place(connection.origin);
    if package.makes_tickets() {
        if !view.is_written(names::TICKET_CALLER_ID) {
            sink.push(
                view.finding(
                    &RULE,
                    "TicketCallerId",
                    view.place(),
                    format!("{} makes tickets without `TicketCallerId`", view.title()),
                )
                .label("`TicketCallerId` missing")
                .note(format!("`{}` needs it: the property that tells ServiceNow who calls", package.id))
                .help("add `TicketCallerId=\"…\"`")
                .related(there, "its connection"),
            );
        }
        return;
    }
    for attribute in &view.attributes {
        let name = view.document.attribute_name_text(attribute.id);
        if !name.starts_with("Ticket") || attribute.def.is_none() || !view.says(attribute.name) {
            continue;
        }
        sink.push(
            view.finding(
                &RULE,
                name,
                view.name_place(*attribute),
                format!("`{name}` counts for nothing: {} makes no tickets", view.title()),
            )
            .label("without effect")
            .note(format!("`{}` writes to the system itself", package.id))
            .help(format!("remove `{name}`, or use a connection whose package makes tickets"))
            .related(there, "its connection"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(package: &str, attributes: &str) -> Vec<u32> {
        let connection = format!("<Connection Identifier=\"Desk\" Package=\"{package}\"/>");
        let mapping = format!("\n<ServiceNowResourceTypeMapping Identifier=\"R\" Connection=\"desk\" {attributes}/>");
        lines(&format!("{connection}{mapping}"), "ticket-settings")
    }

    const TICKETS: &str = "Usercube.SnowTicket@0000001";
    const DIRECT: &str = "Usercube.ServiceNow@0000001";

    #[test]
    fn settings_that_miss_are_found() {
        assert_eq!(found(TICKETS, "TicketCategory=\"Access\""), [2]);
        assert_eq!(found(TICKETS, "TicketCallerId=\"\""), [2]);
        assert_eq!(found(DIRECT, "\nTicketCategory=\"Access\"\nTicketImpact=\"High\""), [3, 4]);
    }

    #[test]
    fn settings_that_fit_and_defaults_are_not() {
        assert!(found(TICKETS, "TicketCallerId=\"Mail\" TicketCategory=\"Access\"").is_empty());
        assert!(found(DIRECT, "TicketImpact=\"Low\" TicketSynchroIsNotAvailable=\"false\"").is_empty());
        assert!(found("Unknown", "TicketCategory=\"Access\"").is_empty());
    }
}

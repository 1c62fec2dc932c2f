//! `root-element`: the root is not `ConfigurationFile` in the configuration's namespace.

use crate::finding::{Fix, Severity};
use crate::grammar::{NAMESPACE, names};
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::source::{Location, Span};
use crate::syntax::Namespace;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "root-element",
    Severity::Error,
    "the root is not ConfigurationFile in the configuration's namespace",
    Check::Root(check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let named = view.document.name(view.element) == names::CONFIGURATION_FILE;
    let namespace = view.document.namespace(view.element);
    if named && namespace == Namespace::Dialect {
        return;
    }
    let written = view.document.name_span(view.element).of(view.text);
    let finding = |message: String| super::finding(&RULE, view, "", view.place(), message);
    let found = match (named, namespace) {
        (true, Namespace::None) => {
            let finding = finding("the root element `ConfigurationFile` is in no namespace".to_owned())
                .label("namespace missing")
                .help(format!("write `<ConfigurationFile xmlns=\"{NAMESPACE}\">`"));
            let undeclared = |one| view.document.attribute_name_span(one).of(view.text) != "xmlns";
            if view.document.attributes(view.element).all(undeclared) {
                let end = view.document.name_span(view.element).end;
                let place = Location::new(view.file, Span::empty(end));
                finding.fix(Fix::safe(place, format!(" xmlns=\"{NAMESPACE}\"")))
            } else {
                finding
            }
        }
        (true, _) => finding(format!("the root element `{written}` is in another namespace than the configuration's"))
            .label("another namespace")
            .help(format!("write `xmlns=\"{NAMESPACE}\"`")),
        (false, _) => finding(format!("the root element is `{written}`, not `ConfigurationFile`"))
            .label("`ConfigurationFile` expected")
            .help(format!("put the elements of the configuration into `<ConfigurationFile xmlns=\"{NAMESPACE}\">`")),
    };
    sink.push(found.note("the deployment takes no other root: nothing in this file becomes part of the configuration"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    #[test]
    fn another_root_or_another_namespace_is_found() {
        let found = |xml: &str| lines(&format!("<?xml version=\"1.0\"?>\n{xml}"), "root-element");
        assert_eq!(found("<Configuration xmlns=\"urn:schemas-usercube-com:configuration\"/>"), [2]);
        assert_eq!(found("<ConfigurationFile/>"), [2]);
        assert_eq!(found("<ConfigurationFile xmlns=\"urn:other\"/>"), [2]);
        assert_eq!(found("<configurationfile/>"), [2]);
    }

    #[test]
    fn the_right_root_is_not() {
        let found = |xml: &str| lines(&format!("<?xml version=\"1.0\"?>\n{xml}"), "root-element");
        assert!(found("<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\"/>").is_empty());
        assert!(found("<u:ConfigurationFile xmlns:u=\"urn:schemas-usercube-com:configuration\"/>").is_empty());
    }
}

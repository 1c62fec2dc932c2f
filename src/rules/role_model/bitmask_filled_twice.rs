//! `bitmask-filled-twice`: scalar rules that fill a bitmask and single bits of it.

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::grammar::{kinds, names};
use crate::ir::{Id, Origin, Program, ResourceType, Symbol};
use crate::rules::{Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule =
    super::whole("bitmask-filled-twice", Severity::Warning, "scalar rules that fill a bitmask and single bits of it", check);

fn check(program: &Program, sink: &mut Sink) {
    let bits = bits(program);
    if bits.is_empty() {
        return;
    }
    let target = |id: Id<ResourceType>| Some(program.items.resource_types[id].target?.value.name);
    let rules = || program.items.resource_rules.values().filter(|rule| rule.kind == kinds::SCALAR_RULE);
    let mut filled: FxHashMap<(Id<ResourceType>, Symbol), Origin> = FxHashMap::default();
    for rule in rules() {
        let (Some(resource_type), Some(property)) = (rule.resource_type, rule.property) else { continue };
        filled.entry((resource_type, property.value)).or_insert(rule.origin);
    }
    for rule in rules() {
        let (Some(resource_type), Some(property)) = (rule.resource_type, rule.property) else { continue };
        let Some(&mask) = target(resource_type).and_then(|target| bits.get(&(target, property.value))) else { continue };
        if let Some(&whole) = filled.get(&(resource_type, mask)) {
            sink.push(finding(program, rule.origin, whole));
        }
    }
}

/// The properties that are mapped to one bit of another property, with that one; by their entity type.
fn bits(program: &Program) -> FxHashMap<(Symbol, Symbol), Symbol> {
    let mut bits = FxHashMap::default();
    for mapping in program.items.entity_type_mappings.values() {
        let Some(entity_type) = mapping.entity_type else { continue };
        let document = program.document(mapping.origin.file);
        for property in program.children_of(mapping.origin, kinds::ENTITY_TYPE_MAPPING_PROPERTY) {
            let Some(format) = document.find(property, names::FORMAT) else { continue };
            let format = program.attribute_value(mapping.origin.file, format);
            let mut parts = format.trim().split(':');
            let (Some(word), Some(mask), Some(_)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let own = program.value(Origin::written(mapping.origin.file, property), names::IDENTIFIER);
            if let (true, Some(own)) = (word.eq_ignore_ascii_case("bit"), own) {
                bits.insert((entity_type.value.name, Symbol::new(&own)), Symbol::new(mask));
            }
        }
    }
    bits
}

fn finding(program: &Program, rule: Origin, whole: Origin) -> Finding {
    let name = |at| program.value(at, names::PROPERTY).unwrap_or_default().trim().to_owned();
    let place = |at| program.attribute_place(at, names::PROPERTY).unwrap_or_else(|| program.place(at));
    let (bit, mask) = (name(rule), name(whole));
    Finding::new(&RULE.info, place(rule), format!("`{bit}` is one bit of `{mask}`, which a rule fills as a whole"))
        .label("a bit of it")
        .note("both rules write the same value of the system: what one sets the other takes back, at every run")
        .help(format!("fill `{mask}` by rules of its bits alone, or as a whole alone"))
        .related(place(whole), "filled as a whole here")
        .anchor(format!("{}/@{bit}", element::anchor(program, rule.file, rule.element)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(format: &str, rules: &[&str]) -> Vec<u32> {
        let rules: String = rules.iter().map(|property| format!("\n<ScalarRule Property=\"{property}\"/>")).collect();
        let mapping = format!(
            "<EntityType Identifier=\"A\"/><EntityTypeMapping Identifier=\"A\"><Property Identifier=\"uac\"/>\
             <Property Identifier=\"off\" Format=\"{format}\"/><Property Identifier=\"mail\"/></EntityTypeMapping>"
        );
        let xml = format!("{mapping}<ResourceType Identifier=\"R\" TargetEntityType=\"A\">{rules}</ResourceType>");
        lines(&xml, "bitmask-filled-twice")
    }

    #[test]
    fn a_mask_and_its_bits_are_found() {
        assert_eq!(found("bit:UAC:2", &["uac", "OFF"]), [3]);
        assert_eq!(found("Bit:uac:2", &["off", "mail", "uac"]), [2]);
    }

    #[test]
    fn either_alone_is_not() {
        assert!(found("bit:uac:2", &["off", "mail"]).is_empty());
        assert!(found("bit:uac:2", &["uac", "mail"]).is_empty());
        assert!(found("Int32", &["uac", "off"]).is_empty());
        let other = "<EntityType Identifier=\"B\"/><ResourceType Identifier=\"S\" TargetEntityType=\"B\">\
            <ScalarRule Property=\"uac\"/><ScalarRule Property=\"off\"/></ResourceType>";
        assert!(lines(other, "bitmask-filled-twice").is_empty());
    }
}

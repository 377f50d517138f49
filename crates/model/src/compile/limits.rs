//! How much one blueprint may ask for. What asks for more is refused with the limit's name. The bounds of the text
//! itself are [`lang::yaml::Limits::BLUEPRINT`].

/// Searches for a nearest name in one document: the search is slow.
pub(crate) const SEARCHES_MAX: usize = 200;
/// Undeclared config keys of one document that are compared with all declared ones.
pub(crate) const SLIPS_MAX: usize = 2_000;
/// Entities of one blueprint, those in specs of members included.
pub(crate) const ENTITIES_MAX: usize = 50_000;
/// How deep entities may stand within each other, through children, specs and items.
pub(crate) const ENTITY_DEPTH_MAX: usize = 32;
/// How deep a spec may be nested as JSON: a record's JSON must stay readable, which ends at 128.
pub(crate) const SPEC_JSON_DEPTH_MAX: usize = 100;
/// How many catalog items may be made from each other.
pub(crate) const ITEM_DEPTH_MAX: usize = 16;
/// Bytes of all texts of items that are compiled for one document.
pub(crate) const ITEM_BYTES_MAX: usize = 32 * 1024 * 1024;
/// What a text counts at least.
pub(crate) const ITEM_BYTES_LEAST: usize = 1024;
/// Bytes that parameters may add to the blueprint of children.
pub(crate) const FILLED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How deep `$brooklyn:entitySpec` may stand within itself: a record's JSON must stay readable.
pub(crate) const SPEC_DEPTH_MAX: usize = 16;
/// How many definitions a named location may lead through.
pub(crate) const NAMED_DEPTH_MAX: usize = 16;
/// Machines that one location may list, ranges expanded.
pub(crate) const MACHINES_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use crate::compile::{Surroundings, compile};

    fn refusal(text: &str) -> String {
        match compile("app.yaml", text, &Surroundings::default()) {
            Ok(_) => String::new(),
            Err(found) => found.to_string(),
        }
    }

    #[test]
    fn a_blueprint_of_too_many_entities_names_the_limit() {
        let entities = |n: usize| format!("services:\n{}", "- type: BasicEntity\n".repeat(n));
        assert_eq!(refusal(&entities(1000)), "");
        let said = refusal(&entities(super::ENTITIES_MAX + 1));
        assert!(
            said.contains("the blueprint asks for more than 50000 entities (limit: ENTITIES_MAX)"),
            "{said}"
        );
        assert!(said.contains(&format!("(line {}, column ", super::ENTITIES_MAX + 2)), "{said}");
    }

    #[test]
    fn entity_specs_within_each_other_end_at_a_limit_that_is_named() {
        let nested = |n: usize| {
            let spec = (0..n).fold("{type: BasicEntity}".to_owned(), |inner, _| {
                format!("{{type: cluster, memberSpec: {{$brooklyn:entitySpec: {inner}}}}}")
            });
            format!("services:\n- {spec}\n")
        };
        assert_eq!(refusal(&nested(super::SPEC_DEPTH_MAX)), "");
        let said = refusal(&nested(super::SPEC_DEPTH_MAX + 1));
        let text = "entity specs stand within each other more than 16 times (limit: SPEC_DEPTH_MAX)";
        assert!(said.contains(text), "{said}");
    }
}

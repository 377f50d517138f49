//! Bombs end at a limit that is named, and soon.

use super::*;

fn refused_with(bom: &str, limit: &str) {
    let upload = Upload { source: "catalog.bom", content: Content::Bom(bom) };
    let mut nowhere = |_: &str| Err("not asked for".to_owned());
    let refused = read(&upload, &Surroundings::default(), &mut nowhere, "anonymous", WallMs(0));
    let refused = refused.err().unwrap_or_else(|| panic!("{limit}: accepted"));
    let message = refused.brooklyn_message();
    assert!(message.contains(&format!("(limit: {limit})")), "{limit}: {message}");
}

fn bom(items: impl Iterator<Item = String>) -> String {
    format!("brooklyn.catalog:\n  version: 1\n  items:\n{}", items.collect::<String>())
}

#[test]
fn a_long_line_of_items_ends_at_a_limit() {
    let made_from = |i: usize| match i {
        19 => "  - {id: i19, item: {type: BasicEntity}}\n".to_owned(),
        i => format!("  - {{id: i{i}, item: {{type: i{}}}}}\n", i + 1),
    };
    refused_with(&bom((0..20).map(made_from)), "ITEM_DEPTH_MAX");
    assert_eq!(bundle(&bom((5..20).map(made_from)), &Surroundings::default()).items.len(), 15);
}

#[test]
fn entities_that_double_with_each_item_end_at_a_limit() {
    let double = |i: usize| match i {
        0 => "  - {id: i0, item: {type: BasicEntity}}\n".to_owned(),
        i => format!(
            "  - {{id: i{i}, item: {{type: BasicEntity, brooklyn.children: [{0}, {0}, {0}]}}}}\n",
            format_args!("{{type: i{}}}", i - 1)
        ),
    };
    refused_with(&bom((0..15).map(double)), "ENTITIES_MAX");
}

#[test]
fn items_that_each_name_all_others_are_compiled_once_each() {
    // Each way through them would be two to the power of twelve texts.
    let fan = |i: usize| {
        let below: Vec<String> =
            (i + 1..13).map(|n| format!("{{type: ServiceRestarter, uniqueTag: 't{n}'}}")).collect();
        let types = (i + 1..13).map(|n| format!("k{n}: {{$brooklyn:entitySpec: {{type: i{n}}}}}"));
        let first = types.take(1).collect::<Vec<_>>().join(", ");
        format!(
            "  - {{id: i{i}, item: {{type: BasicEntity, brooklyn.policies: [{}], brooklyn.config: {{{first}}}}}}}\n",
            below.join(", ")
        )
    };
    assert_eq!(bundle(&bom((0..13).map(fan)), &Surroundings::default()).items.len(), 13);
}

#[test]
fn specs_within_specs_end_at_a_limit_across_items() {
    let nested = |depth: usize, last: &str| {
        let mut text = format!("{{type: {last}}}");
        for _ in 0..depth {
            text = format!("{{type: BasicEntity, brooklyn.config: {{k: {{$brooklyn:entitySpec: {text}}}}}}}");
        }
        text
    };
    let items = [("a", nested(10, "b")), ("b", nested(10, "BasicEntity"))];
    refused_with(
        &bom(items.iter().map(|(id, text)| format!("  - {{id: {id}, item: {text}}}\n"))),
        "SPEC_DEPTH_MAX",
    );
}

#[test]
fn children_within_children_end_at_a_limit_across_items() {
    let nested = |last: &str| {
        let mut text = format!("{{type: {last}}}");
        for _ in 0..12 {
            text = format!("{{type: BasicEntity, brooklyn.children: [{text}]}}");
        }
        text
    };
    let items = [("a", nested("b")), ("b", nested("c")), ("c", nested("BasicEntity"))];
    refused_with(
        &bom(items.iter().map(|(id, text)| format!("  - {{id: {id}, item: {text}}}\n"))),
        "ENTITY_DEPTH_MAX",
    );
}

#[test]
fn a_bundle_ends_at_a_number_of_items_and_of_bytes() {
    refused_with(
        &bom((0..1001).map(|i| format!("  - {{id: i{i}, item: {{type: BasicEntity}}}}\n"))),
        "BUNDLE_ITEMS_MAX",
    );
    refused_with(&format!("# {}\n{}", "x".repeat(2 * 1024 * 1024), bom(std::iter::empty())), "BOM_BYTES_MAX");
    let inherited = format!("brooklyn.catalog:\n  owner: {}\n  items:\n", "x".repeat(100_000));
    let items: Vec<String> =
        (0..50).map(|i| format!("  - {{id: i{i}, item: {{type: BasicEntity}}}}\n")).collect();
    refused_with(&(inherited + &items.concat()), "BUNDLE_RECORD_BYTES_MAX");
}

#[test]
fn entries_within_entries_and_documents_within_documents_end_at_a_limit() {
    let mut text = "{id: x, item: {type: BasicEntity}}".to_owned();
    for _ in 0..20 {
        text = format!("{{items: [{text}]}}");
    }
    refused_with(&format!("brooklyn.catalog: {text}"), "INCLUDE_DEPTH_MAX");
    let upload =
        Upload { source: "catalog.bom", content: Content::Bom("brooklyn.catalog: {include: 'http://x/0'}") };
    let mut asked = 0;
    let mut endless = |_: &str| {
        asked += 1;
        Ok(format!("brooklyn.catalog: {{include: 'http://x/{asked}'}}"))
    };
    let refused =
        read(&upload, &Surroundings::default(), &mut endless, "anonymous", WallMs(0)).expect_err("endless");
    assert!(refused.to_string().contains("(limit: INCLUDE_DEPTH_MAX)"), "{refused}");
    let mut wide = |_: &str| Ok("brooklyn.catalog: {}".to_owned());
    let all = "'http://x', ".repeat(101);
    let text = format!("brooklyn.catalog: {{items: [{all}]}}");
    let upload = Upload { source: "catalog.bom", content: Content::Bom(&text) };
    let refused =
        read(&upload, &Surroundings::default(), &mut wide, "anonymous", WallMs(0)).expect_err("too many");
    assert!(refused.to_string().contains("(limit: INCLUDES_MAX)"), "{refused}");
}

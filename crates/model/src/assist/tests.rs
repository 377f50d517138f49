//! Places in blueprints as they are while somebody writes them; `^` is the cursor.

use super::*;

fn around() -> Surroundings {
    Surroundings::of_properties([("brooklyn.location.named.prod", "byon(hosts=\"10.0.0.1\")")])
}

fn split(marked: &str) -> (String, usize) {
    let offset = marked.find('^').unwrap_or_else(|| panic!("no place in {marked}"));
    (marked.replacen('^', "", 1), offset)
}

fn offered(marked: &str) -> Vec<String> {
    let (text, offset) = split(marked);
    complete(&text, offset, &around()).offers.into_iter().map(|o| o.label).collect()
}

fn hovered(marked: &str) -> Offer {
    let (text, offset) = split(marked);
    hover(&text, offset, &around()).unwrap_or_else(|| panic!("nothing is known of {marked}")).offer
}

#[test]
fn keys_are_those_of_what_the_map_describes() {
    assert!(offered("name: x\n^").contains(&"services".to_owned()));
    assert!(!offered("name: x\n^").contains(&"name".to_owned()), "it is there already");
    let entity = offered("services:\n- type: BasicEntity\n  ^");
    assert!(entity.contains(&"brooklyn.children".to_owned()) && !entity.contains(&"type".to_owned()));
    assert_eq!(offered("services:\n- ty^")[0], "type");
    assert!(offered("services:\n- type: x\n  brooklyn.parameters:\n  - na^").contains(&"name".to_owned()));
}

#[test]
fn config_keys_are_those_of_the_type_wherever_it_stands() {
    for text in [
        "services:\n- type: VanillaSoftwareProcess\n  brooklyn.config:\n    launch^\n",
        "services:\n- brooklyn.config:\n    launch^\n  type: VanillaSoftwareProcess\n",
        "x:\n  memberSpec:\n    $brooklyn:entitySpec:\n      type: VanillaSoftwareProcess\n      brooklyn.config:\n        launch^",
    ] {
        assert_eq!(offered(text)[0], "launch.command", "{text}");
    }
    let policy = "services:\n- type: DynamicCluster\n  brooklyn.policies:\n  - type: AutoScalerPolicy\n    \
                  brooklyn.config:\n      ^";
    assert!(offered(policy).iter().any(|key| key.ends_with("minPoolSize")), "{:?}", offered(policy));
    assert!(offered("services:\n- type: nothing-known\n  brooklyn.config:\n    ^").is_empty());
}

#[test]
fn types_locations_and_functions_are_offered_where_they_may_stand() {
    let types = offered("services:\n- type: Vanilla^\n");
    assert!(types.contains(&"VanillaSoftwareProcess".to_owned()), "{types:?}");
    assert!(!types.contains(&"AutoScalerPolicy".to_owned()));
    let policies = offered("services:\n- type: x\n  brooklyn.policies:\n  - type: ^\n");
    assert!(
        policies.contains(&"AutoScalerPolicy".to_owned()) && !policies.contains(&"BasicEntity".to_owned())
    );
    assert_eq!(offered("location: pr^\nservices: []\n"), ["prod"]);
    assert!(offered("locations:\n- ^\n").contains(&"localhost".to_owned()));
    let functions = offered("services:\n- type: BasicEntity\n  brooklyn.config:\n    a: $brooklyn:attr^\n");
    assert_eq!(functions[0], "$brooklyn:attributeWhenReady");
    let (text, offset) =
        split("services:\n- type: BasicEntity\n  brooklyn.config:\n    a: x$brooklyn:attr^\n");
    let completion = complete(&text, offset, &around());
    assert_eq!(&text[completion.start..completion.end], "$brooklyn:attr");
}

#[test]
fn in_braces_and_brackets_the_same_is_offered_as_in_lines() {
    for (flow, block) in [
        ("services: [{type: Vanilla^}]\n", "services:\n- type: Vanilla^\n"),
        ("services: [{type: ^}]\n", "services:\n- type: ^\n"),
        ("services: [{^}]\n", "services:\n- ^\n"),
        ("services: [{type: BasicEntity, ^}]\n", "services:\n- type: BasicEntity\n  ^\n"),
        (
            "services:\n- type: VanillaSoftwareProcess\n  brooklyn.config: { ^ }\n",
            "services:\n- type: VanillaSoftwareProcess\n  brooklyn.config:\n    ^\n",
        ),
        (
            "services:\n- { brooklyn.config: { launch^ }, type: VanillaSoftwareProcess }\n",
            "services:\n- brooklyn.config:\n    launch^\n  type: VanillaSoftwareProcess\n",
        ),
        (
            "services: [{type: x, brooklyn.policies: [{type: ^}]}]",
            "services:\n- type: x\n  brooklyn.policies:\n  - type: ^\n",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.config: {a: $brooklyn:attr^}}]",
            "services:\n- type: BasicEntity\n  brooklyn.config:\n    a: $brooklyn:attr^\n",
        ),
        ("locations: [^]\n", "locations:\n- ^\n"),
        ("{\"services\": [{\"type\": \"Vanilla^\"}]}", "services:\n- type: Vanilla^\n"),
    ] {
        let offers = offered(flow);
        assert!(!offers.is_empty() && offers == offered(block), "{flow}: {offers:?}");
    }
    let (text, offset) = split("services: [{type: Basic^Entity}]\n");
    let completion = complete(&text, offset, &around());
    assert_eq!(&text[completion.start..completion.end], "Basic");
    assert_eq!(hovered("services: [{type: Basic^Entity, name: x}]\n").kind, "type");
    assert_eq!(
        hovered("{services: [{type: VanillaSoftwareProcess, brooklyn.config: {launch.com^mand: x}}]}").kind,
        "config"
    );
}

#[test]
fn what_stands_at_a_place_is_told_with_type_and_default() {
    let config = "services:\n- type: VanillaSoftwareProcess\n  brooklyn.config:\n    launch.com^mand: run\n";
    let told = hovered(config);
    assert_eq!((told.kind, told.label.as_str()), ("config", "launch.command"));
    assert!(!told.about.description.is_empty() && told.about.value_type.is_some());
    assert_eq!(hovered("services:\n- type: Basic^Entity\n").kind, "type");
    assert_eq!(hovered("loca^tion: localhost\n").kind, "key");
    assert_eq!(hovered("location: local^host\n").kind, "location");
    let call =
        "services:\n- type: BasicEntity\n  brooklyn.config:\n    a: $brooklyn:parent().config(\"b\")\n";
    assert_eq!(hovered(&call.replace("parent", "par^ent")).label, "$brooklyn:parent");
    let (text, offset) = split("na^: x\n");
    assert_eq!(hover(&text, offset, &around()), None);
}

#[test]
fn a_place_is_said_by_line_and_column_too() {
    let text = "a: é\nbc: d\n";
    assert_eq!(offset_at(text, 1, 1), 0);
    assert_eq!(&text[offset_at(text, 1, 5)..], "\nbc: d\n");
    assert_eq!(&text[offset_at(text, 2, 2)..], "c: d\n");
    assert_eq!(&text[offset_at(text, 2, 99)..], "\n");
    assert_eq!(offset_at(text, 99, 1), text.len());
}

#[test]
fn every_key_that_the_compiler_knows_of_an_entity_is_explained() {
    for key in crate::compile::ENTITY_KEYS {
        assert!(words::ENTITY.iter().any(|(word, _)| word == key), "{key}");
    }
}

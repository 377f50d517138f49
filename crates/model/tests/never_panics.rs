//! Whatever is given as a blueprint, it is compiled or refused with errors that can be shown.

use std::sync::Arc;

use base::WallMs;
use brownstone_model::catalog::add::{Content, Upload, read};
use brownstone_model::catalog::{Bundle, Catalog, describe};
use brownstone_model::{Surroundings, compile};

const SEED: &str = "name: Hello\nlocation: {localhost: {name: x}}\nwrappedApp: true\nservices:\n- type: vanilla-software-process\n  id: a\n  \
brooklyn.config:\n    shell.env: {A: 'x', B: 0x1F}\n    start.timeout: 1m 30s\n  launch.command: |\n    nohup x &\n  \
brooklyn.initializers:\n  - type: ssh-command-effector\n    name: e\n    command: echo\n    parameters: {p: {type: integer, default: 1}}\n  \
brooklyn.children:\n  - {type: BasicEntity, brooklyn.tags: [a]}\n";

/// What is compiled in other ways: expressions, parameters, adjuncts, feeds, blueprints in blueprints, locations.
const RICH: &str = "locations: [{byon: {hosts: ['me@h[1-3]:22', {ssh: x, port: 23}], private-key-file: y}}]\nservices:\n- type: BasicEntity\n  \
id: a\n  brooklyn.parameters:\n  - {name: p, type: port, default: 80+, constraints: [required, 'regex(\"a, b\")', {any: [isBlank]}]}\n  \
brooklyn.config:\n    e: '$brooklyn:formatString(\"%s\", entity(\"a\").config(\"p\")[0])'\n    s: {$brooklyn:entitySpec: {type: vanilla}}\n    \
o: {$brooklyn:object: {type: x}}\n  brooklyn.initializers:\n  - type: AddChildrenInitializer\n    blueprint_yaml: |\n      type: BasicEntity\n  \
- {type: ssh-command-sensor, name: n, command: c, period: 1s}\n  - {type: http-command-effector, name: h, uri: u, httpVerb: GET}\n  \
- {type: static-sensor, name: t, static.value: '$brooklyn:config(\"x\")'}\n  brooklyn.enrichers:\n  - {type: Propagator, propagating: [a]}\n";

fn answer(text: &str) {
    match compile("x", text, &Surroundings::default()) {
        Ok(spec) => {
            let bytes = serde_json::to_vec(&spec).expect("a spec can be written");
            assert_eq!(serde_json::from_slice::<brownstone_model::AppSpec>(&bytes).expect("and read"), spec);
        }
        Err(e) => {
            assert!(e.brooklyn_message().starts_with("Error in blueprint: "));
            assert!(!e.located().is_empty());
        }
    }
}

const BOM: &str = "brooklyn.catalog:\n  bundle: b\n  version: 1.0\n  tags: [a]\n  items:\n  - id: one:2-SNAPSHOT\n    itemType: entity\n    item:\n      # why\n      type: vanilla\n      \
brooklyn.parameters: [{name: p, type: map, inheritance.type: merge, default: {a: 1}}]\n      shell.env: &e {A: 1}\n  - id: two\n    deprecated: true\n    item:\n      name: Two\n      services:\n      - {type: one, p: {b: 1}, \
shell.env: *e}\n      - {type: BasicEntity}\n  - {id: three, item: {brooklyn.policies: [{type: ServiceRestarter}]}}\n  - {id: four, item: {type: localhost, brooklyn.config: {user: me}}}\n  - {id: five, item: {type: \
ssh-command-sensor, name: n, command: c}}\n  - {id: six, itemType: template, item: \"x: [\"}\nname: Seven\nid: seven\nservices:\n- {type: two, location: four, brooklyn.policies: [{type: three}], brooklyn.initializers: [{type: \
five}]}\n";

fn add(text: &str, around: &Surroundings) -> Option<Bundle> {
    let upload = Upload { source: "x", content: Content::Bom(text) };
    let mut fetch = |address: &str| {
        if address.len().is_multiple_of(2) { Ok(BOM.to_owned()) } else { Err("no".to_owned()) }
    };
    match read(&upload, around, &mut fetch, "anonymous", WallMs(0)) {
        Ok(read) => Some(read.bundle),
        Err(refused) => {
            assert!(refused.brooklyn_message().starts_with("brooklyn-bom-yaml bundle installation error: "));
            assert!(!refused.located().is_empty());
            None
        }
    }
}

/// A BOM is refused with errors, or its bundle comes back from its record, and its items can be shown and used.
fn answer_bom(text: &str) {
    let Some(bundle) = add(text, &Surroundings::default()) else { return };
    let bytes = serde_json::to_vec(&bundle).expect("a bundle can be written");
    assert_eq!(serde_json::from_slice::<Bundle>(&bytes).expect("and read"), bundle);
    let mut catalog = Catalog::default();
    catalog.put(Arc::new(bundle.clone()));
    assert!(catalog.may_add(&bundle, false).is_ok());
    let around = Surroundings { catalog: Arc::new(catalog), ..Surroundings::default() };
    for item in &bundle.items {
        item.wire_plan();
        if let Ok(described) = describe(item, &bundle.id, &around) {
            described.keys();
        }
        let _ = compile("x", &format!("services: [{{type: '{}'}}]", item.id), &around);
    }
}

#[test]
fn a_bom_cut_anywhere_is_answered() {
    assert_eq!(add(BOM, &Surroundings::default()).map(|b| b.items.len()), Some(7), "the seed is good");
    for end in (0..=BOM.len()).filter(|end| BOM.is_char_boundary(*end)) {
        answer_bom(&BOM[..end]);
        answer_bom(&BOM[end..]);
    }
}

#[test]
fn a_bom_with_any_line_left_out_or_doubled_is_answered() {
    each_line_changed(&BOM.lines().collect::<Vec<_>>(), answer_bom);
}

/// Changes at random places, the same ones every time; `FUZZ_RUNS` and `FUZZ_SEED` ask for more.
#[test]
fn boms_changed_at_random_are_answered() {
    const WORDS: [&str; 24] = [
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "\n",
        "\n  ",
        "*e",
        "&e ",
        "~",
        "#",
        "'",
        "\"",
        "|\n",
        "$brooklyn:",
        "item: ",
        "items: ",
        "include: http://x/",
        "type: one",
        "id: ",
        "version: ",
        "ü",
        "\t",
    ];
    let setting = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let mut rng = base::Rng::from_seed(setting("FUZZ_SEED", 1));
    for _ in 0..setting("FUZZ_RUNS", 400) {
        let mut text: Vec<char> = BOM.chars().collect();
        for _ in 0..=rng.below(4) {
            let at = rng.below(text.len() as u64 + 1) as usize;
            let until = (at + rng.below(12) as usize).min(text.len());
            match rng.below(3) {
                0 => drop(text.drain(at..until)),
                1 => {
                    let copy = text[at..until].to_vec();
                    let to = rng.below(text.len() as u64 + 1) as usize;
                    text.splice(to..to, copy);
                }
                _ => drop(text.splice(at..at, WORDS[rng.below(WORDS.len() as u64) as usize].chars())),
            }
        }
        answer_bom(&text.into_iter().collect::<String>());
    }
}

#[test]
fn a_blueprint_cut_anywhere_is_answered() {
    for seed in [SEED, RICH] {
        for end in 0..=seed.len() {
            answer(&seed[..end]);
            answer(&seed[end..]);
        }
    }
}

#[test]
fn a_blueprint_with_any_line_left_out_or_doubled_is_answered() {
    for seed in [SEED, RICH] {
        each_line_changed(&seed.lines().collect::<Vec<_>>(), answer);
    }
}

fn each_line_changed(lines: &[&str], answer: fn(&str)) {
    for i in 0..lines.len() {
        let mut less = lines.to_vec();
        less.remove(i);
        answer(&less.join("\n"));
        let mut more = lines.to_vec();
        more.insert(i, lines[i]);
        answer(&more.join("\n"));
        for value in ["~", "[]", "{}", "5", "'$brooklyn:x'", "[[]]", "{a: b}", "ü"] {
            if let Some((key, _)) = lines[i].split_once(": ") {
                let changed = format!("{key}: {value}");
                let mut other = lines.to_vec();
                other[i] = &changed;
                answer(&other.join("\n"));
            }
        }
    }
}

#[test]
fn any_character_replaced_is_answered() {
    for (i, _) in SEED.char_indices() {
        for c in ['\t', '\n', ':', '-', '"', '{', ']', '&', '*', '(', '\0', 'ü', '!', '$'] {
            let mut text = SEED.to_owned();
            text.replace_range(i..=i, &c.to_string());
            answer(&text);
        }
    }
}

#[test]
fn a_large_blueprint_full_of_errors_is_answered_soon() {
    let keys: Vec<String> = (0..60_000).map(|i| format!("  launchcommando{i}: x\n")).collect();
    let keys = keys.concat();
    let began = std::time::Instant::now();
    answer(&format!("services:\n- type: vanilla\n{keys}"));
    answer(&format!("services:\n- type: vanilla\n  brooklyn.config:\n{}", keys.replace("  l", "    l")));
    answer(&format!("services:\n{}", "- type: VanillaSoftwareProcesses\n".repeat(60_000)));
    // Far from what it takes (below 2 s unoptimised), and far from the minutes that an unbounded search took.
    assert!(began.elapsed().as_secs() < 30);
}

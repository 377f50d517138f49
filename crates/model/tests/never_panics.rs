//! Whatever is given as a blueprint, it is compiled or refused with errors that can be shown.

use brownstone_model::compile;

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
    match compile("x", text, &brownstone_model::Surroundings::default()) {
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
        each_line_changed(&seed.lines().collect::<Vec<_>>());
    }
}

fn each_line_changed(lines: &[&str]) {
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

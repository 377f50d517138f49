//! Whatever is given as a blueprint, it is compiled or refused with errors that can be shown.

use brownstone_model::compile;

const SEED: &str = "name: Hello\nlocation: {localhost: {name: x}}\nwrappedApp: true\nservices:\n- type: vanilla-software-process\n  id: a\n  \
brooklyn.config:\n    shell.env: {A: 'x', B: 0x1F}\n    start.timeout: 1m 30s\n  launch.command: |\n    nohup x &\n  \
brooklyn.initializers:\n  - type: ssh-command-effector\n    name: e\n    command: echo\n    parameters: {p: {type: integer, default: 1}}\n  \
brooklyn.children:\n  - {type: BasicEntity, brooklyn.tags: [a]}\n";

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
    for end in 0..=SEED.len() {
        answer(&SEED[..end]);
        answer(&SEED[end..]);
    }
}

#[test]
fn a_blueprint_with_any_line_left_out_or_doubled_is_answered() {
    let lines: Vec<&str> = SEED.lines().collect();
    for i in 0..lines.len() {
        let mut less = lines.clone();
        less.remove(i);
        answer(&less.join("\n"));
        let mut more = lines.clone();
        more.insert(i, lines[i]);
        answer(&more.join("\n"));
        for value in ["~", "[]", "{}", "5", "'$brooklyn:x'", "[[]]", "{a: b}", "ü"] {
            if let Some((key, _)) = lines[i].split_once(": ") {
                let changed = format!("{key}: {value}");
                let mut other = lines.clone();
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

//! Pure rooms do no I/O, read no clock, spawn nothing, hold no global, and behave the same in every run:
//! a whole plane must replay from one seed. Their tests may do more.

use super::Findings;
use super::code;
use super::tree::{File, Tree};

/// The rooms that are functions of their input.
pub(crate) const PURE: [&str; 7] = ["base", "lang", "model", "ha", "engine", "node", "api"];

/// Paths a pure room may not name, whole or as a beginning, and why.
const PATHS: [(&str, &str); 19] = [
    ("std::fs", "I/O"),
    ("std::net", "I/O"),
    ("std::process", "spawns"),
    ("std::thread", "spawns"),
    ("std::env", "depends on the environment"),
    ("std::os", "I/O"),
    ("std::io::stdin", "I/O"),
    ("std::io::stdout", "I/O"),
    ("std::io::stderr", "I/O"),
    ("std::time::Instant", "reads a clock; time comes in as a value"),
    ("std::time::SystemTime", "reads a clock; time comes in as a value"),
    ("std::sync::mpsc", "belongs to the shell"),
    ("tokio", "belongs to the shell"),
    ("crossbeam_channel", "belongs to the shell"),
    ("nix", "I/O"),
    ("libc", "I/O"),
    ("rand", "is not seeded; use base::Rng"),
    ("getrandom", "is not seeded; use base::Rng"),
    ("ring", "draws its own randomness; keys come in as values"),
];

/// Words that a pure room may not use, and why.
const WORDS: [(&str, &str); 19] = [
    ("println!", "I/O"),
    ("print!", "I/O"),
    ("eprintln!", "I/O"),
    ("eprint!", "I/O"),
    ("static mut", "a global"),
    ("thread_local!", "a global"),
    ("OnceLock", "a global"),
    ("LazyLock", "a global"),
    ("OnceCell", "a global"),
    ("LazyCell", "a global"),
    ("Instant::now", "reads a clock; time comes in as a value"),
    ("SystemTime::now", "reads a clock; time comes in as a value"),
    ("Timestamp::now", "reads a clock; time comes in as a value"),
    ("Zoned::now", "reads a clock; time comes in as a value"),
    ("RandomState", "differs between runs"),
    ("HashMap", "its order differs between runs; use BTreeMap"),
    ("HashSet", "its order differs between runs; use BTreeSet"),
    ("HashTrieMap", "its order differs between runs; use RedBlackTreeMap"),
    ("HashTrieSet", "its order differs between runs; use RedBlackTreeSet"),
];

/// What may stand all the same: file, path or word, reason.
const ALLOWED: [(&str, &str, &str); 0] = [];

pub(crate) fn check(tree: &Tree, findings: &mut Findings) {
    for room in PURE {
        let sources = format!("crates/{room}/src");
        for file in tree.under(&sources, ".rs").filter(|file| !file.is_test()) {
            check_file(file, findings);
        }
    }
}

fn check_file(file: &File, findings: &mut Findings) {
    let code = code::without_tests(&code::strip(&file.text));
    let mut report = |line: usize, what: &str, why: &str| {
        if !ALLOWED.iter().any(|(path, allowed, _)| *path == file.path && *allowed == what) {
            findings.problem(format!("{}:{line}: a pure room uses `{what}` ({why})", file.path));
        }
    };
    for (line, used) in code::uses(&code) {
        for (path, why) in PATHS {
            let below = used.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
            if below || (used.ends_with("::*") && path.starts_with(used.trim_end_matches('*'))) {
                report(line, path, why);
            }
        }
    }
    for (number, line) in code.lines().enumerate() {
        let inline = |path: &str| code::find_word(line, &format!("{path}::")).is_some();
        // The `use` items were spelled out above; here, paths written where they are used.
        if code::find_word(line, "use").is_none() {
            for (path, why) in PATHS.into_iter().filter(|(path, _)| inline(path)) {
                report(number + 1, path, why);
            }
        }
        for (word, why) in WORDS.into_iter().filter(|(word, _)| code::find_word(line, word).is_some()) {
            report(number + 1, word, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        let mut findings = Findings::default();
        check(&Tree::of(&[(path, text)]), &mut findings);
        findings.problems
    }

    #[test]
    fn pure_room_may_not_do_io_read_clocks_or_spawn() {
        for bad in [
            "use std::fs;",
            "use std::{collections::BTreeMap, net::TcpStream};",
            "use std::*;",
            "fn f() { std::thread::spawn(|| {}); }",
            "use std::time::{Duration, Instant};",
            "fn f() { let t = std::time::SystemTime::now(); }",
            "fn f() { println!(\"x\"); }",
            "static mut N: u32 = 0;",
            "use tokio::sync::mpsc;",
            "fn f() -> u8 { rand::random() }",
            "static X: std::sync::OnceLock<u8> = std::sync::OnceLock::new();",
            "fn f(m: &std::collections::HashMap<u8, u8>) {}",
        ] {
            assert!(!problems("crates/engine/src/step.rs", bad).is_empty(), "not found: {bad}");
        }
    }

    #[test]
    fn a_problem_says_file_line_and_reason() {
        let found = problems("crates/ha/src/step.rs", "//! Why.\n\nuse std::fs::File;\n");
        assert_eq!(found, ["crates/ha/src/step.rs:3: a pure room uses `std::fs` (I/O)"]);
    }

    #[test]
    fn comments_tests_and_shell_rooms_may_name_anything() {
        assert_eq!(problems("crates/ha/src/a.rs", "/// Unlike tokio and std::fs.\nfn strand() {}"), [""; 0]);
        assert_eq!(problems("crates/ha/src/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }"), [""; 0]);
        assert_eq!(problems("crates/ha/src/tests.rs", "use std::fs;"), [""; 0]);
        assert_eq!(problems("crates/store/src/a.rs", "use std::fs;"), [""; 0]);
        assert_eq!(problems("crates/ha/src/a.rs", "use std::time::Duration; use std::io::Write;"), [""; 0]);
    }
}

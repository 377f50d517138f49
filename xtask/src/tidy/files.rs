//! Files stay small and finished: one concept each, nothing left for later, nothing of one person's machine.

use super::tree::{File, Tree};
use super::{Findings, code};

/// Lines after which a source file probably has two concepts.
const LINES_WARN: usize = 500;
/// Lines after which it certainly has.
const LINES_MAX: usize = 900;

/// Files whose length a person decides.
const SOURCES: [&str; 7] = [".rs", ".ts", ".tsx", ".js", ".css", ".py", ".sh"];

/// Left-overs in Rust code, and what to do instead.
const RUST_WORDS: [(&str, &str); 5] = [
    ("todo!", "finish it, or return an error that says what is missing"),
    ("unimplemented!", "finish it, or return an error that says what is missing"),
    ("dbg!", "take it out"),
    ("allow(dead_code)", "take out the code that nobody calls"),
    ("#[ignore]", "say why: #[ignore = \"...\"]"),
];

/// Left-overs in the console's code.
const SCRIPT_WORDS: [(&str, &str); 3] = [
    ("it.only(", "it keeps the other tests from running"),
    ("test.only(", "it keeps the other tests from running"),
    ("describe.only(", "it keeps the other tests from running"),
];

pub(crate) fn check(tree: &Tree, findings: &mut Findings) {
    for file in tree.files() {
        check_size(file, findings);
        check_words(file, findings);
        check_paths(file, findings);
    }
}

fn check_size(file: &File, findings: &mut Findings) {
    if file.is_test() || !SOURCES.iter().any(|ending| file.path.ends_with(ending)) {
        return;
    }
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        findings.problem(format!("{}: {lines} lines, at most {LINES_MAX}; split it by concept", file.path));
    } else if lines > LINES_WARN {
        findings.warning(format!("{}: {lines} lines; more than one concept?", file.path));
    }
}

fn check_words(file: &File, findings: &mut Findings) {
    // Put together here, so that this file does not find itself.
    let later = concat!("FIX", "ME");
    let mut report = |number: usize, word: &str, instead: &str| {
        findings.problem(format!("{}:{}: `{word}`: {instead}", file.path, number + 1));
    };
    if !SOURCES.iter().any(|ending| file.path.ends_with(ending)) {
        return;
    }
    for (number, line) in file.text.lines().enumerate() {
        if code::find_word(line, later).is_some() {
            report(number, later, "mend it now, or file an issue");
        }
    }
    let (code, words) = if file.is_rust() {
        (code::strip(&file.text), &RUST_WORDS[..])
    } else {
        (file.text.clone(), &SCRIPT_WORDS[..])
    };
    for (number, line) in code.lines().enumerate() {
        for (word, instead) in words.iter().filter(|(word, _)| code::find_word(line, word).is_some()) {
            report(number, word, instead);
        }
    }
}

/// A path that exists on one machine only.
fn check_paths(file: &File, findings: &mut Findings) {
    for path in [concat!("/wo", "rk/"), concat!("/ro", "ot/")] {
        for (number, line) in file.text.lines().enumerate() {
            let of_path =
                |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}' | ')' | '*');
            let absolute = line.match_indices(path).any(|(at, _)| !line[..at].ends_with(of_path));
            if absolute {
                findings.problem(format!("{}:{}: `{path}` is a path of one machine", file.path, number + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Findings {
        let mut findings = Findings::default();
        check(&Tree::of(&[(path, text)]), &mut findings);
        findings
    }

    #[test]
    fn long_files_are_named_and_tests_may_be_long() {
        assert_eq!(found("crates/a/src/b.rs", &"\n".repeat(501)).warnings.len(), 1);
        assert_eq!(found("crates/a/src/b.rs", &"\n".repeat(901)).problems.len(), 1);
        assert_eq!(found("crates/a/tests/b.rs", &"\n".repeat(901)).problems.len(), 0);
        assert_eq!(found("Cargo.lock", &"\n".repeat(9000)).problems.len(), 0);
    }

    #[test]
    fn left_overs_are_problems() {
        for (path, bad) in [
            ("a/src/b.rs", "fn f() { todo!() }"),
            ("a/src/b.rs", "let x = dbg!(y);"),
            ("a/src/b.rs", "#[allow(dead_code)]"),
            ("a/src/b.rs", "#[ignore]\nfn t() {}"),
            ("a/src/b.rs", concat!("// FIX", "ME later")),
            ("console/src/b.test.ts", "it.only('x', () => {})"),
        ] {
            assert_eq!(found(path, bad).problems.len(), 1, "{bad}");
        }
        assert_eq!(found("a/src/b.rs", "// todo! in words\n#[ignore = \"needs a mount\"]").problems.len(), 0);
    }

    #[test]
    fn machine_paths_are_problems() {
        let bad = concat!("see \"/wo", "rk/main/x\"");
        assert_eq!(found("README.md", bad).problems.len(), 1);
        assert_eq!(found("README.md", concat!("https://example.org/wo", "rk/x")).problems.len(), 0);
    }
}

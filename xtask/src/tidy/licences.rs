//! Every package that we link has a licence from one short list, and comes from crates.io.

use serde_json::Value;

use super::{Findings, text};

/// Licences that ask for no more than a notice. `deny.toml` has the same list.
const ALLOWED: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Exceptions that only give more rights.
const EXCEPTIONS: [&str; 1] = ["LLVM-exception"];

/// Where packages may come from.
const SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn check(packages: &[Value], findings: &mut Findings) {
    for package in packages {
        let name = format!("{} {}", text(package, "name"), text(package, "version"));
        match package["license"].as_str() {
            None => findings.problem(format!("{name} names no licence")),
            Some(expression) if !allowed(expression) => {
                findings.problem(format!("{name} has the licence `{expression}`, which is not on the list"));
            }
            Some(_) => {}
        }
        if let Some(source) = package["source"].as_str().filter(|source| *source != SOURCE) {
            findings.problem(format!("{name} comes from {source}; only crates.io is allowed"));
        }
    }
}

/// Whether the licence expression can be met with allowed licences alone. What cannot be read is not allowed.
fn allowed(expression: &str) -> bool {
    // The old way to write OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest) == Some(true) && rest.is_empty()
}

fn either(words: &mut &[&str]) -> Option<bool> {
    let mut met = both(words)?;
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        met |= both(words)?;
    }
    Some(met)
}

fn both(words: &mut &[&str]) -> Option<bool> {
    let mut met = one(words)?;
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        met &= one(words)?;
    }
    Some(met)
}

fn one(words: &mut &[&str]) -> Option<bool> {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let met = either(words)?;
            let [")", rest @ ..] = *words else { return None };
            *words = rest;
            Some(met)
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            Some(ALLOWED.contains(licence) && EXCEPTIONS.contains(exception))
        }
        ["OR" | "AND" | "WITH" | ")", ..] | [] => None,
        [licence, rest @ ..] => {
            *words = rest;
            Some(ALLOWED.contains(licence))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_are_met_or_not() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
            "(Apache-2.0 OR GPL-3.0) AND BSD-3-Clause",
            "Apache-2.0 / MIT",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MPL-2.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND MPL-2.0",
            "GPL-2.0 WITH LLVM-exception",
            "Apache-2.0 WITH Other-exception",
            "",
            "(MIT",
            "MIT MIT",
            "AND MIT",
        ] {
            assert!(!allowed(bad), "{bad}");
        }
    }

    #[test]
    fn an_unknown_licence_or_source_is_a_problem() {
        let mut findings = Findings::default();
        let packages = [
            json!({ "name": "good", "version": "1.0.0", "license": "MIT", "source": SOURCE }),
            json!({ "name": "none", "version": "1.0.0", "license": null, "source": SOURCE }),
            json!({ "name": "odd", "version": "1.0.0", "license": "SSPL-1.0", "source": SOURCE }),
            json!({ "name": "far", "version": "1.0.0", "license": "MIT", "source": "git+https://example.org/far" }),
        ];
        check(&packages, &mut findings);
        let text = findings.problems.join("\n");
        assert_eq!(findings.problems.len(), 3, "{text}");
        assert!(
            text.contains("none 1.0.0 names no licence")
                && text.contains("SSPL-1.0")
                && text.contains("only crates.io")
        );
    }

    #[test]
    fn both_lists_of_licences_are_the_same() {
        let file = include_str!("../../../deny.toml");
        for licence in ALLOWED {
            assert!(file.contains(&format!("\"{licence}\"")), "deny.toml does not allow {licence}");
        }
        let list = file.split("allow = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        for entry in list.split('"').skip(1).step_by(2) {
            assert!(allowed(entry), "tidy does not allow {entry}");
        }
    }
}

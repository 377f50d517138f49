//! The `brownstone` program: one call into the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "mutants")]
    break_a_rule();
    ExitCode::from(brownstone_server::cli::run())
}

/// `cargo xtask chaos --broken RULE` runs servers that break one, to see that it notices. No release is built so.
#[cfg(feature = "mutants")]
fn break_a_rule() {
    if let Ok(name) = std::env::var("BROWNSTONE_BROKEN") {
        let rule = base::mutant::named(&name);
        assert!(rule.is_some(), "{name} is no rule that can be broken");
        base::mutant::choose(rule);
    }
}

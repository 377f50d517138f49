//! The `brownstone` program: one call into the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(brownstone_server::cli::run())
}

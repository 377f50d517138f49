//! The description of the wire, written anew. It is made of the server's own routes, which only the server's crate
//! can see, so the test that compares it does the writing.

use std::process::Command;

use anyhow::Result;

pub(crate) fn run() -> Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(crate::workspace::root()?).env("BROWNSTONE_WRITE_OPENAPI", "1");
    command.args([
        "test",
        "--quiet",
        "-p",
        "brownstone-server",
        "--lib",
        "the_description_is_the_one_that_is_kept",
    ]);
    crate::run::run(&mut command)
}

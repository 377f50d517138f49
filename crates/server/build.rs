//! The console's files are embedded when they were built before; without them the server says so on its page.

use std::path::Path;

fn main() {
    // The folder is watched: a console that is built later makes this crate build again. An absent one could
    // not be watched.
    let dist = Path::new("../../console/dist");
    if !dist.exists()
        && let Err(error) = std::fs::create_dir_all(dist)
    {
        println!("cargo::warning=console/dist cannot be made, so the console is left out: {error}");
    }
    println!("cargo::rerun-if-changed=../../console/dist");
}

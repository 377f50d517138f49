//! `cargo xtask bench`: the tables that README and docs quote. Each row says what was measured, how often,
//! and the slow end; rows that hang on the disk have the raw disk beside them.

mod disk;
mod samples;
mod table;

use anyhow::{Result, bail};

use self::table::Table;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One table alone.
    name: Option<String>,
}

/// A table by its name, what it tells, and how it is made.
type Entry = (&'static str, &'static str, fn() -> Result<Table>);

const TABLES: [Entry; 1] = [("disk", "the disk alone: what every durable write is built on", disk::measure)];

/// Measure and print.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |entry: &&Entry| options.name.as_deref().is_none_or(|name| name == entry.0);
    let tables: Vec<&Entry> = TABLES.iter().filter(wanted).collect();
    if tables.is_empty() {
        let names: Vec<&str> = TABLES.iter().map(|entry| entry.0).collect();
        bail!("there is no table of that name; there are: {}", names.join(", "));
    }
    for (name, about, measure) in tables {
        println!("### {name}: {about}\n\n{}", measure()?);
    }
    Ok(())
}

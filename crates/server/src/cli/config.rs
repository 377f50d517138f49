//! `brownstone config explain|check`.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use comfy_table::{ContentArrangement, Table, presets};

use super::{Release, refused};
use crate::config::{Outside, Problem, explain, read};

/// The configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Show every value that holds, and where it comes from.
    Explain(Show),
    /// Look for faults: exit 0 when a server would start with it, 2 when not.
    Check(Show),
}

#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    release: Release,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Config {
    pub(super) fn run(self) -> u8 {
        let (show, values) = match self {
            Config::Explain(show) => (show, true),
            Config::Check(show) => (show, false),
        };
        let home = match show.release.home() {
            Ok(home) => home,
            Err(why) => return refused(2, why),
        };
        let outside = Outside::of_process(show.release.define.clone());
        let (settings, layers) = read(&home, &outside);
        let lines = explain::lines(&settings, &layers);
        let (errors, warnings) = (&layers.errors, &layers.warnings);
        if show.json {
            let texts = |problems: &[Problem]| problems.iter().map(ToString::to_string).collect::<Vec<_>>();
            let mut out = serde_json::json!({ "errors": texts(errors), "warnings": texts(warnings) });
            if values {
                out["values"] = serde_json::json!(lines);
            }
            println!("{out}");
        } else {
            if values {
                println!("{}", table(&lines));
            }
            for warning in warnings {
                eprintln!("warning: {warning}");
            }
            for error in errors {
                eprintln!("error: {error}");
            }
            if !values && errors.is_empty() {
                println!("the configuration is good ({} warnings)", warnings.len());
            }
        }
        if errors.is_empty() { 0 } else { 2 }
    }
}

fn table(lines: &[explain::Line]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["KEY", "VALUE", "FROM"]);
    for line in lines {
        let value = if line.value.is_empty() { "-" } else { &line.value };
        let mut from = line.origin.clone();
        for shadow in &line.shadows {
            // Writing to a text cannot fail.
            let _ = write!(from, "\n  wins over {} of {}", shadow.value, shadow.origin);
        }
        table.add_row([line.key.as_str(), value, &from]);
    }
    table
}

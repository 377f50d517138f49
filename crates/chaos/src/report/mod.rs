//! What a history says: the verdict, the table, the plot.

mod plot;
mod table;
mod views;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::check::{self, Promise, shown};
use crate::history::{self, Event, Tampered};

/// Broken promises that are shown one by one; the rest is counted.
const SHOWN_MAX: usize = 40;

/// Check a history, print what is found, write report and plot beside it. Whether every promise was kept.
pub(crate) fn conclude(path: &Path, out: &Path) -> Result<bool> {
    let history = history::read(path)?;
    let broken = check::check(&history);
    let mut text = String::new();
    let mut say = |line: String| {
        println!("{line}");
        text += &line;
        text.push('\n');
    };
    say(table::markdown(&history, &broken));
    for one in broken.iter().take(SHOWN_MAX) {
        say(format!("BROKEN: {}: {}", one.promise, one.what));
    }
    if broken.len() > SHOWN_MAX {
        say(format!("BROKEN: and {} more", broken.len() - SHOWN_MAX));
    }
    for promise in Promise::ALL {
        let times = broken.iter().filter(|b| b.promise == promise).count();
        say(match times {
            0 => format!("kept: {promise}"),
            times => format!("BROKEN {times} times: {promise}"),
        });
    }
    let campaign = history.iter().find_map(|event| match event {
        Event::Campaign(c) => Some(c),
        _ => None,
    });
    let skipped = campaign.map_or(0, |c| c.skipped.len());
    for (name, why) in campaign.into_iter().flat_map(|c| &c.skipped) {
        say(format!("skipped: {name}: {why}"));
    }
    for event in &history {
        if let Event::Tampered(Tampered { late, landed, twice, falsified }) = event {
            say(format!(
                "{late} PUTs reached the bucket when their sender had given up, and {landed} of them took effect; \
                 {twice} came twice; {falsified} answers were not the bucket's"
            ));
        }
    }
    let plot = out.join("timeline.svg");
    fs::write(&plot, plot::svg(&history)).with_context(|| format!("{} cannot be written", plot.display()))?;
    say(format!(
        "verdict: {}",
        if broken.is_empty() { "every promise was kept" } else { "PROMISES WERE BROKEN" }
    ));
    let report = out.join("report.md");
    fs::write(&report, &text).with_context(|| format!("{} cannot be written", report.display()))?;
    println!("{} events until {}; plot: {}", history.len(), shown(views::end(&history)), plot.display());
    let failed = Promise::ALL.iter().filter(|p| broken.iter().any(|b| b.promise == **p)).count();
    println!("{} passed, {failed} failed, {skipped} skipped", Promise::ALL.len() - failed);
    Ok(broken.is_empty())
}

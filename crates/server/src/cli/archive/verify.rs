//! `brownstone store verify URL`.

use archive::Source;
use archive::verify::{Finding, Report, Weight, verify};
use clap::Args;

use super::show::Show;
use super::{Done, open_to_read};
use crate::cli::store::Reach;

/// A plane to look at.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    /// A folder, or s3://container/path; a back-up's own folder too.
    #[arg(value_name = "URL")]
    plane: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self, reach: &Reach) -> Done {
        let store = open_to_read(&self.plane, reach)?;
        let mut show = Show::new();
        let report = verify(Source::new(&*store), &mut |what, done, of| show.step(what, done, of))?;
        drop(show);
        if self.json {
            println!("{}", serde_json::json!({ "sound": report.is_sound(), "report": report }));
        } else {
            people(&self.plane, &report);
        }
        Ok(u8::from(!report.is_sound()))
    }
}

fn people(plane: &str, report: &Report) {
    let (damage, notes): (Vec<_>, Vec<_>) = report.findings.iter().partition(|f| f.weight == Weight::Damage);
    // Many files may have the same thing to be noted.
    let mut told: Vec<&Finding> = Vec::new();
    for note in &notes {
        if told.iter().any(|t| t.what == note.what) {
            continue;
        }
        let alike: Vec<&str> =
            notes.iter().filter(|n| n.what == note.what).map(|n| n.file.as_str()).collect();
        println!("note: {} ({}): {}", note.what, note.costs, alike.join(", "));
        told.push(note);
    }
    for finding in damage {
        println!("{finding}");
    }
    let c = &report.counts;
    println!(
        "looked at {} records up to {}, {} checkpoints, {} packs, {} term files, {} servers' files, {} blobs, {} keys",
        c.records, report.head, c.checkpoints, c.packs, c.terms, c.nodes, c.blobs, c.keys
    );
    let verdict = if report.is_sound() { "is sound" } else { "is DAMAGED" };
    println!("{plane} {verdict}");
}

//! Looks at every file of a plane: is it there, is it as it was written, and what does it cost if not.
//!
//! It reads beside servers that live. What they add while it reads is not looked at; what they prune is looked for
//! once more before it is called missing.

mod blobs;
mod ckpt;
mod cost;
mod keys;
mod log;
mod nodes;
mod small;
mod terms;

use std::fmt;

use base::Lsn;
use ha::files::{self, PlaneFile};
use ha::names;

use crate::Progress;
use crate::source::{Source, Trouble};

pub use cost::told;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Worth knowing; nothing is damaged.
    Note,
    /// Something is not as it was written, or is missing.
    Damage,
}

/// Something about a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// Which file.
    pub file: String,
    /// What is wrong.
    pub what: String,
    /// What that means for whoever relies on the plane.
    pub costs: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.weight {
            Weight::Note => "note",
            Weight::Damage => "DAMAGED",
        };
        write!(f, "{word} {}: {}", self.file, self.what)?;
        if self.costs.is_empty() { Ok(()) } else { write!(f, "\n    {}", self.costs) }
    }
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Report {
    /// The plane.
    pub plane: String,
    /// Its era.
    pub era: u64,
    /// The last record that was looked at.
    pub head: Lsn,
    /// How many files of each kind were read.
    pub counts: Counts,
    /// What was found, in the order of the layout.
    pub findings: Vec<Finding>,
}

/// How many files of each kind were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Claims and ends of terms.
    pub terms: u64,
    /// Servers' files.
    pub nodes: u64,
    /// Records, also those in packs.
    pub records: u64,
    /// Packs.
    pub packs: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Bundles and other files.
    pub blobs: u64,
    /// Keys.
    pub keys: u64,
}

impl Report {
    /// Whether nothing is damaged.
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|f| f.weight != Weight::Damage)
    }

    fn damage(&mut self, file: impl fmt::Display, what: impl Into<String>, costs: impl Into<String>) {
        self.find(Weight::Damage, file, what, costs);
    }

    fn note(&mut self, file: impl fmt::Display, what: impl Into<String>, costs: impl Into<String>) {
        self.find(Weight::Note, file, what, costs);
    }

    fn find(
        &mut self,
        weight: Weight,
        file: impl fmt::Display,
        what: impl Into<String>,
        costs: impl Into<String>,
    ) {
        let finding = Finding { weight, file: file.to_string(), what: what.into(), costs: costs.into() };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// What the parts of a check share.
struct Check<'a, 'p> {
    source: Source<'a>,
    plane: PlaneFile,
    report: Report,
    progress: &'p mut Progress<'p>,
}

/// Looks at all of a plane.
pub fn verify<'p>(source: Source<'_>, progress: &'p mut Progress<'p>) -> Result<Report, Trouble> {
    let bytes = source.read(&names::plane())?.ok_or_else(|| Trouble::NoPlane(source.describe()))?;
    let mut report = Report::default();
    let Some(plane) = small::read::<PlaneFile>(
        &mut report,
        &names::plane(),
        &bytes,
        "no server starts on this plane until it is brought back from a copy",
    ) else {
        return Ok(report);
    };
    report.plane = plane.plane.to_string();
    report.era = plane.era;
    if plane.layout == files::RESTORING {
        let costs = "no server serves it: begin again with `brownstone store restore --again`";
        report.damage(names::plane(), "a restore into it has not finished", costs);
        return Ok(report);
    }
    let mut check = Check { source, plane, report, progress };
    // First what names a position, then what must reach at least as far.
    let nodes = check.nodes()?;
    let terms = check.terms(&nodes)?;
    let marks = check.checkpoints(&nodes)?;
    let root = check.log(&nodes, &terms, &marks)?;
    check.blobs(root.as_ref())?;
    check.keys()?;
    Ok(check.report)
}

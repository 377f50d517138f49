//! Mutants of the code: each breaks one rule where it stands. Every scene is played, then worlds are run until one
//! notices. Those of the folder meet the conformance suite on a real folder instead.

use std::fmt;

use base::Mutant;
use base::mutant::choose;

use crate::{campaign, scenes};

/// What became of one mutant.
pub struct Fate {
    /// Which.
    pub mutant: Mutant,
    /// What it breaks.
    pub what: &'static str,
    /// By which rule it was caught, and where: a scene, a seed, a check of the suite. `None`: it lives.
    pub caught: Option<(String, String)>,
    /// How many seeds were run.
    pub seeds: u64,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{:?}", self.mutant);
        match &self.caught {
            Some((rule, place)) => write!(f, "{name:24} {rule:12} {place:32} {}", self.what),
            None => write!(f, "{name:24} LIVES after {} seeds: {}", self.seeds, self.what),
        }
    }
}

/// Lets mutants live one after the other, all of them or those whose name contains a text, for so many seeds; `each`
/// is told at once.
pub fn run(only: Option<&str>, seeds: u64, each: &dyn Fn(&Fate)) -> Vec<Fate> {
    let wanted = |m: &Mutant| only.is_none_or(|text| format!("{m:?}").contains(text));
    let mut fates = Vec::new();
    for (mutant, what) in Mutant::ALL.into_iter().filter(|(m, _)| wanted(m)) {
        choose(Some(mutant));
        let fate = if mutant < Mutant::CreateByRename {
            Some(in_scenes(mutant, what).unwrap_or_else(|| in_worlds(mutant, what, seeds)))
        } else {
            on_folder(mutant, what)
        };
        choose(None);
        fates.extend(fate.inspect(|fate| each(fate)));
    }
    fates
}

fn in_scenes(mutant: Mutant, what: &'static str) -> Option<Fate> {
    scenes::all().find_map(|scene| {
        let violation = scene.violation()?;
        let caught = Some((format!("{:?}", violation.rule), scene.name.to_owned()));
        Some(Fate { mutant, what, caught, seeds: 0 })
    })
}

fn in_worlds(mutant: Mutant, what: &'static str, seeds: u64) -> Fate {
    let report = campaign::run(1, seeds, 1, &|_, _| {});
    let first = report.failed.into_iter().min_by_key(|(seed, _)| *seed);
    let caught = first.map(|(seed, v)| (format!("{:?}", v.rule), format!("seed {seed}")));
    Fate { mutant, what, caught, seeds: report.seeds }
}

#[cfg(feature = "store-mutants")]
#[expect(clippy::unnecessary_wraps, reason = "a build without folders has none")]
fn on_folder(mutant: Mutant, what: &'static str) -> Option<Fate> {
    Some(crate::folder_mutants::run(mutant, what))
}

/// This build has no folder.
#[cfg(not(feature = "store-mutants"))]
fn on_folder(_mutant: Mutant, _what: &'static str) -> Option<Fate> {
    None
}

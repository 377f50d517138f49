//! Checkpoints: the mark, and each part against the sum in it.

use std::collections::BTreeMap;

use base::Lsn;
use engine::Root;
use ha::files::OkFile;
use ha::names;
use ha::pack::Kept;
use ha::record::{self, Chain};
use ha::verbs::Name;

use super::nodes::Nodes;
use super::{Check, Weight, small};
use crate::source::Trouble;
use crate::state;

/// The marks that can be read, oldest first.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) all: BTreeMap<Lsn, OkFile>,
    /// Those whose parts are as they were written.
    pub(super) whole: Vec<Lsn>,
    /// Those that servers load from, whether they can be read or not.
    pub(super) listed: Vec<Lsn>,
}

impl Marks {
    pub(super) fn newest_whole(&self) -> Option<Lsn> {
        self.whole.last().copied()
    }
}

impl Check<'_, '_> {
    pub(super) fn checkpoints(&mut self, nodes: &Nodes) -> Result<Marks, Trouble> {
        let mut marks = Marks::default();
        let mut named: Vec<(Lsn, Name)> = state::marks(self.source)?;
        marks.listed = named.iter().map(|(floor, _)| *floor).collect();
        let bases = self.source.list("hist")?.into_iter().filter_map(|name| match Kept::of(&name)? {
            Kept::Base(floor, _) => Some((floor, name)),
            Kept::Pack(..) => None,
        });
        named.extend(bases);
        named.sort();
        let mut bad = Vec::new();
        for (floor, name) in named {
            let Some(bytes) = self.source.read(&name)? else { continue };
            self.report.counts.checkpoints += 1;
            let Some(mark) =
                small::read::<OkFile>(&mut self.report, &name, &bytes, "the checkpoint cannot be used")
            else {
                continue;
            };
            if mark.floor != floor {
                self.report.damage(
                    &name,
                    format!("it marks {}", mark.floor),
                    "the checkpoint cannot be used",
                );
                continue;
            }
            if mark.format > record::FORMAT {
                self.report.note(&name, "a newer release wrote it", "this release cannot read it");
            }
            match self.parts(&name, &mark)? {
                Some(found) if found.is_empty() => {
                    if !marks.whole.contains(&floor) {
                        marks.whole.push(floor);
                    }
                }
                Some(found) => bad.extend(found.into_iter().map(|f| (floor, f))),
                // Pruned while it was read.
                None => continue,
            }
            marks.all.insert(floor, mark);
        }
        for (floor, (name, what)) in bad {
            let costs = costs(&marks, floor);
            self.report.find(Weight::Damage, name, what, costs);
        }
        if nodes.floor > marks.listed.last().copied().unwrap_or_default()
            && self.source.read(&names::ckpt_ok(nodes.floor))?.is_none()
        {
            let costs = "no server that loads the state anew goes on without it: bring it back, or use `store repair`";
            self.report.damage(names::ckpt_ok(nodes.floor), "a server names it, and it is missing", costs);
        }
        Ok(marks)
    }

    /// What is wrong with the parts; nothing at all when the checkpoint was pruned meanwhile.
    fn parts(&mut self, mark_name: &Name, mark: &OkFile) -> Result<Option<Vec<(String, String)>>, Trouble> {
        let mut found = Vec::new();
        for (i, part) in mark.parts.iter().enumerate() {
            let Some(name) = names::ckpt_part(mark.floor, &mark.folder, i) else {
                found.push((mark_name.to_string(), "it names no sound folder".to_owned()));
                continue;
            };
            match self.source.read(&name)? {
                None if self.source.read(mark_name)?.is_none() => return Ok(None),
                None => found.push((name.to_string(), "it is missing".to_owned())),
                Some(bytes) if Chain::sum(&bytes) != part.sum => {
                    found.push((name.to_string(), format!("its sum does not fit{}", unreadable(&bytes))));
                }
                Some(_) => {}
            }
        }
        Ok(Some(found))
    }
}

fn unreadable(part: &[u8]) -> String {
    let lines = part.split(|b| *b == b'\n').filter(|l| !l.is_empty()).count();
    match Root::empty().load_part(part) {
        Ok(()) => format!("; all of its {lines} lines can be read, and one says something else"),
        Err(problems) => {
            let who = problems.iter().filter_map(|p| p.entity.as_ref().map(|e| format!("entity {e}")));
            let who: Vec<String> = who.collect();
            let who = if who.is_empty() { String::new() } else { format!(" ({})", who.join(", ")) };
            format!("; {} of {lines} lines cannot be read{who}", problems.len())
        }
    }
}

fn costs(marks: &Marks, floor: Lsn) -> String {
    match (marks.whole.iter().rfind(|w| **w > floor), marks.whole.iter().rfind(|w| **w < floor)) {
        (Some(newer), _) => {
            format!("nothing now: checkpoint {newer} is newer; only going back to a moment before it may fail")
        }
        (None, Some(older)) => format!("nothing: checkpoint {older} and the log since are used instead"),
        (None, None) => {
            "no other checkpoint stands: what can be read is served, the rest is shown as failed; a back-up has it"
                .to_owned()
        }
    }
}

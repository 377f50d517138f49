//! Mending what has one right answer, and saying clearly why nothing is done about the rest.
//!
//! Nothing that decides is ever made up: terms, fences and records are left as they are.

use std::fmt;

use base::{Lsn, Term};
use ha::files::{self, LeaderFile, NodeFile, OkFile, TermFile};
use ha::names;
use ha::verbs::Name;

use crate::lives;
use crate::records::Records;
use crate::source::{Source, Trouble};
use crate::state;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// What is wrong, and what is done about it.
    pub says: String,
    acts: Vec<Act>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    Delete(Name),
    Put(Name, std::sync::Arc<[u8]>),
}

impl fmt::Display for Mend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

/// What can be mended. Refused while servers of the plane live.
pub fn plan(source: Source<'_>) -> Result<Vec<Mend>, Trouble> {
    let living = lives::living(source)?;
    if !living.is_empty() {
        return Err(Trouble::Refused(format!(
            "servers of this plane are alive: {}; a repair needs it to be still: stop them first",
            living.join(", ")
        )));
    }
    source.plane()?;
    let mut mends = Vec::new();
    leader(source, &mut mends)?;
    nodes(source, &mut mends)?;
    checkpoints(source, &mut mends)?;
    checks(source, &mut mends)?;
    Ok(mends)
}

/// Does it.
pub fn carry_out(source: Source<'_>, mends: &[Mend]) -> Result<(), Trouble> {
    for act in mends.iter().flat_map(|m| &m.acts) {
        match act {
            Act::Delete(name) => source.delete(name)?,
            Act::Put(name, bytes) => source.put(name, bytes)?,
        }
    }
    Ok(())
}

/// The hint: whoever owns the newest term.
fn leader(source: Source<'_>, mends: &mut Vec<Mend>) -> Result<(), Trouble> {
    let what = match source.file::<LeaderFile>(&names::leader())? {
        Some(Ok(_)) => return Ok(()),
        Some(Err(why)) => why,
        None => "it is missing".to_owned(),
    };
    let newest = source.list("terms")?.iter().filter_map(|n| names::number(n.leaf(), ".json")).max();
    let Some(term) = newest.map(Term) else { return Ok(()) };
    let Some(Ok(claim)) = source.file::<TermFile>(&names::term(term))? else { return Ok(()) };
    let says =
        format!("leader.json: {what}; it is written anew from the claim of term {term} ({})", claim.node);
    let hint = LeaderFile { term, node: claim.node, uri: claim.uri };
    mends.push(Mend { says, acts: vec![Act::Put(names::leader(), files::to_bytes(&hint))] });
    Ok(())
}

/// A server's file that cannot be read, with none of its servers alive: it is written anew when the server starts.
fn nodes(source: Source<'_>, mends: &mut Vec<Mend>) -> Result<(), Trouble> {
    for name in source.list("nodes")? {
        if let Some(Err(why)) = source.file::<NodeFile>(&name)? {
            let says = format!("{name}: {why}; it is removed, and its server writes it anew when it starts");
            mends.push(Mend { says, acts: vec![Act::Delete(name)] });
        }
    }
    Ok(())
}

/// The newest checkpoints, as far as they are damaged, when an older one is whole and the log since is there.
fn checkpoints(source: Source<'_>, mends: &mut Vec<Mend>) -> Result<(), Trouble> {
    let plane = source.plane()?;
    let (marks, all) = (state::marks(source)?, source.list("ckpt")?);
    let mut damaged: Vec<(Lsn, Name, String)> = Vec::new();
    let mut whole = None;
    for (floor, name) in marks.iter().rev() {
        match state::load(source, &plane, name)? {
            Ok(_) => {
                whole = Some(*floor);
                break;
            }
            Err(why) => damaged.push((*floor, name.clone(), why)),
        }
    }
    let begins = whole.unwrap_or_default();
    if !damaged.is_empty() && reaches(source, begins)? {
        for (floor, name, why) in damaged {
            let mut acts = vec![Act::Delete(name)];
            acts.extend(parts(&all, floor).map(Act::Delete));
            let instead = match whole {
                Some(older) => format!("checkpoint {older} and all records since are there"),
                None => "the log is there from its beginning".to_owned(),
            };
            mends.push(Mend { says: format!("checkpoint {floor}: {why}; it is removed: {instead}"), acts });
        }
    }
    // Without a mark it was never finished; servers do not look at it.
    let mut floors: Vec<Lsn> = all.iter().filter_map(names::ckpt_floor).collect();
    floors.dedup();
    let bases = Records::list(source)?.bases;
    let marked = |f: &Lsn| marks.iter().any(|(m, _)| m == f) || bases.iter().any(|(_, b)| b == f);
    for floor in floors.iter().filter(|f| !marked(f)) {
        let acts = parts(&all, *floor).map(Act::Delete).collect();
        let says = format!("ckpt/{:020}/: it has no mark, so it was never finished; it is removed", floor.0);
        mends.push(Mend { says, acts });
    }
    // A second writer's parts beside those that the mark names.
    for (floor, name) in &marks {
        let Some(Ok(mark)) = source.file::<OkFile>(name)? else { continue };
        let own = format!("/{}/", mark.folder);
        let acts: Vec<Act> =
            parts(&all, *floor).filter(|n| !n.as_str().contains(&own)).map(Act::Delete).collect();
        if !acts.is_empty() {
            let says = format!(
                "ckpt/{:020}/: parts of another writer, which its mark does not name; removed",
                floor.0
            );
            mends.push(Mend { says, acts });
        }
    }
    Ok(())
}

fn parts(all: &[Name], floor: Lsn) -> impl Iterator<Item = Name> + '_ {
    let of = move |n: &&Name| names::ckpt_floor(n) == Some(floor) && names::number(n.leaf(), ".ok").is_none();
    all.iter().filter(of).cloned()
}

/// Whether all records after this one are in the log: servers look nowhere else.
fn reaches(source: Source<'_>, from: Lsn) -> Result<bool, Trouble> {
    let records = Records::list(source)?;
    let last = records.log.last().copied().unwrap_or_default();
    Ok(from <= last && (from.0 + 1..=last.0).all(|n| records.log.contains(&Lsn(n))))
}

/// What checks of the store left when they were killed.
fn checks(source: Source<'_>, mends: &mut Vec<Mend>) -> Result<(), Trouble> {
    let left = source.list("check")?;
    if !left.is_empty() {
        let says = format!("check/: {} files that a check of the store left; they are removed", left.len());
        mends.push(Mend { says, acts: left.into_iter().map(Act::Delete).collect() });
    }
    Ok(())
}

//! A plane made from a state: from a back-up, or from an earlier moment of a plane.
//!
//! It goes into an empty place, with a new era: its history is another one from here on, and no server that knew the
//! old one takes it for that. `plane.json` is made first, saying that the restore has not finished, which no server
//! serves; it says what plane it is last of all. So power may fail at any step.

use std::sync::Arc;

use base::{Term, WallMs};
use ha::files::{self, EndFile, EndWhy, OkFile, PartRef, PlaneFile, TermFile};
use ha::names;
use ha::record::Chain;
use ha::verbs::Name;

use crate::folded::Folded;
use crate::source::{Source, Trouble};
use crate::{Progress, lives};

/// How the folder of a restored checkpoint begins: records below it were never there.
pub const FOLDER: &str = "restored-";
/// What must hold nothing.
const FOLDERS: [&str; 8] = ["terms", "nodes", "log", "ckpt", "hist", "keys", "blobs", "backups"];

/// What makes a restore this one.
#[derive(Clone, Debug)]
pub struct Restoring {
    /// When.
    pub at: WallMs,
    /// Random.
    pub uid: String,
    /// Whether what an unfinished restore left may be removed first.
    pub again: bool,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The plane.
    pub plane: PlaneFile,
    /// How many files of bundles, keys and terms were copied.
    pub files: u64,
}

/// Makes a plane in an empty place. `from` gives terms, keys and blobs; `folded` is the state.
pub fn restore(
    from: Source<'_>,
    old: &PlaneFile,
    folded: &Folded,
    target: Source<'_>,
    how: &Restoring,
    progress: &mut Progress<'_>,
) -> Result<Restored, Trouble> {
    make_room(target, how)?;
    // Later than any era before, also that of another restore of the same state.
    let era = (old.era + 1).max(how.at.0 / 1000);
    let plane = PlaneFile { plane: old.plane.clone(), era, layout: files::LAYOUT };
    let begun = PlaneFile { layout: files::RESTORING, ..plane.clone() };
    if !target.create(&names::plane(), &files::to_bytes(&begun))? {
        return Err(Trouble::Refused(format!(
            "somebody began a plane in {} at the same moment; nothing was changed there",
            target.describe()
        )));
    }
    let mut copied = 0;
    for folder in ["blobs", "keys"] {
        let names = from.list(folder)?;
        let total = names.len() as u64;
        for (i, name) in names.into_iter().enumerate() {
            if let Some(bytes) = from.read(&name)? {
                target.create_checked(&name, &bytes)?;
                copied += 1;
            }
            progress(folder, i as u64 + 1, total);
        }
    }
    copied += terms(from, target, old, folded, how)?;
    checkpoint(target, &plane, folded, how, progress)?;
    target.put(&names::plane(), &files::to_bytes(&plane))?;
    if target.plane()? != plane {
        return Err(Trouble::Damaged("plane.json does not read as it was written".to_owned()));
    }
    Ok(Restored { plane, files: copied })
}

fn make_room(target: Source<'_>, how: &Restoring) -> Result<(), Trouble> {
    let there = target.read(&names::plane())?;
    let unfinished = there
        .as_ref()
        .and_then(|bytes| files::from_bytes::<PlaneFile>(bytes).ok())
        .is_some_and(|plane| plane.layout == files::RESTORING);
    if unfinished && how.again {
        for folder in FOLDERS {
            for name in target.list(folder)? {
                target.delete(&name)?;
            }
        }
        return target.delete(&names::plane());
    }
    if unfinished {
        return Err(Trouble::Refused(format!(
            "a restore into {} was begun and has not finished; if it does not run any more, say --again to remove what \
             it left and begin anew",
            target.describe()
        )));
    }
    if there.is_some() {
        let living = lives::living(target)?;
        let who = if living.is_empty() {
            "none of its servers beats just now, but it is not empty".to_owned()
        } else {
            format!("its servers are alive: {}", living.join(", "))
        };
        return Err(Trouble::Refused(format!(
            "{} holds a plane ({who}); a restore goes into an empty place: stop the servers, and name another one or \
             move this one away",
            target.describe()
        )));
    }
    for folder in FOLDERS {
        if target.holds(folder)? {
            return Err(Trouble::Refused(format!(
                "{} is not empty: it has {folder}/; a restore goes into an empty place",
                target.describe()
            )));
        }
    }
    Ok(())
}

/// The history of terms up to the state's, each of them over.
fn terms(
    from: Source<'_>,
    target: Source<'_>,
    old: &PlaneFile,
    folded: &Folded,
    how: &Restoring,
) -> Result<u64, Trouble> {
    let names = from.list("terms")?;
    let within = |name: &Name, ending| names::number(name.leaf(), ending).is_some_and(|n| n <= folded.term.0);
    let mut copied = 0;
    for name in names.iter().filter(|n| within(n, ".json") || within(n, ".end")) {
        if let Some(bytes) = from.read(name)? {
            target.create_checked(name, &bytes)?;
            copied += 1;
        }
    }
    let open = names.iter().filter(|n| within(n, ".json"));
    let open = open.filter_map(|n| names::number(n.leaf(), ".json")).map(Term);
    for term in open.filter(|t| !names.contains(&names::term_end(*t))) {
        let Some(Ok(claim)) = from.file::<TermFile>(&names::term(term))? else { continue };
        let end = EndFile {
            plane: old.plane.clone(),
            term,
            node: claim.node,
            incarnation: claim.incarnation,
            // No beat of that life is ever seen here.
            beat: u64::MAX,
            why: EndWhy::GaveUp,
            hand_over: None,
            by: "a restore".to_owned(),
            at: how.at,
        };
        target.create_checked(&names::term_end(term), &files::to_bytes(&end))?;
        copied += 1;
    }
    Ok(copied)
}

fn checkpoint(
    target: Source<'_>,
    plane: &PlaneFile,
    folded: &Folded,
    how: &Restoring,
    progress: &mut Progress<'_>,
) -> Result<(), Trouble> {
    if folded.lsn.0 == 0 {
        // Nothing was ever recorded: the log begins anew.
        return Ok(());
    }
    let folder = format!("{FOLDER}{}", how.uid);
    let mut parts = Vec::new();
    for (i, part) in folded.root.checkpoint_parts().enumerate() {
        let part: Arc<[u8]> = part.into();
        let name = names::ckpt_part(folded.lsn, &folder, i);
        let name = name.ok_or_else(|| Trouble::Refused(format!("\"{folder}\" is no name of a folder")))?;
        target.create_checked(&name, &part)?;
        parts.push(PartRef { bytes: part.len() as u64, sum: Chain::sum(&part) });
        progress("parts of the state", i as u64 + 1, 0);
    }
    // A chain value that no other history has: that of the old one, of this era, of this restore.
    let origin = format!("{} {} {}", folded.chain, folded.lsn, how.uid);
    let mark = OkFile {
        floor: folded.lsn,
        chain: Chain::genesis(&plane.plane, plane.era).next(origin.as_bytes()),
        term: folded.term,
        // No owner of an old term can hold a lease here, where it never was: the next term waits for none of them.
        data_term: folded.term.next(),
        format: folded.format,
        folder,
        parts,
    };
    target.create_checked(&names::ckpt_ok(folded.lsn), &files::to_bytes(&mark))
}

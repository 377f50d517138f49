//! A back-up: the newest checkpoint, the records since, terms, files and keys, consistent at one log position.
//!
//! It lies below `backups/NAME/` and looks like a plane that no server may serve. Its mark, `backups/NAME.ok`, is made
//! last: what has none is not a back-up, whatever cut it short. It is folded while it is made, so that what is marked
//! can be brought back.

use std::sync::Arc;

use base::{Lsn, WallMs};
use ha::files::{self, OkFile, PlaneFile};
use ha::names;
use ha::pack::{Packing, pack_name};
use ha::record::Chain;
use ha::verbs::Name;
use store::Store;

use crate::folded::Folded;
use crate::manifest::{BackupMark, FORMAT, FileRef};
use crate::records::Records;
use crate::source::{Source, Trouble, parse};
use crate::sub::Sub;
use crate::{Progress, state};

/// Where back-ups lie in their place.
pub const FOLDER: &str = "backups";
/// A plane prunes while it is copied; then it is copied anew, so often.
const TRIES: u32 = 5;

/// What makes a back-up this one.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its name: a time that sorts, and something random.
    pub name: String,
    /// When.
    pub at: WallMs,
    /// The release that makes it.
    pub version: String,
}

/// Makes a back-up of a plane while its servers run; its name and its mark.
pub fn backup(
    source: Source<'_>,
    target: &Arc<dyn Store>,
    made: &Made,
    progress: &mut Progress<'_>,
) -> Result<(String, BackupMark), Trouble> {
    let plane = source.plane()?;
    let mut why = String::new();
    for attempt in 0..TRIES {
        // Each attempt has a folder of its own: nothing of one that was given up gets into another.
        let name = if attempt == 0 { made.name.clone() } else { format!("{}-{attempt}", made.name) };
        let sub = Sub::new(Arc::clone(target), format!("{FOLDER}/{name}"));
        let copy = Copy { source, target: Source::new(&sub), files: Vec::new() };
        match copy.run(&plane, made, progress) {
            Ok(mark) => {
                let ok = parse(&format!("{FOLDER}/{name}.ok"))?;
                Source::new(&**target).create_checked(&ok, &files::to_bytes(&mark))?;
                return Ok((name, mark));
            }
            Err(Trouble::Restless(what)) => {
                why = what;
                remove(Source::new(&**target), &name)?;
            }
            Err(other) => {
                // What was copied is worth nothing; that it could not be removed would hide why.
                let _ = remove(Source::new(&**target), &name);
                return Err(other);
            }
        }
    }
    Err(Trouble::Damaged(why))
}

/// Removes a back-up, its mark first.
pub(crate) fn remove(target: Source<'_>, name: &str) -> Result<(), Trouble> {
    target.delete(&parse(&format!("{FOLDER}/{name}.ok"))?)?;
    for file in target.list(&format!("{FOLDER}/{name}"))? {
        target.delete(&file)?;
    }
    Ok(())
}

struct Copy<'a, 'b> {
    source: Source<'a>,
    target: Source<'b>,
    files: Vec<FileRef>,
}

impl Copy<'_, '_> {
    fn run(
        mut self,
        plane: &PlaneFile,
        made: &Made,
        progress: &mut Progress<'_>,
    ) -> Result<BackupMark, Trouble> {
        let marked = PlaneFile { layout: files::BACKUP, ..plane.clone() };
        self.keep(&names::plane(), &files::to_bytes(&marked))?;
        let mut folded = self.checkpoint(plane)?;
        let floor = folded.lsn;
        self.records(&mut folded, made.at, progress)?;
        // What records name is there before them, so what is listed now holds all that is needed.
        for folder in ["terms", "blobs", "keys"] {
            let names = self.source.list(folder)?;
            let total = names.len() as u64;
            for (i, name) in names.into_iter().enumerate() {
                // Blobs of bundles that are removed may go while this runs.
                if let Some(bytes) = self.source.read(&name)? {
                    self.keep(&name, &bytes)?;
                }
                progress(folder, i as u64 + 1, total);
            }
        }
        Ok(BackupMark {
            backup: FORMAT,
            plane: plane.plane.clone(),
            era: plane.era,
            floor,
            lsn: folded.lsn,
            chain: folded.chain,
            at: made.at,
            version: made.version.clone(),
            losses: folded.losses,
            files: self.files,
        })
    }

    /// The newest checkpoint that is whole, or the beginning of the log.
    fn checkpoint(&mut self, plane: &PlaneFile) -> Result<Folded, Trouble> {
        let marks = state::marks(self.source)?;
        for (floor, name) in marks.iter().rev() {
            let Ok(folded) = state::load(self.source, plane, name)? else { continue };
            let Some(bytes) = self.source.read(name)? else { continue };
            let Ok(mark) = files::from_bytes::<OkFile>(&bytes) else { continue };
            for i in 0..mark.parts.len() {
                let part = names::ckpt_part(*floor, &mark.folder, i);
                let part = part.ok_or_else(|| Trouble::Damaged(format!("{name} names no sound folder")))?;
                let bytes = self.source.read(&part)?;
                let bytes = bytes.ok_or_else(|| Trouble::Restless(format!("{part} was pruned meanwhile")))?;
                if Chain::sum(&bytes) != mark.parts[i].sum {
                    return Err(Trouble::Restless(format!("{part} changed while it was read")));
                }
                self.keep(&part, &bytes)?;
            }
            self.keep(name, &bytes)?;
            return Ok(folded);
        }
        if marks.is_empty() {
            return Ok(Folded::genesis(plane));
        }
        Err(Trouble::Restless(
            "no checkpoint of the plane is whole; see `brownstone store verify`".to_owned(),
        ))
    }

    fn records(
        &mut self,
        folded: &mut Folded,
        at: WallMs,
        progress: &mut Progress<'_>,
    ) -> Result<(), Trouble> {
        let mut records = Records::list(self.source)?;
        let (first, last) = (folded.lsn, records.last());
        let mut packing = Packing::default();
        while folded.lsn < last {
            let lsn = folded.lsn.next();
            let bytes = records.read(lsn)?;
            let bytes = bytes.ok_or_else(|| {
                Trouble::Restless(format!("record {lsn} cannot be found; see `brownstone store verify`"))
            })?;
            folded.apply(&bytes).map_err(Trouble::Damaged)?;
            packing.push(lsn, bytes);
            if packing.is_full() || lsn == last {
                if let Some((first, last)) = packing.range() {
                    self.keep(&pack_name(first, last, at), &packing.to_bytes(at))?;
                }
                packing = Packing::default();
            }
            progress("records", lsn.0 - first.0, last.0 - first.0);
        }
        Ok(())
    }

    fn keep(&mut self, name: &Name, bytes: &Arc<[u8]>) -> Result<(), Trouble> {
        self.target.create_checked(name, bytes)?;
        let file = FileRef { name: name.to_string(), bytes: bytes.len() as u64, sum: Chain::sum(bytes) };
        self.files.push(file);
        Ok(())
    }
}

/// A back-up in a place.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its mark; the error says why it cannot be read.
    pub mark: Result<BackupMark, String>,
}

/// The back-ups of a place, oldest first.
pub fn list(target: Source<'_>) -> Result<Vec<Found>, Trouble> {
    let mut found = Vec::new();
    for name in target.list(FOLDER)? {
        let Some(leaf) = name.as_str().strip_prefix(FOLDER).and_then(|n| n.strip_prefix('/')) else {
            continue;
        };
        let Some(own) = leaf.strip_suffix(".ok").filter(|n| !n.contains('/')) else { continue };
        let Some(mark) = target.file::<BackupMark>(&name)? else { continue };
        let mark = mark.and_then(|mark| {
            if mark.backup > FORMAT {
                Err(format!("it is of format {}; use a release that knows it", mark.backup))
            } else {
                Ok(mark)
            }
        });
        found.push(Found { name: own.to_owned(), mark });
    }
    Ok(found)
}

/// Whether a back-up's files are as they were written; what is wrong, for people.
pub fn check(
    sub: Source<'_>,
    mark: &BackupMark,
    progress: &mut Progress<'_>,
) -> Result<Vec<String>, Trouble> {
    let mut wrong = Vec::new();
    for (i, file) in mark.files.iter().enumerate() {
        match sub.read(&parse(&file.name)?)? {
            None => wrong.push(format!("{} is missing", file.name)),
            Some(bytes) if bytes.len() as u64 != file.bytes || Chain::sum(&bytes) != file.sum => {
                wrong.push(format!("{} is not as it was written", file.name));
            }
            Some(_) => {}
        }
        progress("files", i as u64 + 1, mark.files.len() as u64);
    }
    Ok(wrong)
}

/// Up to where a back-up goes back.
pub fn reaches(mark: &BackupMark, lsn: Lsn) -> bool {
    mark.floor <= lsn && lsn <= mark.lsn
}

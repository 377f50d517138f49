//! `brownstone store verify|dump|explain|backup|backups|restore|repair`: what is done with a whole plane, without a
//! server of it.

mod backup;
mod look;
mod repair;
mod restore;
mod show;
mod verify;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ::store::Store;
use ::store::place::Place;
use clap::Subcommand;

use super::refused;
use super::store::Reach;

/// What is done with a whole plane.
#[derive(Debug, Subcommand)]
pub(super) enum Archive {
    /// Look at every file of a plane: what is damaged or missing, and what that costs. Servers may run meanwhile.
    Verify(verify::Verify),
    /// Print what lies in a plane, secrets masked.
    Dump(look::Dump),
    /// Say what a record or a file of a plane is.
    Explain(look::Explain),
    /// Copy a plane, consistent at one position of its log, while its servers run.
    Backup(backup::Backup),
    /// List the back-ups of a place.
    Backups(backup::Backups),
    /// Make a plane in an empty place, from a back-up or from an earlier moment of a plane.
    Restore(restore::Restore),
    /// Mend what has one right answer. No server of the plane may run.
    Repair(repair::Repair),
}

impl Archive {
    pub(super) fn run(self, reach: &Reach) -> u8 {
        let done = match self {
            Archive::Verify(verify) => verify.run(reach),
            Archive::Dump(dump) => dump.run(reach),
            Archive::Explain(explain) => explain.run(reach),
            Archive::Backup(backup) => backup.run(reach),
            Archive::Backups(backups) => backups.run(reach),
            Archive::Restore(restore) => restore.run(reach),
            Archive::Repair(repair) => repair.run(reach),
        };
        done.unwrap_or_else(|why| refused(1, why))
    }
}

/// Why a command did nothing, for people.
struct Why(String);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<::archive::Trouble> for Why {
    fn from(trouble: ::archive::Trouble) -> Why {
        Why(trouble.to_string())
    }
}

impl From<String> for Why {
    fn from(text: String) -> Why {
        Why(text)
    }
}

type Done = Result<u8, Why>;

/// Opens a place that nothing is written to: a copy on a read-only file system is one.
fn open_to_read(text: &str, reach: &Reach) -> Result<Arc<dyn Store>, Why> {
    Ok(reach.place(text)?.open_to_read()?)
}

/// Opens what must be there already: opening a folder would make one that is missing.
fn open_there(text: &str, reach: &Reach) -> Result<Arc<dyn Store>, Why> {
    let place = reach.place(text)?;
    if let Place::Folder(folder) = &place {
        must_be_there(folder)?;
    }
    Ok(place.open()?)
}

fn must_be_there(folder: &Path) -> Result<(), Why> {
    match std::fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => Err(Why(format!("{} is not a folder", folder.display()))),
        Err(e) => Err(Why(format!("{}: {e}", folder.display()))),
    }
}

/// Opens what may have to be made.
fn open(text: &str, reach: &Reach) -> Result<Arc<dyn Store>, Why> {
    let place = reach.place(text)?;
    Ok(place.open()?)
}

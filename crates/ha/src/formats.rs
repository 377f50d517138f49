//! Two releases in one plane: the log's format rises when all who live read the newer one, and never falls.
//!
//! A server says in its file which formats it reads. A master writes as the log was written so far, until every server
//! that lives has known a newer format for a while ([`Config::format_calm`]): time to go back to the release before.
//! The first record in the new format is what switches it on: whoever folds it writes so when it rules. A server that
//! slept over it refuses to go on, by name. An empty log has nobody to go back to, and begins with what all read.
//!
//! [`Config::format_calm`]: crate::config::Config::format_calm

use base::Mono;

use crate::input::Level;
use crate::state::{Ha, Stage};

/// What those who live can read, as a master has seen it so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Readable {
    format: u32,
    since: Mono,
}

impl Ha {
    /// The newest format that this server and all who live read. Whoever was heard of within the calm counts.
    fn readable(&self) -> u32 {
        if base::mutant::on(base::Mutant::FormatUnasked) {
            return self.cfg.formats;
        }
        let heard = |rose: Mono| self.now().since(rose) < self.cfg.format_calm;
        let others = self.peers.values().filter(|p| !p.has_ended() && heard(p.rose)).map(|p| p.file.formats);
        others.fold(self.cfg.formats, u32::min)
    }

    /// A master keeps in mind since when all read what they read.
    pub(crate) fn run_formats(&mut self) {
        if self.log.format >= self.cfg.formats {
            // There is nothing to rise to.
            return;
        }
        let (format, since) = (self.readable(), self.now());
        let serving = self.serving();
        if let Stage::Reign(reign) = &mut self.stage
            && reign.readable.is_none_or(|known| known.format != format || !serving)
        {
            // Who came while it was suspended is not known either: the calm begins anew.
            reign.readable = Some(Readable { format, since });
        }
    }

    /// In which format the next record is written.
    pub(crate) fn format_to_write(&self) -> u32 {
        let in_force = self.log.format;
        if self.log.have.is_some_and(|point| point.lsn.0 == 0) {
            return self.readable().max(in_force);
        }
        let listed = self.look.listed_at;
        match &self.stage {
            Stage::Reign(reign) => reign
                .readable
                .filter(|known| {
                    // All files were read once more when it was over: somebody may have woken up a moment ago.
                    let over = known.since + self.cfg.format_calm;
                    listed.is_some_and(|at| at >= over) || base::mutant::on(base::Mutant::FormatAtOnce)
                })
                .map_or(in_force, |known| known.format.max(in_force)),
            _ => in_force,
        }
    }

    /// A record of this format is part of the history.
    pub(crate) fn saw_format(&mut self, format: u32) {
        if format > self.log.format {
            self.say(Level::Info, format!("the log is written in format {format} from here on"));
            self.log.format = format;
        }
    }
}

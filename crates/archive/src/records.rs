//! The records of a plane, wherever they lie: in the log, or in a pack after they were pruned.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::Lsn;
use ha::names;
use ha::pack::{Kept, Pack};
use ha::verbs::Name;

use crate::source::{Source, Trouble};

/// Which records there are, as a listing shows them.
pub struct Records<'a> {
    source: Source<'a>,
    /// Those in the log.
    pub log: BTreeSet<Lsn>,
    /// The packs, with the first and the last record of each.
    pub packs: Vec<(Name, Lsn, Lsn)>,
    /// Marks of checkpoints that are kept beside the packs.
    pub bases: Vec<(Name, Lsn)>,
    /// The pack that was read last.
    open: Option<(Name, Result<Pack, String>)>,
}

impl<'a> Records<'a> {
    /// Lists them.
    pub fn list(source: Source<'a>) -> Result<Records<'a>, Trouble> {
        let log = source.list("log")?;
        let log = log.iter().filter_map(|n| names::number(n.leaf(), ".json")).map(Lsn).collect();
        let mut records = Records { source, log, packs: Vec::new(), bases: Vec::new(), open: None };
        records.list_packs()?;
        Ok(records)
    }

    fn list_packs(&mut self) -> Result<(), Trouble> {
        self.packs.clear();
        self.bases.clear();
        for name in self.source.list("hist")? {
            match Kept::of(&name) {
                Some(Kept::Pack(first, last, _)) => self.packs.push((name, first, last)),
                Some(Kept::Base(floor, _)) => self.bases.push((name, floor)),
                None => {}
            }
        }
        Ok(())
    }

    /// The highest number that the listing showed.
    pub fn last(&self) -> Lsn {
        let packed = self.packs.iter().map(|(_, _, last)| *last).max();
        self.log.last().copied().max(packed).unwrap_or_default()
    }

    /// One record. What was in the log when it was listed may be in a pack by now.
    pub fn read(&mut self, lsn: Lsn) -> Result<Option<Arc<[u8]>>, Trouble> {
        if self.log.contains(&lsn) {
            if let Some(bytes) = self.source.read(&names::record(lsn))? {
                return Ok(Some(bytes));
            }
            self.list_packs()?;
        }
        let holding: Vec<Name> = self
            .packs
            .iter()
            .filter(|(_, first, last)| (*first..=*last).contains(&lsn))
            .map(|(name, ..)| name.clone())
            .collect();
        for name in holding {
            if let Ok(pack) = self.pack(&name)?
                && let Ok(at) = pack.records.binary_search_by_key(&lsn, |(lsn, _)| *lsn)
            {
                return Ok(Some(Arc::clone(&pack.records[at].1)));
            }
        }
        // Records grow while one reads: the name decides.
        if self.log.contains(&lsn) { Ok(None) } else { self.source.read(&names::record(lsn)) }
    }

    /// A pack; the inner error says what is wrong with it.
    pub fn pack(&mut self, name: &Name) -> Result<&Result<Pack, String>, Trouble> {
        if self.open.as_ref().is_none_or(|(open, _)| open != name) {
            let pack = match self.source.read(name)? {
                Some(bytes) => Pack::from_bytes(&bytes),
                None => Err("it is gone".to_owned()),
            };
            self.open = Some((name.clone(), pack));
        }
        match &self.open {
            Some((_, pack)) => Ok(pack),
            None => Err(Trouble::Damaged(format!("{name} cannot be read"))),
        }
    }
}

//! Servers' files, and the hint.

use base::{Lsn, Term};
use ha::files::{LeaderFile, NodeFile};
use ha::names;

use super::{Check, small};
use crate::source::Trouble;

/// How far the servers say that the plane reaches.
#[derive(Default)]
pub(super) struct Nodes {
    pub(super) head: Lsn,
    pub(super) floor: Lsn,
    pub(super) term: Term,
}

impl Check<'_, '_> {
    pub(super) fn nodes(&mut self) -> Result<Nodes, Trouble> {
        let mut nodes = Nodes::default();
        for name in self.source.list("nodes")? {
            // Its server may have been forgotten meanwhile.
            let Some(bytes) = self.source.read(&name)? else { continue };
            self.report.counts.nodes += 1;
            let costs = "its server is not known until it beats again; one that is gone is waited for once";
            let Some(file) = small::read::<NodeFile>(&mut self.report, &name, &bytes, costs) else {
                continue;
            };
            if names::node(&file.node).as_ref() != Some(&name) {
                self.report.damage(&name, format!("it says that it is {}'s", file.node), costs);
            }
            if file.plane != self.plane.plane || file.era != self.plane.era {
                let what = format!("it is of plane {} in era {}", file.plane, file.era);
                self.report.damage(
                    &name,
                    what,
                    "a server of another plane writes here, or plane.json was changed",
                );
                continue;
            }
            nodes.head = nodes.head.max(file.head);
            nodes.floor = nodes.floor.max(file.floor);
            nodes.term = nodes.term.max(file.term).max(file.follows);
        }
        if let Some(bytes) = self.source.read(&names::leader())? {
            let costs = "nothing: it is a hint, and the next master writes it anew";
            small::read::<LeaderFile>(&mut self.report, &names::leader(), &bytes, costs);
        }
        Ok(nodes)
    }
}

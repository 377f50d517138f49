//! Claims and ends of terms: none may be missing, for a term file that can be created again is a second owner.

use std::collections::{BTreeMap, BTreeSet};

use base::Term;
use ha::files::{EndFile, TermFile};
use ha::names;

use super::log::FAR;
use super::nodes::Nodes;
use super::{Check, small};
use crate::source::Trouble;

const UNKNOWN: &str =
    "who owned the term is not known: a server that takes over waits for it as long as for a lost host";
const ENDED: &str = "that the term is over is not known: a server that takes over may wait for its owner";

impl Check<'_, '_> {
    /// The terms that have a claim.
    pub(super) fn terms(&mut self, nodes: &Nodes) -> Result<BTreeSet<Term>, Trouble> {
        let (mut claims, mut ends) = (BTreeMap::new(), Vec::new());
        let mut there = BTreeSet::new();
        for name in self.source.list("terms")? {
            let Some(bytes) = self.source.read(&name)? else { continue };
            self.report.counts.terms += 1;
            if let Some(term) = names::number(name.leaf(), ".json").map(Term) {
                there.insert(term);
                let Some(file) = small::read::<TermFile>(&mut self.report, &name, &bytes, UNKNOWN) else {
                    continue;
                };
                if file.term != term || file.plane != self.plane.plane {
                    let what = format!("it claims term {} of plane {}", file.term, file.plane);
                    self.report.damage(&name, what, UNKNOWN);
                }
                claims.insert(term, file);
            } else if let Some(term) = names::number(name.leaf(), ".end").map(Term) {
                let Some(file) = small::read::<EndFile>(&mut self.report, &name, &bytes, ENDED) else {
                    continue;
                };
                ends.push((name, term, file));
            } else {
                self.report.note(&name, "it is no file of a plane", "");
            }
        }
        for (name, term, end) in ends {
            let owns =
                claims.get(&term).is_none_or(|c| c.node == end.node && c.incarnation == end.incarnation);
            if end.term != term || end.plane != self.plane.plane {
                self.report.damage(&name, format!("it ends term {} of plane {}", end.term, end.plane), ENDED);
            } else if !owns {
                self.report.damage(&name, "it names another owner than the claim", ENDED);
            }
        }
        let known = there.last().copied().unwrap_or_default();
        let newest = Term(nodes.term.0.min(known.0 + FAR)).max(known);
        for term in (1..=newest.0).map(Term).filter(|t| !there.contains(t)) {
            self.missing_term(term)?;
        }
        Ok(there)
    }

    fn missing_term(&mut self, term: Term) -> Result<(), Trouble> {
        let name = names::term(term);
        if self.source.read(&name)?.is_none() {
            self.report.damage(&name, "it is missing", format!("{UNKNOWN}; never create it by hand"));
        }
        Ok(())
    }
}

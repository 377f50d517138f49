//! What is known of terms: the newest, its owner, whether it is over; and who owned those before.

use std::collections::BTreeMap;

use base::{Incarnation, NodeId, Span, Term};

use crate::claim::RETRY;
use crate::files::{EndFile, TermFile};
use crate::names;
use crate::state::{Ha, Stage};

/// The newest term.
#[derive(Default)]
pub(crate) struct Terms {
    pub(crate) newest: Term,
    /// Its owner, once known.
    pub(crate) owner: Option<NodeId>,
    /// Its claim, once read.
    pub(crate) claim: Option<TermFile>,
    /// Why it is over, once that is known.
    pub(crate) over: Option<String>,
    pub(crate) owners: BTreeMap<Term, Owner>,
}

/// The owner of a term: only what `terms/N.json` itself says. A hint names no life, and a wrong one would make its
/// owner look as if it had been started anew.
pub(crate) struct Owner {
    pub(crate) node: NodeId,
    /// The life that it claimed in.
    pub(crate) life: Incarnation,
    /// How long it must have been still for its lease to have run out. Its own file says that too, where it is seen.
    pub(crate) lease: Span,
}

impl Ha {
    /// Somebody has created this term.
    pub(crate) fn saw_term(&mut self, term: Term, owner: &NodeId) {
        if term > self.terms.newest {
            self.terms.newest = term;
            self.terms.owner = None;
            self.terms.claim = None;
            self.terms.over = None;
            self.watch_anew();
            if !self.rules() {
                // A standby's word that it has no part in this term; who waits for an old lease reads it.
                self.beat_soon();
            }
        }
        if term == self.terms.newest && self.terms.owner.is_none() {
            self.terms.owner = Some(owner.clone());
        }
    }

    pub(crate) fn saw_claim(&mut self, claim: TermFile) {
        let node = claim.node.clone();
        self.saw_term(claim.term, &node);
        let (life, lease) = (claim.incarnation, claim.lease_outlived());
        self.terms.owners.insert(claim.term, Owner { node: node.clone(), life, lease });
        if claim.term == self.terms.newest {
            self.terms.owner = Some(node);
            self.terms.claim = Some(claim);
        }
    }

    /// A term whose owner cannot be known: nobody's beat can shorten the wait for it.
    pub(crate) fn saw_nameless(&mut self, term: Term) {
        let (node, life, lease) = (NodeId::new("unknown"), Incarnation(0), Span::ZERO);
        self.terms.owners.entry(term).or_insert(Owner { node, life, lease });
    }

    /// Terms are never deleted: absence is a cached lie, until it has lasted for the whole timeout.
    pub(crate) fn saw_no_term(&mut self, term: Term) {
        let (now, timeout) = (self.now(), self.cfg.timeout);
        let Stage::Claim(claim) = &mut self.stage else { return };
        if term >= claim.term {
            return;
        }
        claim.again_at = Some(now + RETRY);
        if now.since(claim.fenced_at) > timeout {
            self.note_damage(names::term(term).to_string(), "it is gone; its owner is waited for as unknown");
            self.saw_nameless(term);
        }
    }

    /// A `.end` counts when it names the owner's very life.
    pub(crate) fn saw_end(&mut self, end: &EndFile) {
        let names_owner =
            self.terms.claim.as_ref().is_some_and(|c| {
                c.term == end.term && c.node == end.node && c.incarnation == end.incarnation
            });
        if names_owner {
            self.terms.over = Some(format!("{} ended its term ({:?})", end.node, end.why));
        }
    }
}

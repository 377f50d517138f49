//! Two versions of the record format in one plane: a server of a newer release has taken over and writes what this
//! release does not know. Whoever meets it must refuse it by its name, and read nothing else into it.

use base::{Incarnation, Lsn, NodeId, Term, WallMs};
use ha::files::{self, NodeFile, PlaneFile, TermFile};
use ha::names;
use ha::record::{self, Chain, Header, Kind};
use ha::status::Role;
use ha::verbs::Verb;

use super::World;
use super::troubles::NOBODY;
use crate::check::Rule;
use crate::check::history::Replay;

impl World {
    /// A newer release claims the next term, fences the log with a record of its own format, and is stopped again.
    pub(super) fn newer_release(&mut self) {
        let truth = self.store.truth();
        let known = |folder: &str| {
            let of = |n: &ha::verbs::Name| {
                names::number(n.leaf(), ".json").filter(|_| n.as_str().starts_with(folder))
            };
            truth.keys().filter_map(of).max()
        };
        let (Some(term), Some(head)) = (known("terms/"), known("log/")) else { return };
        let Some(Ok(plane)) = truth.get(&names::plane()).map(|b| files::from_bytes::<PlaneFile>(b)) else {
            return;
        };
        let Some(mut file) = truth.iter().find_map(|(name, bytes)| {
            names::is_node(name).then(|| files::from_bytes::<NodeFile>(bytes).ok()).flatten()
        }) else {
            return;
        };
        let (term, slot) = (Term(term + 1), Lsn(head + 1));
        let mut prev = Chain::genesis(&plane.plane, plane.era);
        for lsn in 1..slot.0 {
            let Some(bytes) = self.store.created().get(&names::record(Lsn(lsn))) else { return };
            prev = prev.next(bytes);
        }
        let node = NodeId::new("newer");
        let incarnation = Incarnation(self.now);
        let claim = TermFile {
            term,
            plane: file.plane.clone(),
            node: node.clone(),
            incarnation,
            uid: "newer".to_owned(),
            uri: String::new(),
            why: "a newer release".to_owned(),
            at: WallMs(0),
            gap_ms: None,
            lease_ms: None,
        };
        let header = Header {
            format: record::FORMAT + 1,
            lsn: slot,
            term,
            kind: Kind::Fence,
            node: node.clone(),
            incarnation,
            uid: claim.uid.clone(),
            prev,
            ops: 0,
        };
        (file.node, file.incarnation, file.uid) = (node.clone(), incarnation, claim.uid.clone());
        (file.term, file.follows, file.head, file.floor) = (term, term, slot, Lsn(0));
        (file.role, file.ended, file.uri) = (files::FileRole::Terminated, true, String::new());
        let Some(own) = names::node(&node) else { return };
        for verb in [
            Verb::Create { name: names::term(term), bytes: files::to_bytes(&claim) },
            Verb::Create { name: names::record(slot), bytes: record::encode(&header, &[] as &[&str]) },
            Verb::PutOwn { name: own, bytes: files::to_bytes(&file) },
        ] {
            let calm = self.draw.calm();
            self.store.run(&calm, self.now, NOBODY, &verb);
            // A store that is full takes nothing of it.
            if matches!(&verb, Verb::Create { name, .. } if !self.store.truth().contains_key(name)) {
                return;
            }
        }
        self.note(|_| format!("a newer release fences record {slot} with term {term}"));
        self.count("newer releases");
        self.newer_at = Some(slot);
    }

    /// Every server says that it does not know what is there.
    pub(super) fn all_refuse(&self) -> bool {
        let refuses = |why: &str| why.contains("format") && why.contains("start a release that knows it");
        !self.stormy
            && self.servers.iter().all(|s| {
                let status = s.view.as_ref().map(|v| &v.status);
                s.up && status.is_some_and(|s| s.role == Some(Role::Failed) && refuses(&s.why))
            })
    }

    /// The end of such a world: all that was acknowledged lies below the newer record.
    pub(super) fn settle_refused(&mut self, slot: Lsn) {
        if !self.all_refuse() {
            let text = format!("not all refuse record {slot}: {}", self.why_not_at_rest());
            return self.checker.wrong(Rule::Format, text);
        }
        let below = Lsn(slot.0 - 1);
        let app = base::EntityId::new(super::APP);
        match Replay::new(self.store.created(), &app).and_then(|r| r.up_to(below, &self.shown())) {
            Ok(history) => {
                let reads = std::mem::take(&mut self.reads);
                self.checker.judge(&history, &reads);
            }
            Err(why) => self.checker.wrong(Rule::Replay, why),
        }
    }
}

//! What befalls servers and their store, and what brings them back.

use base::{Incarnation, Lsn, NodeId, Span, Term, WallMs};
use ha::config::Mode;
use ha::files::{self, EndFile, EndWhy, NodeFile, TermFile};
use ha::names;
use ha::record::{self, Chain, Header, Kind};
use ha::verbs::{Lane, Name, Verb};
use node::Node;
use node::interface::{Effect, Input};

use super::server::config_of;
use super::silence::Silences;
use super::{Event, World};

/// A client of the store that is none of the servers.
pub(super) const NOBODY: usize = 200;

impl World {
    pub(super) fn trouble(&mut self) {
        if !self.stormy {
            return;
        }
        let every = self.draw.trouble_every.0;
        let at = self.now + every / 2 + self.rng.below(every);
        self.put(at, Event::Trouble);
        self.stray_words();
        if self.draw.chair && self.rng.one_in(4) {
            return self.order();
        }
        if self.draw.upgrade && !self.is_switched() && !self.rng.one_in(3) {
            return self.roll();
        }
        let node = self.rng.below(self.servers.len() as u64) as usize;
        let timeout = self.draw.timeout.0;
        match self.rng.below(14) {
            0 | 1 if self.draw.crash => self.crash(node),
            2 | 3 if self.draw.pause && self.servers[node].up => {
                let span = self.rng.below(timeout * 3);
                self.happen(Event::Pause { node, span });
            }
            4 if self.draw.cut => {
                let span = self.rng.below(timeout * 3);
                self.count("cuts from the store");
                self.note(|w| format!("{} is cut from the store for {}", w.servers[node].id, Span(span)));
                self.servers[node].cut_until = self.now + span;
                if self.rng.one_in(3) {
                    for server in &mut self.servers {
                        server.cut_until = self.now + span;
                    }
                }
            }
            5 if self.draw.full => {
                self.store.full = true;
                let at = self.now + self.rng.below(timeout * 2);
                self.count("store full");
                self.put(at, Event::StoreBack);
            }
            6 if self.draw.modes && self.servers[node].up => {
                let mode = [
                    Mode::Auto,
                    Mode::Master,
                    Mode::Standby,
                    Mode::HotStandby,
                    Mode::HotBackup,
                    Mode::Disabled,
                ][self.rng.below(6) as usize];
                self.count("modes set");
                self.note(|w| format!("{} is asked to be {mode:?}", w.servers[node].id));
                self.step(node, Input::SetMode(mode));
            }
            7 if self.draw.stop && self.servers[node].up => {
                self.count("graceful stops");
                self.note(|w| format!("{} is asked to stop", w.servers[node].id));
                self.step(node, Input::Stop);
            }
            8 if self.newer_at.is_some() => {}
            8 if self.draw.newer && self.rng.one_in(2) => self.newer_release(),
            8 if self.draw.misled => self.misled_claimant(),
            9 if self.draw.denied => {
                let span = self.rng.below(timeout * 3);
                self.count("permissions lost");
                self.note(|w| format!("{} is denied the store for {}", w.servers[node].id, Span(span)));
                self.servers[node].denied_until = self.now + span;
            }
            10 if self.draw.hangs => {
                let lane = Lane::ALL[self.rng.below(Lane::ALL.len() as u64) as usize];
                let span = self.rng.below(timeout * 3);
                self.count("lanes that hung");
                self.note(|w| format!("lane {lane:?} of {} hangs for {}", w.servers[node].id, Span(span)));
                self.servers[node].hang_until.insert(lane, self.now + span);
            }
            11 if self.draw.rates => self.change_rate(node),
            12 if self.draw.wall => {
                let hours = self.rng.below(3) as i64 - 1;
                self.count("wall clocks that jumped");
                self.servers[node].wall_off = hours * 3_600_000 + self.rng.below(10_000) as i64;
            }
            13 if self.draw.host_loss => {
                self.count("hosts lost");
                self.crash(node);
                self.hosts[node].restart();
            }
            _ => {}
        }
    }

    /// A clock runs at another rate from now on; what it shows does not jump.
    fn change_rate(&mut self, node: usize) {
        let shown = self.mono(node).0;
        let span = self.draw.rate_permille;
        let rate = 1000 + self.rng.below(span * 2 + 1) - span;
        self.count("clock rates changed");
        let server = &mut self.servers[node];
        (server.offset, server.since, server.rate) = (shown, self.now, rate);
        self.note_lease(node);
    }

    /// Now and then a master dies at the boundary of a record: before it is created, or after that and before the
    /// answer.
    pub(super) fn dies_at_record(&mut self, node: usize, verb: &Verb, created: bool) -> bool {
        let appends = matches!(verb, Verb::Create { name, .. } if name.as_str().starts_with("log/"));
        let one_in = self.draw.record_crash;
        if !(appends && self.stormy && one_in > 0 && self.rng.one_in(one_in)) {
            return false;
        }
        self.count(if created { "deaths after a record" } else { "deaths before a record" });
        self.crash(node);
        true
    }

    /// Somebody who took another history for the plane's owns the next term, and its fence stands above the floor. It
    /// dies before it is found out: the others step over it.
    fn misled_claimant(&mut self) {
        let truth = self.store.truth();
        let numbers = |folder: &str| {
            let of = |n: &Name| names::number(n.leaf(), ".json").filter(|_| n.as_str().starts_with(folder));
            truth.keys().filter_map(of).max()
        };
        let (Some(term), Some(head)) = (numbers("terms/"), numbers("log/")) else { return };
        let (term, slot) = (Term(term + 1), Lsn(head + 1));
        let Some(mut file) = truth.iter().find_map(|(name, bytes)| {
            names::is_node(name).then(|| files::from_bytes::<NodeFile>(bytes).ok()).flatten()
        }) else {
            return;
        };
        let misled = NodeId::new("misled");
        (file.node, file.incarnation) = (misled.clone(), Incarnation(self.now));
        (file.term, file.follows, file.head, file.floor) = (term, term, Lsn(0), Lsn(0));
        (file.role, file.ended, file.uri) = (files::FileRole::Terminated, true, String::new());
        let claim = TermFile {
            term,
            plane: file.plane.clone(),
            node: misled.clone(),
            incarnation: file.incarnation,
            uid: "misled".to_owned(),
            uri: String::new(),
            why: "it was misled".to_owned(),
            at: WallMs(0),
            gap_ms: None,
            lease_ms: None,
        };
        let header = Header {
            format: record::FIRST_FORMAT,
            lsn: slot,
            term,
            kind: Kind::Fence,
            node: misled.clone(),
            incarnation: file.incarnation,
            uid: claim.uid.clone(),
            prev: Chain::sum(b"another history"),
            ops: 0,
        };
        let Some(own) = names::node(&misled) else { return };
        self.note(|_| format!("a misled claimant fences record {slot} with term {term}"));
        self.count("misled claimants");
        let fence = record::encode(&header, &[] as &[&str]);
        for verb in [
            Verb::Create { name: names::term(term), bytes: files::to_bytes(&claim) },
            Verb::PutOwn { name: own, bytes: files::to_bytes(&file) },
            Verb::Create { name: names::record(slot), bytes: fence },
        ] {
            self.store.run(&self.draw.calm(), self.now, NOBODY, &verb);
        }
    }

    /// Now and then a master sleeps with a record in hand that has not reached the store; and before it wakes, the
    /// store forgets what lies below the floor.
    pub(super) fn sleeps_with(&mut self, node: usize, verb: &Verb) -> bool {
        let appends = matches!(verb, Verb::Create { name, .. } if name.as_str().starts_with("log/"));
        if !(self.draw.expire && self.stormy && appends && self.says_master(node) && self.rng.one_in(60)) {
            return false;
        }
        let span = self.draw.timeout.0 * 5;
        self.count("masters that slept with a record in hand");
        self.put(self.now, Event::Pause { node, span });
        self.put(self.now + span - 1000, Event::Expire);
        true
    }

    /// What a bucket does whose life cycle rule expires objects: fences go as well.
    pub(super) fn expire(&mut self) {
        if self.stormy {
            let forgotten = self.store.expire();
            self.note(|_| format!("the store forgets {forgotten} records below the floor"));
        }
    }

    pub(super) fn down(&mut self, node: usize) {
        let server = &mut self.servers[node];
        server.up = false;
        server.lanes.clear();
        server.busy.clear();
        server.waiting.clear();
        server.hands.clear();
        server.silences = Silences::default();
        server.view = None;
        server.read = None;
        server.paused_until = 0;
        self.checker.lease_gone(node);
        self.store.forget_client(node);
    }

    fn crash(&mut self, node: usize) {
        if !self.servers[node].up {
            return;
        }
        self.count("crashes");
        self.note(|w| format!("{} crashes", w.servers[node].id));
        let told = self.servers[node].told.take();
        self.down(node);
        let mut restart = self.now + 100_000 + self.rng.below(self.draw.timeout.0 * 4);
        if let Some((term, life)) = told
            && self.draw.prover
        {
            let at = self.now + 1000 + self.rng.below(200_000);
            // The prover and the server share the lock of the data folder.
            restart = restart.max(at + 1);
            self.put(at, Event::Prove { node, term, life });
        }
        self.put(restart, Event::Restart { node });
    }

    /// What the parent process does when it sees its server gone.
    pub(super) fn prove(&mut self, node: usize, term: Term, life: Incarnation) {
        let id = self.servers[node].id.clone();
        let Some(name) = ha::names::node(&id) else { return };
        let found = self.store.truth().get(&name).cloned();
        let Some(Ok(mut file)) = found.map(|b| files::from_bytes::<NodeFile>(&b)) else { return };
        if file.incarnation != life || self.servers[node].up {
            return;
        }
        self.count("proofs of death");
        self.note(|_| format!("the prover of {id} ends term {term}"));
        let end = EndFile {
            plane: file.plane.clone(),
            term,
            node: id,
            incarnation: life,
            beat: file.beat,
            why: EndWhy::HostProof,
            by: "prover".to_owned(),
            hand_over: None,
            at: WallMs(self.now / 1000),
        };
        let calm = self.draw.calm();
        let bytes = files::to_bytes(&end);
        self.store.run(&calm, self.now, 100 + node, &Verb::Create { name: ha::names::term_end(term), bytes });
        file.ended = true;
        file.role = files::FileRole::Terminated;
        self.store.run(&calm, self.now, 100 + node, &Verb::PutOwn { name, bytes: files::to_bytes(&file) });
        self.carry_out(node, Effect::Nudge(Vec::new()));
    }

    pub(super) fn restart(&mut self, node: usize) {
        if self.servers[node].up {
            return;
        }
        let seed = self.rng.next_u64();
        let server = &mut self.servers[node];
        server.life += 1;
        server.up = true;
        self.starts_with_release(node);
        let server = &self.servers[node];
        let config = config_of(
            &self.draw,
            &server.id,
            node,
            server.life,
            server.mode,
            server.incarnation,
            server.priority,
            seed,
            self.hosts[node].boot,
            server.release,
        );
        let server = &mut self.servers[node];
        server.node = Node::new(config.clone());
        server.told = None;
        self.film_begins(node, config);
        self.note(|w| {
            format!(
                "{} starts (life {}, {:?})",
                w.servers[node].id, w.servers[node].life, w.servers[node].mode
            )
        });
        self.step(node, Input::Start);
    }

    pub(super) fn calm(&mut self) {
        self.stormy = false;
        self.calm_at = self.now;
        self.faults = self.draw.calm();
        self.store.full = false;
        self.note(|_| "calm: no more faults".to_owned());
        self.upgrade_the_refused();
        for node in 0..self.servers.len() {
            self.servers[node].paused_until = 0;
            self.servers[node].cut_until = 0;
            self.servers[node].denied_until = 0;
            self.servers[node].hang_until.clear();
            self.servers[node].mode = Mode::Auto;
            if self.draw.chair {
                // A pause ends by the wall clock: with that wrong by an hour, the plane may rest as long.
                self.servers[node].wall_off = 0;
            }
            self.store.forget_client(node);
            if self.servers[node].up {
                self.step(node, Input::SetMode(Mode::Auto));
            } else {
                self.put(self.now + 1000, Event::Restart { node });
            }
        }
    }
}

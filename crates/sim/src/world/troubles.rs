//! What befalls servers and their store, and what brings them back.

use base::{Incarnation, Span, Term, WallMs};
use ha::config::Mode;
use ha::files::{self, EndFile, EndWhy, NodeFile};
use ha::verbs::Verb;
use node::Node;
use node::interface::{Effect, Input};

use super::{Event, World, config_of};

impl World {
    pub(super) fn trouble(&mut self) {
        if !self.stormy {
            return;
        }
        let every = self.draw.trouble_every.0;
        let at = self.now + every / 2 + self.rng.below(every);
        self.put(at, Event::Trouble);
        let node = self.rng.below(self.servers.len() as u64) as usize;
        let timeout = self.draw.timeout.0;
        match self.rng.below(8) {
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
            _ => {}
        }
    }

    pub(super) fn down(&mut self, node: usize) {
        let server = &mut self.servers[node];
        server.up = false;
        server.lanes.clear();
        server.busy.clear();
        server.waiting.clear();
        server.view = None;
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
        let config = config_of(
            &self.draw,
            &server.id,
            node,
            server.life,
            server.mode,
            server.incarnation,
            server.priority,
            seed,
        );
        server.node = Node::new(config);
        server.told = None;
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
        self.faults = self.draw.calm();
        self.store.full = false;
        self.note(|_| "calm: no more faults".to_owned());
        for node in 0..self.servers.len() {
            self.servers[node].paused_until = 0;
            self.servers[node].cut_until = 0;
            self.servers[node].mode = Mode::Auto;
            self.store.forget_client(node);
            if self.servers[node].up {
                self.step(node, Input::SetMode(Mode::Auto));
            } else {
                self.put(self.now + 1000, Event::Restart { node });
            }
        }
    }
}

//! The start: what plane this is, what this node was before, who rules.

use base::{Incarnation, Mono, PlaneId, Span, Term};

use crate::config::{Mode, Persist};
use crate::files::{self, EndFile, EndWhy, NodeFile, PlaneFile, TermFile};
use crate::input::{Effect, Exit, Level};
use crate::names::{self, Folder};
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, Lane, Name, Verb};

const FOLDERS: [Folder; 4] = [Folder::Terms, Folder::Nodes, Folder::Log, Folder::Ckpt];

/// Between two tries while the store gives trouble.
const RETRY: Span = Span::millis(250);

/// Steps of the start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
pub(crate) enum Boot {
    /// `again`: the folder is known not to be empty.
    ReadPlane {
        again: bool,
    },
    /// Is the folder empty? The index of the folder that is listed.
    ListFolders(usize),
    CreatePlane,
    ReadOwn,
    /// The id was used on another running of a host, or from another data folder: does its file rise?
    WatchOwn(NodeFile, Mono),
    ListTerms,
    ReadTerm,
    ReadEnd,
    FirstBeat,
    /// The first full look round.
    FirstLook,
}

impl Ha {
    pub(crate) fn boot_begin(&mut self) {
        self.boot_to(Boot::ReadPlane { again: false });
    }

    fn boot(&self) -> Option<&Boot> {
        match &self.stage {
            Stage::Boot(step) => Some(step),
            _ => None,
        }
    }

    fn boot_to(&mut self, step: Boot) {
        self.stage = Stage::Boot(step);
        self.boot_ask();
    }

    fn boot_ask(&mut self) {
        let Some(step) = self.boot().cloned() else { return };
        let (lane, verb) = match step {
            Boot::WatchOwn(..) | Boot::FirstBeat | Boot::FirstLook => return,
            Boot::ReadPlane { .. } => (Lane::Look, Verb::Read { name: names::plane() }),
            Boot::ListFolders(i) => {
                (Lane::Look, Verb::List { prefix: names::folder(FOLDERS[i]), after: None, max: 1 })
            }
            Boot::CreatePlane => {
                let file = PlaneFile { plane: PlaneId::draw(&mut self.rng), era: 1, layout: files::LAYOUT };
                (Lane::Look, Verb::Create { name: names::plane(), bytes: files::to_bytes(&file) })
            }
            Boot::ReadOwn => match names::node(&self.cfg.node) {
                Some(name) => (Lane::Beat, Verb::Read { name }),
                None => {
                    let why =
                        format!("\"{}\" cannot be a node id: letters, digits, - and _ only", self.cfg.node);
                    return self.exit(Exit::BadConfig(why));
                }
            },
            Boot::ListTerms => {
                let after = (self.terms.newest.0 > 0).then(|| names::term(self.terms.newest));
                let max = base::limits::LIST_PAGE_MAX;
                (Lane::Look, Verb::List { prefix: names::folder(Folder::Terms), after, max })
            }
            Boot::ReadTerm => (Lane::Look, Verb::Read { name: names::term(self.terms.newest) }),
            Boot::ReadEnd => (Lane::Look, Verb::Read { name: names::term_end(self.terms.newest) }),
        };
        self.ask(lane, verb, Want::Boot);
    }

    pub(crate) fn boot_answer(&mut self, answer: Answer) {
        let Some(step) = self.boot().cloned() else { return };
        if let Answer::Failed(fault) | Answer::Unknown(fault) = &answer {
            self.note_trouble("starting", &fault.text);
            // Whatever it was, asking again is right: a plane that was created after all is read.
            self.boot_wait = Some(self.now() + RETRY);
            if step == Boot::CreatePlane {
                self.stage = Stage::Boot(Boot::ReadPlane { again: false });
            }
            return;
        }
        match (step, answer) {
            (Boot::ReadPlane { .. }, Answer::Content(Some(bytes))) => self.boot_plane(&bytes),
            (Boot::ReadPlane { again: false }, Answer::Content(None)) => self.boot_to(Boot::ListFolders(0)),
            (Boot::ReadPlane { again: true }, Answer::Content(None)) => self.exit(Exit::Unfit(
                "it holds terms, nodes, records or checkpoints but no plane.json: plane.json was removed, or this is \
                 not the folder of a plane. Bring plane.json back, or point persistenceDir at an empty folder"
                    .to_owned(),
            )),
            (Boot::ListFolders(i), Answer::Page { names, .. }) => match names.first() {
                None if i + 1 < FOLDERS.len() => self.boot_to(Boot::ListFolders(i + 1)),
                None => self.boot_to(Boot::CreatePlane),
                // Another server may be making the plane right now; or its absence was a cached lie.
                Some(_) => {
                    self.stage = Stage::Boot(Boot::ReadPlane { again: true });
                    self.boot_wait = Some(self.now() + RETRY);
                }
            },
            (Boot::CreatePlane, Answer::Created) => {
                self.say(Level::Info, "made a new plane in an empty folder");
                self.boot_to(Boot::ReadPlane { again: false });
            }
            (Boot::CreatePlane, _) => self.boot_to(Boot::ReadPlane { again: false }),
            (Boot::ReadOwn | Boot::WatchOwn(..), Answer::Content(found)) => self.boot_own(found.as_deref()),
            (Boot::ListTerms, Answer::Page { names, more }) => self.boot_terms(&names, more),
            (Boot::ReadTerm, Answer::Content(Some(bytes))) => self.boot_term(&bytes),
            (Boot::ReadTerm, Answer::Content(None)) => self.boot_to(Boot::ListTerms),
            (Boot::ReadEnd, Answer::Content(found)) => self.boot_end(found.as_deref()),
            (step, answer) => {
                self.say(Level::Error, format!("while starting ({step:?}) the store answered {answer:?}"));
                self.exit(Exit::Unfit("the store gave an answer that does not fit the question".to_owned()));
            }
        }
    }

    fn boot_plane(&mut self, bytes: &[u8]) {
        match files::from_bytes::<PlaneFile>(bytes) {
            Ok(plane) if plane.layout == files::BACKUP => self.exit(Exit::Unfit(
                "it is a back-up, which no server runs on: bring it back into an empty folder with \
                 `brownstone store restore`"
                    .to_owned(),
            )),
            Ok(plane) if plane.layout == files::RESTORING => self.exit(Exit::Unfit(
                "a restore into it has not finished: wait for it, or begin again with \
                 `brownstone store restore --again`"
                    .to_owned(),
            )),
            Ok(plane) if plane.layout > files::LAYOUT => self.exit(Exit::Unfit(format!(
                "plane.json says layout {}, and this release knows up to {}: start a newer release",
                plane.layout,
                files::LAYOUT
            ))),
            Ok(plane) => {
                self.plane = Some(plane);
                self.anchored();
                self.boot_to(Boot::ReadOwn);
            }
            Err(why) => self.exit(Exit::Unfit(format!("plane.json cannot be read ({why}): bring it back"))),
        }
    }

    /// The own file tells of the life before. A file that goes on rising belongs to somebody who lives.
    fn boot_own(&mut self, found: Option<&[u8]>) {
        let file = match found.map(files::from_bytes::<NodeFile>) {
            None => return self.boot_own_done(),
            Some(Err(why)) => {
                let name = format!("nodes/{}.json", self.cfg.node);
                self.note_damage(name, format!("it cannot be read ({why}); it is written anew"));
                return self.boot_own_done();
            }
            Some(Ok(file)) => file,
        };
        self.incarnation = self.incarnation.max(file.incarnation.next());
        if self.plane.as_ref().is_some_and(|p| p.plane == file.plane && p.era == file.era) {
            self.learn_orders(&file.orders);
            // It was durable then: up to there records are read, several at once; only what came after it is probed.
            self.log.had = file.head;
            self.log.target = self.log.target.max(file.head);
        }
        let mine = file.home == self.cfg.home && file.boot == self.cfg.boot;
        // The lock of the data folder is mine: on this running of this host nobody else lives in it.
        if mine || file.ended {
            return self.boot_own_done();
        }
        // The same folder on a host that was restarted: three beats. Another folder that uses this id may be
        // stopped for a while with a lease in hand: until that must have run out.
        let lease = file.lease_outlived();
        let still = self.cfg.beat * 3;
        let watch_until = self.now() + if file.home == self.cfg.home { still } else { still.max(lease) };
        if let Stage::Boot(Boot::WatchOwn(before, until)) = &self.stage {
            if (before.incarnation, before.beat, &before.uid) != (file.incarnation, file.beat, &file.uid) {
                let why = format!(
                    "node id {} is in use: a server on host {} ({}) writes nodes/{}.json. Give this one another \
                     brownstone.ha.nodeId, or none",
                    self.cfg.node, file.host, file.uri, self.cfg.node
                );
                return self.exit(Exit::BadConfig(why));
            }
            if self.now() >= *until {
                return self.boot_own_done();
            }
            self.boot_wait = Some((self.now() + self.cfg.beat).min(*until));
        } else {
            self.say(
                Level::Info,
                format!(
                    "node id {} was used on host {} before; watching whether it still is",
                    file.node, file.host
                ),
            );
            self.stage = Stage::Boot(Boot::WatchOwn(file, watch_until));
            self.boot_wait = Some(self.now() + self.cfg.beat);
        }
    }

    fn boot_own_done(&mut self) {
        self.out.push(Effect::KeepIncarnation(self.incarnation));
        self.boot_to(Boot::ListTerms);
    }

    fn boot_terms(&mut self, found: &[Name], more: bool) {
        let newest = found.iter().filter_map(|n| names::number(n.leaf(), ".json")).max();
        if let Some(newest) = newest {
            self.terms.newest = self.terms.newest.max(Term(newest));
        }
        if more && newest.is_some() {
            self.boot_to(Boot::ListTerms);
        } else if self.terms.newest == Term(0) {
            self.boot_to_beat();
        } else {
            self.boot_to(Boot::ReadTerm);
        }
    }

    fn boot_term(&mut self, bytes: &[u8]) {
        match files::from_bytes::<TermFile>(bytes) {
            Ok(claim) => self.saw_claim(claim),
            Err(why) => {
                let name = names::term(self.terms.newest).to_string();
                self.note_damage(name, format!("it cannot be read ({why}); its owner is watched as unknown"));
            }
        }
        self.boot_to(Boot::ReadEnd);
    }

    fn boot_end(&mut self, found: Option<&[u8]>) {
        if let Some(Ok(end)) = found.map(files::from_bytes::<EndFile>) {
            self.saw_end(&end);
        }
        // A term of an earlier life of this node is over: the lock of the data folder proves it, or the watch.
        let own = self.terms.claim.as_ref().is_some_and(|c| c.node == self.cfg.node);
        if own && self.terms.over.is_none() {
            let claim = self.terms.claim.clone();
            if let Some(claim) = claim {
                self.create_end(claim.term, claim.incarnation, u64::MAX, EndWhy::HostProof);
            }
            self.terms.over = Some("this server was started anew".to_owned());
        }
        self.boot_to_beat();
    }

    fn boot_to_beat(&mut self) {
        self.stage = Stage::Boot(Boot::FirstBeat);
        self.beat_soon();
    }

    pub(crate) fn boot_wake(&self) -> Option<Mono> {
        self.boot()?;
        self.boot_wait
    }

    pub(crate) fn run_boot(&mut self) {
        let Some(step) = self.boot().cloned() else { return };
        if let Some(at) = self.boot_wait {
            if self.now() < at {
                return;
            }
            self.boot_wait = None;
            if let Boot::WatchOwn(..) = step {
                if let Some(name) = names::node(&self.cfg.node) {
                    self.ask(Lane::Beat, Verb::Read { name }, Want::Boot);
                }
            } else {
                self.boot_ask();
            }
            return;
        }
        match step {
            Boot::FirstBeat if self.beat.confirmed > 0 => {
                self.stage = Stage::Boot(Boot::FirstLook);
                self.look.wanted_full = true;
                self.look.wanted = true;
            }
            Boot::FirstLook if self.look.listed_at.is_some() => self.boot_done(),
            _ => {}
        }
    }

    /// All is known that can be: take the place that the mode asks for, or refuse.
    fn boot_done(&mut self) {
        let ruler = self.live_ruler();
        let others = self.live_others();
        let fresh = self.terms.newest == Term(0);
        if self.cfg.persist == Persist::Rebind && fresh && self.log.target.0 == 0 {
            return self.exit(Exit::BadConfig(
                "persistMode is REBIND and the folder holds no state; use AUTO to begin a new one".to_owned(),
            ));
        }
        if self.cfg.persist == Persist::Clean && !others.is_empty() {
            let why = format!(
                "persistMode is CLEAN, which is refused while {} lives; stop it first",
                others.join(", ")
            );
            return self.exit(Exit::BadConfig(why));
        }
        if self.mode == Mode::Disabled && (ruler.is_some() || !others.is_empty()) {
            let who = ruler.unwrap_or_else(|| others.join(", "));
            let why = format!(
                "highAvailabilityMode is DISABLED, which is refused on a folder where {who} lives; stop it, or use AUTO"
            );
            return self.exit(Exit::BadConfig(why));
        }
        self.stage = Stage::Follow;
        match (self.mode, &ruler) {
            (Mode::Master, Some(who)) => self.say(
                Level::Warn,
                format!("configured as MASTER, but {who} is master and alive: joining as a standby"),
            ),
            (Mode::Standby | Mode::HotStandby, None) => self.say(
                Level::Warn,
                format!("configured as {:?} and there is no master: waiting as one, and taking part in the election", self.mode),
            ),
            _ => {}
        }
        self.beat_soon();
    }

    /// A `.end` that nobody waits for: where it fails, silence says the same, later.
    pub(crate) fn create_end(&mut self, term: Term, incarnation: Incarnation, beat: u64, why: EndWhy) {
        let Some(plane) = &self.plane else { return };
        let file = EndFile {
            plane: plane.plane.clone(),
            term,
            node: self.cfg.node.clone(),
            incarnation,
            beat,
            why,
            by: self.cfg.node.to_string(),
            hand_over: self.ordered.handed.clone().filter(|h| h.term == term),
            at: self.at.wall,
        };
        let bytes = files::to_bytes(&file);
        self.ask(Lane::Look, Verb::Create { name: names::term_end(term), bytes }, Want::End);
    }

    pub(crate) fn exit(&mut self, exit: Exit) {
        self.stage = Stage::Ended;
        self.out.push(Effect::Exit(exit));
    }
}

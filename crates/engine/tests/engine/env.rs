//! A plane of one engine with a scripted machine. Every step is checked: folding its changes over the old state
//! gives the new one, also from their bytes; the invariants hold; a checkpoint brings the state back.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{EntityId, Moment, Mono, Span, TaskId, Term, WallMs};
use brownstone_engine::effect::{Effect, HttpResponse, Outcome, Refusal, Reply, Work, WorkKey};
use brownstone_engine::input::{Caller, Command, Host, Input, Reign, RequestId, TimerId, WriteKey};
use brownstone_engine::{Change, Entity, Lifecycle, Root, Status, Task, step};
use model::compile::compile_children;
use model::spec::{AppSpec, LocationSpec};
use serde_json::Value;

use crate::machine::Machine;

pub(crate) struct Env {
    pub(crate) root: Root,
    /// Where the scenes of the take-over tests deploy to.
    pub(crate) location: LocationSpec,
    /// The same history, folded from its bytes: what a standby has.
    pub(crate) standby: Root,
    pub(crate) at: Moment,
    pub(crate) machine: Machine,
    /// What the server itself was asked for and has not answered.
    pub(crate) of_server: Vec<(WorkKey, Work)>,
    /// What every address answers by itself; `None`: requests wait for the test.
    pub(crate) web: Option<(u16, String)>,
    pub(crate) timers: BTreeMap<TimerId, Mono>,
    pub(crate) replies: Vec<(RequestId, Reply)>,
    /// What was said to whoever looks after the server.
    pub(crate) warnings: Vec<String>,
    pub(crate) log: Vec<Vec<u8>>,
    /// The changes of the last step.
    pub(crate) last: Vec<Change>,
    term: u64,
    requests: u64,
    steps: usize,
}

pub(crate) fn host(id: &str, boot: &str) -> Host {
    Host {
        id: id.to_owned(),
        name: format!("host-{id}"),
        boot: boot.to_owned(),
        address: "10.0.0.1".to_owned(),
        base_dir: "/tmp/brooklyn-tester".to_owned(),
    }
}

impl Env {
    /// A plane whose first master rules on host A.
    pub(crate) fn new() -> Self {
        let mut env = Self {
            root: Root::empty(),
            location: crate::specs::localhost(),
            standby: Root::empty(),
            at: Moment { now: Mono(1_000_000), wall: WallMs(1_700_000_000_000) },
            machine: Machine::default(),
            of_server: Vec::new(),
            web: None,
            timers: BTreeMap::new(),
            replies: Vec::new(),
            log: Vec::new(),
            last: Vec::new(),
            term: 0,
            warnings: Vec::new(),
            requests: 0,
            steps: 0,
        };
        env.take_over("node1", host("A", "boot1"), "first start");
        env
    }

    /// Another master, which knows the log only.
    pub(crate) fn take_over(&mut self, node: &str, host: Host, why: &str) {
        self.term += 1;
        self.root = self.standby.clone();
        self.timers.clear();
        self.of_server.clear();
        self.machine.new_master(&host);
        let reign = Reign {
            term: Term(self.term),
            node: node.to_owned(),
            host,
            why: why.to_owned(),
            seed: 0x5eed + self.term,
        };
        self.input(Input::TookOver(reign));
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.steps += 1;
        let done = step(&self.root, self.at, input);
        let mut folded = self.root.clone();
        for change in &done.changes {
            folded.apply(change).expect("a change of a step fits");
            let bytes = change.encode().into_bytes();
            assert!(!bytes.contains(&b'\n'), "one line each");
            let read = Change::decode(&bytes).expect("a change can be read");
            assert_eq!(read, *change, "what is read is what was written");
            self.standby.apply(&read).expect("a standby can follow");
            self.log.push(bytes);
        }
        // On a large plane a part of the steps must do: each check walks everything.
        let often = if done.root.entity_count() < 100 { 1 } else { 101 };
        if self.steps.is_multiple_of(often) {
            let hash = done.root.hash();
            assert_eq!(folded.hash(), hash, "the changes are all that changed");
            assert_eq!(self.standby.hash(), hash, "a standby has the same state");
            let wrong = brownstone_engine::check(&done.root);
            assert_eq!(wrong, Vec::<String>::new(), "after {:?}", done.changes);
        }
        if self.steps.is_multiple_of(7 * often) {
            Self::check_checkpoint(&done.root);
        }
        self.root = done.root;
        self.last = done.changes;
        for effect in done.effects {
            match effect {
                Effect::Reply { request, reply } => self.replies.push((request, reply)),
                Effect::Run {
                    key,
                    work: work @ (Work::Http(_) | Work::Password { .. } | Work::Children { .. }),
                    ..
                } => self.of_server.push((key, work)),
                Effect::Run { key, machine, work } => self.machine.ask(key, machine, work),
                Effect::Cancel { key } => self.machine.cancel(&key),
                Effect::Timer { id, at } => {
                    self.timers.insert(id, at);
                }
                Effect::Warn { text } => self.warnings.push(text),
                // The chair is nobody's here.
                Effect::HandOver { .. } => {}
            }
        }
    }

    fn check_checkpoint(root: &Root) {
        let mut loaded = Root::empty();
        let parts: Vec<Vec<u8>> = root.checkpoint_parts().collect();
        // Parts may be loaded in any order.
        for part in parts.iter().rev() {
            loaded.load_part(part).expect("a checkpoint can be read");
        }
        assert_eq!(loaded.hash(), root.hash(), "a checkpoint brings the state back");
        assert_eq!(brownstone_engine::check(&loaded), Vec::<String>::new());
    }

    pub(crate) fn command(&mut self, command: Command) -> Reply {
        self.keyed(None, command)
    }

    pub(crate) fn keyed(&mut self, key: Option<WriteKey>, command: Command) -> Reply {
        self.requests += 1;
        let request = RequestId(self.requests);
        let caller =
            Caller { user: "admin".to_owned(), source: "127.0.0.1".to_owned(), uri: "/v1".to_owned() };
        self.input(Input::Command { request, caller, key, command });
        let (of, reply) = self.replies.last().expect("each command is answered");
        assert_eq!(*of, request);
        let reply = reply.clone();
        if !matches!(reply, Reply::Refused(_)) {
            assert!(!self.last.is_empty(), "each acknowledged write makes a record");
        }
        reply
    }

    pub(crate) fn deploy(&mut self, spec: AppSpec) -> (EntityId, TaskId) {
        task_of(self.command(Command::Deploy { id: None, spec: Arc::new(spec), start: true }))
    }

    pub(crate) fn invoke(&mut self, entity: &EntityId, effector: &str) -> TaskId {
        self.invoke_with(entity, effector, [])
    }

    pub(crate) fn invoke_with<const N: usize>(
        &mut self,
        entity: &EntityId,
        effector: &str,
        params: [(&str, Value); N],
    ) -> TaskId {
        let params = params.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        let command = Command::Invoke { entity: entity.clone(), effector: effector.to_owned(), params };
        task_of(self.command(command)).1
    }

    /// Lets one thing happen: something on the machine, or else the next timer. False: nothing is left to happen
    /// but regular polls of an idle plane.
    pub(crate) fn turn(&mut self) -> bool {
        let due = self.timers.iter().find(|(_, at)| **at <= self.at.now).map(|(id, at)| (id.clone(), *at));
        if let Some((id, at)) = due {
            self.fire(id, at);
            return true;
        }
        if let Some((key, outcome)) = self.machine.happen() {
            self.at.now = self.at.now + Span::millis(1);
            self.at.wall.0 += 1;
            self.input(Input::Work { key, outcome });
            return true;
        }
        if let Some((status, body)) = self.web.clone()
            && let Some(at) = self.of_server.iter().position(|(_, work)| matches!(work, Work::Http(_)))
        {
            let (key, _) = self.of_server.remove(at);
            self.answer(key, status, &body);
            return true;
        }
        if let Some(at) = self.of_server.iter().position(|(_, w)| matches!(w, Work::Children { .. }))
            && let (key, Work::Children { blueprint, params }) = self.of_server.remove(at)
        {
            let around = model::Surroundings::default();
            let outcome = match compile_children("blueprint", &blueprint, &params, &around) {
                Ok(children) => Outcome::Children(children.specs),
                Err(found) => Outcome::Failed(found.brooklyn_message()),
            };
            self.input(Input::Work { key, outcome });
            return true;
        }
        let busy = self.root.tasks().any(|t| !t.is_ended());
        let next = self
            .timers
            .iter()
            .filter(|(id, _)| busy || matches!(id, TimerId::Step(_) | TimerId::TakeOver | TimerId::GoOn))
            .min_by_key(|(_, at)| **at)
            .map(|(id, at)| (id.clone(), *at));
        let Some((id, at)) = next else { return false };
        self.fire(id, at);
        true
    }

    /// A web server answers a request.
    pub(crate) fn answer(&mut self, key: WorkKey, status: u16, body: &str) {
        let (headers, body) = (Vec::new(), body.to_owned());
        let answer = HttpResponse { status, headers, body, took: Span::millis(1) };
        self.input(Input::Work { key, outcome: Outcome::Http(answer) });
    }

    pub(crate) fn fire(&mut self, id: TimerId, at: Mono) {
        self.timers.remove(&id);
        let ahead = at.since(self.at.now);
        self.at.now = self.at.now + ahead;
        self.at.wall.0 += ahead.as_millis();
        self.input(Input::Timer(id));
    }

    /// Lets all polls that are due within `span` happen, and what follows from them.
    pub(crate) fn pass(&mut self, span: Span) {
        let until = self.at.now + span;
        self.settle();
        while let Some((id, at)) = self
            .timers
            .iter()
            .filter(|(_, at)| **at <= until)
            .min_by_key(|(_, at)| **at)
            .map(|(i, a)| (i.clone(), *a))
        {
            self.fire(id, at);
            self.settle();
        }
    }

    /// Lets everything happen that is under way.
    pub(crate) fn settle(&mut self) {
        for _ in 0..20_000 {
            if !self.turn() {
                return;
            }
        }
        panic!(
            "it does not come to rest: {:?}",
            self.root.tasks().filter(|t| !t.is_ended()).collect::<Vec<_>>()
        );
    }

    pub(crate) fn entity(&self, id: &EntityId) -> &Entity {
        self.root.entity(id).expect("the entity is there")
    }

    pub(crate) fn named(&self, name: &str) -> EntityId {
        self.root.entities().find(|e| e.name == name).expect("an entity of this name").id.clone()
    }

    pub(crate) fn state(&self, id: &EntityId) -> Option<Lifecycle> {
        self.entity(id).state()
    }

    pub(crate) fn task(&self, id: &TaskId) -> &Task {
        self.root.task(id).expect("the task is there")
    }

    pub(crate) fn status(&self, id: &TaskId) -> Status {
        self.task(id).status
    }

    /// The names of a task's parts, all the way down, indented.
    pub(crate) fn outline(&self, id: &TaskId) -> Vec<String> {
        let mut lines = Vec::new();
        let mut open = vec![(id.clone(), 0)];
        while let Some((id, depth)) = open.pop() {
            let task = self.task(&id);
            lines.push(format!("{}{}: {}", "  ".repeat(depth), task.name, task.status.word()));
            open.extend(self.root.sub_tasks(&id).rev().map(|t| (t.id.clone(), depth + 1)));
        }
        lines
    }

    /// The asked for work that has not ended, by kind.
    pub(crate) fn asked(&self) -> Vec<(WorkKey, Work)> {
        self.machine.open()
    }
}

pub(crate) fn task_of(reply: Reply) -> (EntityId, TaskId) {
    match reply {
        Reply::Task { entity, task } => (entity, task),
        other => panic!("expected a task, not {other:?}"),
    }
}

pub(crate) fn refusal(reply: Reply) -> Refusal {
    match reply {
        Reply::Refused(refusal) => refusal,
        other => panic!("expected a refusal, not {other:?}"),
    }
}

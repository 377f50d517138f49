//! Clients: each wants one thing after the other of whoever says MASTER, and now and then of somebody else. What has a
//! key is sent again with it, over every fail-over, until it is answered.

use std::collections::BTreeMap;

use base::{EntityId, TaskId};
use engine::Root;
use engine::effect::Reply;
use engine::input::{Caller, Command, RequestId, WriteKey};
use ha::status::Role;
use node::interface::{Input, Response};
use serde_json::json;

use super::{APP, Event, World, mix};
use crate::blueprints;
use crate::check::Rule;
use crate::check::asked::{Asked, Read, Verdict, Wish};

/// How many clients there are.
pub(super) const CLIENTS: usize = 4;
/// How many registers they share.
const REGISTERS: u64 = 2;

/// A client, and what it waits for.
#[derive(Default)]
pub(super) struct Client {
    /// What it has asked for and may have to ask again, and since when it waits for an answer.
    open: Option<Open>,
    /// Its next number.
    number: u64,
}

struct Open {
    index: usize,
    command: Command,
    sent: u64,
    /// It was told that it must try again.
    again: bool,
}

impl World {
    /// Whether every client has been told what it wants to know.
    pub(super) fn clients_idle(&self) -> bool {
        self.clients.iter().all(|c| c.open.is_none())
    }

    pub(super) fn client(&mut self, client: usize) {
        let period = self.draw.timeout.0 / 10;
        let at = self.now + period / 2 + self.rng.below(period);
        self.put(at, Event::Client { client });
        let Some(node) = self.whom_to_ask() else { return };
        let patience = self.draw.timeout.0;
        if let Some(open) = &mut self.clients[client].open {
            let waits = !open.again && self.now < open.sent + patience;
            if waits {
                return;
            }
            let (index, command) = (open.index, open.command.clone());
            (open.sent, open.again) = (self.now, false);
            self.count("writes sent again with their key");
            return self.send(node, index, command);
        }
        if self.closing {
            return;
        }
        let Some((wish, command)) = self.wish(client, node) else { return };
        let index = self.checker.asked.len();
        let keyed = !matches!(wish, Wish::Element(_) | Wish::Register(..) | Wish::Once(_));
        let key = keyed.then(|| format!("key-{index}"));
        self.checker.asked.push(Asked { wish, key, asked: self.now, answered: None, reply: None });
        if keyed {
            let open = Open { index, command: command.clone(), sent: self.now, again: false };
            self.clients[client].open = Some(open);
        }
        self.send(node, index, command);
    }

    /// A client believes whoever says MASTER; now and then it believes somebody else.
    fn whom_to_ask(&mut self) -> Option<usize> {
        let masters: Vec<usize> = (0..self.servers.len()).filter(|n| self.says_master(*n)).collect();
        let node = if masters.is_empty() || self.rng.one_in(10) {
            self.rng.below(self.servers.len() as u64) as usize
        } else {
            masters[self.rng.below(masters.len() as u64) as usize]
        };
        self.servers[node].up.then_some(node)
    }

    pub(super) fn send(&mut self, node: usize, index: usize, command: Command) {
        let request = RequestId(self.next_request);
        self.next_request += 1;
        let key = self.checker.asked[index].key.clone();
        let key = key.map(|key| WriteKey { body_sum: format!("sum of {key}"), key });
        self.servers[node].waiting.insert(request, index);
        let life = self.servers[node].life;
        let caller = Caller { user: "client".to_owned(), ..Caller::default() };
        let input = Input::Ask { request, caller, key, command };
        let at = self.now + 100 + self.rng.below(2000);
        self.put(at, Event::Deliver { node, life, input });
    }

    /// What a client wants next, by what the server that it asks shows.
    fn wish(&mut self, client: usize, node: usize) -> Option<(Wish, Command)> {
        let app = EntityId::new(APP);
        let shown = self.servers[node].view.as_ref().and_then(|v| v.root.clone());
        let there = shown.filter(|root| root.entity(&app).is_some());
        let Some(root) = there else {
            let first = Command::Deploy { id: Some(app), spec: blueprints::first(), start: true };
            return self.says_master(node).then_some((Wish::Once("first application"), first));
        };
        let index = self.checker.asked.len() as u64;
        let set = |sensor: String, value: u64| Command::SetSensor {
            entity: app.clone(),
            sensor,
            value: json!(value),
        };
        Some(match self.rng.below(20) {
            0..=6 => {
                let sensor = format!("e{index}");
                (Wish::Element(sensor.clone()), set(sensor, index))
            }
            7..=8 => {
                let register = format!("r{}", self.rng.below(REGISTERS));
                (Wish::Register(register.clone(), index), set(register, index))
            }
            9..=10 => {
                self.read(node, &root);
                return None;
            }
            11..=14 => {
                let number = self.clients[client].number + 1;
                self.clients[client].number = number;
                let sensor = format!("c{client}");
                (Wish::Number { sensor: sensor.clone(), number }, set(sensor, number))
            }
            15 => (Wish::Next, invoke(&root, "Numbers", "incrementAndGet")?),
            16 if self.draw.scripts => (Wish::Act, invoke(&root, "Hand", "act")?),
            17 if self.draw.scripts => {
                let task = running_script(&root)?;
                self.count("cancels asked for");
                (Wish::Other("cancel"), Command::Cancel { task })
            }
            18 if self.draw.clusters => {
                let entity = root.entities().find(|e| e.name == "Workers")?.id.clone();
                let value = json!([5, 30, 80][self.rng.below(3) as usize]);
                (Wish::Once("load"), Command::SetSensor { entity, sensor: "load".to_owned(), value })
            }
            19 if self.draw.catalog && self.rng.one_in(2) => {
                let bundle = blueprints::bundle(index);
                let put = Command::PutBundle { bundle, force: false, among: root.catalog().clone() };
                (Wish::Other("bundle"), put)
            }
            19 if self.draw.apps => self.come_or_go(index, &root),
            _ => {
                let sensor = format!("e{index}");
                (Wish::Element(sensor.clone()), set(sensor, index))
            }
        })
    }

    /// A small application is deployed, stopped or deleted.
    fn come_or_go(&mut self, index: u64, root: &Root) -> (Wish, Command) {
        let small = root.apps().find(|a| a.name == "Small").map(|a| a.id.clone());
        match small {
            Some(app) if self.rng.one_in(2) => (Wish::Other("delete"), Command::Delete { app }),
            Some(entity) if self.rng.one_in(2) => {
                let (effector, params) = ("stop".to_owned(), BTreeMap::new());
                (Wish::Other("stop"), Command::Invoke { entity, effector, params })
            }
            _ => {
                let id = Some(EntityId::new(format!("small{index:05}")));
                (Wish::Other("deploy"), Command::Deploy { id, spec: blueprints::small(), start: true })
            }
        }
    }

    /// A read takes no time: what a server that says MASTER shows at this moment.
    fn read(&mut self, node: usize, root: &Root) {
        if !self.says_master(node) {
            return;
        }
        let register = format!("r{}", self.rng.below(REGISTERS));
        let sensor = root.entity(&EntityId::new(APP)).and_then(|e| e.sensor(&register));
        let value = sensor.and_then(serde_json::Value::as_u64);
        self.count("registers read");
        self.reads.push(Read { register, at: self.now, value });
    }

    /// A server answers.
    pub(super) fn answered(&mut self, node: usize, request: RequestId, response: &Response) {
        let Some(index) = self.servers[node].waiting.remove(&request) else { return };
        let verdict = Verdict::of(response);
        self.digest = mix(self.digest, index as u64 ^ self.now);
        self.note(|w| {
            format!("{} answers {:?}: {verdict:?}", w.servers[node].id, w.checker.asked[index].wish)
        });
        self.count(match verdict {
            Verdict::Recorded(_) => "writes acknowledged",
            Verdict::Not => "writes refused",
            Verdict::Unknown => "writes unknown",
        });
        if let (Verdict::Recorded(lsn), false) = (verdict, self.has_record(response)) {
            let text = format!(
                "{} acknowledges with record {lsn}, which is not in the store",
                self.servers[node].id
            );
            self.checker.wrong(Rule::Durable, text);
        }
        let reply = match response {
            Response::Recorded { reply, .. } => Some(reply.clone()),
            _ => None,
        };
        let asked = &mut self.checker.asked[index];
        if asked.key.is_none() {
            asked.reply = reply;
            return self.checker.answered(index, self.now, verdict);
        }
        let stale = matches!(reply, Some(Reply::Refused(engine::effect::Refusal::Stale(_))));
        match (&asked.reply, reply) {
            // An answer to an earlier sending: all must say the same, but for what was refused and is done now.
            (Some(known), Some(reply)) if *known != reply && !refused_before(asked, verdict) => {
                let text = format!("{:?} was answered {known:?} and then {reply:?}", asked.wish);
                self.checker.wrong(Rule::Once, text);
            }
            (None, Some(reply)) => {
                asked.reply = Some(reply);
                self.checker.answered(index, self.now, verdict);
                self.closed(index);
                if stale {
                    self.count("uploads that were made from an old catalog");
                }
            }
            (None, None) => self.send_again(index),
            _ => {}
        }
    }

    fn has_record(&self, response: &Response) -> bool {
        match response {
            Response::Recorded { lsn, .. } => self.store.has_record(*lsn),
            _ => true,
        }
    }

    fn closed(&mut self, index: usize) {
        for client in &mut self.clients {
            client.open.take_if(|open| open.index == index);
        }
    }

    fn send_again(&mut self, index: usize) {
        for open in self.clients.iter_mut().filter_map(|c| c.open.as_mut()).filter(|o| o.index == index) {
            open.again = true;
        }
    }

    pub(super) fn says_master(&self, node: usize) -> bool {
        let server = &self.servers[node];
        let now = self.mono(node);
        server.up && server.view.as_ref().is_some_and(|v| v.status.role_at(now) == Role::Master)
    }
}

fn invoke(root: &Root, name: &str, effector: &str) -> Option<Command> {
    let entity = root.entities().find(|e| e.name == name)?.id.clone();
    Some(Command::Invoke { entity, effector: effector.to_owned(), params: BTreeMap::new() })
}

/// Whether it was refused at an earlier record than this answer comes from.
fn refused_before(asked: &Asked, verdict: Verdict) -> bool {
    asked.refused().is_some_and(|at| matches!(verdict, Verdict::Recorded(lsn) if lsn > at))
}

fn running_script(root: &Root) -> Option<TaskId> {
    root.tasks().find(|t| !t.is_ended() && t.name == "act").map(|t| t.id.clone())
}

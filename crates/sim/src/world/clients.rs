//! Clients: they write to whoever says MASTER, and now and then to somebody else.

use base::EntityId;
use engine::input::{Caller, Command, RequestId};
use ha::status::Role;
use node::interface::Input;

use super::{APP, Event, World};
use crate::check::Write;

impl World {
    pub(super) fn client(&mut self) {
        let period = self.draw.timeout.0 / 40;
        let at = self.now + period / 2 + self.rng.below(period);
        self.put(at, Event::Client);
        // A client believes whoever says MASTER; now and then it believes somebody else.
        let masters: Vec<usize> = (0..self.servers.len()).filter(|n| self.says_master(*n)).collect();
        let node = if masters.is_empty() || self.rng.one_in(10) {
            self.rng.below(self.servers.len() as u64) as usize
        } else {
            masters[self.rng.below(masters.len() as u64) as usize]
        };
        if !self.servers[node].up {
            return;
        }
        let request = RequestId(self.next_request);
        self.next_request += 1;
        let app = EntityId::new(APP);
        let shown = self.servers[node].view.as_ref().and_then(|v| v.root.as_ref());
        let there = shown.is_some_and(|root| root.entity(&app).is_some());
        let command = if there {
            let index = self.checker.writes.len();
            let sensor = format!("w{index}");
            self.checker.writes.push(Write { sensor: sensor.clone(), asked: self.now, answered: None });
            self.servers[node].waiting.insert(request, index);
            Command::SetSensor { entity: app, sensor, value: serde_json::json!(index) }
        } else if self.says_master(node) {
            Command::Deploy { id: Some(app), spec: crate::blueprint(), start: true }
        } else {
            return;
        };
        self.deployed = true;
        let life = self.servers[node].life;
        let input = Input::Ask { request, caller: Caller::default(), key: None, command };
        let at = self.now + 100 + self.rng.below(2000);
        self.put(at, Event::Deliver { node, life, input });
    }

    pub(super) fn says_master(&self, node: usize) -> bool {
        let server = &self.servers[node];
        let now = self.mono(node);
        server.up && server.view.as_ref().is_some_and(|v| v.status.role_at(now) == Role::Master)
    }
}

//! Orders about the master's chair, given to whoever says MASTER and to others; and what a pause must hold back.

use base::WallMs;
use engine::input::{Caller, Command, Order, RequestId};
use node::interface::Input;

use super::World;
use super::server::WALL_AT_START;
use crate::check::Rule;

/// Who orders switchovers to a server that is named.
pub(super) const SWITCHER: &str = "switcher";
/// Who orders masters to step down.
pub(super) const STEPPER: &str = "stepper";
/// Who plans switchovers.
pub(super) const PLANNER: &str = "planner";

/// Each order comes from somebody else, so that what came of it can be counted by what is said.
fn operator(order: &Order) -> &'static str {
    match order {
        Order::HandOver { to: Some(_) } => SWITCHER,
        Order::HandOver { to: None } => STEPPER,
        Order::Plan { .. } => PLANNER,
        _ => "operator",
    }
}

impl World {
    /// Somebody orders something, of a master if there is one, else of anybody.
    pub(super) fn order(&mut self) {
        let all = self.servers.len() as u64;
        let masters: Vec<usize> = (0..self.servers.len()).filter(|n| self.says_master(*n)).collect();
        let node = masters.first().copied().unwrap_or(self.rng.below(all) as usize);
        if !self.servers[node].up {
            return;
        }
        let to = self.rng.below(all * 2) as usize;
        let to = self.servers.get(to).map(|s| s.id.clone());
        let ahead = 1000 + self.rng.below(self.draw.timeout.0 * 4);
        // What is ordered holds until the calm at most: then the plane must heal by itself.
        let calm = 1_000_000 + self.draw.storm.0;
        let wall = |at: u64| WallMs(at / 1000 + WALL_AT_START as u64);
        let at = wall((self.now + ahead).min(calm));
        // Who would wait for a pause to end where nobody rules may lift it, and often does.
        if masters.is_empty() && self.knows_pause(node) && self.rng.one_in(2) {
            return self.step(node, Input::LiftPause { by: "operator".to_owned() });
        }
        let order = match self.rng.below(9) {
            0..=2 => Order::HandOver { to },
            3 => Order::Plan { to, at },
            4 => Order::Pause { until: Some(at), why: "work on the network".to_owned() },
            5 | 6 => Order::Pause { until: Some(wall(calm)), why: String::new() },
            7 => Order::Resume,
            _ => Order::Cancel,
        };
        self.count("orders about the chair");
        self.note(|w| format!("{} is ordered: {order:?}", w.servers[node].id));
        let request = RequestId(self.next_request);
        self.next_request += 1;
        let caller = Caller { user: operator(&order).to_owned(), ..Caller::default() };
        self.step(node, Input::Ask { request, caller, key: None, command: Command::Order(order) });
    }

    /// Silence is no reason to claim for whoever knows of a pause.
    pub(super) fn check_pause(&mut self, node: usize, text: &str) {
        let wall = self.wall(node);
        let server = &mut self.servers[node];
        if text.contains("automatic fail-over is on again") || text.contains("lifted the pause") {
            server.unpaused_at = self.now;
        }
        let claims = text.starts_with("claiming term") && text.contains("no sign of life");
        let status = server.view.as_ref().map(|v| &v.status);
        let paused = status.is_some_and(|s| s.paused && s.orders.paused_at(wall).is_some());
        if claims && paused && server.unpaused_at != self.now {
            let text = format!("{} claims in a pause: {text}", server.id);
            self.checker.wrong(Rule::Paused, text);
        }
    }
}

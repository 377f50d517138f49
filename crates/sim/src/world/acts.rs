//! What a scene does to servers and asks of them: they start, die, sleep and wake, and clients and operators ask.

use base::EntityId;
use engine::input::{Caller, Command, Order, RequestId};
use ha::config::Mode;
use node::interface::Input;
use serde_json::json;

use super::{APP, World};
use crate::blueprints;
use crate::check::asked::{Asked, Wish};

/// The sensor of a scene's numbers: those of other clients are `c0` and so on.
const NUMBERED: &str = "c9";

impl World {
    /// A server is started.
    pub(crate) fn begin(&mut self, node: usize) {
        self.restart(node);
    }

    /// A server dies, and stays dead until the scene is over.
    pub(crate) fn kill(&mut self, node: usize) {
        self.note(|w| format!("scene: {} dies", w.servers[node].id));
        self.down(node);
    }

    /// A server is stopped until it is woken; its clock runs on.
    pub(crate) fn sleep(&mut self, node: usize) {
        self.note(|w| format!("scene: {} sleeps", w.servers[node].id));
        self.servers[node].paused_until = u64::MAX;
    }

    /// A server that slept goes on.
    pub(crate) fn wake(&mut self, node: usize) {
        if self.servers[node].paused_until == u64::MAX {
            self.note(|w| format!("scene: {} wakes", w.servers[node].id));
            self.servers[node].paused_until = 0;
        }
        let dormant = std::mem::take(&mut self.stage.dormant);
        let (woken, dormant) = dormant.into_iter().partition(|(who, _)| *who == node);
        self.stage.dormant = dormant;
        for (_, event) in woken {
            self.put(self.now, event);
        }
    }

    /// A server is given an input.
    pub(crate) fn give(&mut self, node: usize, input: Input) {
        if self.goes_well() && self.servers[node].up {
            self.step(node, input);
        }
    }

    /// A server's clock runs at this rate, in thousandths.
    pub(crate) fn clock(&mut self, node: usize, rate: u64) {
        self.servers[node].rate = rate;
    }

    /// A server is asked to be something else.
    pub(crate) fn ask_to_be(&mut self, node: usize, mode: Mode) {
        self.give(node, Input::SetMode(mode));
    }

    /// A client asks a server for one more element, and may be answered.
    pub(crate) fn write(&mut self, node: usize) -> usize {
        let index = self.checker.asked.len();
        let sensor = format!("e{index}");
        let entity = EntityId::new(APP);
        let command = Command::SetSensor { entity, sensor: sensor.clone(), value: json!(index) };
        self.ask(node, Wish::Element(sensor), command)
    }

    fn ask(&mut self, node: usize, wish: Wish, command: Command) -> usize {
        let index = self.checker.asked.len();
        let key = matches!(wish, Wish::Number { .. }).then(|| format!("key-{index}"));
        let asked = Asked { wish, key, asked: self.now, answered: None, reply: None };
        self.checker.asked.push(asked);
        self.send(node, index, command);
        index
    }

    /// A client asks for its first number, with a key.
    pub(crate) fn number(&mut self, node: usize) -> usize {
        self.ask(node, Wish::Number { sensor: NUMBERED.to_owned(), number: 1 }, numbered())
    }

    /// The same again, with the same key.
    pub(crate) fn number_again(&mut self, node: usize, index: usize) {
        self.send(node, index, numbered());
    }

    /// A client that nobody counts asks for something.
    pub(crate) fn stray_write(&mut self, node: usize) {
        let (entity, sensor) = (EntityId::new(APP), "stray".to_owned());
        self.uncounted(node, Command::SetSensor { entity, sensor, value: json!(1) });
    }

    fn uncounted(&mut self, node: usize, command: Command) {
        let request = RequestId(self.next_request);
        self.next_request += 1;
        let caller = Caller { user: "operator".to_owned(), ..Caller::default() };
        self.give(node, Input::Ask { request, caller, key: None, command });
    }

    /// An operator orders something about the chair.
    pub(crate) fn order_at_once(&mut self, node: usize, order: Order) {
        self.uncounted(node, Command::Order(order));
    }

    /// The same, and it is recorded.
    pub(crate) fn ordered(&mut self, node: usize, order: Order) {
        let slot = self.applied(node).next();
        self.order_at_once(node, order);
        self.until("the order is recorded", |w| w.stands(slot));
    }

    /// One more element, and it is acknowledged.
    pub(crate) fn written(&mut self, node: usize) {
        let index = self.write(node);
        self.until("a write is acknowledged", |w| w.is_acknowledged(index));
    }

    /// The application that all writes are for.
    pub(crate) fn deploy(&mut self, node: usize) {
        let (id, spec) = (Some(EntityId::new(APP)), blueprints::small());
        let command = Command::Deploy { id, spec, start: false };
        let index = self.ask(node, Wish::Once("first application"), command);
        self.until("the application is there", |w| w.is_acknowledged(index));
    }

    /// The first server rules a plane with an application, and the others stand by, hot, and are known to it.
    pub(crate) fn open(&mut self) {
        self.begin(0);
        self.until("the first server rules", |w| w.is_master(0));
        self.deploy(0);
        for node in 1..self.servers.len() {
            self.begin(node);
        }
        self.until("all others follow", |w| (1..w.servers.len()).all(|n| w.follows(n, 0)));
        self.until("the first server knows them", |w| w.knows_all(0));
    }
}

fn numbered() -> Command {
    Command::SetSensor { entity: EntityId::new(APP), sensor: NUMBERED.to_owned(), value: json!(1) }
}

//! Memory images: the core is a function, so an image of a server is what it was given up to a moment. A machine that
//! is restored from one goes on as it was; the store has not gone back with it.

use std::collections::BTreeMap;

use base::{Moment, Mono};
use ha::verbs::Answer;
use node::Node;
use node::interface::{Config, Effect, Input};

use super::World;
use crate::store::unreachable;

/// All that one life of a server was given.
pub(super) struct Tape {
    node: usize,
    config: Option<Box<Config>>,
    inputs: Vec<(Moment, Input)>,
}

/// A moment of a server's life.
pub(crate) struct Image {
    inputs: usize,
    /// What its clock showed.
    at: Mono,
}

impl World {
    /// Whatever this server is given from its next start on is kept.
    pub(crate) fn film(&mut self, node: usize) {
        self.stage.tape = Some(Tape { node, config: None, inputs: Vec::new() });
    }

    pub(super) fn film_begins(&mut self, node: usize, config: Config) {
        self.stage.astray.take_if(|astray| *astray == node);
        if let Some(tape) = self.stage.tape.as_mut().filter(|tape| tape.node == node) {
            (tape.config, tape.inputs) = (Some(Box::new(config)), Vec::new());
        }
    }

    pub(super) fn filmed(&mut self, node: usize, at: Moment, input: &Input) {
        if let Some(tape) = self.stage.tape.as_mut().filter(|tape| tape.node == node) {
            tape.inputs.push((at, input.clone()));
        }
    }

    /// An image of the server that is filmed.
    pub(crate) fn image(&self, node: usize) -> Image {
        let inputs = self.stage.tape.as_ref().map_or(0, |tape| tape.inputs.len());
        Image { inputs, at: self.mono(node) }
    }

    /// The machine is restored. Its clock shows what it showed then; what was on its way is not answered for.
    pub(crate) fn go_back(&mut self, node: usize, image: &Image) {
        let Some(tape) = self.stage.tape.take().filter(|_| self.goes_well()) else { return };
        let Some(config) = tape.config else { return };
        self.note(|w| format!("scene: the machine of {} goes back in time", w.servers[node].id));
        let (mut restored, mut view, mut open) = (Node::new(*config), None, BTreeMap::new());
        for (at, input) in tape.inputs.into_iter().take(image.inputs) {
            if let Input::Stored { op, .. } = &input {
                open.remove(op);
            }
            let mut out = Vec::new();
            restored.step(at, input, &mut out);
            for effect in out {
                match effect {
                    Effect::Store { op, verb, .. } => drop(open.insert(op, verb)),
                    Effect::Publish(shown) => view = Some(shown),
                    _ => {}
                }
            }
        }
        self.down(node);
        self.stage.astray = Some(node);
        let now = self.now;
        let server = &mut self.servers[node];
        (server.node, server.view, server.up) = (restored, view, true);
        server.life += 1;
        (server.offset, server.since) = (image.at.0, now);
        for (op, verb) in open {
            self.step(node, Input::Stored { op, answer: Answer::Unknown(unreachable(&verb)) });
        }
        self.step(node, Input::Wake);
    }
}

//! Scenes: short courses of events, each of which one rule of the protocol is there for. The servers, the store and the
//! checkers are those of the seeded worlds; what befalls whom is written down instead of drawn.
//!
//! A scene ends well as the code stands. It ends in a violation when its rule is broken: `cargo xtask mutants`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::check::{Rule, Violation};
use crate::swarm::Draw;
use crate::world::{Outcome, World};

mod chair;
mod cleared;
mod earlier;
mod emptied;
mod formats;
mod leases;
mod pruned;
mod restored;
mod slept;
mod unread;

/// The servers of a scene, by name.
const A: usize = 0;
const B: usize = 1;
const C: usize = 2;

/// A scene.
pub struct Scene {
    /// Its name.
    pub name: &'static str,
    /// What it is about, in one sentence.
    pub tells: &'static str,
    draw: fn() -> Draw,
    play: fn(&mut World),
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Scene> {
    let files = [
        leases::SCENES,
        unread::SCENES,
        slept::SCENES,
        pruned::SCENES,
        restored::SCENES,
        chair::SCENES,
        cleared::SCENES,
        earlier::SCENES,
        emptied::SCENES,
        formats::SCENES,
    ];
    files.into_iter().flatten()
}

impl Scene {
    /// Plays it.
    pub fn run(&self, verbose: bool) -> Outcome {
        let mut world = World::staged((self.draw)(), verbose);
        (self.play)(&mut world);
        world.curtain()
    }

    /// The first thing that is wrong with it; a panic is wrong as well.
    pub fn violation(&self) -> Option<Violation> {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.run(false)));
        let panicked = || Violation { rule: Rule::Sound, text: "a scene panicked".to_owned() };
        outcome.map_or_else(|_| Some(panicked()), |outcome| outcome.violations.into_iter().next())
    }
}

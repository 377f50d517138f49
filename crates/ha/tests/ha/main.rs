//! The protocol's rules, one file for each thing that they are about, on servers over a store that answers at once.

#![allow(clippy::unwrap_used, reason = "a test's world: what is missing fails it")]

mod anchors;
mod claims;
mod ends;
mod formats;
mod growth;
mod loading;
mod looks;
mod marks;
mod outstanding;
mod own_file;
mod pages;
mod pair;
mod pauses;
mod read_ahead;
mod refusals;
mod reigns;
mod restored;
mod silence;
mod starts;
mod timeouts;
mod turns;
mod unfinished;
mod validated;
mod world;

//! The example page's promises, attacked: real release folders, real processes, kill -9, SIGSTOP, stores that
//! break. Only what a user has is used: the scripts, the files, the wire.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod bad_input;
mod broken_store;
mod client;
mod damage;
mod frozen_server;
mod killed;
mod metrics;
mod other_host;
mod page;
mod processes;
mod server;
mod site;
mod state_words;
mod takeover_damage;
mod volume;
mod writers;

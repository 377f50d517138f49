//! The whole system as a user has it: real release folders, real processes, sockets and folders. How a server
//! starts, ends, is refused and is configured; and the example page's promises, attacked with kill -9, SIGSTOP and
//! stores that break. Only what a user has is used: the scripts, the files, the wire.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod backup;
mod bad_input;
mod br;
mod broken_store;
mod bucket_emptied;
mod bucket_in_trouble;
mod bucket_orders;
mod catalog;
mod certificate;
mod children;
mod cli;
mod config;
mod damage;
mod end;
mod examples;
mod exchanges;
mod flood;
mod follows;
mod frozen_server;
mod handover;
mod killed;
mod kills;
mod linked;
mod listen;
mod location_test;
mod metrics;
mod object_store;
mod other_host;
mod page;
mod pair;
mod processes;
#[path = "../../../store/tests/s3/mod.rs"]
mod s3;
mod start;
mod state_words;
mod store;
mod support;
mod takeover_damage;
mod verify;
mod writers;

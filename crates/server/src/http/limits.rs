//! Bounds of the wire. An error that meets one says its name.

use std::time::Duration;

/// The longest body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long a body may take to arrive, and besides the time that [`BODY_RATE_MIN`] gives for what has come.
pub const BODY_WAIT_MAX: Duration = Duration::from_secs(30);
/// The slowest that a long body may come, in bytes a second.
pub const BODY_RATE_MIN: u64 = 64 * 1024;
/// What is read of a body that nobody asked for before the answer goes out, in bytes.
pub const UNREAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long that may take.
pub const UNREAD_WAIT_MAX: Duration = Duration::from_secs(1);
/// The bodies of all requests together, in bytes.
pub const BODIES_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Long answers that wait for those who asked, together, in bytes.
pub const ANSWERS_BYTES_MAX: usize = 256 * 1024 * 1024;
/// An answer up to here is not counted: connections are, and each buffers that much.
pub const ANSWER_BYTES_FREE: usize = 64 * 1024;
/// What of a long answer is handed over at once, in bytes.
pub const ANSWER_SLICE_BYTES: usize = 64 * 1024;
/// How long a client may let its answer wait, and besides the time that [`ANSWER_RATE_MIN`] gives for what it took.
pub const ANSWER_WAIT_MAX: Duration = Duration::from_secs(30);
/// The slowest that a long answer may be taken, in bytes a second.
pub const ANSWER_RATE_MIN: u64 = 16 * 1024;
/// Connections at once. One more takes the place of one on which no request is under way; where there is none, only
/// health is told.
pub const CONNECTIONS_MAX: usize = 2048;
/// Connections of one peer at once; as many as a proxy in front of everybody needs.
pub const CONNECTIONS_PER_PEER_MAX: usize = 1536;
/// Connections beyond [`CONNECTIONS_MAX`], on which health is told and everything else refused.
pub const CONNECTIONS_SPARE: usize = 64;
/// Requests at once; one more is refused, unless it asks for health.
pub const REQUESTS_MAX: usize = 4096;
/// Open files that are not for connections: logs, the store, processes.
pub const FILES_RESERVED: usize = 512;
/// Open files that the server asks the system for.
pub const FILES_WANTED: u64 = 8192;
/// How long a TLS handshake may take.
pub const HANDSHAKE_WAIT_MAX: Duration = Duration::from_secs(10);
/// How long a connection may be silent between requests, or take to send a request's head.
pub const HEAD_WAIT_MAX: Duration = Duration::from_mins(1);
/// After how long without a request a connection is closed whatever it is at. What sends heads or pings slowly is
/// closed before that; this is for those who do not take the end of an answer.
pub const IDLE_WAIT_MAX: Duration = Duration::from_secs(75);
/// How often connections are looked at for those that have been at the same thing for too long.
pub const SWEEP_PERIOD: Duration = Duration::from_secs(1);
/// Requests at once on one HTTP/2 connection.
pub const STREAMS_MAX: u32 = 100;
/// Requests that an HTTP/2 client has taken back before the server came to look at them; one more ends the connection.
pub const RESETS_PENDING_MAX: usize = 20;
/// Streams of an HTTP/2 connection that broke the protocol or were beyond [`STREAMS_MAX`]; one more ends it.
pub const STREAM_ERRORS_MAX: usize = 1024;
/// What of its bodies an HTTP/2 client may send before it is read, in bytes.
pub const BODY_AHEAD_BYTES: u32 = 256 * 1024;
/// The longest head of a request, in bytes; up to twice that may be read before it is noticed. At most 100 headers are
/// taken: that is the library's own bound.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long running requests may go on after the server was asked to end.
pub const DRAIN_WAIT_MAX: Duration = Duration::from_secs(3);
/// How long a write waits for the core before it is called unknown.
pub const WRITE_WAIT_MAX: Duration = Duration::from_mins(1);
/// The longest `Idempotency-Key`, in characters.
pub const WRITE_KEY_CHARS_MAX: usize = 200;
/// Keyed writes under way that are remembered as pending.
pub const PENDING_KEYS_MAX: usize = 10_000;
/// How long `POST ha/state` and `ha/priority` wait to see the change that they asked for.
pub const MODE_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a server that has ended answers requests when it is asked to, at most.
pub const SERVING_ON_MAX: Duration = Duration::from_mins(1);
/// How long `POST ha/switchover` looks for a server that can take over before it says that there is none.
pub const SUCCESSOR_WAIT_MAX: Duration = Duration::from_secs(1);
/// How long an order about the chair waits to stand in the server's own file, before it is answered anyway.
pub const ORDERS_TOLD_MAX: Duration = Duration::from_secs(5);
/// How long `POST ha/switchover` waits to see the new master.
pub const HAND_OVER_WAIT_MAX: Duration = Duration::from_secs(15);
/// Terms in one page of the history, when the request says nothing.
pub const HISTORY_DEFAULT: u64 = 50;
/// Terms in one page of the history at most.
pub const HISTORY_MAX: u64 = 200;
/// How long the store may take to show them.
pub const HISTORY_WAIT_MAX: Duration = Duration::from_secs(10);
/// Tasks in a list when the request names no limit (Brooklyn's default).
pub const ACTIVITIES_DEFAULT: usize = 200;
/// The shortest time between two looks at the store that nudges cause.
pub const NUDGE_PAUSE_MIN: Duration = Duration::from_millis(100);
/// Long answers that are kept for those who ask the same of the same state, in bytes in all.
pub const MEMO_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The shortest answer that is sent compressed to those who take it so, in bytes.
pub const COMPRESS_BYTES_MIN: u64 = 1024;
/// Events that are kept for those who come back.
pub const EVENTS_KEPT_MAX: usize = 20_000;
/// What they may take together, in bytes.
pub const EVENTS_KEPT_BYTES: usize = 16 * 1024 * 1024;
/// Changes within this time are told together: of a sensor that changes often, the last value.
pub const EVENTS_COALESCED: Duration = Duration::from_millis(100);
/// How often a stream of events says something although nothing happens, so that a client that has gone is noticed.
pub const EVENTS_BREATH: Duration = Duration::from_secs(15);
/// Streams of events at once.
pub const FOLLOWERS_MAX: usize = 64;
/// What is written for one of them before it has taken what was written before, in bytes; and one event more.
pub const EVENTS_AHEAD_BYTES: usize = 256 * 1024;
/// The longest zip of a whole state, unpacked and with its bundles, in bytes.
pub const EXPORT_BYTES_MAX: usize = 256 * 1024 * 1024;
/// How long reading a state from the store may take.
pub const EXPORT_WAIT_MAX: Duration = Duration::from_mins(1);

//! Bounds of the wire. An error that meets one says its name.

use std::time::Duration;

/// The longest body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long a body may take to arrive.
pub const BODY_WAIT_MAX: Duration = Duration::from_secs(30);
/// Connections at once; one more is closed at once.
pub const CONNECTIONS_MAX: usize = 2048;
/// How long a TLS handshake may take.
pub const HANDSHAKE_WAIT_MAX: Duration = Duration::from_secs(10);
/// How long a connection may be silent between requests, or take to send a request's head.
pub const HEAD_WAIT_MAX: Duration = Duration::from_mins(1);
/// Requests at once on one HTTP/2 connection.
pub const STREAMS_MAX: u32 = 100;
/// The longest head of a request, in bytes.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long running requests may go on after the server was asked to end.
pub const DRAIN_WAIT_MAX: Duration = Duration::from_secs(3);
/// How long a write waits for the core before it is called unknown.
pub const WRITE_WAIT_MAX: Duration = Duration::from_mins(1);
/// The longest `Idempotency-Key`, in characters.
pub const WRITE_KEY_CHARS_MAX: usize = 200;
/// Keyed writes under way that are remembered as pending.
pub const PENDING_KEYS_MAX: usize = 10_000;
/// How long `POST ha/state` waits to see the change that it asked for.
pub const MODE_WAIT_MAX: Duration = Duration::from_secs(5);
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

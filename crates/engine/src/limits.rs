//! The engine's own bounds; an error that meets one says its name.

use base::Span;

/// Entities of a plane.
pub const ENTITIES_MAX: usize = 200_000;
/// Tasks that go on at once.
pub const RUNNING_TASKS_MAX: usize = 50_000;
/// Entities created, or calls begun, in one step; more follow in further steps.
pub const BATCH: usize = 256;
/// Tasks that go on, and reactions to what has happened, in one step; the rest is done in further steps.
pub const REACTIONS_MAX: usize = 1000;
/// How many adjuncts may set each other off, one after the other, before it is asked whether they go in a circle.
pub const CIRCLE_MAX: u32 = 200;
/// Tasks and entities that a new master takes on in one step; more follow in further steps.
pub const TAKE_OVER_BATCH: usize = 1000;
/// How often a change of a cluster's size that waits for another one looks whether that is over.
pub const CLUSTER_TURN: Span = Span::millis(100);
/// How deep calls of effectors that call effectors may be nested.
pub const CALL_DEPTH_MAX: usize = 100;
/// How deep entities may be nested.
pub const DEPTH_MAX: usize = 64;
/// Sensors of one entity.
pub const SENSORS_MAX: usize = 10_000;
/// Config keys of one entity.
pub const CONFIG_KEYS_MAX: usize = 10_000;
/// Tags of one entity.
pub const TAGS_MAX: usize = 1000;
/// The length of a write key, of an id and of a name, in bytes.
pub const NAME_BYTES_MAX: usize = 1024;
/// How long a write key is remembered, in milliseconds.
pub const WRITE_KEY_AGE_MS: u64 = 24 * 60 * 60 * 1000;
/// How far the clock of whoever sent a write may be from the clocks of the servers, in milliseconds, before
/// `GET /v1/writes/{key}` may be wrong about a write that was forgotten.
pub const WRITE_CLOCK_MARGIN_MS: u64 = 60 * 1000;
/// Forgotten in one step, of whatever kind.
pub const FORGET_BATCH: usize = 1000;
/// The first pause of a start that waits for its process; it grows up to `WAIT_PAUSE_MAX`.
pub const WAIT_PAUSE_MIN: Span = Span::millis(100);
/// The longest such pause.
pub const WAIT_PAUSE_MAX: Span = Span::secs(5);
/// How long a check script may take.
pub const CHECK_TIMEOUT: Span = Span::secs(60);
/// How often a machine is asked what it is doing.
pub const METRICS_PERIOD: Span = Span::secs(30);
/// How long an ended process may take to end by itself (SIGTERM), before it is killed.
pub const STOP_GRACE: Span = Span::secs(16);
/// Policies, enrichers and feeds of one entity.
pub const ADJUNCTS_MAX: usize = 1000;
/// The shortest pause between two looks of a feed or detector.
pub const POLL_PAUSE_MIN: Span = Span::millis(100);
/// Over how long the first looks after a take-over are spread at most.
pub const POLL_JITTER_MAX: Span = Span::secs(30);
/// Starts of members that a cluster with zones remembers.
pub const ZONE_STARTS_MAX: usize = 1000;
/// Values in the window of an enricher.
pub const WINDOW_VALUES_MAX: usize = 1000;
/// How long the command of a sensor may take.
pub const SENSOR_TIMEOUT: Span = Span::secs(300);
/// How long a request over HTTP may take.
pub const HTTP_TIMEOUT: Span = Span::secs(60);
/// How long connecting to an address may take.
pub const CONNECT_TIMEOUT: Span = Span::secs(10);
/// Bundles in the catalog.
pub const BUNDLES_MAX: usize = 10_000;
/// The longest record of one bundle, in bytes: its texts, without the bytes of a zip.
pub const BUNDLE_RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Sensors or config values that are set at once, in bytes: they are one record.
pub const WRITES_BYTES_MAX: usize = 4 * 1024 * 1024;

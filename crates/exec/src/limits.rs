//! What bounds work that goes over the network, by name; an error that meets a bound says which.

use std::time::Duration;

/// Requests over HTTP that are under way at once; more wait, and their time limit runs meanwhile.
pub(crate) const HTTP_AT_ONCE_MAX: usize = 128;
/// The longest body of an answer over HTTP, in bytes.
pub(crate) const HTTP_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Redirects that are followed for one request.
pub(crate) const HTTP_REDIRECTS_MAX: usize = 10;
/// How long reading a text or a file from an address may take as a whole.
pub(crate) const FETCH_TIME_MAX: Duration = Duration::from_mins(10);
/// The largest file that is put on a machine from an address, in bytes.
pub(crate) const PUT_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// The longest password that is drawn, in characters.
pub(crate) const PASSWORD_LENGTH_MAX: u32 = 4096;
/// Threads that serve all connections.
pub(crate) const NET_THREADS: usize = 2;

/// Channels that this server keeps open at once on one connection over SSH (sshd's own default bound is 10); a
/// machine that allows fewer is asked for no more than it allows.
pub(crate) const SSH_CHANNELS_MAX: usize = 8;
/// How often a machine may refuse a channel while no other one is open before it counts as unable.
pub(crate) const SSH_REFUSALS_MAX: u32 = 10;
/// The longest answer to one question to a machine, in bytes: head and tail of two streams, and some.
pub(crate) const SSH_ANSWER_BYTES_MAX: usize = 512 * 1024;
/// How long one question to a machine may take (one that carries a file: [`FETCH_TIME_MAX`]).
pub(crate) const SSH_ANSWER_TIME_MAX: Duration = Duration::from_mins(2);
/// The first and the longest pause between two tries to connect.
pub(crate) const SSH_PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// Questions that a machine may ask of somebody who logs in interactively.
pub(crate) const SSH_PROMPTS_MAX: u32 = 8;
/// Keepalives without an answer after which a connection counts as lost.
pub(crate) const SSH_KEEPALIVES_MAX: usize = 3;
/// How often the loop on a machine looks at the processes that are waited for, in seconds as bash has them.
pub(crate) const SSH_LOOK_EVERY: &str = "0.1";

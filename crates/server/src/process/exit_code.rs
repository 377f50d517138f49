//! What the server's own exit codes mean. `bin/brownstone server run` ends with them; `bin/start` has only 0 and 1
//! and says the server's code in words.

/// The meaning of an exit code, for people.
pub(super) fn meaning(code: u8) -> &'static str {
    match code {
        0 => "stopped",
        1 => "failed while running",
        2 => "bad configuration",
        3 => "the store is unfit",
        4 => "a port is in use",
        _ => "not one of the server's own",
    }
}

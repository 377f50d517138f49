//! How much an expression may hold. What holds more is refused with the limit's name.

/// The longest expression in one text, in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 64 * 1024;
/// How deep calls, lists and maps may be nested, together. A blueprint's YAML is no deeper.
pub const DEPTH_MAX: usize = 64;
/// How many links a chain may have behind its head.
pub const LINKS_MAX: usize = 100;
/// How many arguments a call may have.
pub const ARGS_MAX: usize = 1000;

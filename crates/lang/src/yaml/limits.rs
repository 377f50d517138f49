//! How much a document may hold. A document that holds more is refused with the limit's name.

/// Bounds of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Its length in bytes.
    pub bytes: usize,
    /// How deep collections may be nested, aliases expanded.
    pub depth: usize,
    /// How many values it may hold, aliases expanded.
    pub nodes: usize,
    /// How many bytes of text aliases may add.
    pub alias_bytes: usize,
}

impl Limits {
    /// For blueprints. The depth stays below what readers of JSON allow (128), since specs go into records.
    pub const BLUEPRINT: Limits =
        Limits { bytes: 2 * 1024 * 1024, depth: 64, nodes: 500_000, alias_bytes: 4 * 1024 * 1024 };
    /// For a value that stands as text in a config key.
    pub const VALUE: Limits = Limits { bytes: 64 * 1024, depth: 32, nodes: 10_000, alias_bytes: 64 * 1024 };
}

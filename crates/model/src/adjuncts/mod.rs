//! Policies, enrichers and feeds of this release: one file each with its table, and one line in [`ALL`].
//!
//! What one does stands in the engine under the same name. A table says what a blueprint may set; it is also what
//! forms and documentation are made from.

mod def;

pub use def::{AdjunctDef, Lookup, by_wire_name, lookup};

/// Every adjunct that can be asked for. Adding one means a file beside this one and a line here.
pub static ALL: &[&AdjunctDef] = &[];

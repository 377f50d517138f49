//! How much one blueprint may ask for. What asks for more is refused with the limit's name. The bounds of the text
//! itself are [`lang::yaml::Limits::BLUEPRINT`].

/// Searches for a nearest name in one document: the search is slow.
pub(super) const SEARCHES_MAX: usize = 200;
/// Undeclared config keys of one document that are compared with all declared ones.
pub(super) const SLIPS_MAX: usize = 2_000;
/// Entities of one blueprint, those in specs of members included.
pub(super) const ENTITIES_MAX: usize = 50_000;
/// How deep `$brooklyn:entitySpec` may stand within itself: a record's JSON must stay readable.
pub(super) const SPEC_DEPTH_MAX: usize = 16;
/// How many definitions a named location may lead through.
pub(super) const NAMED_DEPTH_MAX: usize = 16;
/// Machines that one location may list, ranges expanded.
pub(super) const MACHINES_MAX: usize = 10_000;

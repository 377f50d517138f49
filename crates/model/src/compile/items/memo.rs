//! What items were found to make: each text is compiled once, however many name it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Made;
use crate::catalog::{BundleId, ItemId};

/// An item of a bundle.
pub(super) type Key = (BundleId, ItemId);

/// What became of an item's text.
pub(super) struct Compiled {
    /// What it makes, or why it makes nothing: what is wrong, and what to do.
    pub(super) made: Result<Made, Vec<Problem>>,
    /// The names of all items that it depends on.
    pub(super) used: BTreeSet<String>,
    /// How many entities it asks for.
    pub(super) entities: usize,
    /// How deep entities stand within each other in it.
    pub(super) levels: usize,
    /// The ids that it gives to entities.
    pub(super) ids: Vec<String>,
}

/// Why an item cannot be used.
#[derive(Clone)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// It is about the way to the item, and is told as it is.
    pub(super) is_fatal: bool,
}

/// What was compiled while one document is.
#[derive(Default)]
pub(crate) struct Memo {
    pub(super) compiled: BTreeMap<Key, Rc<Compiled>>,
    /// Bytes of all texts that were compiled.
    pub(super) bytes: usize,
}

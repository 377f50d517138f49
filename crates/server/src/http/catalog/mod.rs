//! The catalog as the wire shows it: items of bundles and what is built in, side by side, under one name.

mod add;
mod filter;
mod icon;
mod location_bom;
mod parts;
mod registered;
mod show;
mod supertypes;

pub(super) use add::{add, add_bytes};
pub(super) use filter::Filter;
pub(super) use icon::{icon, icon_at};
pub(super) use location_bom::location_bom;
pub(super) use registered::{Registered, item_called};
pub(super) use show::{CAMP, bundle, is_in_bundle, item, types};

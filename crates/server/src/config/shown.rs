//! What the wire tells of the configuration: what holds for each key, secrets masked, as `config explain` has it.

use std::collections::BTreeMap;

use super::explain::lines;
use super::layers::Layers;
use super::settings::Settings;

/// What holds for each key that is known or set.
pub fn shown(settings: &Settings, layers: &Layers) -> BTreeMap<String, String> {
    lines(settings, layers).into_iter().map(|line| (line.key, line.value)).collect()
}

//! Filling in a template file, or the path of a folder: what stands beside the entity's own names
//! (`brooklyn-blueprints.md` C).

use model::types::{ConfigDef, software_process as sp};
use model::value::Coerced;
use serde_json::{Map, Value, json};

use crate::config::unreadable;
use crate::entity::Entity;
use crate::machine::Try;
use crate::place::Place;
use crate::state::Root;

/// The text of a template file with everything filled in; waits for sensors that have no value yet.
pub(super) fn fill_in(root: &Root, entity: &Entity, place: &Place, url: &str, text: &str) -> Try<String> {
    let mut given = match root.config(&entity.id, &sp::SUBSTITUTIONS).or_else(unreadable)? {
        Coerced::Map(map) => map,
        _ => Map::new(),
    };
    let driver = json!({
        "runDir": place.run_dir,
        "installDir": place.install_dir,
        "pidFile": place.pid_file(),
        "hostname": place.host.name,
        "address": place.host.address,
    });
    given.entry("driver").or_insert(driver);
    root.filled_in(&entity.id, &format!("template '{url}'"), text, given)
}

/// The path that a key gives for a folder, filled in. `base_dir` is where folders lie on the machine.
pub(crate) fn fill_in_path(
    root: &Root,
    entity: &Entity,
    base_dir: &str,
    key: &ConfigDef,
    text: &str,
) -> Try<String> {
    let base = (format!("config.{}", sp::BASE_DIR.name), Value::from(base_dir));
    root.filled_in(&entity.id, key.name, text, Map::from_iter([base]))
}

//! One small JSON file: its sum, its form, and its very bytes.

use ha::files::{self, Sum};
use ha::verbs::Name;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Report;

/// Reads it; what is wrong is reported.
pub(super) fn read<T: Serialize + DeserializeOwned>(
    report: &mut Report,
    name: &Name,
    bytes: &[u8],
    costs: &str,
) -> Option<T> {
    let file: T = match files::from_bytes(bytes) {
        Ok(file) => file,
        Err(why) => {
            report.damage(name, why, costs);
            return None;
        }
    };
    match files::sum(bytes) {
        Sum::Fits => {}
        // As an earlier release wrote it, to the byte.
        Sum::Missing if old_form(&file) == bytes => {
            report.note(
                name,
                "an earlier release wrote it, without a sum",
                "a flipped bit in it would not be seen",
            );
        }
        Sum::Missing | Sum::Wrong => report.damage(name, "it is not as it was written", costs),
    }
    Some(file)
}

fn old_form<T: Serialize>(file: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(file).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

//! `config explain`: every effective value, with where it comes from and what it shadows; secrets masked.

use base::secret::is_sensitive_name;
use serde::Serialize;

use super::keys;
use super::kind::Kind;
use super::layers::Layers;
use super::problem::Origin;
use super::settings::Settings;

const MASK: &str = "******";

/// One key as it is explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The key.
    pub key: String,
    /// What holds; empty when nothing does.
    pub value: String,
    /// Where it comes from.
    pub origin: String,
    /// What the key is for.
    pub about: String,
    /// Values that lower layers gave, the highest first.
    pub shadows: Vec<Shadow>,
}

/// A value that another one wins over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shadow {
    /// The value.
    pub value: String,
    /// Where it stands.
    pub origin: String,
}

/// Every known key and every other key that is set, in order of the table.
pub fn lines(settings: &Settings, layers: &Layers) -> Vec<Line> {
    let mut lines = Vec::new();
    for key in keys::KEYS {
        let secret = key.kind == Kind::Secret;
        let (value, origin) = match (key.name, layers.get(key)) {
            ("brownstone.ha.nodeUri", _) => (settings.node_uri.clone(), settings.node_uri_from.clone()),
            (_, Some(got)) => got,
            (_, None) => (String::new(), Origin::Default),
        };
        lines.push(line(key.name, &value, &origin, key.about, secret, layers));
    }
    for name in layers.names().filter(|name| keys::find(name).is_none()) {
        if let Some((value, origin)) = layers.given(name).last() {
            lines.push(line(name, value, origin, "", is_sensitive_name(name), layers));
        }
    }
    lines
}

fn line(name: &str, value: &str, origin: &Origin, about: &str, secret: bool, layers: &Layers) -> Line {
    // A salted hash is no password, but whoever has it can try passwords at leisure.
    let secret = secret || is_sensitive_name(name) && keys::find(name).is_none() || name.ends_with(".sha256");
    let shown = |value: &str| match value {
        "" => String::new(),
        _ if secret => MASK.to_owned(),
        _ => value.to_owned(),
    };
    let given = layers.given(name);
    let shadows = given.iter().rev().filter(|(_, from)| from != origin);
    Line {
        key: name.to_owned(),
        value: shown(value),
        origin: origin.to_string(),
        about: about.to_owned(),
        shadows: shadows.map(|(v, from)| Shadow { value: shown(v), origin: from.to_string() }).collect(),
    }
}

//! Help for whoever writes a blueprint: what may stand at a place ([`complete`]), and what stands there ([`hover`]).
//!
//! All of it is made from the tables that the compiler goes by, and from the catalog. Not here: what is wrong with a
//! blueprint (`compile`).

mod flow;
mod outline;
mod words;

use std::ops::Range;

use lang::dsl::Function;
use serde::Serialize;
use serde_json::Value;

use crate::adjuncts;
use crate::catalog::{Item, ItemKind, describe};
use crate::compile::{Surroundings, built_in_names};
use crate::config::Key;
use crate::types;
use crate::value::ValueType;
use outline::{Outline, Spot};
use words::Role;

/// Offers for one place; who has typed more gets the others.
const OFFERS_MAX: usize = 500;
const CONFIG: [&str; 2] = ["brooklyn.config", "brooklyn.flags"];
const TYPE: [&str; 3] = ["type", "serviceType", "service_type"];
/// What stands before an expression.
const DSL: &str = "$brooklyn:";

/// What may stand at a place.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Completion {
    /// The bytes that an offer takes the place of.
    pub start: usize,
    /// Their end.
    pub end: usize,
    /// Those that begin as what was typed come first.
    pub offers: Vec<Offer>,
}

/// One thing that may stand there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Offer {
    /// What it is called, and what to write.
    pub label: String,
    /// `key`, `config`, `type`, `location`, `function` or `value`.
    pub kind: &'static str,
    /// What it is.
    #[serde(flatten)]
    pub about: About,
}

/// What something is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct About {
    /// For people.
    pub description: String,
    /// What its values are; of a type, its name on the wire; of a function, how it is called.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub value_type: Option<String>,
    /// Its value where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hover {
    /// The bytes that it is.
    pub start: usize,
    /// Their end.
    pub end: usize,
    /// What is told of it.
    #[serde(flatten)]
    pub offer: Offer,
}

/// What may stand at this byte of a blueprint, which need not be whole.
pub fn complete(text: &str, offset: usize, around: &Surroundings) -> Completion {
    let offset = text.floor_char_boundary(offset);
    let (outline, spot) = Outline::of(text, offset);
    let (word, offers) = match spot {
        Spot::Nowhere => return Completion::default(),
        Spot::Key(map, word) => {
            let word = word.start..offset.clamp(word.start, word.end);
            let typed = &text[word.clone()];
            let mut offers = keys(&outline, map, around);
            let mut known: Vec<&str> = outline.keys_of(map).collect();
            // The key that is being written may stay.
            known.retain(|key| !key.starts_with(typed) || typed.is_empty());
            offers.retain(|offer| !known.contains(&offer.label.as_str()));
            (word, offers)
        }
        Spot::Value(node, word) => {
            let word = word.start..offset.clamp(word.start, word.end);
            let typed = &text[word.clone()];
            // An expression may stand within another.
            match typed.rfind(DSL) {
                Some(at) => (word.start + at..word.end, functions()),
                None => (word, values(&outline, node, around)),
            }
        }
    };
    let typed = text[word.clone()].trim_start_matches(['"', '\'']).to_lowercase();
    let mut offers: Vec<Offer> =
        offers.into_iter().filter(|o| o.label.to_lowercase().contains(&typed)).collect();
    offers.sort_by_cached_key(|o| (!o.label.to_lowercase().starts_with(&typed), o.kind, o.label.clone()));
    offers.dedup_by(|a, b| (&a.label, a.kind) == (&b.label, b.kind));
    offers.truncate(OFFERS_MAX);
    Completion { start: word.start, end: word.end, offers }
}

/// What stands at this byte of a blueprint; none where nothing is known of it.
pub fn hover(text: &str, offset: usize, around: &Surroundings) -> Option<Hover> {
    let offset = text.floor_char_boundary(offset);
    let (outline, spot) = Outline::of(text, offset);
    let told = |word: Range<usize>, offers: Vec<Offer>, label: &str| {
        let offer = offers.into_iter().find(|o| o.label == label)?;
        Some(Hover { start: word.start, end: word.end, offer })
    };
    match spot {
        Spot::Nowhere => None,
        Spot::Key(map, word) => {
            let label = text[word.clone()].trim_matches(['"', '\'', ' ']).to_owned();
            told(word, keys(&outline, map, around), &label)
        }
        Spot::Value(node, word) => {
            if let Some(function) = expression_at(text, word.clone(), offset) {
                let label = text[function.clone()].to_owned();
                return told(function, functions(), &label);
            }
            let value = outline.value(node);
            let found = told(word.clone(), values(&outline, node, around), value);
            // A value of which nothing is known by itself: what its key is.
            found.or_else(|| {
                told(word, keys(&outline, outline.node(node).parent, around), outline.key(Some(node)))
            })
        }
    }
}

/// The byte at a line and a column, both from 1; a column counts characters. A place behind the text is its end.
pub fn offset_at(text: &str, line: u32, column: u32) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(line.saturating_sub(1) as usize).map(str::len).sum();
    let here = lines.next().unwrap_or_default().trim_end_matches('\n');
    let within = here.char_indices().nth(column.saturating_sub(1) as usize).map_or(here.len(), |(at, _)| at);
    before + within
}

/// `$brooklyn:NAME` around a place.
fn expression_at(text: &str, word: Range<usize>, offset: usize) -> Option<Range<usize>> {
    let begun = text.get(word.clone())?.match_indices(DSL).map(|(at, _)| word.start + at);
    let spans = begun.map(|start| {
        let name = &text[start + DSL.len()..word.end];
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        start..start + DSL.len() + end
    });
    spans.into_iter().find(|span| (span.start..=span.end).contains(&offset))
}

/// What a map describes. A map in a list counts as the list's key says.
fn role(outline: &Outline<'_>, map: Option<usize>) -> Option<Role> {
    let Some(number) = map else { return Some(Role::Plan) };
    match outline.node(number).key.as_deref() {
        Some(key) => Role::below(key).filter(|_| key.starts_with('$')),
        None => Role::below(outline.key(outline.node(number).parent)),
    }
}

/// The keys that may stand in a map.
fn keys(outline: &Outline<'_>, map: Option<usize>, around: &Surroundings) -> Vec<Offer> {
    let key = outline.key(map);
    if CONFIG.contains(&key) {
        let of = map.and_then(|n| outline.node(n).parent);
        return config_of(outline, of, around);
    }
    if key.is_empty() && map.is_some() && is_place(outline.key(map.and_then(|n| outline.node(n).parent))) {
        return locations(around);
    }
    let Some(role) = role(outline, map) else { return Vec::new() };
    let word = |(label, says): &(&str, &str)| Offer {
        label: (*label).to_owned(),
        kind: "key",
        about: About { description: (*says).to_owned(), ..About::default() },
    };
    role.words().iter().map(word).collect()
}

fn is_place(key: &str) -> bool {
    matches!(key, "location" | "locations")
}

/// What the value of a key may be.
fn values(outline: &Outline<'_>, node: usize, around: &Surroundings) -> Vec<Offer> {
    let (key, map) = (outline.key(Some(node)), outline.node(node).parent);
    if is_place(key) {
        return locations(around);
    }
    if TYPE.contains(&key)
        && let Some(role) = role(outline, map)
    {
        return type_names(role.kinds(), around);
    }
    let mut all = functions();
    if CONFIG.contains(&outline.key(map)) {
        let of = map.and_then(|n| outline.node(n).parent);
        let constants = match value_type_of(outline, of, key, around) {
            Some(ValueType::Bool) => vec!["true", "false"],
            Some(ValueType::Enum(def)) => def.constants.to_vec(),
            _ => Vec::new(),
        };
        all.extend(constants.into_iter().map(|constant| Offer {
            label: constant.to_owned(),
            kind: "value",
            about: About::default(),
        }));
    }
    all
}

/// What the type of a map declares. `told` gets each key.
fn each_key<T>(
    outline: &Outline<'_>,
    map: Option<usize>,
    around: &Surroundings,
    told: impl Fn(&Key<'_>) -> T,
) -> Vec<T> {
    let built_in = |keys: &mut dyn Iterator<Item = &'static types::ConfigDef>| -> Vec<T> {
        keys.map(|def| told(&Key::from(def))).collect()
    };
    let Some(name) = outline.value_in(map, &TYPE) else {
        return match map {
            None => built_in(&mut types::basic_application::TYPE.config_keys()),
            Some(_) => Vec::new(),
        };
    };
    if let Some((item, bundle)) = item(name, around) {
        return match describe(item, bundle, around) {
            Ok(described) => described.keys().iter().map(&told).collect(),
            Err(_) => Vec::new(),
        };
    }
    if let types::Lookup::Known { type_def, .. } = types::lookup(name) {
        return built_in(&mut type_def.config_keys());
    }
    match adjuncts::lookup(name) {
        adjuncts::Lookup::Known(def) => built_in(&mut def.config_keys()),
        _ => Vec::new(),
    }
}

/// The item of the catalog that a name means.
fn item<'a>(name: &str, around: &'a Surroundings) -> Option<(&'a Item, &'a crate::catalog::BundleId)> {
    let bare = name.strip_prefix("catalog:").unwrap_or(name);
    let (symbol, version) = bare.split_once(':').unwrap_or((bare, ""));
    let found = around.catalog.versions(symbol).find(|i| i.id.version.to_string() == version);
    let item = found.or_else(|| around.catalog.best(symbol))?;
    Some((item, &around.catalog.bundle_of(&item.id)?.id))
}

fn config_of(outline: &Outline<'_>, map: Option<usize>, around: &Surroundings) -> Vec<Offer> {
    each_key(outline, map, around, |key| Offer {
        label: key.name().to_owned(),
        kind: "config",
        about: About {
            description: key.description().unwrap_or_default().to_owned(),
            value_type: Some(key.java_type().to_owned()),
            default: key.default().filter(|_| !base::secret::is_sensitive_name(key.name())),
        },
    })
}

fn value_type_of(
    outline: &Outline<'_>,
    map: Option<usize>,
    name: &str,
    around: &Surroundings,
) -> Option<ValueType> {
    let all = each_key(outline, map, around, |key| key.is_called(name).then(|| key.value_type()));
    all.into_iter().flatten().next()
}

/// All that `type` may name.
fn type_names(kinds: &[ItemKind], around: &Surroundings) -> Vec<Offer> {
    let is_wanted = |kind: &ItemKind| kinds.contains(kind);
    let built_in = built_in_names().filter(|(kind, _)| is_wanted(kind)).map(|(_, name)| {
        let about = match (types::lookup(name), adjuncts::lookup(name)) {
            (types::Lookup::Known { type_def, .. }, _) => (type_def.description, type_def.java_type),
            (_, adjuncts::Lookup::Known(def)) => (def.description, def.java_type),
            _ => ("", name),
        };
        (name.to_owned(), about.0.to_owned(), about.1.to_owned())
    });
    let items = around.catalog.items().filter(|i| is_wanted(&i.kind) && !i.disabled);
    let items = items.map(|i| {
        let says = i.description.clone().or_else(|| i.display_name.clone()).unwrap_or_default();
        (i.id.name.clone(), says, i.id.to_string())
    });
    let offer = |(label, description, wire): (String, String, String)| Offer {
        label,
        kind: "type",
        about: About { description, value_type: Some(wire), default: None },
    };
    built_in.chain(items).map(offer).collect()
}

/// All locations that may be named, without what may be secret of them.
fn locations(around: &Surroundings) -> Vec<Offer> {
    let named = around.named_locations().map(|(name, _)| (name.to_owned(), "of brooklyn.cfg".to_owned()));
    let here = around.has_localhost().then(|| ("localhost".to_owned(), "the host of the master".to_owned()));
    let items = around.catalog.items().filter(|i| i.kind == ItemKind::Location && !i.disabled);
    let items = items.map(|i| {
        let says = i.description.clone().or_else(|| i.display_name.clone());
        (i.id.name.clone(), says.unwrap_or_else(|| "of the catalog".to_owned()))
    });
    let offer = |(label, description)| Offer {
        label,
        kind: "location",
        about: About { description, ..About::default() },
    };
    here.into_iter().chain(named).chain(items).map(offer).collect()
}

/// All functions with which an expression may begin.
fn functions() -> Vec<Offer> {
    let offer = |def: &lang::dsl::FunctionDef| {
        let arg = |a: &lang::dsl::Arg| if a.optional { format!("[{}]", a.name) } else { a.name.to_owned() };
        let args: Vec<String> = def.args.iter().map(arg).collect();
        let more = if def.more { ", ..." } else { "" };
        Offer {
            label: format!("{DSL}{}", def.name),
            kind: "function",
            about: About {
                description: def.summary.to_owned(),
                value_type: Some(format!("{}({}{more})", def.name, args.join(", "))),
                default: None,
            },
        }
    };
    Function::TABLE.iter().map(offer).collect()
}

#[cfg(test)]
mod tests;

//! `brooklyn.parameters`: config keys that a blueprint declares (`brooklyn-blueprints.md` 1.4).

use std::collections::BTreeSet;

use lang::yaml::Node;

use super::constraints;
use super::context::{Context, keyed};
use super::settings::check_type;
use super::value_types::type_name;
use crate::spec::{ConfigValue, KeySpec};
use crate::types::{ConfigDef, Inheritance, TypeDef};
use crate::value::ValueType;

const FIELDS: &[&str] = &[
    "name",
    "label",
    "description",
    "deprecatedNames",
    "type",
    "default",
    "pinned",
    "constraints",
    "inheritance.runtime",
    "inheritance.parent",
    "inheritance.type",
    "reconfigurable",
];

/// The parameters of an entity of this type, in order. A field that is not given is as the type's key of the same
/// name has it.
///
/// `inherited` are those of the catalog item that the entity is made from: they keep their places.
pub(super) fn compile(
    cx: &mut Context<'_>,
    type_def: &TypeDef,
    inherited: Vec<KeySpec>,
    node: &Node,
) -> Vec<KeySpec> {
    let mut all = inherited;
    let mut own: BTreeSet<String> = BTreeSet::new();
    for item in cx.list("brooklyn.parameters", node) {
        let Some((name, name_node)) = name(cx, item) else { continue };
        let place = all.iter().position(|k| k.name == name);
        if !own.insert(name.clone()) {
            cx.warning(name_node.span.clone(), format!("the parameter '{name}' is declared twice"))
                .help("the fields given last count");
        }
        let before = match place {
            Some(i) => all[i].clone(),
            None => start(&name, type_def.config_key(&name)),
        };
        let after = one(cx, before, item);
        match place {
            Some(i) => all[i] = after,
            None => all.push(after),
        }
    }
    all
}

fn name<'n>(cx: &mut Context<'_>, item: &'n Node) -> Option<(String, &'n Node)> {
    let Some(entries) = item.as_map() else {
        if item.is_null() || item.as_seq().is_some() {
            cx.error(
                item.span.clone(),
                format!("a parameter must be a map or a name, but it is {}", item.describe()),
            )
            .label("expected `name: ...`");
            return None;
        }
        return cx.text("name", item).map(|name| (name, item));
    };
    if let Some(node) = item.get("name").filter(|n| !n.is_null()) {
        return cx.text("name", node).map(|name| (name, node));
    }
    // Only keys are told: a default may be secret.
    let keys: Vec<String> = keyed(entries).map(|(key, ..)| key).collect();
    let near = keyed(entries).find(|(k, ..)| cx.nearest(k, ["name"]).is_some());
    let span = near.as_ref().map_or_else(|| item.span.clone(), |(_, key, _)| key.span.clone());
    let message = format!(
        "'name' value missing from input definition {{{}}} but is required. Check for typos.",
        keys.join(", ")
    );
    cx.error(span, message).label("expected `name`");
    None
}

/// What a parameter is before its fields are read.
fn start(name: &str, of_type: Option<&ConfigDef>) -> KeySpec {
    let mut key = KeySpec {
        name: name.to_owned(),
        aliases: Vec::new(),
        type_name: "string".to_owned(),
        label: None,
        description: None,
        default: None,
        constraints: Vec::new(),
        inheritance: None,
        type_inheritance: None,
        pinned: true,
        reconfigurable: false,
    };
    if let Some(def) = of_type {
        def.name.clone_into(&mut key.name);
        key.aliases = def.aliases.iter().map(|a| (*a).to_owned()).collect();
        key.type_name = match def.value_type {
            ValueType::Enum(of) => of.java_type.to_owned(),
            other => other.java_type().to_owned(),
        };
        key.description = Some(def.description.to_owned());
        key.default = def.default.value().map(ConfigValue::new);
    }
    key
}

fn one(cx: &mut Context<'_>, mut key: KeySpec, item: &Node) -> KeySpec {
    for (field, field_key, value) in item.as_map().into_iter().flat_map(keyed) {
        match field.as_str() {
            "name" => {}
            "label" => key.label = cx.text("label", value),
            "description" => key.description = cx.text("description", value),
            "type" => key.type_name = type_name(cx, Some(value), "string"),
            "deprecatedNames" => {
                for alias in cx.list("deprecatedNames", value) {
                    key.aliases
                        .extend(cx.text("deprecatedNames", alias).filter(|a| !key.aliases.contains(a)));
                }
            }
            // Read below, when the type is known. Nothing and no default are the same.
            "default" => {}
            "pinned" => key.pinned = cx.flag("pinned", value).unwrap_or(key.pinned),
            "reconfigurable" => {
                key.reconfigurable = cx.flag("reconfigurable", value).unwrap_or(key.reconfigurable);
            }
            "constraints" => key.constraints = constraints::compile(cx, value),
            "inheritance.runtime" | "inheritance.parent" => {
                key.inheritance = inheritance(cx, &field, value).or(key.inheritance);
            }
            "inheritance.type" => {
                key.type_inheritance = inheritance(cx, &field, value).or(key.type_inheritance);
            }
            other => {
                let near = cx.nearest(other, FIELDS.iter().copied());
                cx.warning(
                    field_key.span.clone(),
                    format!("unknown field '{other}' of a parameter: it has no effect"),
                )
                .nearest(near);
            }
        }
    }
    if let Some(node) = item.get("default") {
        let value = if node.is_null() { None } else { cx.value(&key.name, node).map(ConfigValue::new) };
        key.default = value.filter(|value| check_type(cx, &key.name, key.value_type(), node, value));
    }
    key
}

fn inheritance(cx: &mut Context<'_>, field: &str, node: &Node) -> Option<Inheritance> {
    let word = cx.text(field, node)?;
    Some(match word.to_ascii_lowercase().replace('-', "_").as_str() {
        "always" | "overwrite" => Inheritance::Overwrite,
        "none" | "not_reinherited" => Inheritance::NotReinherited,
        "never" => Inheritance::Never,
        "deep_merge" | "merge" => Inheritance::DeepMerge,
        _ => {
            let near = cx.nearest(&word, WORDS.iter().copied());
            let adding =
                cx.error(node.span.clone(), format!("Invalid config-inheritance '{word}' (in '{field}')"));
            adding.label(format!("expected one of {}", WORDS.join(", "))).nearest(near);
            return None;
        }
    })
}

const WORDS: &[&str] = &["always", "none", "never", "deep_merge"];

//! Config: which keys an entity declares, and which values count.

use api::config::{ConfigLinks, ConfigSummary, PossibleValue};
use engine::{Entity, Root, quorum_text};
use model::ValueType;
use model::config::Key;
use model::spec::Constraint;
use model::types::group;
use serde_json::{Map, Value, json};

use super::secrets::suppress;

/// Set by Brooklyn on whatever it makes from a blueprint.
const TEMPLATE_ID: &str = "camp.template.id";

/// The keys that an entity declares: those of its blueprint first, then those of its type.
pub(in crate::http) fn list(root: &Root, entity: &Entity) -> Vec<ConfigSummary> {
    let (app, id) = (entity.app.as_str(), entity.id.as_str());
    let summary = |key: Key<'_>| ConfigSummary {
        name: key.name().to_owned(),
        kind: declared_type(&key).to_owned(),
        description: key.description().map(str::to_owned),
        default_value: key.default().map(|default| shown_quorum(key.java_type(), default)),
        reconfigurable: key.spec.is_some_and(|s| s.reconfigurable),
        possible_values: possible_values(key.value_type()),
        constraints: key.spec.map_or_else(Vec::new, |s| s.constraints.iter().map(constraint).collect()),
        links: ConfigLinks::new(app, id, key.name()),
    };
    root.config_keys(&entity.id).into_iter().filter(Key::is_listed).map(summary).collect()
}

/// A default of this class: a quorum as Brooklyn writes one, anything else as it is.
pub(in crate::http) fn shown_quorum(class: &str, default: Value) -> Value {
    let quorum = (class == group::QUORUM).then(|| quorum_text(&default)).flatten();
    quorum.map_or(default, Value::String)
}

/// All values that are set here or above; a default is none.
pub(in crate::http) fn values(root: &Root, entity: &Entity, resolved: bool) -> Map<String, Value> {
    let names = root.config_names(&entity.id).into_iter().chain([TEMPLATE_ID.to_owned()]);
    names.filter_map(|name| Some((name.clone(), shown(root, entity, &name, resolved)?))).collect()
}

/// One value that is set here or above.
pub(in crate::http) fn shown(root: &Root, entity: &Entity, name: &str, resolved: bool) -> Option<Value> {
    if name == TEMPLATE_ID {
        return Some(template(root, entity).id.as_str().into());
    }
    root.config_shown(&entity.id, name, resolved)
}

/// Who stands for the part of a blueprint that an entity came from: an application, a service, or what was added
/// alone. Everything below inherits it. Clients know it as a mark; what it names was gone with the deployment.
fn template<'r>(root: &'r Root, entity: &'r Entity) -> &'r Entity {
    let is_one =
        |e: &Entity| e.def.source.is_some() || e.parent.as_ref().is_none_or(|parent| *parent == e.app);
    root.ancestry(&entity.id).find(|e| is_one(e)).unwrap_or(entity)
}

/// The class of a key's values, as lists of keys have it: all enums have the same.
pub(in crate::http) fn declared_type<'a>(key: &Key<'a>) -> &'a str {
    if matches!(key.value_type(), ValueType::Enum(_)) { "java.lang.Enum" } else { key.java_type() }
}

/// The constants of an enum, with what people say for each.
pub(in crate::http) fn possible_values(value_type: ValueType) -> Option<Vec<PossibleValue>> {
    let ValueType::Enum(def) = value_type else { return None };
    let value = |constant: &&str| PossibleValue {
        value: (*constant).to_owned(),
        description: constant.to_ascii_lowercase().replace('_', "-"),
    };
    Some(def.constants.iter().map(value).collect())
}

/// A constraint as blueprints write it: a word, or a map with one entry.
pub(in crate::http) fn constraint(constraint: &Constraint) -> Value {
    let all = |list: &[Constraint]| list.iter().map(self::constraint).collect::<Vec<_>>();
    match constraint {
        Constraint::Required => json!("required"),
        Constraint::NotNull => json!("notNull"),
        Constraint::IsBlank => json!("isBlank"),
        Constraint::AlwaysTrue => json!("alwaysTrue"),
        Constraint::AlwaysFalse => json!("alwaysFalse"),
        Constraint::UrlExists => json!("urlExists"),
        Constraint::Regex(pattern) => json!({ "regex": pattern }),
        Constraint::Glob(pattern) => json!({ "glob": pattern }),
        Constraint::ForbiddenIf(key) => json!({ "forbiddenIf": key }),
        Constraint::ForbiddenUnless(key) => json!({ "forbiddenUnless": key }),
        Constraint::RequiredIf(key) => json!({ "requiredIf": key }),
        Constraint::RequiredUnless(key) => json!({ "requiredUnless": key }),
        Constraint::ForbiddenUnlessAnyOf(keys) => json!({ "forbiddenUnlessAnyOf": keys }),
        Constraint::RequiredUnlessAnyOf(keys) => json!({ "requiredUnlessAnyOf": keys }),
        Constraint::Any(list) => json!({ "any": all(list) }),
        Constraint::All(list) => json!({ "all": all(list) }),
        Constraint::Predicate(given) => given.clone(),
    }
}

/// A value with where it comes from and which others it hides; what looks secret is masked.
pub(in crate::http) fn explained(root: &Root, entity: &Entity, name: &str) -> Value {
    let key = root.config_keys(&entity.id).into_iter().find(|k| k.is_called(name));
    let canonical = key.map_or(name, |k| k.name());
    let (setters, counts) = root.config_setters(&entity.id, name);
    let aliases: Vec<&str> = key.into_iter().flat_map(|k| k.aliases()).collect();
    let set_on = |e: &Entity| {
        let mut names = std::iter::once(&canonical).chain(&aliases);
        let given = names.find_map(|name| e.config.get(*name)).map_or(Value::Null, |v| v.given().clone());
        json!({
            "entityId": e.id, "entityDisplayName": e.name, "applicationId": e.app,
            "given": suppress(canonical, given),
        })
    };
    let default = key.and_then(|k| k.default());
    let value = root.config_shown(&entity.id, name, true).or_else(|| default.clone());
    let origin = match (counts, &default) {
        (Some(_), _) => "set",
        (None, Some(_)) => "default",
        (None, None) => "none",
    };
    let others = setters.iter().enumerate().filter(|(i, _)| Some(*i) != counts);
    json!({
        "key": canonical,
        "declared": key.is_some(),
        "type": key.map(|k| k.value_type().java_type()),
        "value": suppress(canonical, value.unwrap_or(Value::Null)),
        "origin": origin,
        "setOn": counts.map(|i| set_on(setters[i])),
        "hidden": others.map(|(_, e)| set_on(e)).collect::<Vec<_>>(),
        "default": suppress(canonical, default.unwrap_or(Value::Null)),
        "constraints": key.and_then(|k| k.spec).map_or_else(Vec::new, |s| {
            s.constraints.iter().map(constraint).collect()
        }),
    })
}

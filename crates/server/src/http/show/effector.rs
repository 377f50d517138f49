//! Effectors, of entities and of types.

use api::catalog::TypeEffector;
use api::effector::{EffectorLinks, EffectorSummary, ParameterSummary};
use base::secret::is_sensitive_name;
use engine::EffectorRef;
use engine::Entity;
use engine::Root;
use model::ValueType;
use model::spec::{EffectorBody, EffectorSpec};
use model::types::EffectorDef;
use serde_json::{Map, Value, json};

/// All effectors of an entity, by name.
pub(in crate::http) fn list(root: &Root, entity: &Entity) -> Vec<EffectorSummary> {
    let mut all: Vec<EffectorSummary> =
        root.effectors(&entity.id).map(|effector| summary(entity, effector)).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn summary(entity: &Entity, effector: EffectorRef<'_>) -> EffectorSummary {
    let name = effector.name().into_owned();
    let links = EffectorLinks::new(entity.app.as_str(), entity.id.as_str(), &name);
    let TypeEffector { return_type, parameters, description, .. } = match effector {
        EffectorRef::OfType(def) | EffectorRef::Original(def) => of_type(def),
        EffectorRef::OfSpec(spec) => of_spec(spec),
    };
    EffectorSummary { name, return_type, parameters, description, links }
}

/// An effector that a type has.
pub(in crate::http) fn of_type(def: &EffectorDef) -> TypeEffector {
    TypeEffector {
        name: def.name.to_owned(),
        return_type: def.return_type.to_owned(),
        parameters: def
            .parameters
            .iter()
            .map(|p| ParameterSummary {
                name: p.name.to_owned(),
                kind: p.java_type.to_owned(),
                description: Some(p.description.to_owned()),
                default_value: p.default.value(),
                should_sanitize: is_sensitive_name(p.name),
            })
            .collect(),
        description: Some(def.description.to_owned()),
    }
}

/// An effector that a blueprint adds.
pub(in crate::http) fn of_spec(spec: &EffectorSpec) -> TypeEffector {
    TypeEffector {
        name: spec.name.clone(),
        return_type: returned(&spec.body).to_owned(),
        parameters: spec
            .parameters
            .iter()
            .map(|p| ParameterSummary {
                name: p.name.clone(),
                kind: p.value_type().java_type().to_owned(),
                description: p.description.clone(),
                default_value: p.default.as_ref().map(|v| v.given().clone()),
                should_sanitize: is_sensitive_name(&p.name),
            })
            .collect(),
        description: spec.description.clone().filter(|d| !d.is_empty()),
    }
}

/// The class of what an effector of a blueprint answers.
fn returned(body: &EffectorBody) -> &'static str {
    match body {
        EffectorBody::AddChildren(_) | EffectorBody::Composite { .. } => "java.util.List",
        EffectorBody::Proxy { .. } => "java.lang.Object",
        EffectorBody::ShellCommand { .. } | EffectorBody::Http(_) | EffectorBody::ChildrenBatch(_) => {
            "java.lang.String"
        }
    }
}

/// What an effector takes, as a JSON schema for forms; a secret default is left out.
pub(in crate::http) fn form(entity: &Entity, effector: EffectorRef<'_>) -> Value {
    let summary = summary(entity, effector);
    let properties: Map<String, Value> = summary
        .parameters
        .into_iter()
        .map(|p| {
            let mut field = schema(ValueType::by_name(&p.kind).unwrap_or(ValueType::Any));
            if let Some(description) = p.description.filter(|d| !d.is_empty()) {
                field["description"] = description.into();
            }
            if p.should_sanitize {
                field["writeOnly"] = true.into();
            } else if let Some(default) = p.default_value {
                field["default"] = default;
            }
            (p.name, field)
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": summary.name,
        "description": summary.description.unwrap_or_default(),
        "type": "object",
        "properties": properties,
    })
}

fn schema(value_type: ValueType) -> Value {
    match value_type {
        ValueType::Text => json!({ "type": "string" }),
        ValueType::Int | ValueType::Long => json!({ "type": "integer" }),
        ValueType::Double => json!({ "type": "number" }),
        ValueType::Bool => json!({ "type": "boolean" }),
        ValueType::Duration => json!({ "type": ["string", "integer"], "examples": ["30s", "5m"] }),
        ValueType::Port => json!({ "type": ["string", "integer"], "examples": [8080, "8080-8090"] }),
        ValueType::Map => json!({ "type": "object" }),
        ValueType::List => json!({ "type": "array" }),
        ValueType::Enum(def) => json!({ "enum": def.constants }),
        ValueType::Any => json!({}),
    }
}

//! What a deployment could be before there were blueprints, and still can: a JSON map of an application's name, its
//! type or its entities, its locations and its config.

use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppSpec {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    entities: Option<Vec<EntitySpec>>,
    #[serde(default)]
    locations: Vec<String>,
    #[serde(default)]
    config: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntitySpec {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    config: Map<String, Value>,
}

impl EntitySpec {
    fn service(self) -> Value {
        let mut service = json!({ "type": self.kind, "brooklyn.config": self.config });
        if let Some(name) = self.name {
            service["name"] = name.into();
        }
        service
    }
}

/// The blueprint that says the same; `None` for a text that is no such map: it is a blueprint itself, or nothing.
pub(super) fn as_blueprint(text: &str) -> Option<String> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let spec: AppSpec = serde_json::from_str(text).ok()?;
    let services: Vec<Value> = match (spec.kind, spec.entities) {
        (Some(kind), None) => vec![json!({ "type": kind })],
        (None, Some(entities)) if !entities.is_empty() => {
            entities.into_iter().map(EntitySpec::service).collect()
        }
        _ => return None,
    };
    let mut blueprint = json!({ "services": services, "brooklyn.config": spec.config });
    if !spec.locations.is_empty() {
        blueprint["locations"] = spec.locations.into();
    }
    if let Some(name) = spec.name {
        blueprint["name"] = name.into();
    }
    Some(blueprint.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<Value> {
        serde_json::from_str(&as_blueprint(text)?).unwrap()
    }

    #[test]
    fn a_map_of_an_application_is_a_blueprint() {
        let by_type = r#"{"name": "Shop", "type": "a.B", "locations": ["localhost"], "config": {"k": 1}}"#;
        assert_eq!(
            parsed(by_type),
            Some(json!({"name": "Shop", "services": [{"type": "a.B"}], "locations": ["localhost"],
                "brooklyn.config": {"k": 1}}))
        );
        let by_entities = r#"{"entities": [{"name": "web", "type": "a.C", "config": {"k": 1}}]}"#;
        assert_eq!(
            parsed(by_entities),
            Some(json!({"services": [{"name": "web", "type": "a.C", "brooklyn.config": {"k": 1}}],
                "brooklyn.config": {}}))
        );
    }

    #[test]
    fn anything_else_is_read_as_a_blueprint() {
        for text in [
            "name: x",
            "{",
            r#"{"name": "x"}"#,
            r#"{"services": [{"type": "a.B"}]}"#,
            r#"{"type": "a.B", "services": []}"#,
            r#"{"type": "a.B", "entities": []}"#,
            r#"{"entities": []}"#,
        ] {
            assert_eq!(as_blueprint(text), None, "{text}");
        }
    }
}

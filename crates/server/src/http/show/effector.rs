//! Effectors, of entities and of types.

use api::catalog::TypeEffector;
use api::effector::{EffectorLinks, EffectorSummary, ParameterSummary};
use base::secret::is_sensitive_name;
use engine::EffectorRef;
use engine::Entity;
use engine::Root;
use model::spec::EffectorSpec;
use model::types::EffectorDef;

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
        return_type: "java.lang.String".to_owned(),
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

//! Blueprints that name catalog items, and what becomes of them.

mod limits;
mod merging;
mod names;

use std::sync::Arc;

use base::WallMs;

use crate::catalog::add::{Content, Upload, read};
use crate::catalog::{Bundle, Catalog};
use crate::spec::{AppSpec, EntitySpec};
use crate::{Surroundings, compile};

/// A server's surroundings after these BOMs were added in this order.
fn having(boms: &[&str]) -> Surroundings {
    let mut around = Surroundings::of_properties([("brooklyn.location.named.prod", "byon:(hosts=10.0.0.1)")]);
    for bom in boms {
        let bundle = bundle(bom, &around);
        let mut catalog = Catalog::clone(&around.catalog);
        catalog.put(Arc::new(bundle));
        around.catalog = Arc::new(catalog);
    }
    around
}

fn bundle(bom: &str, around: &Surroundings) -> Bundle {
    let upload = Upload { source: "catalog.bom", content: Content::Bom(bom) };
    let mut nowhere = |_: &str| Err("not asked for".to_owned());
    match read(&upload, around, &mut nowhere, "anonymous", WallMs(0)) {
        Ok(read) => read.bundle,
        Err(refused) => panic!("{}", refused.brooklyn_message()),
    }
}

fn deploy(blueprint: &str, around: &Surroundings) -> AppSpec {
    compile("app.yaml", blueprint, around).unwrap_or_else(|e| panic!("{}", e.brooklyn_message()))
}

/// The only service of a blueprint.
fn service(blueprint: &str, around: &Surroundings) -> EntitySpec {
    let app = deploy(blueprint, around);
    match <[EntitySpec; 1]>::try_from(app.root.children) {
        Ok([one]) => one,
        Err(other) => panic!("{} services", other.len()),
    }
}

/// Errors and warnings in one line each.
fn lines(blueprint: &str, around: &Surroundings) -> Vec<String> {
    match compile("app.yaml", blueprint, around) {
        Ok(spec) => spec.warnings.iter().map(ToString::to_string).collect(),
        Err(e) => e.items().iter().map(|d| d.one_line(blueprint)).collect(),
    }
}

fn config(entity: &EntitySpec) -> serde_json::Value {
    serde_json::to_value(&entity.config).expect("config is JSON")
}

fn bundles(entity: &EntitySpec) -> Vec<String> {
    entity.bundles.iter().map(ToString::to_string).collect()
}

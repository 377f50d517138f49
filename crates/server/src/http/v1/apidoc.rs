//! `/v1/apidoc`: the description of the wire in Brooklyn's older form (Swagger 2.0), made of `/openapi.json`.

use std::sync::LazyLock;

use api::Permission::ServerStatus;
use api::shape::one;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::http::answer::{Answer, JSON, raw};
use crate::http::call::Call;
use crate::http::openapi;
use crate::http::route::Content::Text;
use crate::http::route::Route;

static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| openapi::written(&swagger(&openapi::document(&crate::http::routes()))));

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/apidoc/swagger.json", "The wire in Swagger 2.0; `/openapi.json` says more", as_json)
            .needs(ServerStatus)
            .ok(one::<Value>()),
        Route::get("/v1/apidoc/swagger.yaml", "The same as YAML (JSON is YAML)", as_yaml)
            .needs(ServerStatus)
            .gives(&["application/yaml"])
            .answers(StatusCode::OK, Text),
    ]);
}

async fn as_json(_: Call) -> Answer {
    Ok(raw(StatusCode::OK, JSON, DOCUMENT.as_str()))
}

async fn as_yaml(call: Call) -> Answer {
    Ok(raw(StatusCode::OK, call.form, DOCUMENT.as_str()))
}

/// From `OpenAPI` 3.1 to Swagger 2.0: bodies become parameters, references point elsewhere.
fn swagger(document: &Value) -> Value {
    let paths = document["paths"].as_object().into_iter().flatten().map(|(path, verbs)| {
        let verbs = verbs.as_object().into_iter().flatten();
        let verbs = verbs.map(|(verb, operation)| (verb.clone(), older(document, operation)));
        (path.clone(), Value::Object(verbs.collect()))
    });
    json!({
        "swagger": "2.0",
        "info": {
            "title": document["info"]["title"], "version": document["info"]["version"],
            "description": document["info"]["description"], "license": { "name": "Apache-2.0" },
        },
        "basePath": "/",
        "paths": paths.collect::<Map<_, _>>(),
        "definitions": referring(&document["components"]["schemas"]),
        "securityDefinitions": { "basic": { "type": "basic" } },
    })
}

fn older(document: &Value, operation: &Value) -> Value {
    let mut parameters: Vec<Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|p| {
            let p = p["$ref"].as_str().and_then(|to| document.pointer(to.strip_prefix('#')?)).unwrap_or(p);
            json!({
                "name": p["name"], "in": p["in"], "required": p["required"], "description": p["description"],
                "type": p["schema"]["type"],
            })
        })
        .collect();
    let body = operation["requestBody"]["content"].as_object();
    if let Some((_, content)) = body.and_then(|c| c.iter().next()) {
        let schema = referring(&content["schema"]);
        let required = &operation["requestBody"]["required"];
        parameters.push(json!({ "name": "body", "in": "body", "required": required, "schema": schema }));
    }
    let responses = operation["responses"].as_object().into_iter().flatten().map(|(status, response)| {
        let response = response["$ref"]
            .as_str()
            .and_then(|to| document.pointer(to.strip_prefix('#')?))
            .unwrap_or(response);
        let mut said = json!({ "description": response["description"] });
        if let Some((_, content)) = response["content"].as_object().and_then(|c| c.iter().next()) {
            said["schema"] = referring(&content["schema"]);
        }
        (status.clone(), said)
    });
    let mut said = json!({
        "summary": operation["summary"], "description": operation["description"],
        "parameters": parameters, "responses": responses.collect::<Map<_, _>>(),
        "security": if operation["security"] == json!([]) { json!([]) } else { json!([{ "basic": [] }]) },
    });
    if let Some(body) = body {
        said["consumes"] = body.keys().cloned().collect::<Vec<_>>().into();
    }
    said
}

/// The same with references to where Swagger 2.0 keeps types, and without what it does not know: types as lists.
fn referring(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| match (key.as_str(), value) {
                ("$ref", Value::String(to)) => {
                    (key.clone(), to.replace("#/components/schemas/", "#/definitions/").into())
                }
                ("type", Value::Array(types)) => {
                    let first = types.iter().find(|t| *t != "null").cloned();
                    (key.clone(), first.unwrap_or_else(|| "object".into()))
                }
                _ => (key.clone(), referring(value)),
            };
            Value::Object(map.iter().map(entry).collect())
        }
        Value::Array(items) => items.iter().map(referring).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_of_the_older_form_stands_for_something() {
        let document: Value = serde_json::from_str(&DOCUMENT).unwrap();
        assert_eq!(document["swagger"], "2.0");
        let mut open = vec![&document];
        let mut seen = 0;
        while let Some(value) = open.pop() {
            match value {
                Value::Array(list) => open.extend(list),
                Value::Object(map) => {
                    if let Some(Value::String(to)) = map.get("$ref") {
                        assert!(document.pointer(to.strip_prefix('#').unwrap()).is_some(), "{to}");
                        seen += 1;
                    }
                    open.extend(map.values());
                }
                _ => {}
            }
        }
        assert!(seen > 50, "{seen}");
        let set = &document["paths"]["/v1/applications/{app}/entities/{ent}/sensors/{sensor}"]["post"];
        assert_eq!(set["parameters"].as_array().unwrap().last().unwrap()["in"], "body");
    }
}

//! `GET /openapi.json`: the wire described for programs (`OpenAPI` 3.1), made of the routes' declarations. It is kept
//! in `crates/api/openapi.json` too, where a change of the wire is seen in review; `cargo xtask openapi` writes it.

use std::sync::LazyLock;

use api::ApiError;
use api::shape::{Schemas, one};
use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::answer::{Answer, JSON, TEXT, raw};
use super::call::Call;
use super::negotiate::{AS_JSON, Consumes};
use super::route::{Content, Field, Kind, Route};
use super::routes;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| written(&document(&routes())));

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let own = Route::get("/openapi.json", "This description (OpenAPI 3.1)", description);
    all.push(own.public().gives(&[]).ok(one::<Value>()));
}

async fn description(_: Call) -> Answer {
    Ok(raw(StatusCode::OK, JSON, DOCUMENT.as_str()))
}

/// The document as it is served and kept.
pub(super) fn written(document: &Value) -> String {
    format!("{document:#}\n")
}

/// Describes routes.
pub(super) fn document(routes: &[Route]) -> Value {
    let mut schemas = Schemas::new();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let verb = route.method.as_str().to_ascii_lowercase();
        let described = operation(route, &mut schemas);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[verb] = described;
    }
    let names = routes.iter().flat_map(|route| names_in(route.path));
    let parameters: Map<String, Value> = names.map(|name| (name.to_owned(), in_a_path(name))).collect();
    let refusals = refusals(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Brownstone",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Apache Brooklyn's REST API under /v1, and Brownstone's own paths beside it. \
                The names beside a security scheme are what the login must be entitled to.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters,
            "responses": refusals,
            "securitySchemes": { "basic": { "type": "http", "scheme": "basic" } },
        },
    })
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let mut described = json!({
        "summary": route.says,
        "description": role(route),
        "responses": responses(route, schemas),
        "security": if route.is_public {
            json!([])
        } else {
            json!([{ "basic": route.permission.iter().map(|p| p.id()).collect::<Vec<_>>() }])
        },
    });
    let in_path = names_in(route.path).map(|name| refer("parameters", name));
    let in_query = route.query.iter().map(|field| {
        json!({
            "name": field.name, "in": "query", "required": field.is_needed,
            "description": field.says, "schema": kind(field.kind),
        })
    });
    let parameters: Vec<Value> = in_path.chain(in_query).collect();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(body) = body(route, schemas) {
        described["requestBody"] = body;
    }
    described
}

/// In which role a server answers.
fn role(route: &Route) -> &'static str {
    let is_write = route.method != Method::GET;
    match (is_write && !route.is_public && !route.is_exempt, route.needs_state) {
        (true, _) => "A write: only the master takes it.",
        (false, true) => "Answered by each server that holds the state.",
        (false, false) => "Answered in every role.",
    }
}

fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// What stands for a name in a path; the same in all of them.
fn in_a_path(name: &str) -> Value {
    let says = match name {
        "app" => "An application: its id or its name",
        "ent" => "An entity of it: its id or its name",
        "sensor" => "A sensor's name",
        "config" => "A config key's name",
        "effector" => "An effector's name",
        "adjunct" => "A policy, enricher or feed: its id or its name",
        "policy" => "A policy: its id or its name",
        "tagKey" => "The only key of a tag that is a map",
        "location" => "A location: its id, or the name of a definition",
        "configKey" => "A configuration key of the server",
        "machine" => "A machine: `user@address:port`, or `localhost`",
        "user" => "A user's name",
        "workflow" => "A workflow's id",
        "step" => "start, last, end or a number",
        "task" => "A task's id",
        "stream" => "stdin, stdout, stderr or env",
        "key" => "An Idempotency-Key",
        "name" => "The name of an item, a type or a bundle; an item also as NAME:VERSION",
        "version" => "Its version; `latest` is the best one of an item or type",
        "type" => "The name of a type of the bundle",
        "type_version" => "The version of that type",
        _ => "",
    };
    json!({ "name": name, "in": "path", "required": true, "description": says, "schema": kind(Kind::Text) })
}

fn kind(kind: Kind) -> Value {
    json!({
        "type": match kind {
            Kind::Text | Kind::Span => "string",
            Kind::Flag => "boolean",
            Kind::Number => "integer",
        }
    })
}

fn body(route: &Route, schemas: &mut Schemas) -> Option<Value> {
    if !route.form.is_empty() {
        let named = |f: &Field| {
            let mut schema = kind(f.kind);
            schema["description"] = f.says.into();
            (f.name.to_owned(), schema)
        };
        let fields: Map<String, Value> = route.form.iter().map(named).collect();
        let needed: Vec<&str> = route.form.iter().filter(|f| f.is_needed).map(|f| f.name).collect();
        let form = json!({ "type": "object", "properties": fields, "required": needed });
        return Some(
            json!({ "required": !needed.is_empty(), "content": content(Consumes::Form.media_types(), &form) }),
        );
    }
    let schema = route.body?.schema(schemas);
    let needed = route.consumes != Consumes::JsonIfAny;
    Some(json!({ "required": needed, "content": content(route.consumes.media_types(), &schema) }))
}

fn content(media_types: &[&str], schema: &Value) -> Value {
    media_types.iter().map(|m| ((*m).to_owned(), json!({ "schema": schema }))).collect::<Map<_, _>>().into()
}

fn responses(route: &Route, schemas: &mut Schemas) -> Value {
    let mut all = Map::new();
    for (status, given) in &route.answers {
        all.insert(status.as_str().to_owned(), response(*status, route.produces, given, schemas));
    }
    let is_write = route.method != Method::GET && !route.is_public && !route.is_exempt;
    let takes_something = route.consumes != Consumes::Nothing || !route.query.is_empty();
    for (status, applies) in [
        (StatusCode::BAD_REQUEST, takes_something),
        (StatusCode::UNAUTHORIZED, !route.is_public),
        (StatusCode::FORBIDDEN, route.permission.is_some() || route.needs_state || is_write),
        (StatusCode::NOT_FOUND, names_in(route.path).any(|name| name != "key")),
        (StatusCode::SERVICE_UNAVAILABLE, is_write),
    ] {
        if applies {
            all.insert(status.as_str().to_owned(), refer("responses", status.as_str()));
        }
    }
    all.into()
}

/// What refusals look like, by their status.
fn refusals(schemas: &mut Schemas) -> Value {
    let said = Content::Json(one::<ApiError>());
    let mut all = Map::new();
    for (status, content) in [
        (StatusCode::BAD_REQUEST, said),
        (StatusCode::UNAUTHORIZED, Content::Text),
        (StatusCode::FORBIDDEN, said),
        (StatusCode::NOT_FOUND, said),
        (StatusCode::SERVICE_UNAVAILABLE, said),
    ] {
        all.insert(status.as_str().to_owned(), response(status, &[], &content, schemas));
    }
    all.into()
}

fn refer(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn response(status: StatusCode, produces: &[&str], given: &Content, schemas: &mut Schemas) -> Value {
    let mut described = json!({ "description": status.canonical_reason().unwrap_or("") });
    let text = json!({ "type": "string" });
    described["content"] = match given {
        Content::Nothing => return described,
        Content::Bytes => content(&["*/*"], &json!({ "type": "string", "format": "binary" })),
        Content::Text => content(if produces.is_empty() { &[TEXT] } else { produces }, &text),
        Content::Json(shape) => {
            let types = if produces.is_empty() { AS_JSON } else { produces };
            let schema = shape.schema(schemas);
            let each = types.iter().map(|media| {
                let schema = if media.ends_with("/json") { &schema } else { &text };
                ((*media).to_owned(), json!({ "schema": schema }))
            });
            each.collect::<Map<_, _>>().into()
        }
    };
    described
}

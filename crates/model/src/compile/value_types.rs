//! Types of values as a blueprint names them: of parameters, of effectors' arguments, of sensors.

use lang::yaml::Node;

use super::context::Context;
use crate::value::ValueType;

/// A field that names a type of values; `default` when it is not there.
pub(super) fn type_name(cx: &mut Context<'_>, node: Option<&Node>, default: &str) -> String {
    let Some(node) = node else { return default.to_owned() };
    let Some(name) = cx.text("type", node) else { return default.to_owned() };
    if ValueType::by_name(&name).is_some() {
        return name;
    }
    // A Java class may stand behind the bundle that it comes from.
    if name.contains('.') {
        cx.warning(node.span.clone(), format!("values of type '{name}' are kept as they are given"))
            .help("Brownstone knows no Java classes; values are not checked against this one");
        return name;
    }
    let near = cx.nearest(&name, TYPE_NAMES.iter().copied());
    let adding = cx.error(node.span.clone(), format!("there is no type '{name}' for values"));
    match near {
        Some(_) => adding.nearest(near),
        None => adding.help(format!("known are {}", TYPE_NAMES.join(", "))),
    };
    name
}

const TYPE_NAMES: &[&str] = &[
    "string",
    "integer",
    "long",
    "double",
    "boolean",
    "timestamp",
    "duration",
    "port",
    "map",
    "list",
    "set",
    "json",
    "yaml",
    "object",
];

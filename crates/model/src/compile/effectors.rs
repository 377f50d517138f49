//! The effectors that a blueprint can add (`brooklyn-blueprints.md` 6.1, 6.2).

use lang::yaml::Node;

use super::blueprint_in_field;
use super::context::{Context, keyed};
use super::fields::Fields;
use super::value_types::type_name;
use crate::spec::{
    ChildrenBatch, ConfigValue, EffectorBody, EffectorSpec, ExecutionTarget, HttpEffector, ParameterSpec,
};

/// Compiles the effector; `None` with errors in `cx` when it lacks something.
type Compile = fn(&mut Context<'_>, &Fields<'_>) -> Option<EffectorSpec>;

/// Every kind by its names.
const KINDS: &[(&[&str], Compile)] = &[
    (&["ssh-command-effector", "SshCommandEffector", "shell-command-effector"], shell_command),
    (&["http-command-effector", "HttpCommandEffector"], http),
    (&["add-children-effector", "AddChildrenEffector"], add_children),
    (&["proxy-effector", "ProxyEffector"], proxy),
    (&["composite-effector", "CompositeEffector"], composite),
    (&["children-batch-effector", "ChildrenBatchEffector"], children_batch),
];

pub(super) fn by_name(name: &str) -> Option<Compile> {
    KINDS.iter().find(|(names, _)| names.contains(&name)).map(|(_, compile)| *compile)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().flat_map(|(names, _)| names.iter().copied())
}

/// What all have: a name, words about it, parameters.
fn effector(
    cx: &mut Context<'_>,
    fields: &Fields<'_>,
    own_fields: &[&'static str],
    body: Option<EffectorBody>,
) -> Option<EffectorSpec> {
    let known: Vec<&'static str> =
        own_fields.iter().copied().chain(["name", "description", "parameters"]).collect();
    fields.report_others(cx, &known);
    let name = fields.required(cx, "the effector", "name").and_then(|n| cx.text("name", n));
    let description = fields.text(cx, "description");
    let parameters = fields.get("parameters").map_or_else(Vec::new, |n| parameters(cx, n));
    Some(EffectorSpec { name: name?, description, parameters, body: body? })
}

fn shell_command(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<EffectorSpec> {
    fields.required(cx, "the effector", "command");
    let command = fields.text_value(cx, "command");
    let execution_dir = fields.text_value(cx, "executionDir");
    let env = if fields.get("shell.env").is_some() { "shell.env" } else { "env" };
    let shell_env = fields.map_value(cx, env);
    let target = fields.get("executionTarget").map_or(ExecutionTarget::Entity, |n| target(cx, n));
    let body =
        command.map(|command| EffectorBody::ShellCommand { command, execution_dir, shell_env, target });
    effector(cx, fields, &["command", "executionDir", "shell.env", "env", "executionTarget"], body)
}

fn target(cx: &mut Context<'_>, node: &Node) -> ExecutionTarget {
    match cx.text("executionTarget", node).map(|t| t.to_ascii_uppercase()).as_deref() {
        None | Some("ENTITY") => ExecutionTarget::Entity,
        Some("MEMBERS") => ExecutionTarget::Members,
        Some("CHILDREN") => ExecutionTarget::Children,
        Some(other) => {
            cx.error(node.span.clone(), format!("there is no executionTarget '{other}'"))
                .label("expected ENTITY, MEMBERS or CHILDREN");
            ExecutionTarget::Entity
        }
    }
}

const VERBS: &[&str] = &["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];

fn http(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<EffectorSpec> {
    let body = http_body(cx, fields);
    let own = [
        "uri",
        "httpVerb",
        "httpUsername",
        "httpPassword",
        "headers",
        "httpPayload",
        "jsonPath",
        "jsonPathAndSensors",
        "publishSensor",
    ];
    effector(cx, fields, &own, body.map(|b| EffectorBody::Http(Box::new(b))))
}

fn http_body(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<HttpEffector> {
    fields.required(cx, "the effector", "uri");
    let uri = fields.text_value(cx, "uri");
    let verb_node = fields.required(cx, "the effector", "httpVerb");
    let verb = verb_node.and_then(|n| cx.text("httpVerb", n)).map(|v| v.to_ascii_uppercase());
    if let (Some(node), Some(verb)) = (verb_node, &verb)
        && !VERBS.contains(&verb.as_str())
    {
        cx.error(node.span.clone(), format!("there is no HTTP verb '{verb}'"))
            .label(format!("expected one of {}", VERBS.join(", ")));
    }
    let mut sensors: std::collections::BTreeMap<String, String> = fields
        .get("jsonPathAndSensors")
        .map(|n| keyed(cx.map("jsonPathAndSensors", n)))
        .into_iter()
        .flatten()
        .filter_map(|(path, _, sensor)| Some((cx.text("jsonPathAndSensors", sensor)?, path)))
        .collect();
    let json_path = fields.text(cx, "jsonPath");
    if json_path.is_some() && !sensors.is_empty() {
        cx.error(fields.node().span.clone(), "'jsonPath' and 'jsonPathAndSensors' exclude each other")
            .help("keep one of the two");
    }
    if let Some(sensor) = fields.text(cx, "publishSensor") {
        sensors.insert(sensor, json_path.clone().unwrap_or_else(|| "$".to_owned()));
    }
    Some(HttpEffector {
        username: fields.text_value(cx, "httpUsername"),
        password: fields.text_value(cx, "httpPassword"),
        headers: fields.map_value(cx, "headers"),
        payload: fields.value(cx, "httpPayload"),
        json_path,
        sensors,
        uri: uri?,
        verb: verb?,
    })
}

fn add_children(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<EffectorSpec> {
    let body = blueprint_in_field::new_children(cx, fields).map(EffectorBody::AddChildren);
    effector(cx, fields, blueprint_in_field::FIELDS, body)
}

fn proxy(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<EffectorSpec> {
    fields.required(cx, "the effector", "targetEntity");
    fields.required(cx, "the effector", "targetEffector");
    let entity = fields.value(cx, "targetEntity");
    let effector_name = fields.value(cx, "targetEffector");
    let body = entity.zip(effector_name).map(|(entity, effector)| EffectorBody::Proxy { entity, effector });
    effector(cx, fields, &["targetEntity", "targetEffector"], body)
}

fn composite(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<EffectorSpec> {
    let list = fields.required(cx, "the effector", "effectors");
    let effectors: Option<Vec<String>> =
        list.map(|n| cx.list("effectors", n).iter().filter_map(|item| cx.text("effectors", item)).collect());
    let overrides = fields.flag(cx, "override", false);
    let body = effectors.map(|effectors| EffectorBody::Composite { effectors, overrides });
    effector(cx, fields, &["effectors", "override"], body)
}

fn children_batch(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<EffectorSpec> {
    let batch_size = match fields.get("batchSize") {
        None => 0,
        Some(node) => {
            let number = cx.text("batchSize", node).and_then(|t| t.trim().parse::<u32>().ok());
            if number.is_none() {
                cx.error(node.span.clone(), "'batchSize' must be a number that is not negative");
            }
            number.unwrap_or_default()
        }
    };
    let body = EffectorBody::ChildrenBatch(ChildrenBatch {
        batch_size,
        effector: fields.text(cx, "effectorToInvoke").unwrap_or_else(|| "repave".to_owned()),
        args: fields.config(cx, "effectorArgs"),
        fail_on_missing: fields.flag(cx, "failOnMissingEffector", false),
        fail_on_failure: fields.flag(cx, "failOnEffectorFailure", false),
    });
    let own = CALLED_WITH.map(|(name, ..)| name);
    let mut made = effector(cx, fields, &own, Some(body))?;
    for (name, type_name, description) in CALLED_WITH {
        // The arguments have been looked at as values; each of the others is a word.
        let given = if name == "effectorArgs" { None } else { fields.text(cx, name) };
        if made.parameters.iter().all(|p| p.name != name) {
            made.parameters.push(ParameterSpec {
                name: name.to_owned(),
                type_name: type_name.to_owned(),
                description: Some(description.to_owned()),
                default: given.map(ConfigValue::new),
            });
        }
    }
    Some(made)
}

/// What a caller may say otherwise than the blueprint.
const CALLED_WITH: [(&str, &str, &str); 5] = [
    ("batchSize", "integer", "How many are called at a time; 0: all"),
    ("effectorToInvoke", "string", "Which effector is called"),
    ("effectorArgs", "map", "With what it is called"),
    ("failOnMissingEffector", "boolean", "Whether an entity without that effector is an error"),
    ("failOnEffectorFailure", "boolean", "Whether a call that fails is an error"),
];

/// The type of a parameter that says none: a value is what it was given as.
const UNTYPED: &str = "java.lang.Object";

/// A map from names to what is known of each, or to its default alone.
fn parameters(cx: &mut Context<'_>, node: &Node) -> Vec<ParameterSpec> {
    let mut out = Vec::new();
    for (name, _, value) in keyed(cx.map("parameters", node)) {
        let mut parameter = ParameterSpec {
            name: name.clone(),
            type_name: UNTYPED.to_owned(),
            description: None,
            default: None,
        };
        match value.as_map().filter(|entries| !is_expression(entries)) {
            Some(entries) => {
                parameter.type_name = type_name(cx, value.get("type"), UNTYPED);
                parameter.description = value.get("description").and_then(|n| cx.text("description", n));
                let default = value.get("defaultValue").or_else(|| value.get("default"));
                // Nothing and no default are the same; only one of them comes back from a record.
                parameter.default =
                    default.filter(|n| !n.is_null()).and_then(|n| cx.value(&name, n)).map(ConfigValue::new);
                for (field, key, _) in keyed(entries) {
                    if !PARAMETER_FIELDS.contains(&field.as_str()) {
                        let near = cx.nearest(&field, PARAMETER_FIELDS.iter().copied());
                        cx.warning(
                            key.span.clone(),
                            format!("unknown field '{field}' of a parameter: it has no effect"),
                        )
                        .nearest(near);
                    }
                }
            }
            None if value.is_null() => {}
            None => parameter.default = cx.value(&name, value).map(ConfigValue::new),
        }
        out.push(parameter);
    }
    out
}

fn is_expression(entries: &[(Node, Node)]) -> bool {
    matches!(entries, [(key, _)] if key.as_str().is_some_and(|k| k.starts_with(lang::dsl::PREFIX)))
}

const PARAMETER_FIELDS: &[&str] = &["type", "description", "defaultValue", "default"];

//! The shell-command effector (`brooklyn-blueprints.md` 6.1, 6.2).

use lang::yaml::Node;

use super::context::{Context, keyed};
use super::initializers::{Fields, type_name};
use crate::spec::{ConfigValue, EffectorBody, EffectorSpec, ExecutionTarget, ParameterSpec};

const FIELDS: &[&str] =
    &["name", "description", "parameters", "command", "executionDir", "shell.env", "env", "executionTarget"];

/// Compiles it; `None` with errors in `cx` when it lacks something.
pub(super) fn shell_command(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<EffectorSpec> {
    fields.report_others(cx, FIELDS);
    let name = fields.required(cx, "the effector", "name").and_then(|n| cx.text("name", n));
    let command = fields.required(cx, "the effector", "command").and_then(|n| cx.text("command", n));
    let description = fields.get("description").and_then(|n| cx.text("description", n));
    let parameters = fields.get("parameters").map_or_else(Vec::new, |n| parameters(cx, n));
    let execution_dir = fields.get("executionDir").and_then(|n| cx.text("executionDir", n));
    let env = fields.get("shell.env").or_else(|| fields.get("env")).filter(|n| !n.is_null());
    let shell_env = env.and_then(|n| {
        cx.map("shell.env", n);
        cx.value("shell.env", n)
    });
    let target = fields.get("executionTarget").map_or(ExecutionTarget::Entity, |n| target(cx, n));
    Some(EffectorSpec {
        name: name?,
        description,
        parameters,
        body: EffectorBody::ShellCommand {
            command: ConfigValue::new(command?),
            execution_dir: execution_dir.map(ConfigValue::new),
            shell_env: shell_env.map(ConfigValue::new),
            target,
        },
    })
}

fn target(cx: &mut Context<'_>, node: &Node) -> ExecutionTarget {
    match cx.text("executionTarget", node).map(|t| t.to_ascii_uppercase()).as_deref() {
        None | Some("ENTITY") => {}
        Some(other @ ("MEMBERS" | "CHILDREN")) => {
            cx.error(
                node.span.clone(),
                format!("executionTarget {other} is not in this release; it comes in a later one"),
            );
        }
        Some(other) => {
            cx.error(node.span.clone(), format!("there is no executionTarget '{other}'"))
                .label("expected ENTITY, MEMBERS or CHILDREN");
        }
    }
    ExecutionTarget::Entity
}

/// A map from names to what is known of each, or to its default alone.
fn parameters(cx: &mut Context<'_>, node: &Node) -> Vec<ParameterSpec> {
    let mut out = Vec::new();
    for (name, _, value) in keyed(cx.map("parameters", node)) {
        let mut parameter = ParameterSpec {
            name: name.clone(),
            type_name: "string".to_owned(),
            description: None,
            default: None,
        };
        match value.as_map() {
            Some(entries) => {
                parameter.type_name = type_name(cx, value.get("type"), "string");
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

const PARAMETER_FIELDS: &[&str] = &["type", "description", "defaultValue", "default"];

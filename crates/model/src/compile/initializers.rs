//! `brooklyn.initializers`: what a blueprint adds to an entity when it is created.

use lang::yaml::Node;

use super::context::{Context, keyed};
use super::effectors;
use crate::spec::{EntitySpec, StaticSensorSpec};
use crate::value::ValueType;

/// Compiles one initializer into what it adds to `entity`.
pub(super) fn compile(cx: &mut Context<'_>, entity: &mut EntitySpec, node: &Node) {
    if node.as_map().is_none() {
        cx.error(node.span.clone(), format!("an initializer must be a map, but it is {}", node.describe()))
            .help("write `- type: ssh-command-effector` and what it needs");
        return;
    }
    let Some(type_node) = ["type", "initializerType", "initializer_type"].iter().find_map(|k| node.get(k))
    else {
        cx.error(node.span.clone(), "the initializer has no type").label("expected `type`");
        return;
    };
    let Some(name) = cx.text("type", type_node) else { return };
    let fields = Fields::of(cx, node);
    match simple_name(&name) {
        "ssh-command-effector" | "SshCommandEffector" | "shell-command-effector" => {
            entity.effectors.extend(effectors::shell_command(cx, &fields));
        }
        "static-sensor" | "StaticSensor" => entity.sensors.extend(static_sensor(cx, &fields)),
        "add-tags-initializer" | "AddTagsInitializer" => {
            if let Some(tags) = fields.get("tags") {
                for tag in cx.list("tags", tags) {
                    entity.tags.extend(cx.value("tags", tag));
                }
            }
            fields.report_others(cx, &["tags"]);
        }
        simple if LATER.contains(&simple) => {
            cx.error(
                type_node.span.clone(),
                format!("{simple} is not in this release; it comes in a later one"),
            );
        }
        simple => {
            let near = cx.nearest(simple, NOW.iter().chain(LATER).copied());
            cx.error(type_node.span.clone(), format!("there is no initializer '{name}'"))
                .label("expected the name of an initializer")
                .nearest(near);
        }
    }
}

const NOW: &[&str] = &["ssh-command-effector", "static-sensor", "add-tags-initializer"];

const LATER: &[&str] = &[
    "ssh-command-sensor",
    "SshCommandSensor",
    "http-command-effector",
    "HttpCommandEffector",
    "http-request-sensor",
    "HttpRequestSensor",
    "create-password-sensor",
    "CreatePasswordSensor",
    "max-concurrency-sensor",
    "MaxConcurrencySensor",
    "duration-since-sensor",
    "DurationSinceSensor",
    "FunctionSensor",
    "JmxAttributeSensor",
    "ProxyEffector",
    "CompositeEffector",
    "RepeatEffector",
    "ChildrenBatchEffector",
    "AddChildrenEffector",
    "AddChildrenInitializer",
    "AddDeploySensorsInitializer",
    "WinRmCommandSensor",
    "container-effector",
    "ContainerEffector",
    "container-sensor",
    "ContainerSensor",
    "workflow-effector",
    "WorkflowEffector",
    "workflow-sensor",
    "WorkflowSensor",
    "workflow-policy",
    "workflow-initializer",
    "WorkflowInitializer",
];

/// The name without package, prefix and version. Only Brooklyn's own packages are looked into.
fn simple_name(name: &str) -> &str {
    let name = ["catalog:", "brooklyn:", "java:"].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name);
    let name = name.split(':').next().unwrap_or(name).trim();
    let own = ["org.apache.brooklyn.", "brooklyn.", "io.brooklyn."].iter().any(|p| name.starts_with(p));
    if own { name.rsplit('.').next().unwrap_or(name) } else { name }
}

/// The fields of an initializer: beside `type`, or under its `brooklyn.config`.
pub(super) struct Fields<'n> {
    node: &'n Node,
    entries: Vec<(String, &'n Node, &'n Node)>,
}

impl<'n> Fields<'n> {
    fn of(cx: &mut Context<'_>, node: &'n Node) -> Self {
        let mut entries: Vec<_> = Vec::new();
        if let Some(config) = node.get("brooklyn.config") {
            entries.extend(keyed(cx.map("brooklyn.config", config)));
        }
        entries.extend(node.as_map().into_iter().flat_map(keyed).filter(|(k, ..)| {
            !matches!(k.as_str(), "type" | "initializerType" | "initializer_type" | "brooklyn.config")
        }));
        Self { node, entries }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(k, ..)| k == name).map(|(_, _, v)| *v)
    }

    /// A field that must be there.
    pub(super) fn required(&self, cx: &mut Context<'_>, what: &str, name: &str) -> Option<&'n Node> {
        let found = self.get(name).filter(|n| !n.is_null());
        if found.is_none() {
            cx.error(self.node.span.clone(), format!("{name} must be supplied: {what} has none"))
                .label(format!("expected `{name}`"));
        }
        found
    }

    /// Warns of fields that nothing reads.
    pub(super) fn report_others(&self, cx: &mut Context<'_>, known: &[&'static str]) {
        for (name, key, _) in self.entries.iter().filter(|(k, ..)| !known.contains(&k.as_str())) {
            let near = cx.nearest(name, known.iter().copied());
            cx.warning(key.span.clone(), format!("unknown field '{name}': it has no effect")).nearest(near);
        }
    }
}

/// A field that names a type of values; `default` when it is not there.
pub(super) fn type_name(cx: &mut Context<'_>, node: Option<&Node>, default: &str) -> String {
    let Some(node) = node else { return default.to_owned() };
    let Some(name) = cx.text("type", node) else { return default.to_owned() };
    if ValueType::by_name(&name).is_none() {
        let near = cx.nearest(&name, TYPE_NAMES.iter().copied());
        let adding = cx.error(node.span.clone(), format!("there is no type '{name}' for values"));
        match near {
            Some(_) => adding.nearest(near),
            None => adding.help(format!("known are {}", TYPE_NAMES.join(", "))),
        };
    }
    name
}

const TYPE_NAMES: &[&str] =
    &["string", "integer", "long", "double", "boolean", "duration", "map", "list", "object"];

fn static_sensor(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<StaticSensorSpec> {
    fields.report_others(cx, &["name", "description", "targetType", "static.value", "value"]);
    let name = fields.required(cx, "the sensor", "name").and_then(|n| cx.text("name", n));
    let given = fields.get("value").map_or_else(|| fields.required(cx, "the sensor", "static.value"), Some);
    let value = given.and_then(|n| cx.value("static.value", n));
    let type_name = type_name(cx, fields.get("targetType"), "string");
    Some(StaticSensorSpec { name: name?, type_name, value: crate::ConfigValue::new(value?) })
}

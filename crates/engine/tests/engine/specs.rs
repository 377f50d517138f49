//! Applications to deploy.

use model::spec::{
    AppSpec, ConfigMap, ConfigValue, EffectorBody, EffectorSpec, EntitySpec, ExecutionTarget, LocationKind,
    LocationSpec, ParameterSpec, TypeName,
};
use serde_json::{Value, json};

pub(crate) fn app(name: &str, children: Vec<EntitySpec>) -> AppSpec {
    let mut root = EntitySpec::new(TypeName::new("org.apache.brooklyn.entity.stock.BasicApplication"));
    root.name = Some(name.to_owned());
    root.locations = Some(vec![LocationSpec {
        kind: LocationKind::Localhost,
        spec: "localhost".to_owned(),
        flags: ConfigMap::new(),
    }]);
    root.children = children;
    AppSpec { root, source: format!("name: {name}\n"), warnings: Vec::new() }
}

pub(crate) fn of_type(simple: &str, name: &str) -> EntitySpec {
    let full = model::types::ALL.iter().find(|t| t.simple_name() == simple).expect("a type").java_type;
    let mut spec = EntitySpec::new(TypeName::new(full));
    spec.name = Some(name.to_owned());
    spec
}

pub(crate) fn basic(name: &str) -> EntitySpec {
    of_type("BasicEntity", name)
}

pub(crate) fn empty(name: &str) -> EntitySpec {
    of_type("EmptySoftwareProcess", name)
}

pub(crate) fn vanilla(name: &str) -> EntitySpec {
    with(
        of_type("VanillaSoftwareProcess", name),
        [
            ("install.command", json!("echo install")),
            ("customize.command", json!("echo customize")),
            ("launch.command", json!("sleep 1000 & echo $! > $PID_FILE")),
            ("shell.env", json!({ "GREETING": "hello", "DB_PASSWORD": "hunter2", "N": 3 })),
        ],
    )
}

pub(crate) fn with<const N: usize>(mut spec: EntitySpec, config: [(&str, Value); N]) -> EntitySpec {
    spec.config.extend(config.into_iter().map(|(k, v)| (k.to_owned(), ConfigValue::new(v))));
    spec
}

pub(crate) fn with_effector(mut spec: EntitySpec, name: &str, command: &str) -> EntitySpec {
    spec.effectors.push(EffectorSpec {
        name: name.to_owned(),
        description: None,
        parameters: vec![ParameterSpec {
            name: "count".to_owned(),
            type_name: "integer".to_owned(),
            description: None,
            default: Some(ConfigValue::new(7)),
        }],
        body: EffectorBody::ShellCommand {
            command: ConfigValue::new(command),
            execution_dir: None,
            shell_env: None,
            target: ExecutionTarget::Entity,
        },
    });
    spec
}

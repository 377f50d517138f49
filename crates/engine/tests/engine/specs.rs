//! Applications to deploy.

use std::collections::BTreeMap;

use model::spec::{
    AppSpec, ChildrenBatch, ConfigMap, ConfigValue, EffectorBody, EffectorSpec, EntitySpec, ExecutionTarget,
    HttpEffector, KeySpec, LocationKind, LocationSpec, MachineSpec, ParameterSpec, TypeName,
};
use serde_json::{Value, json};

pub(crate) fn app(name: &str, children: Vec<EntitySpec>) -> AppSpec {
    app_at(name, localhost(), children)
}

pub(crate) fn localhost() -> LocationSpec {
    let (kind, spec) = (LocationKind::Localhost, "localhost".to_owned());
    LocationSpec { kind, spec, flags: ConfigMap::new() }
}

/// Machines with these addresses, which all have one password.
pub(crate) fn byon(addresses: &[&str]) -> LocationSpec {
    let machine = |a: &&str| MachineSpec {
        address: (*a).to_owned(),
        port: None,
        user: Some("deploy".to_owned()),
        flags: ConfigMap::new(),
    };
    LocationSpec {
        kind: LocationKind::Byon { machines: addresses.iter().map(machine).collect(), deferred: None },
        spec: "byon:(hosts=\"...\")".to_owned(),
        flags: ConfigMap::from([("password".to_owned(), ConfigValue::new("s3cret"))]),
    }
}

pub(crate) fn app_at(name: &str, location: LocationSpec, children: Vec<EntitySpec>) -> AppSpec {
    let mut root = EntitySpec::new(TypeName::new("org.apache.brooklyn.entity.stock.BasicApplication"));
    root.name = Some(name.to_owned());
    root.locations = Some(vec![location]);
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

/// With a config key of type `port`.
pub(crate) fn with_port(mut spec: EntitySpec, key: &str, range: &str) -> EntitySpec {
    spec.parameters.push(KeySpec {
        name: key.to_owned(),
        aliases: Vec::new(),
        type_name: "port".to_owned(),
        label: None,
        description: None,
        default: Some(ConfigValue::new(range)),
        constraints: Vec::new(),
        inheritance: None,
        type_inheritance: None,
        pinned: true,
        reconfigurable: false,
    });
    spec
}

pub(crate) fn machine(name: &str) -> EntitySpec {
    of_type("MachineEntity", name)
}

pub(crate) fn same_server(name: &str, children: Vec<EntitySpec>) -> EntitySpec {
    let mut spec = of_type("SameServerEntity", name);
    spec.children = children;
    spec
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

/// A command on the machines of these.
pub(crate) fn command_on(target: ExecutionTarget, command: &str) -> EffectorBody {
    EffectorBody::ShellCommand {
        command: ConfigValue::new(command),
        execution_dir: None,
        shell_env: None,
        target,
    }
}

pub(crate) fn with_effector(spec: EntitySpec, name: &str, command: &str) -> EntitySpec {
    let body = command_on(ExecutionTarget::Entity, command);
    let mut spec = with_body(spec, name, body);
    if let Some(effector) = spec.effectors.last_mut() {
        effector.parameters.push(ParameterSpec {
            name: "count".to_owned(),
            type_name: "integer".to_owned(),
            description: None,
            default: Some(ConfigValue::new(7)),
        });
    }
    spec
}

/// With an effector that does this.
pub(crate) fn with_body(mut spec: EntitySpec, name: &str, body: EffectorBody) -> EntitySpec {
    spec.effectors.push(EffectorSpec {
        name: name.to_owned(),
        description: None,
        parameters: Vec::new(),
        body,
    });
    spec
}

/// A blueprint of one child that has a machine and no process.
pub(crate) const A_SERVER: &str = "type: server\nname: added\n";

/// An effector that asks an address.
pub(crate) fn http(verb: &str, uri: &str) -> HttpEffector {
    HttpEffector {
        uri: ConfigValue::new(uri),
        verb: verb.to_owned(),
        username: None,
        password: None,
        headers: None,
        payload: None,
        json_path: None,
        sensors: BTreeMap::new(),
    }
}

/// An effector that calls one of the entity that an expression names.
pub(crate) fn proxy(entity: &str, effector: &str) -> EffectorBody {
    EffectorBody::Proxy { entity: ConfigValue::new(entity), effector: ConfigValue::new(effector) }
}

/// An effector that calls others of its entity.
pub(crate) fn composite(effectors: &[&str], overrides: bool) -> EffectorBody {
    EffectorBody::Composite { effectors: effectors.iter().map(|e| (*e).to_owned()).collect(), overrides }
}

/// An effector that calls one of each child.
pub(crate) fn batch(effector: &str, batch_size: u32) -> ChildrenBatch {
    ChildrenBatch {
        batch_size,
        effector: effector.to_owned(),
        args: ConfigMap::new(),
        fail_on_missing: false,
        fail_on_failure: false,
    }
}

/// With the id by which expressions name it.
pub(crate) fn with_id(spec: EntitySpec, id: &str) -> EntitySpec {
    with(spec, [("camp.plan.id", json!(id))])
}

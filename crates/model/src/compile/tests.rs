//! Blueprints and what becomes of them; error texts are golden.

use serde_json::json;

use super::*;
use crate::ValueType;
use crate::spec::{EntitySpec, LocationKind};

fn check(text: &str) -> AppSpec {
    match compile("app.yaml", text, &Surroundings::default()) {
        Ok(spec) => spec,
        Err(e) => panic!("{}", e.brooklyn_message()),
    }
}

fn refused(text: &str) -> Diagnostics {
    compile("app.yaml", text, &Surroundings::default()).err().unwrap_or_else(|| panic!("accepted: {text}"))
}

/// Errors and warnings in one line each.
fn lines(text: &str) -> Vec<String> {
    match compile("app.yaml", text, &Surroundings::default()) {
        Ok(spec) => spec.warnings.iter().map(ToString::to_string).collect(),
        Err(e) => {
            let mut items = e.items().to_vec();
            items.sort_by_key(|d| d.span.start);
            items.iter().map(|d| d.one_line(text)).collect()
        }
    }
}

/// The tree in short: `BasicApplication(name){children}`.
fn tree(entity: &EntitySpec) -> String {
    let name = entity.name.as_ref().map(|n| format!("({n})")).unwrap_or_default();
    let children: Vec<String> = entity.children.iter().map(tree).collect();
    let below = if children.is_empty() { String::new() } else { format!("{{{}}}", children.join(" ")) };
    format!("{}{name}{below}", entity.type_name.simple())
}

fn config(entity: &EntitySpec) -> serde_json::Value {
    serde_json::to_value(&entity.config).unwrap()
}

#[test]
fn a_whole_blueprint_becomes_a_spec() {
    let text = r"
name: Hello
description: counts
location: localhost
brooklyn.tags: [a, {b: 1}]
brooklyn.config:
  own.key: x
  shell.env: {WHO: world}
services:
- type: vanilla-bash-server
  id: counter
  name: Counter
  env: {N: 1}
  launch.command: |
    nohup bash -c 'while true; do sleep 1; done' &
    echo $! > $PID_FILE
  brooklyn.config:
    checkRunning.command: kill -0 $(cat $PID_FILE)
    shell.env.M: 2
    start.timeout: 30s
  brooklyn.initializers:
  - type: org.apache.brooklyn.core.effector.ssh.SshCommandEffector
    brooklyn.config:
      name: say
      description: says it
      command: echo $what
      parameters:
        what: {type: string, description: words, defaultValue: hi}
        n: 3
  - type: static-sensor
    name: colour
    static.value: red
  brooklyn.children:
  - type: org.apache.brooklyn.entity.stock.BasicEntity
";
    let spec = check(text);
    assert_eq!(spec.warnings, []);
    assert_eq!(spec.name(), "Hello");
    assert_eq!(spec.source, text);
    assert_eq!(tree(&spec.root), "BasicApplication(Hello){VanillaSoftwareProcess(Counter){BasicEntity}}");
    assert_eq!(
        config(&spec.root),
        json!({"brooklyn.wrapper_app": true, "own.key": "x", "shell.env": {"WHO": "world"}})
    );
    assert_eq!(spec.root.tags, [json!("a"), json!({"b": 1})]);
    assert_eq!(spec.root.locations.as_ref().unwrap()[0].kind, LocationKind::Localhost);
    let process = &spec.root.children[0];
    assert_eq!(process.plan_id(), Some("counter"));
    assert_eq!(process.locations, None);
    assert_eq!(config(process)["shell.env"], json!({"N": 1}));
    assert_eq!(config(process)["shell.env.M"], json!(2));
    assert_eq!(config(process)["start.timeout"], json!("30s"));
    let effector = &process.effectors[0];
    assert_eq!((effector.name.as_str(), effector.description.as_deref()), ("say", Some("says it")));
    assert_eq!(effector.parameters[0].default, Some(crate::ConfigValue::new("hi")));
    assert_eq!(effector.parameters[1].default, Some(crate::ConfigValue::new(3)));
    assert_eq!(process.sensors[0].value, crate::ConfigValue::new("red"));
    // It goes into records and comes back the same.
    let bytes = serde_json::to_vec(&spec).unwrap();
    assert_eq!(serde_json::from_slice::<AppSpec>(&bytes).unwrap(), spec);
}

#[test]
fn a_spec_in_a_record_keeps_its_form() {
    let spec = check("services:\n- type: BasicEntity\n  id: a\n  x: 1\nlocation: localhost\n");
    assert_eq!(
        serde_json::to_value(&spec).unwrap(),
        json!({
            "root": {
                "type_name": "org.apache.brooklyn.entity.stock.BasicApplication",
                "config": {"brooklyn.wrapper_app": true},
                "children": [{
                    "type_name": "org.apache.brooklyn.entity.stock.BasicEntity",
                    "config": {"camp.plan.id": "a"},
                }],
                "locations": [{"kind": "localhost", "spec": "localhost"}],
            },
            "source": "services:\n- type: BasicEntity\n  id: a\n  x: 1\nlocation: localhost\n",
            "warnings": [{
                "message": "unknown key 'x' on BasicEntity: it has no effect",
                "help": "put it under `brooklyn.config` to keep it",
                "line": 4,
                "column": 3,
            }],
        })
    );
}

#[test]
fn a_single_application_is_unwrapped_unless_something_contradicts() {
    let app =
        "services:\n- type: BasicApplication\n  name: Inner\n  brooklyn.children: [{type: BasicEntity}]\n";
    for (more, expected) in [
        ("", "BasicApplication(Inner){BasicEntity}"),
        ("name: Inner\n", "BasicApplication(Inner){BasicEntity}"),
        ("name: Outer\n", "BasicApplication(Outer){BasicApplication(Inner){BasicEntity}}"),
        ("wrappedApp: true\n", "BasicApplication{BasicApplication(Inner){BasicEntity}}"),
        ("id: x\n", "BasicApplication(Inner){BasicEntity}"),
        (
            "brooklyn.initializers: [{type: ssh-command-effector, name: e, command: c}]\n",
            "BasicApplication{BasicApplication(Inner){BasicEntity}}",
        ),
        (
            "brooklyn.children: [{type: BasicEntity}]\n",
            "BasicApplication{BasicApplication(Inner){BasicEntity} BasicEntity}",
        ),
    ] {
        assert_eq!(tree(&check(&format!("{more}{app}")).root), expected, "{more}");
    }
    let unwrapped = check(
        "name: A\nlocation: localhost\nbrooklyn.config: {k: 1}\nservices: [{type: BasicApplication}]\n",
    )
    .root;
    assert_eq!(config(&unwrapped), json!({"k": 1}));
    assert!(unwrapped.locations.is_some());
    assert_eq!(tree(&check("services: [{type: BasicEntity}]").root), "BasicApplication{BasicEntity}");
    assert_eq!(
        tree(&check("services: [{type: BasicApplication}, {type: BasicApplication}]").root),
        "BasicApplication{BasicApplication BasicApplication}"
    );
}

#[test]
fn a_list_of_services_that_is_empty_is_no_blueprint() {
    for text in ["name: A\nservices: []\n", "services: []\nbrooklyn.children: [{type: BasicEntity}]\n"] {
        let said = compile("app.yaml", text, &Surroundings::default()).unwrap_err().to_string();
        let expected = "Error in blueprint: UnsupportedTypePlanException: Invalid plan; format could not be recognized, the list of services is empty (line ";
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn json_is_a_blueprint_too() {
    let spec = check(r#"{"name": "J", "services": [{"type": "BasicEntity"}]}"#);
    assert_eq!(tree(&spec.root), "BasicApplication(J){BasicEntity}");
}

#[test]
fn locations_are_read_in_all_forms() {
    for (given, flags) in [
        ("location: localhost", json!({})),
        ("location: \"localhost:(name=mine)\"", json!({"name": "mine"})),
        ("location: localhost(displayName=\"a, b\")", json!({"displayName": "a, b"})),
        ("location: {localhost: {name: n}}", json!({"name": "n"})),
        ("location: {localhost: }", json!({})),
        ("locations: [localhost]", json!({})),
        ("locations:\n- localhost:\n    name: x", json!({"name": "x"})),
        ("location: localhost\nlocations: [localhost]", json!({})),
    ] {
        let spec = check(&format!("services: [{{type: BasicEntity}}]\n{given}\n"));
        let locations = spec.root.locations.unwrap();
        assert_eq!((locations.len(), locations[0].spec.as_str()), (1, "localhost"), "{given}");
        assert_eq!(serde_json::to_value(&locations[0].flags).unwrap(), flags, "{given}");
        assert_eq!(spec.warnings, []);
    }
    assert_eq!(check("services: [{type: BasicEntity}]\nlocations: []\n").root.locations, Some(vec![]));
}

#[test]
fn the_rest_message_begins_as_brooklyns_and_shows_every_error() {
    let text = "name: Wire Bad\nlocation: localhos\nservices:\n- type: wire-no-such-type\n- type: VanillaSoftwareProces\n";
    assert_eq!(
        refused(text).brooklyn_message(),
        "Error in blueprint: brooklyn-camp plan creation error: Unknown location 'localhos' (line 2, column 11) and 2 more errors

error: Unknown location 'localhos'
 --> app.yaml:2:11
  |
2 | location: localhos
  |           ^^^^^^^^ expected the name of a location
  |
  = help: did you mean 'localhost'?

error: Unable to match plan item: there is no type 'wire-no-such-type'
 --> app.yaml:4:9
  |
4 | - type: wire-no-such-type
  |         ^^^^^^^^^^^^^^^^^ expected the name of a type

error: Unable to match plan item: there is no type 'VanillaSoftwareProces'
 --> app.yaml:5:9
  |
5 | - type: VanillaSoftwareProces
  |         ^^^^^^^^^^^^^^^^^^^^^ expected the name of a type
  |
  = help: did you mean 'VanillaSoftwareProcess'?"
    );
    assert_eq!(
        refused("name: Wire Bad\nservices: [\n").brooklyn_message(),
        "Error in blueprint: brooklyn-camp plan creation error: Type or plan is invalid YAML when resolving CAMP blueprint: the `[` is never closed (line 2, column 11)

error: the `[` is never closed
 --> app.yaml:2:11
  |
2 | services: [
  |           ^ expected a `]` after this one"
    );
    assert_eq!(
        refused("").to_string(),
        "Error in blueprint: UnsupportedTypePlanException: Invalid plan; format could not be recognized, the blueprint is empty (line 1, column 1)"
    );
}

#[test]
fn every_error_says_where_and_what_to_do() {
    for (text, expected) in [
        (
            "name: x\n",
            "app.yaml:1:1: error: the blueprint has no services (add `services:` with a list of entities)",
        ),
        (
            "name: x\nservice: []\n",
            "app.yaml:2:1: error: the blueprint has no services (did you mean 'services'?)",
        ),
        (
            "type: BasicEntity\n",
            "app.yaml:1:1: error: the blueprint has no services (put the entity into a list: `services:`, and below it `- type: BasicEntity`)",
        ),
        (
            "brooklyn.catalog: {}\n",
            "app.yaml:1:1: error: this is a catalog, not a blueprint (add it to the catalog (`br catalog add`); a blueprint has `services:`)",
        ),
        ("- a\n", "app.yaml:1:1: error: a blueprint must be a map, but it is a list"),
        ("hello\n", "app.yaml:1:1: error: a blueprint must be a map, but it is a text"),
        (
            "services: {type: BasicEntity}\n",
            "app.yaml:1:11: error: 'services' must be a list, but it is a map",
        ),
        (
            "services: [BasicEntity]\n",
            "app.yaml:1:12: error: an entity must be a map, but it is a text (write `- type: BasicEntity`)",
        ),
        (
            "services: [{tipe: BasicEntity}]\n",
            "app.yaml:1:13: error: the entity has no type (did you mean 'type'?)",
        ),
        (
            "services: [{name: x}]\n",
            "app.yaml:1:13: error: the entity has no type (add `type:` with one such as vanilla-software-process)",
        ),
        ("services: [{type: }]\n", "app.yaml:1:17: error: the entity has no type"),
        (
            "services: [{type: TomcatServer}]\n",
            "app.yaml:1:19: error: TomcatServer needs Java, which Brownstone does not run; use VanillaSoftwareProcess",
        ),
        (
            "services: [{type: fabric}]\n",
            "app.yaml:1:19: error: fabric is not in this release; it comes in a later one",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.tags: x}]\n",
            "app.yaml:1:47: error: 'brooklyn.tags' must be a list, but it is a text",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.config: [x]}]\n",
            "app.yaml:1:49: error: 'brooklyn.config' must be a map, but it is a list",
        ),
        (
            "services: [{type: BasicEntity, name: {}}]\n",
            "app.yaml:1:38: error: 'name' must be a text, but it is a map",
        ),
        (
            "services: [{type: vanilla, start.timeout: soon}]\n",
            "app.yaml:1:43: error: 'start.timeout': Cannot coerce String \"soon\" to org.apache.brooklyn.util.time.Duration: \"soon\" is not a length of time: expected a number with ms, s, m, h or d, such as 500ms, 30s or 1m 30s",
        ),
        (
            "services: [{type: vanilla, launch.command: [x]}]\n",
            "app.yaml:1:44: error: 'launch.command': Cannot coerce List to java.lang.String: adapting failed",
        ),
        (
            "services: [{type: vanilla, download.addon.urls: x}]\n",
            "app.yaml:1:28: error: 'download.addon.urls' is not in this release; it comes in a later one (remove it, or do the same with a command (`install.command`, `pre.launch.command`))",
        ),
        (
            "services: [{type: vanilla, brooklyn.config: {install.workflow: {a: b}}}]\n",
            "app.yaml:1:46: error: 'install.workflow' is not in this release; it comes in a later one (remove it, or do the same with a command (`install.command`, `pre.launch.command`))",
        ),
        (
            "services: [{type: BasicEntity, location: 5}]\n",
            "app.yaml:1:42: error: Illegal parameter for 'location' (must be a string or map): the number 5 (write `location: localhost`, or `locations:` for a list)",
        ),
        (
            "services: [{type: BasicEntity, location: [localhost]}]\n",
            "app.yaml:1:42: error: Illegal parameter for 'location' (must be a string or map): a list (write `location: localhost`, or `locations:` for a list)",
        ),
        (
            "services: [{type: BasicEntity, locations: localhost}]\n",
            "app.yaml:1:43: error: 'locations' must be a list, but it is a text (write `location:` for a single one)",
        ),
        (
            "services: [{type: BasicEntity, location: 'localhost:(name=x'}]\n",
            "app.yaml:1:42: error: the parenthesis of the location is never closed",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.initializers: [{name: x}]}]\n",
            "app.yaml:1:56: error: the initializer has no type",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.initializers: [{type: ssh-comand-effector}]}]\n",
            "app.yaml:1:63: error: there is no initializer 'ssh-comand-effector' (did you mean 'ssh-command-effector'?)",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.initializers: [{type: ssh-command-effector, command: x}]}]\n",
            "app.yaml:1:56: error: name must be supplied: the effector has none",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.initializers: [{type: ssh-command-effector, name: x, command: y, parameters: {p: {type: strin}}}]}]\n",
            "app.yaml:1:129: error: there is no type 'strin' for values (did you mean 'string'?)",
        ),
    ] {
        assert_eq!(lines(text), [expected], "{text}");
        assert!(compile("app.yaml", text, &Surroundings::default()).is_err(), "{text}");
    }
}

#[test]
fn what_has_no_effect_is_a_warning_with_its_place() {
    for (text, expected) in [
        (
            "name: x\nname: y\nservices: [{type: BasicEntity}]\n",
            "line 2, column 1: the key `name` stands here for the second time; the first value is not used (remove one of the two, or give it another name)",
        ),
        (
            "nam: x\nservices: [{type: BasicEntity}]\n",
            "line 1, column 1: unknown key 'nam' on BasicApplication: it has no effect (did you mean 'name'?)",
        ),
        (
            "services: [{type: vanilla, launch.comand: x}]\n",
            "line 1, column 28: unknown key 'launch.comand' on VanillaSoftwareProcess: it has no effect (did you mean 'launch.command'?)",
        ),
        (
            "services: [{type: vanilla, brooklyn.config: {launch.comand: x}}]\n",
            "line 1, column 46: nothing reads the config key 'launch.comand' (did you mean 'launch.command'?)",
        ),
        (
            "services: [{type: vanilla, brooklyn.config: {launchCommand: x}}]\n",
            "line 1, column 46: nothing reads the config key 'launchCommand' (did you mean 'launch.command'?)",
        ),
        (
            "services: [{type: vanilla, brooklyn.config: {provisioning.properties: {a: 1}}}]\n",
            "line 1, column 46: 'provisioning.properties' is not in this release: it has no effect",
        ),
        (
            "services: [{type: vanilla, brooklyn.config: {env: {A: 1}, shell.env: {B: 1}}}]\n",
            "line 1, column 46: 'env' means 'shell.env', which is set here as well ('shell.env' counts; remove one of the two)",
        ),
        (
            "services: [{type: 'server:2.0'}]\n",
            "line 1, column 19: version 2.0 of EmptySoftwareProcess was asked for; this release has one of its own (remove the version)",
        ),
        (
            "services: [{type: BasicEntity, id: a}, {type: BasicEntity, id: a}]\n",
            "line 1, column 64: the id 'a' is given to two entities (a reference to it finds the nearest one)",
        ),
        (
            "services: [{type: BasicEntity, brooklyn.flags: {zzz: 1}}]\n",
            "line 1, column 49: unknown key 'zzz' on BasicEntity: it has no effect (move it to `brooklyn.config` to keep it)",
        ),
        (
            "services: [{type: vanilla, shell.env: {T: 22:22}}]\n",
            "line 1, column 43: `22:22` is the number 1342 in YAML (base 60) (write \"22:22\" in quotes if it is a text)",
        ),
    ] {
        assert_eq!(lines(text), [expected], "{text}");
        check(text);
    }
    for silent in [
        "services: [{type: vanilla, brooklyn.config: {my.own.key: 1, db.password: x}}]\n",
        "brooklyn.config: {launch.command: x}\nservices: [{type: vanilla}]\n",
        "version: 1.0\norigin: x\nservices: [{type: vanilla, version: 2}]\n",
        "services: [{type: BasicEntity, brooklyn.policies: [], brooklyn.parameters: }]\n",
    ] {
        assert_eq!(lines(silent), [""; 0], "{silent}");
    }
}

#[test]
fn config_wins_over_flags_whatever_the_name() {
    let spec = check(
        "services:\n- type: vanilla\n  env: {A: 1}\n  startTimeout: 1s\n  brooklyn.flags: {start.timeout: 2s}\n  brooklyn.config: {shell.env: {B: 2}, install.command: }\n",
    );
    assert_eq!(
        config(&spec.root.children[0]),
        json!({"shell.env": {"B": 2}, "start.timeout": "2s", "install.command": null})
    );
}

#[test]
fn a_thousand_children_are_compiled_in_a_moment() {
    let text = format!("name: Big\nservices:\n{}", "- type: BasicEntity\n  name: child\n".repeat(1000));
    assert_eq!(check(&text).root.children.len(), 1000);
}

#[test]
fn a_parameter_may_have_every_type_that_brooklyn_knows_by_a_short_name() {
    for (name, class) in [
        ("bool", "java.lang.Boolean"),
        ("byte", "java.lang.Byte"),
        ("char", "java.lang.Character"),
        ("Character", "java.lang.Character"),
        ("Short", "java.lang.Short"),
        ("Integer", "java.lang.Integer"),
        ("long", "java.lang.Long"),
        ("float", "java.lang.Float"),
        ("Timestamp", "java.util.Date"),
        ("Duration", "org.apache.brooklyn.util.time.Duration"),
        ("Port", "org.apache.brooklyn.api.location.PortRange"),
        ("map<string,integer>", "java.util.Map"),
        ("set", "java.util.Set"),
        ("java.net.URI", "java.net.URI"),
    ] {
        let text = format!(
            "services: [{{type: BasicEntity, brooklyn.parameters: [{{name: k, type: \"{name}\"}}]}}]\n"
        );
        let app = check(&text);
        assert_eq!(ValueType::java_class(&app.root.children[0].parameters[0].type_name), class, "{name}");
        assert_eq!(app.warnings, [], "{name}");
    }
}

#[test]
fn an_adjunct_may_be_named_and_tagged_within_its_config() {
    let text = "services:\n- type: BasicEntity\n  brooklyn.enrichers:\n  - type: Joiner\n    brooklyn.config:\n      name: All\n      uniqueTag: all\n      sourceSensor: a\n      targetSensor: b\n";
    let app = check(text);
    let joiner = &app.root.children[0].adjuncts[0];
    assert_eq!((joiner.name.as_deref(), joiner.unique_tag.as_deref()), (Some("All"), Some("all")));
    assert_eq!(joiner.config.len(), 2);
    assert_eq!(app.warnings, []);
}

#[test]
fn of_two_effectors_with_one_name_the_later_counts_and_a_warning_says_so() {
    let one = |name: &str, command: &str| {
        format!("  - {{type: ssh-command-effector, name: {name}, command: {command}}}\n")
    };
    let text = format!(
        "services:\n- type: BasicEntity\n  brooklyn.initializers:\n{}{}{}",
        one("a", "first"),
        one("b", "other"),
        one("a", "second")
    );
    let app = check(&text);
    let effectors = &app.root.children[0].effectors;
    let commands: Vec<_> = effectors
        .iter()
        .map(|e| match &e.body {
            crate::spec::EffectorBody::ShellCommand { command, .. } => (e.name.as_str(), command.given()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(commands, [("b", &json!("other")), ("a", &json!("second"))]);
    let said = app.warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("an effector 'a' stands above already: this one counts"), "{said:?}");
}

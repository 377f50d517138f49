//! Predicates of entities, locations and errors, in a small world.

use super::*;

/// What predicates see here.
#[derive(Clone)]
enum Thing {
    Value(Value),
    Entity(&'static str),
    Location(&'static str),
    Error(&'static [&'static str]),
}

fn texts(all: &[&str]) -> Vec<Thing> {
    all.iter().map(|t| Thing::Value(json!(t))).collect()
}

impl Subject for Thing {
    fn of(value: Value) -> Self {
        Self::Value(value)
    }

    fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Error(chain) => Some(chain[0].to_owned()),
            _ => None,
        }
    }

    fn equals(&self, value: &Value) -> bool {
        match self {
            Self::Entity(id) => value == id,
            _ => self.value() == Some(value),
        }
    }

    fn config(&self, key: &str) -> Option<Self> {
        let value = match (self, key) {
            (Self::Entity("app"), "size") => json!(3),
            (Self::Entity("app"), "empty") => json!(null),
            (Self::Location("l1"), "region") => json!("eu"),
            _ => return None,
        };
        Some(Self::Value(value))
    }

    fn sensor(&self, name: &str) -> Option<Self> {
        matches!((self, name), (Self::Entity("app"), "service.isUp")).then_some(Self::Value(json!(true)))
    }

    fn tags(&self) -> Option<Vec<Self>> {
        match self {
            Self::Entity("app") => Some(texts(&["blue", "db"])),
            Self::Entity(_) => Some(vec![]),
            _ => None,
        }
    }

    fn locations(&self) -> Option<Vec<Self>> {
        matches!(self, Self::Entity(_)).then(|| vec![Self::Location("l1"), Self::Location("l2")])
    }

    fn is_location(&self) -> bool {
        matches!(self, Self::Location(_))
    }

    fn children(&self) -> Option<Vec<Self>> {
        match self {
            Self::Entity("app") => Some(vec![Self::Entity("c1"), Self::Entity("c2")]),
            Self::Entity(_) => Some(vec![]),
            _ => None,
        }
    }

    fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }

    fn error_field(&self, name: &str) -> Option<Self> {
        (self.is_error() && name == "code").then_some(Self::Value(json!(7)))
    }

    fn error_cause(&self) -> Option<Self> {
        match self {
            Self::Error([_, rest @ ..]) if !rest.is_empty() => Some(Self::Error(rest)),
            _ => None,
        }
    }

    fn type_names(&self) -> Vec<String> {
        match self {
            Self::Entity(_) => {
                ["org.example.BasicEntityImpl", "org.example.BasicEntity"].map(String::from).into()
            }
            Self::Error(_) => {
                ["java.lang.IllegalStateException", "java.lang.Exception"].map(String::from).into()
            }
            _ => vec![],
        }
    }
}

#[test]
fn entities_are_asked_for_what_they_have() {
    let app = Thing::Entity("app");
    let error = Thing::Error(&["outer", "inner 42"]);
    for (predicate, subject, expected) in [
        (json!({"config": "size", "equals": "3"}), &app, true),
        (json!({"config": "size"}), &app, true),
        (json!({"config": "empty"}), &app, false),
        (json!({"config": "empty", "when": "present"}), &app, true),
        (json!({"config": "none", "when": "absent"}), &app, true),
        (json!({"sensor": "service.isUp", "when": "truthy"}), &app, true),
        (json!({"sensor": "service.isUp", "equals": true}), &app, true),
        (json!({"sensor": "none", "not": {"equals": true}}), &app, true),
        (json!({"tag": "blue"}), &app, true),
        (json!({"tag": {"regex": "gr.*"}}), &app, false),
        (json!({"target": "tags", "has-element": "db"}), &app, true),
        (json!({"target": "tags", "size": 2}), &app, true),
        (json!({"target": "tag", "equals": "db"}), &app, true),
        (json!({"target": "tag", "has-element": "db"}), &app, true),
        (json!({"target": "children", "size": 2}), &app, true),
        (json!({"target": "child", "equals": "c2"}), &app, true),
        (json!({"target": "child", "java-instance-of": "BasicEntity"}), &app, true),
        (json!({"target": "child", "tag": "x"}), &app, false),
        (json!({"target": "children", "equals": ["c1", "c2"]}), &app, true),
        (json!({"target": "location", "config": "region", "equals": "eu"}), &app, true),
        (json!({"target": "location", "config": "region", "equals": "us"}), &app, false),
        (json!({"target": "location", "config": "region", "equals": "eu"}), &Thing::Location("l1"), true),
        (json!({"target": "locations", "size": 2}), &app, true),
        (json!({"equals": "app"}), &app, true),
        (json!({"java-instance-of": "org.example.BasicEntity"}), &app, true),
        (json!({"java-instance-of": {"glob": "*Impl"}}), &app, true),
        (json!({"when": "truthy"}), &app, true),
        (json!({"regex": ".*"}), &app, false),
        (json!({"regex": "out.*"}), &error, true),
        (json!({"error-field": "code", "equals": 7}), &error, true),
        (json!({"error-field": "code", "when": "absent"}), &app, true),
        (json!({"error-cause": {"glob": "inner*"}}), &error, true),
        (json!({"error-cause": {"glob": "none*"}}), &error, false),
        (json!({"error-cause": {"glob": "inner*"}, "regex": ".*42"}), &error, true),
        (json!({"java-instance-of": "IllegalStateException"}), &error, true),
    ] {
        let read = parse(&predicate).unwrap();
        assert_eq!(read.test(subject, None), Ok(expected), "{predicate}");
    }
}

#[test]
fn a_value_borrows_what_it_lacks_from_its_context() {
    let app = Thing::Entity("app");
    let value = Thing::Value(json!("x"));
    for (predicate, with, without) in [
        (json!({"sensor": "service.isUp", "equals": true}), true, false),
        (json!({"config": "size", "equals": 3}), true, false),
        (json!({"target": "child", "equals": "c1"}), true, false),
        (json!({"target": "children", "when": "absent"}), false, true),
    ] {
        let read = parse(&predicate).unwrap();
        assert_eq!(read.test(&value, Some(&app)), Ok(with), "{predicate}");
        assert_eq!(read.test(&value, None), Ok(without), "{predicate}");
    }
}

#[test]
fn a_word_alone_is_never_an_entity() {
    let error = parse(&json!("app")).unwrap().test(&Thing::Entity("app"), None).unwrap_err();
    assert!(error.to_string().contains("comparing app with an entity"), "{error}");
}

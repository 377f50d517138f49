//! `$brooklyn:object`: Java objects. The few that blueprints use as functions are known by name; nothing else can be
//! made without Java (`brooklyn-blueprints.md` 10.3).

use lang::dsl::{Key, Template};
use serde_json::Value;

/// Why an object cannot be made.
pub(super) struct Refusal {
    /// What the expression names.
    pub(super) name: String,
    /// Why not.
    pub(super) why: String,
    /// What to do.
    pub(super) help: String,
}

/// What can be made: the class, and the factory methods that it may be made by (none: by its constructor).
const KNOWN: &[(&str, &[&str])] = &[
    ("com.google.common.base.Functions", &["forMap"]),
    ("org.apache.brooklyn.util.collections.CollectionFunctionals$FirstElementFunction", &[]),
    (
        "org.apache.brooklyn.util.math.MathPredicates",
        &["equalTo", "greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"],
    ),
];

/// Why the object that `given` describes cannot be made; `None` when it can be.
pub(super) fn refusal(given: &Template) -> Option<Refusal> {
    let type_name = match given {
        Template::Plain(Value::String(name)) => Some(name.as_str()),
        _ => ["type", "object_type", "objectType"].iter().find_map(|key| field(given, key)),
    };
    let Some(name) = type_name else {
        return Some(Refusal {
            name: String::new(),
            why: "the object has no type".to_owned(),
            help: "add `type:` with the name of a class".to_owned(),
        });
    };
    // A class may stand behind the bundle that it comes from.
    let class = name.rsplit(':').next().unwrap_or(name);
    let Some((_, methods)) = KNOWN.iter().find(|(known, _)| *known == class) else {
        let simple = class.rsplit('.').next().unwrap_or(class);
        return Some(Refusal {
            name: name.to_owned(),
            why: format!("{simple} needs Java, which Brownstone does not run"),
            help: format!("objects that can be made are {}", known_names()),
        });
    };
    match field(given, "factoryMethod.name") {
        Some(method) if !methods.contains(&method) => Some(Refusal {
            name: method.to_owned(),
            why: format!("{class} has no factory method '{method}' that Brownstone knows"),
            help: if methods.is_empty() {
                "remove `factoryMethod.name`".to_owned()
            } else {
                format!("known are {}", methods.join(", "))
            },
        }),
        None if !methods.is_empty() => Some(Refusal {
            name: name.to_owned(),
            why: format!("{class} is made by a factory method"),
            help: format!("add `factoryMethod.name` with one of {}", methods.join(", ")),
        }),
        _ => None,
    }
}

fn known_names() -> String {
    KNOWN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn field<'t>(given: &'t Template, key: &str) -> Option<&'t str> {
    match given {
        Template::Plain(Value::Object(map)) => map.get(key)?.as_str(),
        Template::Map(entries) => entries.iter().find_map(|(k, v)| match (k, v) {
            (Key::Plain(k), Template::Plain(Value::String(text))) if k == key => Some(text.as_str()),
            _ => None,
        }),
        _ => None,
    }
}

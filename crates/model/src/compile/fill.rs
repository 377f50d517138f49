//! Parameters in the blueprint of children: `${NAME}` in its values stands for one, and each is config of what is
//! added.
//!
//! They are put into the tree and not into the text, so that what somebody calls an effector with is a value and
//! never a part of the blueprint: no key, no entity, no expression.

use std::collections::BTreeMap;
use std::ops::Range;

use lang::yaml::{Node, Value as Yaml};
use serde_json::{Value, json};

use super::context::Context;
use super::limits::FILLED_BYTES_MAX;
use crate::config::deferred;
use crate::spec::{ConfigValue, EntitySpec};
use crate::types;
use crate::yaml_value::from_json;

/// The values by the names of their parameters.
pub type Params = BTreeMap<String, Value>;

/// The same tree with the parameters in their places. `${` before another name stays as it is.
pub(super) fn fill(cx: &mut Context<'_>, node: &Node, params: &Params) -> Node {
    if params.is_empty() {
        return node.clone();
    }
    let mut left = FILLED_BYTES_MAX;
    let filled = filled(node, params, &mut left);
    filled.unwrap_or_else(|span| {
        let text = format!(
            "with its parameters the blueprint has more than {FILLED_BYTES_MAX} bytes (limit: FILLED_BYTES_MAX)"
        );
        cx.error(span, text);
        node.clone()
    })
}

fn filled(node: &Node, params: &Params, left: &mut usize) -> Result<Node, Range<usize>> {
    let value = match &node.value {
        Yaml::String(text) => match in_text(text, params) {
            None => return Ok(node.clone()),
            Some(value) => {
                *left = left.checked_sub(size(&value)).ok_or_else(|| node.span.clone())?;
                return Ok(from_json(
                    &as_data(value, deferred(&Value::String(text.clone())).is_some()),
                    node,
                ));
            }
        },
        Yaml::Seq(items) => {
            Yaml::Seq(items.iter().map(|item| filled(item, params, left)).collect::<Result<_, _>>()?)
        }
        Yaml::Map(entries) => {
            let each = entries.iter().map(|(k, v)| filled(v, params, left).map(|v| (k.clone(), v)));
            Yaml::Map(each.collect::<Result<_, _>>()?)
        }
        _ => return Ok(node.clone()),
    };
    Ok(Node { value, ..node.clone() })
}

/// What a text with parameters in it is; `None` where there is none. One that is nothing but a parameter is its value.
fn in_text(text: &str, params: &Params) -> Option<Value> {
    let whole = text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).and_then(|name| params.get(name));
    if let Some(value) = whole {
        return Some(value.clone());
    }
    let (mut out, mut rest, mut found) = (String::new(), text, false);
    while let Some(at) = rest.find("${") {
        let named = rest[at + 2..].split_once('}').and_then(|(name, after)| Some((params.get(name)?, after)));
        match named {
            Some((value, after)) => {
                out.push_str(&rest[..at]);
                out.push_str(&lang::java::text(value));
                (rest, found) = (after, true);
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    found.then_some(Value::String(out))
}

/// A value in which nothing is evaluated, unless the author of the blueprint wrote an expression there.
fn as_data(value: Value, authored: bool) -> Value {
    if !authored && deferred(&value).is_some() { json!({ "$brooklyn:literal": value }) } else { value }
}

/// About how many bytes a value has.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        other => other.to_string().len(),
    }
}

/// Gives an entity the parameters as config, each under the canonical name of its key.
pub(super) fn give(spec: &mut EntitySpec, params: &Params) {
    let type_def = types::by_wire_name(spec.type_name.as_str());
    for (name, value) in params {
        let declared = spec.parameters.iter().any(|p| p.name == *name);
        let key =
            type_def.filter(|_| !declared).and_then(|t| t.config_key(name)).map_or(name.as_str(), |k| k.name);
        spec.config.insert(key.to_owned(), ConfigValue::new(as_data(value.clone(), false)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Surroundings, compile_children};
    use super::*;

    fn added(text: &str, params: &[(&str, Value)]) -> Result<Vec<EntitySpec>, String> {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let compiled = compile_children("blueprint", text, &params, &Surroundings::default());
        compiled.map(|c| c.specs).map_err(|e| e.to_string())
    }

    #[test]
    fn parameters_take_their_places_as_values_and_are_config_of_what_is_added() {
        let text =
            "services:\n- type: ${kind}\n  name: shop ${n} ${other}\n  brooklyn.config: {a: '${list}'}\n";
        let given = [("kind", json!("BasicEntity")), ("n", json!(3)), ("list", json!([1, "x"]))];
        let specs = added(text, &given).unwrap_or_default();
        let [one] = &specs[..] else { panic!("one entity") };
        assert_eq!(one.type_name.simple(), "BasicEntity");
        assert_eq!(one.name.as_deref(), Some("shop 3 ${other}"));
        assert_eq!(one.config.get("a"), Some(&ConfigValue::new(json!([1, "x"]))));
        assert_eq!(one.config.get("n"), Some(&ConfigValue::new(3)));

        let specs = added(
            "type: cluster\nmemberSpec: {$brooklyn:entitySpec: BasicEntity}\n",
            &[("initialSize", json!(4))],
        );
        let specs = specs.unwrap_or_default();
        let key = crate::types::dynamic_cluster::INITIAL_SIZE.name;
        assert_eq!(specs.first().and_then(|s| s.config.get(key)), Some(&ConfigValue::new(4)));
    }

    #[test]
    fn what_a_caller_gives_is_never_evaluated() {
        let secret = "$brooklyn:external(\"vault\", \"key\")";
        let text = "type: BasicEntity\nbrooklyn.config: {a: '${p}', b: '${p} x', c: '$brooklyn:formatString(\"%s\", \"${q}\")'}\n";
        let specs = added(text, &[("p", json!(secret)), ("q", json!("y"))]).unwrap_or_default();
        let [one] = &specs[..] else { panic!("one entity") };
        let literal = |text: &str| Some(ConfigValue::new(json!({ "$brooklyn:literal": text })));
        assert_eq!(one.config.get("a").cloned(), literal(secret));
        assert_eq!(one.config.get("b").cloned(), literal(&format!("{secret} x")));
        assert_eq!(one.config.get("p").cloned(), literal(secret));
        let written = ConfigValue::new("$brooklyn:formatString(\"%s\", \"y\")");
        assert_eq!(one.config.get("c"), Some(&written), "the author's own");
    }

    #[test]
    fn a_blueprint_does_not_grow_without_end() {
        let many = "- '${p}'\n".repeat(200).replace("- ", "    - ");
        let text = format!("type: BasicEntity\nbrooklyn.config:\n  a:\n{many}");
        let said = added(&text, &[("p", json!("x".repeat(60_000)))]).err().unwrap_or_default();
        assert!(said.contains("more than 4194304 bytes (limit: FILLED_BYTES_MAX)"), "{said}");
    }

    #[test]
    fn a_blueprint_that_adds_nothing_is_refused() {
        let said = added("services: []\n", &[]).err().unwrap_or_default();
        assert!(said.contains("the blueprint has no entity to add"), "{said}");
    }
}

//! The fields of an initializer: beside `type`, or under its `brooklyn.config`.

use lang::yaml::Node;

use super::context::{Context, keyed};
use crate::spec::{ConfigMap, ConfigValue};

pub(super) const TYPE_KEYS: [&str; 3] = ["type", "initializerType", "initializer_type"];

/// What an initializer is given; the first of two with the same name counts.
pub(super) struct Fields<'n> {
    node: &'n Node,
    entries: Vec<(String, &'n Node, &'n Node)>,
}

impl<'n> Fields<'n> {
    pub(super) fn of(cx: &mut Context<'_>, node: &'n Node) -> Self {
        let mut entries: Vec<_> = Vec::new();
        if let Some(config) = node.get("brooklyn.config") {
            entries.extend(keyed(cx.map("brooklyn.config", config)));
        }
        entries.extend(
            node.as_map()
                .into_iter()
                .flat_map(keyed)
                .filter(|(k, ..)| k != "brooklyn.config" && !TYPE_KEYS.contains(&k.as_str())),
        );
        Self { node, entries }
    }

    /// All of it.
    pub(super) fn node(&self) -> &'n Node {
        self.node
    }

    /// Names, their places and values.
    pub(super) fn entries(&self) -> &[(String, &'n Node, &'n Node)] {
        &self.entries
    }

    /// A field, unless it is not there or nothing.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(k, ..)| k == name).map(|(_, _, v)| *v).filter(|n| !n.is_null())
    }

    /// A field that must be there.
    pub(super) fn required(&self, cx: &mut Context<'_>, what: &str, name: &str) -> Option<&'n Node> {
        let found = self.get(name);
        if found.is_none() && !cx.may_be_partial {
            cx.error(self.node.span.clone(), format!("{name} must be supplied: {what} has none"))
                .label(format!("expected `{name}`"));
        }
        found
    }

    /// A text that must be written out.
    pub(super) fn text(&self, cx: &mut Context<'_>, name: &str) -> Option<String> {
        self.get(name).and_then(|n| cx.text(name, n))
    }

    /// A flag that must be written out.
    pub(super) fn flag(&self, cx: &mut Context<'_>, name: &str, default: bool) -> bool {
        self.get(name).and_then(|n| cx.flag(name, n)).unwrap_or(default)
    }

    /// A value, which may hold expressions.
    pub(super) fn value(&self, cx: &mut Context<'_>, name: &str) -> Option<ConfigValue> {
        self.get(name).and_then(|n| cx.value(name, n)).map(ConfigValue::new)
    }

    /// A text, which may be an expression.
    pub(super) fn text_value(&self, cx: &mut Context<'_>, name: &str) -> Option<ConfigValue> {
        let node = self.get(name)?;
        if super::values::holds_dsl(node) {
            return cx.value(name, node).map(ConfigValue::new);
        }
        cx.text(name, node).map(ConfigValue::new)
    }

    /// A map, which may be or hold expressions.
    pub(super) fn map_value(&self, cx: &mut Context<'_>, name: &str) -> Option<ConfigValue> {
        let node = self.get(name)?;
        if !super::values::holds_dsl(node) {
            cx.map(name, node);
        }
        cx.value(name, node).map(ConfigValue::new)
    }

    /// A map of values that may be expressions.
    pub(super) fn config(&self, cx: &mut Context<'_>, name: &str) -> ConfigMap {
        let Some(node) = self.get(name) else { return ConfigMap::new() };
        keyed(cx.map(name, node))
            .filter_map(|(key, _, value)| {
                let value = cx.value(&key, value)?;
                Some((key, ConfigValue::new(value)))
            })
            .collect()
    }

    /// Warns of fields that nothing reads.
    pub(super) fn report_others(&self, cx: &mut Context<'_>, known: &[&'static str]) {
        for (name, key, _) in self.entries.iter().filter(|(k, ..)| !known.contains(&k.as_str())) {
            let near = cx.nearest(name, known.iter().copied());
            cx.warning(key.span.clone(), format!("unknown field '{name}': it has no effect")).nearest(near);
        }
    }
}

//! Config of an entity: `brooklyn.config`, `brooklyn.flags`, and the keys that stand beside `type`.

use std::ops::Range;

use lang::yaml::Node;

use super::context::{Context, keyed};
use super::items;
use super::later::{self, Later};
use super::values::holds_dsl;
use crate::config::resolve;
use crate::spec::{ConfigMap, ConfigValue, KeySpec};
use crate::types::{self, Behaviour, ConfigDef, TypeDef};
use crate::value::ValueType;

/// Config on the way: what is declared, and the values.
pub(super) struct Settings<'t> {
    type_def: &'t TypeDef,
    own: Vec<KeySpec>,
    values: ConfigMap,
    /// The config of the catalog item that the entity is made from.
    base: ConfigMap,
}

/// A key that is declared: its canonical name, and what its values are.
struct Declared {
    name: String,
    value_type: ValueType,
}

impl<'t> Settings<'t> {
    /// For an entity of a type with parameters of its own, which come first.
    pub(super) fn new(type_def: &'t TypeDef, parameters: Vec<KeySpec>, base: ConfigMap) -> Self {
        Self { type_def, own: parameters, values: ConfigMap::new(), base }
    }

    /// The values, over those of the item that the entity is made from, and the parameters. `at` is the entity.
    pub(super) fn finish(self, cx: &mut Context<'_>, at: &Range<usize>) -> (ConfigMap, Vec<KeySpec>) {
        let Self { type_def, own, values, base } = self;
        if base.is_empty() {
            return (values, own);
        }
        let rule = |name: &str| {
            let spec = own.iter().find(|k| k.name == name);
            let def = type_def.config_key(name);
            let of_spec = spec.and_then(|k| k.type_inheritance);
            items::Rule {
                inheritance: of_spec.or(def.map(|d| d.type_inheritance)),
                is_map: spec.map(KeySpec::value_type).or(def.map(|d| d.value_type)) == Some(ValueType::Map),
            }
        };
        let (values, hidden) = items::merged(base, &values, rule);
        for key in hidden {
            cx.warning(at.clone(), format!("the item's entries of '{key}' are hidden by an expression"))
                .help("set single entries (`KEY.NAME: ...`) to keep the others");
        }
        (values, own)
    }

    /// Sets a key of the model's own.
    pub(super) fn set(&mut self, key: &ConfigDef, value: impl Into<serde_json::Value>) {
        self.values.insert(key.name.to_owned(), ConfigValue::new(value));
    }

    /// A key beside `type`: counts if the type declares it (by any of its names). Says whether it does.
    pub(super) fn flag(&mut self, cx: &mut Context<'_>, name: &str, key: &Node, value: &Node) -> bool {
        if !self.declares(name) && !self.check_later(cx, name, key) {
            return false;
        }
        self.put(cx, name, value);
        true
    }

    /// All of `brooklyn.flags`: declared keys only.
    pub(super) fn flags(&mut self, cx: &mut Context<'_>, node: &Node) {
        for (name, key, value) in keyed(cx.map("brooklyn.flags", node)) {
            if !self.flag(cx, &name, key, value) {
                self.unknown(cx, &name, key.span.clone(), "move it to `brooklyn.config` to keep it");
            }
        }
    }

    /// All of `brooklyn.config`: any key; these win over those beside `type`.
    pub(super) fn config(&mut self, cx: &mut Context<'_>, node: &Node) {
        let entries = cx.map("brooklyn.config", node);
        for (name, key, value) in keyed(entries) {
            let canonical = self.declared(&name).map(|d| d.name);
            let is_set = |key: &str| entries.iter().any(|(k, _)| k.as_str() == Some(key));
            if let Some(canonical) = canonical.filter(|c| *c != name && is_set(c)) {
                cx.warning(
                    key.span.clone(),
                    format!("'{name}' means '{canonical}', which is set here as well"),
                )
                .help(format!("'{canonical}' counts; remove one of the two"));
                continue;
            }
            if !self.declares(&name) && !self.check_later(cx, &name, key) {
                self.check_slip(cx, &name, key);
            }
            self.put(cx, &name, value);
        }
    }

    /// A key that nothing reads: reported, never dropped in silence.
    pub(super) fn unknown(&self, cx: &mut Context<'_>, name: &str, span: Range<usize>, otherwise: &str) {
        let of_type = self.type_def.config_keys().flat_map(|k| k.aliases.iter().copied().chain([k.name]));
        let own = self.own.iter().map(|k| k.name.as_str());
        let near = cx.nearest(name, of_type.chain(super::entity::KEYS.iter().copied()).chain(own));
        let adding = cx.warning(
            span,
            format!("unknown key '{name}' on {}: it has no effect", self.type_def.simple_name()),
        );
        match near {
            Some(near) => adding.nearest(Some(near)),
            None => adding.help(otherwise),
        };
    }

    /// The key that `name` means.
    fn declared(&self, name: &str) -> Option<Declared> {
        let own = self.own.iter().find(|k| k.name == name || k.aliases.iter().any(|a| a == name));
        own.map(|k| Declared { name: k.name.clone(), value_type: k.value_type() }).or_else(|| {
            let key = self.type_def.config_key(name)?;
            Some(Declared { name: key.name.to_owned(), value_type: key.value_type })
        })
    }

    /// Whether `name` is a declared key, or an entry of one that is a map (`shell.env.FOO`).
    fn declares(&self, name: &str) -> bool {
        let mut maps = self.own.iter().filter(|k| k.value_type() == ValueType::Map);
        let is_own = self.own.iter().any(|k| k.name == name);
        if !is_own && later::of(name) == Some(Later::Refused) {
            return false;
        }
        self.declared(name).is_some()
            || map_key_of(self.type_def.config_keys(), name).is_some()
            || maps.any(|k| is_entry_of(name, &k.name))
    }

    fn put(&mut self, cx: &mut Context<'_>, name: &str, node: &Node) {
        let Some(value) = cx.value(name, node) else { return };
        let value = ConfigValue::new(value);
        let declared = self.declared(name);
        if let Some(Declared { name, value_type }) = &declared
            && !check_type(cx, name, *value_type, node, &value)
        {
            return;
        }
        let canonical = declared.map_or_else(|| name.to_owned(), |d| d.name);
        self.values.insert(canonical, value);
    }

    /// A key in `brooklyn.config` may be anything, but one that is nearly a declared key is hardly meant.
    fn check_slip(&self, cx: &mut Context<'_>, name: &str, key: &Node) {
        let all = || types::ALL.iter().flat_map(|t| t.config_keys());
        if !cx.may_look_for_slip() || all().any(|k| k.is_called(name)) || map_key_of(all(), name).is_some() {
            return;
        }
        let own = self.own.iter().map(|k| k.name.as_str());
        if let Some(near) = own.chain(all().map(|k| k.name)).find(|k| is_slip(name, k)) {
            cx.warning(key.span.clone(), format!("nothing reads the config key '{name}'"))
                .nearest(Some(near));
        }
    }

    /// Whether the key is one that a later release reads; reported if so.
    fn check_later(&self, cx: &mut Context<'_>, name: &str, key: &Node) -> bool {
        if self.type_def.behaviour == Behaviour::Plain {
            return false;
        }
        match later::of(name) {
            None => return false,
            Some(Later::Refused) => {
                cx.error(
                    key.span.clone(),
                    format!("'{name}' is not in this release; it comes in a later one"),
                )
                .help("remove it, or do the same with a command (`install.command`, `pre.launch.command`)");
            }
            Some(Later::Ignored) => {
                cx.warning(key.span.clone(), format!("'{name}' is not in this release: it has no effect"));
            }
        }
        true
    }
}

/// Values are coerced on read; what cannot work is better said now, where its place is known. What holds an
/// expression is not known yet.
pub(super) fn check_type(
    cx: &mut Context<'_>,
    key: &str,
    value_type: ValueType,
    node: &Node,
    value: &ConfigValue,
) -> bool {
    if holds_dsl(node) {
        return true;
    }
    let Err(e) = resolve(key, value_type, value) else { return true };
    cx.error(node.span.clone(), format!("'{key}': {e}"));
    false
}

fn map_key_of(mut keys: impl Iterator<Item = &'static ConfigDef>, name: &str) -> Option<&'static ConfigDef> {
    keys.find(|k| k.value_type == ValueType::Map && is_entry_of(name, k.name))
}

fn is_entry_of(name: &str, map: &str) -> bool {
    name.strip_prefix(map).is_some_and(|r| r.len() > 1 && r.starts_with('.'))
}

/// Whether two names differ by one letter, by two neighbours swapped, or only in case and punctuation.
fn is_slip(a: &str, b: &str) -> bool {
    // Most pairs end here: one slip leaves the first or the last letter as it is.
    let ends = |s: &str| (s.bytes().next().map(|b| b | 0x20), s.bytes().last().map(|b| b | 0x20));
    let ((a0, a1), (b0, b1)) = (ends(a), ends(b));
    if a.len().abs_diff(b.len()) > 4 || a0 != b0 && a1 != b1 {
        return false;
    }
    let plain =
        |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let (a, b) = (plain(a), plain(b));
    if a == b {
        return true;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - back], &b[..b.len() - back]);
    a.len() <= 1 && b.len() <= 1 || a.len() == 2 && b.len() == 2 && a[0] == b[1] && a[1] == b[0]
}

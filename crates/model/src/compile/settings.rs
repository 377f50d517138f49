//! Config of an entity: `brooklyn.config`, `brooklyn.flags`, and the keys that stand beside `type`.

use std::ops::Range;

use lang::yaml::Node;

use super::context::{Context, keyed};
use super::later::{self, Later};
use crate::config::resolve;
use crate::spec::{ConfigMap, ConfigValue};
use crate::types::{self, Behaviour, ConfigDef, TypeDef};

/// Config on the way: the values, and where each came from.
pub(super) struct Settings<'t> {
    type_def: &'t TypeDef,
    values: ConfigMap,
}

impl<'t> Settings<'t> {
    pub(super) fn new(type_def: &'t TypeDef) -> Self {
        Self { type_def, values: ConfigMap::new() }
    }

    pub(super) fn finish(self) -> ConfigMap {
        self.values
    }

    /// Sets a key of the model's own.
    pub(super) fn set(&mut self, key: &ConfigDef, value: impl Into<serde_json::Value>) {
        self.values.insert(key.name.to_owned(), ConfigValue::new(value));
    }

    /// A key beside `type`: counts if the type declares it (by any of its names). Says whether it does.
    pub(super) fn flag(&mut self, cx: &mut Context<'_>, name: &str, key: &Node, value: &Node) -> bool {
        if self.declared(name).is_none() && !self.check_later(cx, name, key) {
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
            let other =
                canonical.filter(|c| *c != name && entries.iter().any(|(k, _)| k.as_str() == Some(*c)));
            if let Some(canonical) = other {
                cx.warning(
                    key.span.clone(),
                    format!("'{name}' means '{canonical}', which is set here as well"),
                )
                .help(format!("'{canonical}' counts; remove one of the two"));
                continue;
            }
            if canonical.is_none() && !self.check_later(cx, &name, key) {
                check_slip(cx, &name, key);
            }
            self.put(cx, &name, value);
        }
    }

    /// A key that nothing reads: reported, never dropped in silence.
    pub(super) fn unknown(&self, cx: &mut Context<'_>, name: &str, span: Range<usize>, otherwise: &str) {
        let known = self.type_def.config_keys().flat_map(|k| k.aliases.iter().copied().chain([k.name]));
        let near = cx.nearest(name, known.chain(super::entity::KEYS.iter().copied()));
        let adding = cx.warning(
            span,
            format!("unknown key '{name}' on {}: it has no effect", self.type_def.simple_name()),
        );
        match near {
            Some(near) => adding.nearest(Some(near)),
            None => adding.help(otherwise),
        };
    }

    /// The key that `name` means: by one of its names, or as an entry of a map key (`shell.env.FOO`).
    fn declared(&self, name: &str) -> Option<&'static ConfigDef> {
        self.type_def.config_key(name).or_else(|| map_key_of(self.type_def.config_keys(), name))
    }

    fn put(&mut self, cx: &mut Context<'_>, name: &str, node: &Node) {
        let Some(value) = cx.value(name, node) else { return };
        let value = ConfigValue::new(value);
        let whole = self.type_def.config_key(name);
        if let Some(def) = whole {
            // Values are coerced on read; what cannot work is better said now, where its place is known.
            if let Err(e) = resolve(def.name, def.value_type, &value) {
                cx.error(node.span.clone(), format!("'{}': {e}", def.name));
                return;
            }
        }
        let canonical = whole.map_or(name, |d| d.name);
        self.values.insert(canonical.to_owned(), value);
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

/// A key in `brooklyn.config` may be anything, but one that is nearly a declared key is hardly meant.
fn check_slip(cx: &mut Context<'_>, name: &str, key: &Node) {
    let all = || types::ALL.iter().flat_map(|t| t.config_keys());
    if all().any(|k| k.is_called(name)) || map_key_of(all(), name).is_some() {
        return;
    }
    if let Some(near) = all().map(|k| k.name).find(|k| is_slip(name, k)) {
        cx.warning(key.span.clone(), format!("nothing reads the config key '{name}'")).nearest(Some(near));
    }
}

fn map_key_of(mut keys: impl Iterator<Item = &'static ConfigDef>, name: &str) -> Option<&'static ConfigDef> {
    keys.find(|k| {
        k.value_type == crate::ValueType::Map
            && name.strip_prefix(k.name).is_some_and(|r| r.len() > 1 && r.starts_with('.'))
    })
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

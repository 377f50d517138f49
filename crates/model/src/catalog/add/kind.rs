//! What an item can be used as, where its author did not say: as Brooklyn finds it by trying.

use lang::yaml::Node;

use crate::Surroundings;
use crate::catalog::ItemKind;
use crate::compile::items::built_in_kind;

/// The words of `itemType`.
pub(super) const WORDS: &[(&str, ItemKind)] = &[
    ("entity", ItemKind::Entity),
    ("application", ItemKind::Application),
    ("template", ItemKind::Template),
    ("policy", ItemKind::Policy),
    ("enricher", ItemKind::Enricher),
    ("location", ItemKind::Location),
    ("bean", ItemKind::Bean),
];

/// The kind that a word names.
pub(super) fn named(word: &str) -> Option<ItemKind> {
    WORDS.iter().find(|(w, _)| w.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind)
}

/// An item whose kind is looked for.
pub(super) struct Asked<'r> {
    pub(super) name: &'r str,
    pub(super) version: &'r str,
    /// As its author said it.
    pub(super) said: Option<ItemKind>,
    pub(super) node: Option<&'r Node>,
}

/// The kind of the item with this number.
pub(super) fn of(all: &[Asked<'_>], number: usize, around: &Surroundings) -> ItemKind {
    let mut open = vec![number];
    loop {
        let Some(asked) = open.last().and_then(|n| all.get(*n)) else { return ItemKind::Entity };
        if let Some(kind) = asked.said {
            return kind;
        }
        let Some(node) = asked.node else { return ItemKind::Entity };
        let by_key = [
            ("services", ItemKind::Entity),
            ("brooklyn.policies", ItemKind::Policy),
            ("brooklyn.enrichers", ItemKind::Enricher),
            ("brooklyn.locations", ItemKind::Location),
        ];
        let Some(of) = type_of(node) else {
            let kind = by_key.iter().find(|(key, _)| node.get(key).is_some());
            return kind.map_or(ItemKind::Entity, |(_, kind)| *kind);
        };
        let name = ["catalog:", "brooklyn:"].iter().find_map(|p| of.strip_prefix(p)).unwrap_or(&of);
        let next = all.iter().position(|a| a.name == name || format!("{}:{}", a.name, a.version) == name);
        match next.filter(|n| !open.contains(n)) {
            Some(next) => open.push(next),
            None => {
                let bare = name.split(':').next().unwrap_or(name);
                let item = || around.catalog.best(name).or_else(|| around.catalog.best(bare));
                let other = item().filter(|_| next.is_none()).map(|i| i.kind);
                return other.or_else(|| built_in_kind(name, around)).unwrap_or(ItemKind::Entity);
            }
        }
    }
}

fn type_of(node: &Node) -> Option<String> {
    const KEYS: [&str; 9] = [
        "type",
        "serviceType",
        "service_type",
        "policyType",
        "policy_type",
        "enricherType",
        "enricher_type",
        "initializerType",
        "initializer_type",
    ];
    KEYS.iter().find_map(|key| node.get(key)?.scalar_text())
}

//! What the keys of a blueprint mean, for editors.

use crate::catalog::ItemKind;

/// What a map of a blueprint describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The application.
    Plan,
    /// A service or a child.
    Entity,
    /// What acts beside an entity.
    Beside(ItemKind),
    /// A config key that is declared.
    Parameter,
}

/// A key and what it means.
pub(super) type Word = (&'static str, &'static str);

const PLAN: &[Word] = &[
    ("name", "What the application is called"),
    ("description", "What it is, for people"),
    ("location", "Where it runs: the name of a location, or one described in place"),
    ("locations", "The same, of several"),
    ("services", "The entities that it consists of"),
    ("id", "A name by which expressions find it"),
    ("iconUrl", "Its picture"),
    ("brooklyn.config", "Values of config keys"),
    ("brooklyn.parameters", "Config keys that it declares"),
    ("brooklyn.initializers", "What is done when it is made: effectors, feeds and more"),
    ("brooklyn.policies", "What acts on what its sensors say"),
    ("brooklyn.enrichers", "What makes sensors of sensors"),
    ("brooklyn.children", "Further entities below it"),
    ("brooklyn.tags", "Marks for programs"),
];

pub(super) const ENTITY: &[Word] = &[
    ("type", "What it is: a type of this release, or an item of the catalog"),
    ("name", "What it is called"),
    ("id", "A name by which expressions find it"),
    ("location", "Where it runs, if not where its parent does"),
    ("locations", "The same, of several"),
    ("iconUrl", "Its picture"),
    ("description", "What it is, for people"),
    ("brooklyn.config", "Values of config keys"),
    ("brooklyn.flags", "The same, in an older spelling"),
    ("brooklyn.children", "The entities below it"),
    ("brooklyn.initializers", "What is done when it is made: effectors, feeds and more"),
    ("brooklyn.tags", "Marks for programs"),
    ("brooklyn.parameters", "Config keys that it declares"),
    ("brooklyn.policies", "What acts on what its sensors say"),
    ("brooklyn.enrichers", "What makes sensors of sensors"),
];

const BESIDE: &[Word] = &[
    ("type", "What it is"),
    ("name", "What it is called"),
    ("id", "A name by which it is known again"),
    ("brooklyn.config", "Values of config keys"),
];

const PARAMETER: &[Word] = &[
    ("name", "The name of the key"),
    ("label", "What people call it"),
    ("description", "What it is for"),
    ("type", "What its values are: string, integer, boolean, duration, port, map and so on"),
    ("default", "Its value where none is given"),
    ("pinned", "Whether it is shown first"),
    ("constraints", "What values must satisfy"),
    ("deprecatedNames", "Other names that mean the same"),
    ("reconfigurable", "Whether it may change while the entity runs"),
    ("inheritance.runtime", "How entities below see it"),
    ("inheritance.type", "How it goes together with that of the catalog item"),
];

impl Role {
    /// The keys that such a map may have.
    pub(super) fn words(self) -> &'static [Word] {
        match self {
            Role::Plan => PLAN,
            Role::Entity => ENTITY,
            Role::Beside(_) => BESIDE,
            Role::Parameter => PARAMETER,
        }
    }

    /// Which items its `type` may name.
    pub(super) fn kinds(self) -> &'static [ItemKind] {
        match self {
            Role::Plan | Role::Entity => &[ItemKind::Entity, ItemKind::Application],
            Role::Beside(ItemKind::Policy) => &[ItemKind::Policy],
            Role::Beside(ItemKind::Enricher) => &[ItemKind::Enricher],
            Role::Beside(_) => &[ItemKind::Bean],
            Role::Parameter => &[],
        }
    }

    /// What is described by the items of a list, or by the map, under this key.
    pub(super) fn below(key: &str) -> Option<Role> {
        Some(match key {
            "services" | "brooklyn.children" | "$brooklyn:entitySpec" => Role::Entity,
            "brooklyn.policies" => Role::Beside(ItemKind::Policy),
            "brooklyn.enrichers" => Role::Beside(ItemKind::Enricher),
            "brooklyn.initializers" => Role::Beside(ItemKind::Bean),
            "brooklyn.parameters" => Role::Parameter,
            _ => return None,
        })
    }
}

//! What an item has, for forms and for the wire: the config keys that may be set, the effectors, the defaults.

use lang::diag::{Diagnostic, Position};
use lang::yaml::{self, Limits};

use super::{BundleId, Catalog, Item, ItemKind};
use crate::Surroundings;
use crate::adjuncts::{self, AdjunctDef};
use crate::compile::built_in_names;
use crate::compile::context::Context;
use crate::compile::items::{Frame, Made, make};
use crate::config::{Key, Level};
use crate::spec::{AdjunctSpec, EntitySpec, LocationSpec};
use crate::types::{self, TypeDef};

/// What an item is made of.
#[derive(Clone, Debug)]
pub enum Described {
    /// An entity, an application or a template.
    Entity {
        /// What it makes: its parameters come first, then those of the items and the type that it is made from.
        spec: Box<EntitySpec>,
        /// Its type.
        type_def: &'static TypeDef,
    },
    /// A policy or an enricher.
    Adjunct {
        /// What it makes.
        spec: Box<AdjunctSpec>,
        /// What it is.
        def: &'static AdjunctDef,
    },
    /// An initializer.
    Initializer {
        /// What it adds to an entity, as far as it says that by itself.
        adds: Box<EntitySpec>,
        /// The sensor feed that it is, if it is one.
        def: Option<&'static AdjunctDef>,
    },
    /// A location.
    Location(Box<LocationSpec>),
}

impl Described {
    /// The config keys that it declares, its own first; of a key that was declared again, what was said last counts.
    pub fn keys(&self) -> Vec<Key<'_>> {
        match self {
            Self::Entity { spec, type_def } => {
                let level =
                    Level { config: &spec.config, parameters: &spec.parameters, type_def: Some(type_def) };
                level.keys().collect()
            }
            Self::Adjunct { def, .. } | Self::Initializer { def: Some(def), .. } => {
                def.config_keys().map(Key::from).collect()
            }
            Self::Initializer { def: None, .. } | Self::Location(_) => Vec::new(),
        }
    }
}

/// What an item has. The error says, a line each, why its text cannot be used (any more).
pub fn describe(item: &Item, bundle: &BundleId, around: &Surroundings) -> Result<Described, Vec<String>> {
    let text = &item.plan.text;
    let (root, found) = yaml::parse(&item.plan.file, text, &Limits::BLUEPRINT);
    let mut cx = Context::new(&item.plan.file, text, around, found);
    cx.chain.push(Frame { id: item.id.clone(), bundle: bundle.clone() });
    let made = root.filter(|n| !n.is_null()).and_then(|root| make(&mut cx, item.kind, &root));
    let failed = cx.failed();
    let described = made.filter(|_| !failed).and_then(|made| {
        Some(match made {
            Made::Entity(spec) => {
                let type_def = types::by_wire_name(spec.type_name.as_str())?;
                Described::Entity { spec, type_def }
            }
            Made::Adjunct(spec) => {
                let def = adjuncts::by_wire_name(spec.type_name.as_str())?;
                Described::Adjunct { spec, def }
            }
            Made::Initializer(adds) => {
                let def = adds.adjuncts.first().and_then(|a| adjuncts::by_wire_name(a.type_name.as_str()));
                Described::Initializer { adds, def }
            }
            Made::Location(location) => Described::Location(location),
        })
    });
    described.ok_or_else(|| {
        let errors = cx.into_diagnostics().into_iter().filter(Diagnostic::is_error);
        let line = |d: &Diagnostic| item.plan.line + Position::of(text, d.span.start).line - 1;
        let one = |d: Diagnostic| format!("{}:{}: {}", item.plan.file, line(&d), d.message);
        let mut lines: Vec<String> = errors.map(one).collect();
        if lines.is_empty() {
            lines.push(format!("{}: the item is empty", item.plan.file));
        }
        lines
    })
}

impl Item {
    /// The plan as Brooklyn shows it: as its author wrote it, or with the list around it that a
    /// blueprint has, and then with no end of its last line.
    pub fn wire_plan(&self) -> String {
        let text = self.plan.text.as_str();
        let key = match self.kind {
            ItemKind::Entity | ItemKind::Application => "services",
            ItemKind::Policy => "brooklyn.policies",
            ItemKind::Enricher => "brooklyn.enrichers",
            ItemKind::Location => "brooklyn.locations",
            ItemKind::Template | ItemKind::Bean => return text.to_owned(),
        };
        let root = yaml::parse("item", text, &Limits::BLUEPRINT).0;
        if root.is_none_or(|root| root.get(key).is_some()) {
            return text.to_owned();
        }
        let indented = text.trim_end().lines().enumerate().map(|(i, line)| match (i, line) {
            (0, line) => format!("\n- {line}"),
            (_, "") => "\n".to_owned(),
            (_, line) => format!("\n  {line}"),
        });
        format!("{key}:{}", indented.collect::<String>())
    }
}

impl Catalog {
    /// The name that `name` most likely meant, among the items of a kind (of all, where none is said) and what is
    /// built in.
    pub fn nearest(&self, name: &str, kind: Option<ItemKind>) -> Option<String> {
        let of_kind = |k: ItemKind| kind.is_none_or(|wanted| wanted == k);
        let items = self.items().filter(|i| of_kind(i.kind)).map(|i| i.id.name.as_str());
        let built_in = built_in_names().filter(|(k, _)| of_kind(*k)).map(|(_, name)| name);
        base::suggest::nearest(name, items.chain(built_in)).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base::WallMs;

    use super::*;
    use crate::catalog::add::{Content, Upload, read};

    fn having(bom: &str) -> Surroundings {
        let upload = Upload { source: "catalog.bom", content: Content::Bom(bom) };
        let mut nowhere = |_: &str| Err(String::new());
        let read = read(&upload, &Surroundings::default(), &mut nowhere, "a", WallMs(0));
        let mut catalog = Catalog::default();
        catalog.put(Arc::new(read.unwrap_or_else(|e| panic!("{}", e.brooklyn_message())).bundle));
        Surroundings { catalog: Arc::new(catalog), ..Surroundings::default() }
    }

    fn described(around: &Surroundings, name: &str) -> Result<Described, Vec<String>> {
        let item = around.catalog.best(name).unwrap_or_else(|| panic!("{name}"));
        let bundle = around.catalog.bundle_of(&item.id).unwrap_or_else(|| panic!("{name}"));
        describe(item, &bundle.id, around)
    }

    const BOM: &str = "brooklyn.catalog:
  bundle: b
  version: 1
  items:
  - id: base
    item:
      type: BasicStartable
      brooklyn.parameters: [{name: p, type: integer, default: 1}]
  - id: user
    item:
      services:
      - type: base
        brooklyn.parameters: [{name: q}, {name: p, default: 2}]
        brooklyn.initializers: [{type: ssh-command-effector, name: e, command: x}]
  - {id: policy, item: {type: ServiceRestarter}}
  - {id: sensor, item: {type: ssh-command-sensor}}
  - {id: place, item: {type: localhost}}
  - id: template
    itemType: template
    item: {services: [{type: Nothing}]}
";

    #[test]
    fn an_item_shows_what_it_and_what_it_is_made_from_declare() {
        let around = having(BOM);
        let user = described(&around, "user").expect("it is good");
        let keys: Vec<(&str, Option<serde_json::Value>)> =
            user.keys().into_iter().map(|k| (k.name(), k.default())).collect();
        assert_eq!(keys[..2], [("p", Some(2.into())), ("q", None)]);
        assert!(keys.iter().any(|(name, _)| *name == "camp.plan.id"));
        let Described::Entity { spec, type_def } = &user else { panic!("{user:?}") };
        assert_eq!(type_def.simple_name(), "BasicStartable");
        assert_eq!(spec.effectors.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["e"]);
        let policy = described(&around, "policy").expect("it is good");
        assert!(matches!(&policy, Described::Adjunct { def, .. } if def.simple_name() == "ServiceRestarter"));
        assert!(!policy.keys().is_empty());
        let sensor = described(&around, "sensor").expect("a part of one is good");
        assert!(matches!(sensor, Described::Initializer { .. }));
        assert!(matches!(described(&around, "place"), Ok(Described::Location(_))));
        assert_eq!(
            described(&around, "template").map(|_| ()),
            Err(vec!["catalog.bom:20: Unable to match plan item: there is no type 'Nothing'".to_owned()])
        );
    }

    #[test]
    fn a_plan_is_shown_in_the_list_that_a_blueprint_has() {
        let around = having(BOM);
        let plan = |name: &str| around.catalog.best(name).map(Item::wire_plan).unwrap_or_default();
        assert_eq!(
            plan("base"),
            "services:\n- type: BasicStartable\n  brooklyn.parameters: [{name: p, type: integer, default: 1}]"
        );
        assert!(plan("user").starts_with("services:\n- type: base\n"));
        assert_eq!(plan("policy"), "brooklyn.policies:\n- {type: ServiceRestarter}");
        assert_eq!(plan("place"), "brooklyn.locations:\n- {type: localhost}");
        assert_eq!(plan("template"), "{services: [{type: Nothing}]}\n");
    }

    #[test]
    fn an_unknown_name_has_a_nearest_one_of_its_kind() {
        let catalog = having(BOM).catalog;
        assert_eq!(catalog.nearest("polizy", None).as_deref(), Some("policy"));
        assert_eq!(catalog.nearest("polizy", Some(ItemKind::Entity)), None);
        assert_eq!(
            catalog.nearest("ServiceRestartr", Some(ItemKind::Policy)).as_deref(),
            Some("ServiceRestarter")
        );
    }
}

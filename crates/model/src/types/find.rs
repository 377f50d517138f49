//! From a name in a blueprint to its type, or to the reason why there is none.

use super::{ALL, CORE_VERSION, ConfigDef, EffectorDef, SensorDef, TypeDef, common, later};

/// What a name in a blueprint stands for.
#[derive(Debug)]
pub enum Lookup {
    /// A type of this release. `version` is what stood behind the colon.
    Known {
        /// The type.
        type_def: &'static TypeDef,
        /// The version that was asked for.
        version: Option<String>,
    },
    /// A type that Brooklyn has and this release has not; the sentence says why and what to do.
    Refused(String),
    /// Nothing that is known; [`all_names`] may hold what was meant.
    Unknown,
}

/// The type with this name on the wire or in a record.
pub fn by_wire_name(name: &str) -> Option<&'static TypeDef> {
    ALL.iter().copied().find(|t| t.java_type == name)
}

/// Finds what a blueprint means by `name`: any of a type's names, with `catalog:`, `brooklyn:` or `java:` before
/// it and `:VERSION` behind it.
pub fn lookup(name: &str) -> Lookup {
    let bare =
        ["catalog:", "brooklyn:", "java:"].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name).trim();
    let (symbol, version) = match bare.split_once(':') {
        Some((symbol, version)) => (symbol, Some(version.to_owned())),
        None => (bare, None),
    };
    if let Some(type_def) = ALL.iter().copied().find(|t| t.is_called(symbol)) {
        return Lookup::Known { type_def, version };
    }
    if let Some(why) = later::why_not(bare) {
        return Lookup::Refused(why);
    }
    Lookup::Unknown
}

/// All names of types that can be deployed.
pub fn all_names() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|t| t.names.iter().copied().chain([t.java_type]))
}

impl TypeDef {
    /// Whether a blueprint may mean this type by `name`. Brooklyn takes the class that implements a type as well.
    pub fn is_called(&self, name: &str) -> bool {
        self.java_type == name
            || self.names.contains(&name)
            || name.strip_suffix("Impl").is_some_and(|interface| interface == self.java_type)
    }

    /// The last part of the wire name: `BasicEntity`.
    pub fn simple_name(&self) -> &'static str {
        self.java_type.rsplit('.').next().unwrap_or(self.java_type)
    }

    /// What Brooklyn's own catalog calls it; `None`: it is not in that catalog, and a blueprint means the class.
    pub fn catalog_name(&self) -> Option<&'static str> {
        match self.simple_name() {
            "MachineEntity" => Some("Machine Entity"),
            "VanillaSoftwareProcess" => Some("Vanilla Software Process"),
            _ => None,
        }
    }

    /// `name:version` of the item that it is in that catalog.
    pub fn catalog_id(&self) -> Option<String> {
        self.catalog_name().map(|_| format!("{}:{CORE_VERSION}", self.java_type))
    }

    /// All config keys that it declares.
    pub fn config_keys(&self) -> impl Iterator<Item = &'static ConfigDef> + use<> {
        self.config.iter().flat_map(|table| table.iter().copied())
    }

    /// The key that `name` means here: canonical or an alias.
    pub fn config_key(&self, name: &str) -> Option<&'static ConfigDef> {
        self.config_keys().find(|k| k.is_called(name))
    }

    /// All sensors that something here may set.
    pub fn all_sensors(&self) -> impl Iterator<Item = &'static SensorDef> + use<> {
        self.sensors.iter().copied().chain([common::STATE]).flatten()
    }

    /// Those of them that it declares, so that they are shown without a value as well: its own, and `service.isUp`
    /// of what can be started.
    pub fn declared_sensors(&self) -> impl Iterator<Item = &'static SensorDef> + use<> {
        let starts = self.effector("start").is_some();
        let is_up = common::STATE.iter().filter(move |s| starts && s.name == "service.isUp");
        self.sensors.iter().copied().flatten().chain(is_up)
    }

    /// The sensor of this name.
    pub fn sensor(&self, name: &str) -> Option<&'static SensorDef> {
        self.all_sensors().find(|s| s.name == name)
    }

    /// All effectors that it declares.
    pub fn all_effectors(&self) -> impl Iterator<Item = &'static EffectorDef> + use<> {
        self.effectors.iter().flat_map(|table| table.iter())
    }

    /// The effector of this name.
    pub fn effector(&self, name: &str) -> Option<&'static EffectorDef> {
        self.all_effectors().find(|e| e.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> &'static str {
        match lookup(name) {
            Lookup::Known { type_def, .. } => type_def.simple_name(),
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn a_type_is_found_by_all_its_names() {
        for name in [
            "vanilla",
            "vanilla-bash-server",
            "vanilla-bash-server:1.1.0",
            "catalog:vanilla-software-process",
            "java:org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess",
            "brooklyn.entity.basic.VanillaSoftwareProcess",
            "org.apache.brooklyn.entity.software.base.VanillaSoftwareProcessImpl",
        ] {
            assert_eq!(known(name), "VanillaSoftwareProcess");
        }
        assert_eq!(known("basic-entity"), "BasicEntity");
        assert_eq!(known("server"), "EmptySoftwareProcess");
        assert_eq!(known("BasicApplication"), "BasicApplication");
    }

    #[test]
    fn no_two_types_share_a_name_and_no_type_has_a_key_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for t in ALL {
            for name in t.names.iter().chain([&t.java_type]) {
                assert!(seen.insert(*name), "{name} stands for two types");
                assert!(later::why_not(name).is_none(), "{name} is known and refused");
            }
            let mut keys = std::collections::BTreeSet::new();
            for key in t.config_keys() {
                for name in key.aliases.iter().chain([&key.name]) {
                    assert!(keys.insert(*name), "{}: {name} twice", t.java_type);
                }
            }
        }
    }

    #[test]
    fn a_slip_names_the_nearest_type() {
        assert!(matches!(lookup("VanillaSoftwareProces"), Lookup::Unknown));
        let near = |name| base::suggest::nearest(name, all_names());
        assert_eq!(near("VanillaSoftwareProces"), Some("VanillaSoftwareProcess"));
        assert_eq!(near("wire-no-such-type"), None);
    }
}

//! The shape of an entity type: a table of what it has. What it does is one word, [`Behaviour`].

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::value::ValueType;

/// An entity type.
#[derive(Debug)]
pub struct TypeDef {
    /// The names by which a blueprint may call it, besides `java_type`: hyphen form, `CamelCase`, old class names.
    pub names: &'static [&'static str],
    /// Its name on the wire, in records and in the default display name.
    pub java_type: &'static str,
    /// For people.
    pub description: &'static str,
    /// What it does.
    pub behaviour: Behaviour,
    /// Its config: its own table first, then those that it shares.
    pub config: &'static [&'static [&'static ConfigDef]],
    /// Its sensors, likewise.
    pub sensors: &'static [&'static [SensorDef]],
    /// Its effectors, likewise.
    pub effectors: &'static [&'static [EffectorDef]],
}

/// What an entity of a type does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// The root of a tree: starts and stops its children, is as healthy as they are.
    Application,
    /// Nothing by itself: holds sensors and effectors.
    Plain,
    /// Stands for a machine, without a process.
    Machine,
    /// Installs, customises and launches a process and watches it.
    Process,
    /// Has a machine on which its children run, is as healthy as they are.
    SharedMachine,
    /// Starts and stops its children, is as healthy as they are.
    Startable,
    /// Has members, and is as healthy as they are.
    Group,
    /// Has members that it makes itself from a spec.
    Cluster,
    /// Has a member for each of its locations.
    Fabric,
    /// Has a child if its config says so; starts and stops it.
    Conditional,
    /// Has members that are not well and does not mind.
    Quarantine,
    /// Gives out numbers.
    Sequence,
    /// Holds sensors, and is up from its start to its stop.
    Data,
}

/// A config key of a type.
#[derive(Debug)]
pub struct ConfigDef {
    /// Its canonical name.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// What its values are.
    pub value_type: ValueType,
    /// Its value where none is given.
    pub default: DefaultValue,
    /// For people.
    pub description: &'static str,
    /// How entities below see it.
    pub inheritance: Inheritance,
    /// How a value goes together with that of the catalog item that an entity is made from.
    pub type_inheritance: Inheritance,
    /// The class of its values on the wire, where Brooklyn has one of its own for them.
    pub java_class: Option<&'static str>,
    /// Whether lists of keys name it. What is heeded here and not declared by Brooklyn's type is in none.
    pub is_listed: bool,
}

impl ConfigDef {
    /// A key with no default, no alias and the usual inheritance: the start of a table line.
    pub const fn new(name: &'static str, value_type: ValueType, description: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            value_type,
            default: DefaultValue::None,
            description,
            inheritance: Inheritance::Overwrite,
            type_inheritance: Inheritance::Overwrite,
            java_class: None,
            is_listed: true,
        }
    }

    /// The same whose values have this class on the wire.
    #[must_use]
    pub const fn java(mut self, class: &'static str) -> Self {
        self.java_class = Some(class);
        self
    }

    /// The same, in no list of keys.
    #[must_use]
    pub const fn unlisted(mut self) -> Self {
        self.is_listed = false;
        self
    }

    /// The class of its values on the wire.
    pub fn java_type(&self) -> &'static str {
        self.java_class.unwrap_or_else(|| self.value_type.java_type())
    }

    /// The same with other names.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The same with a default.
    #[must_use]
    pub const fn default(mut self, default: DefaultValue) -> Self {
        self.default = default;
        self
    }

    /// The same with another inheritance.
    #[must_use]
    pub const fn inheritance(mut self, inheritance: Inheritance) -> Self {
        self.inheritance = inheritance;
        self
    }

    /// The same, merged entry by entry with what the catalog item says that an entity is made from.
    #[must_use]
    pub const fn merged_with_type(mut self) -> Self {
        self.type_inheritance = Inheritance::DeepMerge;
        self
    }

    /// Whether `name` means this key.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// A default that fits into a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DefaultValue {
    /// There is none.
    None,
    /// A flag.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text, a duration, an enum constant.
    Text(&'static str),
    /// A list of numbers.
    Ints(&'static [i64]),
    /// A map with nothing in it.
    EmptyMap,
}

impl DefaultValue {
    /// As a value.
    pub fn value(self) -> Option<Value> {
        match self {
            DefaultValue::None => None,
            DefaultValue::Bool(b) => Some(b.into()),
            DefaultValue::Int(n) => Some(n.into()),
            DefaultValue::Text(t) => Some(t.into()),
            DefaultValue::Ints(list) => Some(list.to_vec().into()),
            DefaultValue::EmptyMap => Some(serde_json::Map::new().into()),
        }
    }
}

/// How a value that is set on an entity is seen by those below it (`brooklyn-blueprints.md` 1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inheritance {
    /// The nearest one counts.
    Overwrite,
    /// Maps are merged, the nearest entry counts.
    DeepMerge,
    /// It passes from one that does not declare the key to the first that does, and stops there.
    NotReinherited,
    /// As above where it must pass a declarer, else merged.
    NotReinheritedElseDeepMerge,
    /// It is seen on its own entity only.
    Never,
}

/// A sensor of a type.
#[derive(Clone, Copy, Debug)]
pub struct SensorDef {
    /// Its name.
    pub name: &'static str,
    /// Its type on the wire.
    pub java_type: &'static str,
    /// For people.
    pub description: &'static str,
}

/// An effector of a type.
#[derive(Clone, Copy, Debug)]
pub struct EffectorDef {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub action: Action,
    /// The type of its result on the wire.
    pub return_type: &'static str,
    /// For people.
    pub description: &'static str,
    /// What it can be given.
    pub parameters: &'static [ParameterDef],
}

/// What the effectors of the types do; how depends on the type's [`Behaviour`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Brings it up.
    Start,
    /// Brings it down.
    Stop,
    /// Down and up again.
    Restart,
    /// Finds out why it is not up.
    Diagnose,
    /// Runs a command on its machine.
    Exec,
    /// As many members as are said.
    Resize,
    /// So many members more or fewer.
    ResizeByDelta,
    /// Another member in the place of one.
    ReplaceMember,
    /// Removes all members.
    ExpungeMembers,
    /// Back to the first number.
    SequenceReset,
    /// On to the next number.
    SequenceIncrement,
    /// The number.
    SequenceGet,
    /// On to the next number, and that.
    SequenceNext,
}

/// A parameter of an effector of a type.
#[derive(Clone, Copy, Debug)]
pub struct ParameterDef {
    /// Its name.
    pub name: &'static str,
    /// Its type on the wire.
    pub java_type: &'static str,
    /// What it is read as.
    pub value_type: ValueType,
    /// For people.
    pub description: &'static str,
    /// What it is when it is not given.
    pub default: DefaultValue,
}

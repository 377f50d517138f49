//! Effectors that a blueprint adds to those of a type (`brooklyn-blueprints.md` 6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ConfigMap, ConfigValue};

/// An effector that a blueprint adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EffectorSpec {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it can be given, in the order in which the blueprint has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<ParameterSpec>,
    /// What it does.
    pub body: EffectorBody,
}

/// What an effector from a blueprint does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectorBody {
    /// Runs a shell command on the entity's machine and returns its standard output. An exit code other than 0 fails.
    ShellCommand {
        /// The bash text.
        command: ConfigValue,
        /// Where; the run directory (or home) unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        execution_dir: Option<ConfigValue>,
        /// Environment of its own, over the entity's `shell.env` and the parameters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shell_env: Option<ConfigValue>,
        /// On whose machines.
        target: ExecutionTarget,
    },
    /// Makes a request over HTTP and returns what it answers.
    Http(Box<HttpEffector>),
    /// Adds children from a blueprint.
    AddChildren(NewChildren),
    /// Calls an effector of another entity with the same parameters.
    Proxy {
        /// Which entity.
        entity: ConfigValue,
        /// Which of its effectors.
        effector: ConfigValue,
    },
    /// Calls other effectors of the same entity, one after the other.
    Composite {
        /// Which.
        effectors: Vec<String>,
        /// Whether it takes the place of one of the same name that the type has, which it may then call.
        overrides: bool,
    },
    /// Calls an effector of all children, some at a time.
    ChildrenBatch(ChildrenBatch),
}

/// A request over HTTP as an effector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpEffector {
    /// Where.
    pub uri: ConfigValue,
    /// GET, POST and so on.
    pub verb: String,
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<ConfigValue>,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<ConfigValue>,
    /// Headers by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<ConfigValue>,
    /// What is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<ConfigValue>,
    /// What is taken out of the answer and returned; without it, the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_path: Option<String>,
    /// Sensors that are set from the answer, by the path of their value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sensors: BTreeMap<String, String>,
}

/// Children to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewChildren {
    /// Their blueprint, as text; `${NAME}` stands for a parameter.
    pub blueprint: String,
    /// Whether they are started.
    pub auto_start: bool,
}

/// An effector of all children, some at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChildrenBatch {
    /// How many at a time; 0: all.
    pub batch_size: u32,
    /// Which effector.
    pub effector: String,
    /// With what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: ConfigMap,
    /// Whether a child that has no such effector is an error.
    pub fail_on_missing: bool,
    /// Whether one that fails is.
    pub fail_on_failure: bool,
}

/// On whose machines a command effector runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionTarget {
    /// The entity's own.
    #[default]
    Entity,
    /// Those of the group's members.
    Members,
    /// Those of its children.
    Children,
}

/// A parameter of an effector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterSpec {
    /// Its name.
    pub name: String,
    /// Its type as the blueprint has it (`string`, `java.lang.Integer`); [`ParameterSpec::value_type`] reads it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<ConfigValue>,
}

impl ParameterSpec {
    /// Its type; anything goes where a later version wrote a name that this one does not know.
    pub fn value_type(&self) -> crate::ValueType {
        crate::ValueType::by_name(&self.type_name).unwrap_or(crate::ValueType::Any)
    }
}

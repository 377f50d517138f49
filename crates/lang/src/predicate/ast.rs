//! What a predicate is.

use serde_json::Value;

use crate::glob::Glob;
use crate::jsonpath::JsonPath;
use crate::regex::FullRegex;

/// Checks of one target; it holds when all of them do. There is at least one check.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// What is tested, when it is not what the predicate is asked of.
    pub target: Option<Target>,
    /// Which part of the target is tested.
    pub select: Option<Select>,
    /// What must hold.
    pub checks: Vec<Check>,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// This value.
    Value(Value),
    /// The entity's locations, or those of the nearest entity above that has some.
    Locations,
    /// Any one of them.
    Location,
    /// The tags.
    Tags,
    /// Any one of them.
    Tag,
    /// The children.
    Children,
    /// Any one of them.
    Child,
}

/// A part of a target.
#[derive(Clone, Debug)]
pub enum Select {
    /// The value of a config key.
    Config(String),
    /// The value of a sensor.
    Sensor(String),
    /// The value under a key of a map.
    Key(String),
    /// The value at a place of a list; from the end when negative.
    Index(i64),
    /// The elements of a list that pass.
    Filter(Box<Predicate>),
    /// What a `JSONPath` finds.
    JsonPath(JsonPath),
    /// A field of an error.
    ErrorField(String),
    /// The first of an error and its causes that passes.
    ErrorCause(Box<Predicate>),
}

/// One thing that must hold.
#[derive(Clone, Debug)]
pub enum Check {
    /// Equal to the value that stands for the whole predicate; never meant for a list or an entity.
    ImplicitEquals(Value),
    /// Equal after coercion.
    Equals(Value),
    /// The whole text matches.
    Regex(FullRegex),
    /// The whole text matches.
    Glob(Glob),
    /// From the first to the second.
    InRange(Value, Value),
    /// Less or greater than a value.
    Compare(Compare, Value),
    /// Whether there is a value, and which kind.
    When(When),
    /// An element of a list, or an entry of a map, passes.
    HasElement(Box<Predicate>),
    /// The number of elements, entries or characters passes.
    Size(Box<Predicate>),
    /// The class or a class above it passes.
    JavaInstanceOf(Box<Predicate>),
    /// A tag of the entity passes.
    Tag(Box<Predicate>),
    /// It does not pass.
    Not(Box<Predicate>),
    /// It passes.
    Nested(Box<Predicate>),
    /// One of them passes.
    Any(Vec<Predicate>),
    /// All of them pass.
    All(Vec<Predicate>),
    /// It passes, or the test fails with an error.
    Assert(Box<Predicate>),
}

/// Which order is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `less-than`
    Less,
    /// `less-than-or-equal-to`
    LessOrEqual,
    /// `greater-than`
    Greater,
    /// `greater-than-or-equal-to`
    GreaterOrEqual,
}

/// Whether there is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// There is none.
    Absent,
    /// There is none, or it is null.
    AbsentOrNull,
    /// There is one, null or not.
    Present,
    /// There is one that is not null.
    PresentNonNull,
    /// There is one that counts as true.
    Truthy,
    /// There is none, or one that does not count as true.
    Falsy,
    /// Whatever there is.
    Always,
    /// Nothing.
    Never,
}

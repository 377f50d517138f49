//! The keys of a predicate, in one table, for reading, for errors and for completion.

use super::ast::{Compare, When};

/// What a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Target,
    Config,
    Sensor,
    Select(SelectKey),
    Equals,
    Regex,
    Glob,
    InRange,
    Compare(Compare),
    When,
    HasElement,
    Size,
    JavaInstanceOf,
    Tag,
    Not,
    Nested,
    Any,
    All,
    Assert,
    /// For other readers.
    Metadata,
}

/// Keys that select within the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SelectKey {
    Key,
    Index,
    Filter,
    JsonPath,
    ErrorField,
    ErrorCause,
}

pub(super) const KEYS: [(&str, Key); 28] = [
    ("target", Key::Target),
    ("config", Key::Config),
    ("sensor", Key::Sensor),
    ("key", Key::Select(SelectKey::Key)),
    ("index", Key::Select(SelectKey::Index)),
    ("filter", Key::Select(SelectKey::Filter)),
    ("jsonpath", Key::Select(SelectKey::JsonPath)),
    ("error-field", Key::Select(SelectKey::ErrorField)),
    ("error-cause", Key::Select(SelectKey::ErrorCause)),
    ("equals", Key::Equals),
    ("regex", Key::Regex),
    ("glob", Key::Glob),
    ("in-range", Key::InRange),
    ("less-than", Key::Compare(Compare::Less)),
    ("less-than-or-equal-to", Key::Compare(Compare::LessOrEqual)),
    ("greater-than", Key::Compare(Compare::Greater)),
    ("greater-than-or-equal-to", Key::Compare(Compare::GreaterOrEqual)),
    ("when", Key::When),
    ("has-element", Key::HasElement),
    ("size", Key::Size),
    ("java-instance-of", Key::JavaInstanceOf),
    ("tag", Key::Tag),
    ("not", Key::Not),
    ("check", Key::Nested),
    ("any", Key::Any),
    ("all", Key::All),
    ("assert", Key::Assert),
    ("metadata", Key::Metadata),
];

pub(super) const WHENS: [(&str, When); 8] = [
    ("absent", When::Absent),
    ("absent_or_null", When::AbsentOrNull),
    ("present", When::Present),
    ("present_non_null", When::PresentNonNull),
    ("truthy", When::Truthy),
    ("falsy", When::Falsy),
    ("always", When::Always),
    ("never", When::Never),
];

/// The word, however its parts are joined: `presentNonNull`, `present-non-null`.
pub(super) fn when(word: &str) -> Option<When> {
    let plain = |s: &str| s.replace(['_', '-', ' '], "").to_ascii_lowercase();
    WHENS.iter().find(|(name, _)| plain(name) == plain(word)).map(|(_, when)| *when)
}

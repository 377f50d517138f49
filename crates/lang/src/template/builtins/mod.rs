//! What may stand behind a `?`. One table of names; each group of built-ins has a file.

mod collection;
mod number;
mod text;

use serde_json::Value;

use super::operators::describe;

/// A value and what it is asked with.
pub(super) struct Call<'a> {
    value: Value,
    args: &'a [Value],
}

type Answer = Result<Value, String>;
type Builtin = fn(&Call<'_>) -> Answer;

/// Built-ins that the evaluation itself answers: they may be asked of what has no value, or of a list's name.
const SPECIAL: [&str; 9] =
    ["exists", "has_content", "if_exists", "default", "index", "counter", "has_next", "is_first", "is_last"];

fn groups() -> impl Iterator<Item = &'static (&'static str, Builtin)> {
    text::TABLE.iter().chain(number::TABLE).chain(collection::TABLE)
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    SPECIAL.into_iter().chain(groups().map(|(name, _)| *name))
}

/// The name of a built-in as it is here, if there is one: `upperCase` is `upper_case`.
pub(super) fn known(written: &str) -> Option<&'static str> {
    let snake: String = written
        .chars()
        .flat_map(|c| if c.is_ascii_uppercase() { vec!['_', c.to_ascii_lowercase()] } else { vec![c] })
        .collect();
    names().find(|name| *name == snake)
}

/// What the built-in makes of the value; null when that has no value.
pub(super) fn apply(name: &str, value: Value, args: &[Value]) -> Answer {
    match groups().find(|(known, _)| *known == name) {
        Some((_, builtin)) => builtin(&Call { value, args }).map_err(|why| format!("`?{name}`: {why}")),
        None => Err(format!("there is no built-in `?{name}`")),
    }
}

/// Whether there is something in it.
pub(super) fn has_content(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

impl Call<'_> {
    /// The value as a text; numbers and flags print.
    fn text(&self) -> Result<String, String> {
        super::operators::text(&self.value).map_err(|_| self.wrong("a text"))
    }

    fn number(&self) -> Result<f64, String> {
        self.value.as_f64().ok_or_else(|| self.wrong("a number"))
    }

    fn list(&self) -> Result<&[Value], String> {
        self.value.as_array().map(Vec::as_slice).ok_or_else(|| self.wrong("a list"))
    }

    fn wrong(&self, expected: &str) -> String {
        format!("it is asked of {}, not of {expected}", describe(&self.value))
    }

    /// The argument at a place as a text.
    fn arg(&self, place: usize) -> Result<String, String> {
        match self.args.get(place) {
            Some(arg) => super::operators::text(arg),
            None => {
                Err(format!("it needs {} in brackets", if place == 0 { "a value" } else { "more values" }))
            }
        }
    }

    fn arg_or(&self, place: usize, default: &str) -> Result<String, String> {
        if self.args.len() > place { self.arg(place) } else { Ok(default.to_owned()) }
    }

    fn count(&self, place: usize) -> Result<usize, String> {
        let arg = self.args.get(place).ok_or("it needs a number in brackets")?;
        arg.as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| format!("{} is no count", describe(arg)))
    }
}

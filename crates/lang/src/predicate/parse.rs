//! From JSON into a predicate; every error at once, each with the keys that lead to it.

use serde_json::{Map, Value};

use super::NESTED_MAX;
use super::ast::{Check, Predicate, Select, Target, When};
use super::keys::{self, KEYS, Key, SelectKey, WHENS};
use crate::diag::KEPT_MAX;
use crate::glob::Glob;
use crate::jsonpath::JsonPath;
use crate::regex::FullRegex;

/// What is wrong with a predicate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PredicateSyntax {
    /// In one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The keys and list indexes that lead to the place.
    pub path: Vec<String>,
}

/// Reads a predicate: a scalar to be equal to, a flag, or a map of checks.
pub fn parse(value: &Value) -> Result<Predicate, Vec<PredicateSyntax>> {
    let mut reader = Reader::default();
    match reader.predicate(value) {
        Some(predicate) if reader.errors.is_empty() => Ok(predicate),
        _ => Err(reader.errors),
    }
}

#[derive(Default)]
struct Reader {
    path: Vec<String>,
    errors: Vec<PredicateSyntax>,
}

impl Reader {
    fn fail<T>(&mut self, message: impl Into<String>, help: Option<String>) -> Option<T> {
        if self.errors.len() < KEPT_MAX {
            self.errors.push(PredicateSyntax { message: message.into(), help, path: self.path.clone() });
        }
        None
    }

    fn within<T>(&mut self, step: &str, inner: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.path.push(step.to_owned());
        let result = inner(self);
        self.path.pop();
        result
    }

    fn predicate(&mut self, value: &Value) -> Option<Predicate> {
        let only = |check| Some(Predicate { target: None, select: None, checks: vec![check] });
        if self.path.len() > NESTED_MAX {
            return self
                .fail(format!("predicates are nested deeper than {NESTED_MAX} (limit: NESTED_MAX)"), None);
        }
        match value {
            Value::Bool(true) => only(Check::When(When::Always)),
            Value::Bool(false) => only(Check::When(When::Never)),
            Value::String(_) | Value::Number(_) => only(Check::ImplicitEquals(value.clone())),
            Value::Object(map) => self.map(map),
            Value::Null => self.fail(
                "a predicate is missing",
                Some("write `when: absent_or_null` to test for nothing".into()),
            ),
            Value::Array(_) => {
                self.fail("a list is no predicate", Some("write `all:` or `any:` before the list".into()))
            }
        }
    }

    fn nested(&mut self, value: &Value) -> Option<Box<Predicate>> {
        self.predicate(value).map(Box::new)
    }

    fn map(&mut self, map: &Map<String, Value>) -> Option<Predicate> {
        let mut target = None;
        let mut selects: Vec<(&str, Option<Select>)> = Vec::new();
        let mut checks = Vec::new();
        // What is wrong counts as a check: one error is enough.
        let mut given = 0;
        for (name, value) in map {
            let Some((_, key)) = KEYS.iter().find(|(known, _)| known == name) else {
                let near = base::suggest::nearest(name, KEYS.iter().map(|(known, _)| *known));
                let help = near.map(|near| format!("did you mean `{near}`?"));
                given += 1;
                self.within(name, |r| r.fail::<()>(format!("`{name}` is no key of a predicate"), help));
                continue;
            };
            match key {
                Key::Metadata => {}
                Key::Target => target = Some(read_target(value)),
                Key::Config => selects.push((name, self.within(name, |r| r.text(value)).map(Select::Config))),
                Key::Sensor => selects.push((name, self.within(name, |r| r.text(value)).map(Select::Sensor))),
                Key::Select(select) => selects.push((name, self.within(name, |r| r.select(*select, value)))),
                key => {
                    given += 1;
                    checks.extend(self.within(name, |r| r.check(*key, value)));
                }
            }
        }
        if let [first, second, ..] = selects.as_slice() {
            let message = format!("`{}` and `{}` both say which part is tested", first.0, second.0);
            return self.fail(message, Some("put one of them into `check`".into()));
        }
        let implied = target.is_some()
            || selects.iter().any(|(name, _)| ["config", "sensor", "error-cause"].contains(name));
        if given == 0 && implied {
            checks.push(Check::When(When::PresentNonNull));
        } else if given == 0 {
            let help = "write `when: always` or `when: never` if that is meant";
            return self.fail("Predicate does not define any checks", Some(help.into()));
        }
        let select = match selects.pop() {
            None => None,
            Some((_, select)) => Some(select?),
        };
        Some(Predicate { target, select, checks })
    }

    fn select(&mut self, key: SelectKey, value: &Value) -> Option<Select> {
        Some(match key {
            SelectKey::Key => Select::Key(self.text(value)?),
            SelectKey::Index => match value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()) {
                Some(index) => Select::Index(index),
                None => return self.fail("an index is a whole number", None),
            },
            SelectKey::Filter => Select::Filter(self.nested(value)?),
            SelectKey::JsonPath => {
                let path = self.text(value)?;
                match JsonPath::new(&path) {
                    Ok(path) => Select::JsonPath(path),
                    Err(error) => return self.fail(error.to_string(), None),
                }
            }
            SelectKey::ErrorField => Select::ErrorField(self.text(value)?),
            SelectKey::ErrorCause => Select::ErrorCause(self.nested(value)?),
        })
    }

    fn check(&mut self, key: Key, value: &Value) -> Option<Check> {
        Some(match key {
            Key::Equals if value.is_null() => {
                return self
                    .fail("there is nothing to be equal to", Some("write `when: absent_or_null`".into()));
            }
            Key::Equals => Check::Equals(value.clone()),
            Key::Regex => {
                let pattern = self.text(value)?;
                match FullRegex::new(&pattern) {
                    Ok(regex) => Check::Regex(regex),
                    Err(error) => return self.fail(error.to_string(), None),
                }
            }
            Key::Glob => {
                let pattern = self.text(value)?;
                match Glob::new(&pattern) {
                    Ok(glob) => Check::Glob(glob),
                    Err(error) => return self.fail(error.to_string(), None),
                }
            }
            Key::InRange => match value.as_array().map(Vec::as_slice) {
                Some([min, max]) if is_scalar(min) && is_scalar(max) => {
                    Check::InRange(min.clone(), max.clone())
                }
                _ => return self.fail("a range is a list of two values, the least and the greatest", None),
            },
            Key::Compare(compare) if is_scalar(value) => Check::Compare(compare, value.clone()),
            Key::Compare(_) => return self.fail("only numbers and texts have an order", None),
            Key::When => Check::When(self.when(value)?),
            Key::HasElement => Check::HasElement(self.nested(value)?),
            Key::Size => Check::Size(self.nested(value)?),
            Key::JavaInstanceOf => Check::JavaInstanceOf(self.nested(value)?),
            Key::Tag => Check::Tag(self.nested(value)?),
            Key::Not => Check::Not(self.nested(value)?),
            Key::Nested => Check::Nested(self.nested(value)?),
            Key::Any => Check::Any(self.list(value)?),
            Key::All => Check::All(self.list(value)?),
            Key::Assert => Check::Assert(self.assertion(value)?),
            Key::Target | Key::Config | Key::Sensor | Key::Select(_) | Key::Metadata => return None,
        })
    }

    /// What is asserted; a word alone is one of `when`.
    fn assertion(&mut self, value: &Value) -> Option<Box<Predicate>> {
        let Value::String(_) = value else { return self.nested(value) };
        let when = self.when(value)?;
        Some(Box::new(Predicate { target: None, select: None, checks: vec![Check::When(when)] }))
    }

    fn list(&mut self, value: &Value) -> Option<Vec<Predicate>> {
        let Value::Array(items) = value else { return self.fail("a list of predicates is expected", None) };
        let read: Vec<Option<Predicate>> = items
            .iter()
            .enumerate()
            .map(|(i, item)| self.within(&i.to_string(), |r| r.predicate(item)))
            .collect();
        read.into_iter().collect()
    }

    fn when(&mut self, value: &Value) -> Option<When> {
        let word = self.text(value)?;
        keys::when(&word).or_else(|| {
            let names = || WHENS.iter().map(|(name, _)| *name);
            let near = base::suggest::nearest(&word, names()).map(|near| format!("did you mean `{near}`?"));
            let all = names().collect::<Vec<_>>().join(", ");
            self.fail(format!("`{word}` is not one of {all}"), near)
        })
    }

    fn text(&mut self, value: &Value) -> Option<String> {
        match value {
            Value::String(s) => Some(s.clone()),
            Value::Number(_) | Value::Bool(_) => Some(crate::java::text(value)),
            _ => self.fail("a text is expected", None),
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

fn read_target(value: &Value) -> Target {
    match value.as_str() {
        Some("locations") => Target::Locations,
        Some("location") => Target::Location,
        Some("tags") => Target::Tags,
        Some("tag") => Target::Tag,
        Some("children") => Target::Children,
        Some("child") => Target::Child,
        _ => Target::Value(value.clone()),
    }
}

//! Whether a predicate holds.

use serde_json::{Value, json};

use super::ast::{Check, Compare, Predicate, Select, Target, When};
use super::item::Item;
use super::subject::Subject;
use crate::glob::GlobError;
use crate::java;
use crate::regex::RegexError;

/// Why there is neither yes nor no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PredicateError {
    /// A word alone was compared with a list or an entity.
    #[error(
        "Implicit string used for equality check comparing {given} with {what}, which is probably not what was meant. Use explicit 'equals: ...' syntax for this case."
    )]
    Implicit {
        /// What the predicate says.
        given: String,
        /// What it was asked of.
        what: &'static str,
    },
    /// An `assert` was not met.
    #[error("Assertion in DSL predicate failed{}", if *.absent { ": value cannot be resolved" } else { "" })]
    Assertion {
        /// Whether there was no value at all.
        absent: bool,
    },
    /// A pattern took too long.
    #[error(transparent)]
    Regex(#[from] RegexError),
    /// A glob took too long.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

type Answer = Result<bool, PredicateError>;

impl Predicate {
    /// Whether it holds for `subject`. What asks for config, sensors, tags, children or locations of a plain value
    /// asks `context` instead, if there is one.
    pub fn test<S: Subject>(&self, subject: &S, context: Option<&S>) -> Answer {
        Test { context }.predicate(self, Some(&Item::One(subject.clone())))
    }
}

struct Test<'s, S> {
    context: Option<&'s S>,
}

impl<S: Subject> Test<'_, S> {
    fn predicate(&self, predicate: &Predicate, input: Option<&Item<S>>) -> Answer {
        // What is absent has no parts: its checks are asked as they are.
        let Some(input) = input else { return self.checks(&predicate.checks, None) };
        let target = match &predicate.target {
            None => Some(input.clone()),
            Some(Target::Value(value)) => Some(Item::One(S::of(value.clone()))),
            Some(Target::Locations) => self.own(input, S::locations),
            Some(Target::Tags) => self.own(input, S::tags),
            Some(Target::Children) => self.own(input, S::children),
            Some(Target::Location) if matches!(input, Item::One(one) if one.is_location()) => {
                Some(input.clone())
            }
            Some(Target::Location) => return self.any_of(predicate, self.own(input, S::locations)),
            Some(Target::Tag) => return self.any_of(predicate, self.own(input, S::tags)),
            Some(Target::Child) => return self.any_of(predicate, self.own(input, S::children)),
        };
        self.selected(predicate, target)
    }

    fn selected(&self, predicate: &Predicate, target: Option<Item<S>>) -> Answer {
        let part = match (&predicate.select, target) {
            (None, target) => target,
            (Some(_), None) => None,
            (Some(select), Some(target)) => self.select(select, &target)?,
        };
        self.checks(&predicate.checks, part.as_ref())
    }

    /// `target: child`: any one of them passes the rest, unless the rest asks about elements itself.
    fn any_of(&self, predicate: &Predicate, all: Option<Item<S>>) -> Answer {
        let own = predicate.checks.iter().any(|check| matches!(check, Check::HasElement(_)));
        let Some(Item::Many(all)) = all else { return self.checks(&predicate.checks, None) };
        if own {
            return self.selected(predicate, Some(Item::Many(all)));
        }
        first(all, |one| self.selected(predicate, Some(one))).map(|found| found.is_some())
    }

    /// Something of the input, or else of the context.
    fn own(&self, input: &Item<S>, ask: impl Fn(&S) -> Option<Vec<S>>) -> Option<Item<S>> {
        let of_input = match input {
            Item::One(one) => ask(one),
            Item::Many(_) => None,
        };
        of_input.or_else(|| self.context.and_then(ask)).map(Item::Many)
    }

    fn select(&self, select: &Select, target: &Item<S>) -> Result<Option<Item<S>>, PredicateError> {
        let one = match target {
            Item::One(one) => Some(one),
            Item::Many(_) => None,
        };
        // A plain value has no config or sensors: those of the context are meant.
        let holder = one.filter(|one| one.value().is_none()).or(self.context);
        Ok(match select {
            Select::Config(key) => holder.and_then(|h| h.config(key)).map(Item::One),
            Select::Sensor(name) => holder.and_then(|h| h.sensor(name)).map(Item::One),
            Select::Key(key) => {
                target.value().and_then(|v| v.as_object()?.get(key)).cloned().map(|v| Item::One(S::of(v)))
            }
            Select::Index(index) => target.elements().and_then(|mut all| {
                let index = if *index < 0 { index.checked_add(all.len() as i64)? } else { *index };
                let index = usize::try_from(index).ok().filter(|i| *i < all.len())?;
                Some(Item::One(all.swap_remove(index)))
            }),
            Select::Filter(filter) => match target.elements() {
                None => None,
                Some(all) => {
                    let mut kept = Vec::new();
                    for one in all {
                        if self.predicate(filter, Some(&Item::One(one.clone())))? {
                            kept.push(one);
                        }
                    }
                    Some(Item::Many(kept))
                }
            },
            Select::JsonPath(path) => target.value().and_then(|v| path.find(v)).map(|v| Item::One(S::of(v))),
            Select::ErrorField(name) => one.and_then(|e| e.error_field(name)).map(Item::One),
            Select::ErrorCause(cause) => {
                let mut next = one.filter(|e| e.is_error()).cloned();
                // A cause that is its own cause would never end.
                for _ in 0..super::NESTED_MAX {
                    match &next {
                        Some(error) if !self.predicate(cause, Some(&Item::One(error.clone())))? => {
                            next = error.error_cause();
                        }
                        _ => break,
                    }
                }
                next.map(Item::One)
            }
        })
    }

    fn checks(&self, checks: &[Check], item: Option<&Item<S>>) -> Answer {
        // All are asked, so that an assertion behind a check that fails is heard.
        let mut all = true;
        for check in checks {
            all &= self.check(check, item)?;
        }
        Ok(all)
    }

    fn check(&self, check: &Check, item: Option<&Item<S>>) -> Answer {
        match check {
            Check::When(when) => return Ok(self::when(*when, item)),
            Check::Not(inner) => return self.predicate(inner, item).map(|holds| !holds),
            Check::Nested(inner) => return self.predicate(inner, item),
            Check::Any(all) => return self.some(all, item, true),
            Check::All(all) => return self.some(all, item, false).map(|one_fails| !one_fails),
            Check::Assert(inner) => {
                let holds = self.predicate(inner, item)?;
                return if holds {
                    Ok(true)
                } else {
                    Err(PredicateError::Assertion { absent: item.is_none() })
                };
            }
            _ => {}
        }
        let Some(item) = item else { return Ok(false) };
        Ok(match check {
            Check::ImplicitEquals(value) => implicit_equals(value, item)?,
            Check::Equals(value) => item.equals(value),
            Check::Regex(regex) => item.text().map_or(Ok(false), |text| regex.matches(&text))?,
            Check::Glob(glob) => item.text().map_or(Ok(false), |text| glob.matches(&text))?,
            Check::InRange(min, max) => {
                item.ordered(min, Compare::GreaterOrEqual) && item.ordered(max, Compare::LessOrEqual)
            }
            Check::Compare(compare, value) => item.ordered(value, *compare),
            Check::HasElement(inner) => match item.elements() {
                None => false,
                Some(all) => first(all, |one| self.predicate(inner, Some(&one)))?.is_some(),
            },
            Check::Size(inner) => {
                self.predicate(inner, item.size().map(|n| Item::One(S::of(n.into()))).as_ref())?
            }
            Check::JavaInstanceOf(inner) => self.instance(inner, item)?,
            Check::Tag(inner) => match item {
                Item::One(one) => {
                    let tags = one.tags().unwrap_or_default();
                    first(tags, |tag| self.predicate(inner, Some(&tag)))?.is_some()
                }
                Item::Many(_) => false,
            },
            Check::When(_)
            | Check::Not(_)
            | Check::Nested(_)
            | Check::Any(_)
            | Check::All(_)
            | Check::Assert(_) => false,
        })
    }

    /// Whether one of them gives this answer.
    fn some(&self, all: &[Predicate], item: Option<&Item<S>>, answer: bool) -> Answer {
        for one in all {
            if self.predicate(one, item)? == answer {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a name of its type, or of one above, passes: the full name or the short one.
    fn instance(&self, inner: &Predicate, item: &Item<S>) -> Answer {
        let names = match item {
            Item::One(one) => one.type_names(),
            Item::Many(_) => S::of(json!([])).type_names(),
        };
        let short = |name: &String| name.rsplit('.').next().unwrap_or(name).to_owned();
        let all = names
            .iter()
            .flat_map(|name| [name.clone(), short(name)])
            .map(|name| S::of(name.into()))
            .collect();
        first(all, |name| self.predicate(inner, Some(&name))).map(|found| found.is_some())
    }
}

/// The first that passes.
fn first<S: Subject>(all: Vec<S>, test: impl Fn(Item<S>) -> Answer) -> Result<Option<S>, PredicateError> {
    for one in all {
        if test(Item::One(one.clone()))? {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

fn when<S: Subject>(when: When, item: Option<&Item<S>>) -> bool {
    match when {
        When::Present => item.is_some(),
        When::PresentNonNull => item.is_some_and(|i| !i.is_null()),
        When::Absent => item.is_none(),
        When::AbsentOrNull => item.is_none_or(Item::is_null),
        When::Truthy => item.is_some_and(Item::truthy),
        When::Falsy => !item.is_some_and(Item::truthy),
        When::Always => true,
        When::Never => false,
    }
}

fn implicit_equals<S: Subject>(value: &Value, item: &Item<S>) -> Answer {
    let what = match (item, item.value()) {
        (Item::Many(_), _) | (_, Some(Value::Array(_))) => "a list",
        (Item::One(one), None) if one.text().is_none() => "an entity",
        _ => return Ok(item.equals(value)),
    };
    Err(PredicateError::Implicit { given: java::text(value), what })
}

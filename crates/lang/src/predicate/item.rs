//! What a check looks at.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::ast::Compare;
use super::compare;
use super::subject::Subject;
use crate::java;

/// What is tested: one thing or several; nothing stands for what is absent.
#[derive(Clone)]
pub(super) enum Item<S> {
    One(S),
    Many(Vec<S>),
}

impl<S: Subject> Item<S> {
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::One(one) => one.value(),
            Self::Many(_) => None,
        }
    }

    /// Elements of a list; entries of a map as maps of `key` and `value`.
    pub(super) fn elements(&self) -> Option<Vec<S>> {
        match (self, self.value()) {
            (Self::Many(all), _) => Some(all.clone()),
            (_, Some(Value::Array(items))) => Some(items.iter().cloned().map(S::of).collect()),
            (_, Some(Value::Object(map))) => {
                Some(map.iter().map(|(key, value)| S::of(json!({ "key": key, "value": value }))).collect())
            }
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::One(one) => one.value().map_or_else(|| one.text(), compare::scalar_text),
            Self::Many(_) => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.value().is_some_and(Value::is_null)
    }

    pub(super) fn truthy(&self) -> bool {
        match self {
            Self::One(one) => one.value().is_none_or(java::truthy),
            Self::Many(all) => !all.is_empty(),
        }
    }

    pub(super) fn equals(&self, value: &Value) -> bool {
        match (self, self.value()) {
            (_, Some(given)) => compare::equal(value, given),
            (Self::One(one), None) => one.equals(value),
            (Self::Many(all), _) => value.as_array().is_some_and(|values| {
                let same = |(value, one): (&Value, &S)| Self::One(one.clone()).equals(value);
                values.len() == all.len() && values.iter().zip(all).all(same)
            }),
        }
    }

    pub(super) fn ordered(&self, value: &Value, compare: Compare) -> bool {
        let order = self.value().and_then(|given| compare::order(given, value));
        order.is_some_and(|order| match compare {
            Compare::Less => order == Ordering::Less,
            Compare::LessOrEqual => order != Ordering::Greater,
            Compare::Greater => order == Ordering::Greater,
            Compare::GreaterOrEqual => order != Ordering::Less,
        })
    }

    /// How many elements, entries or characters it has.
    pub(super) fn size(&self) -> Option<usize> {
        match (self, self.value()) {
            (Self::Many(all), _) => Some(all.len()),
            (_, Some(Value::Array(items))) => Some(items.len()),
            (_, Some(Value::Object(map))) => Some(map.len()),
            (_, Some(Value::String(text))) => Some(java::length(text)),
            _ => None,
        }
    }
}

//! What an exploration found, in a form to print and to assert on.

use std::fmt;
use std::time::{Duration, Instant};

use super::explore::{Model, Outcome, explore};

/// One model explored to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The protocol and the size of its world, or the rule that was broken.
    pub name: String,
    /// Distinct states visited.
    pub states: usize,
    /// Whether the properties hold.
    pub verdict: Verdict,
    /// How long it took here, this time: a hint for choosing bounds, not a result.
    pub took_hint: Duration,
}

/// Whether the properties hold in every reachable state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// In every one.
    Holds,
    /// Not in the last state of this, the shortest course of events; one line a step.
    Violated {
        /// What happened, in order, and which property it broke.
        steps: Vec<String>,
    },
}

impl Report {
    /// Explores `model`.
    pub(super) fn of<M: Model>(name: &str, model: &M) -> Self {
        let began = Instant::now();
        let explored = explore(model);
        let verdict = match explored.outcome {
            Outcome::Holds => Verdict::Holds,
            Outcome::Violated(steps) => Verdict::Violated { steps },
        };
        Self { name: name.to_owned(), states: explored.states, verdict, took_hint: began.elapsed() }
    }

    /// Whether no property broke.
    pub fn holds(&self) -> bool {
        self.verdict == Verdict::Holds
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, states, took_hint, .. } = self;
        let seconds = took_hint.as_secs_f64();
        match &self.verdict {
            Verdict::Holds => write!(f, "{name}: holds, {states} states, {seconds:.1} s"),
            Verdict::Violated { steps } => {
                // The last line names the property, it is no step.
                let count = steps.len().saturating_sub(1);
                write!(f, "{name}: violated in {count} steps, {states} states, {seconds:.1} s")?;
                steps.iter().try_for_each(|step| write!(f, "\n    {step}"))
            }
        }
    }
}

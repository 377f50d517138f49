//! Calls an effector at a given time, and when a sensor says so. What is scheduled outlasts a take-over.

use model::adjuncts::scheduled_effector_policy::TYPE;
use serde_json::{Value, json};

use super::super::settings::shown;
use super::super::{Act, Cause, Desk, Event, Subject};
use super::schedule;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

const INVOKE_NOW: &str = "scheduler.invoke.now";
const INVOKE_AT: &str = "scheduler.invoke.at";
/// Calls that may be scheduled at once.
const DUE_MAX: usize = 1000;

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let mut subjects = schedule::hears(desk)?;
    subjects.extend([INVOKE_NOW, INVOKE_AT].map(|name| Subject::sensor(desk.id(), name)));
    Ok(subjects)
}

/// Whether it has been started, and the times of the calls to come.
struct Plan {
    started: bool,
    due: Vec<u64>,
}

impl Plan {
    fn read(desk: &Desk<'_>) -> Self {
        let started = desk.memory().get("started") == Some(&Value::Bool(true));
        let due = desk.memory().get("due").and_then(Value::as_array);
        Self { started, due: due.into_iter().flatten().filter_map(Value::as_u64).collect() }
    }

    fn keep(mut self, desk: &mut Desk<'_>) {
        self.due.sort_unstable();
        if let Some(next) = self.due.first() {
            desk.wake_at(*next);
        }
        let since = schedule::since(desk).filter(|_| self.started);
        desk.remember(json!({ "started": self.started, "due": self.due, "since": since }));
    }
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let mut plan = Plan::read(desk);
    let now = desk.wall();
    if matches!(event, Event::Begun(Cause::Resumed)) {
        // What fell due while it was told to rest is not made up for.
        plan.due.retain(|at| *at >= now);
    }
    let mut wanted = None;
    if !plan.started && schedule::may_start(desk)? {
        plan.started = true;
        wanted = schedule::first_due(desk)?;
    }
    if let Event::Sensor { name, value, .. } = event
        && plan.started
    {
        match *name {
            INVOKE_NOW if **value == Value::Bool(true) => wanted = Some(now),
            INVOKE_AT if !value.is_null() => wanted = Some(schedule::next_at(&shown(value), now)?),
            _ => {}
        }
    }
    if plan.due.len() >= DUE_MAX && wanted.is_some() {
        return Err(format!("{DUE_MAX} calls are scheduled already"));
    }
    plan.due.extend(wanted);
    let calls = plan.due.iter().filter(|at| **at <= now).count();
    plan.due.retain(|at| *at > now);
    plan.keep(desk);
    for _ in 0..calls {
        schedule::call(desk)?;
    }
    Ok(())
}

//! Tells when the machine of an entity does not run what it is asked to, and when it does again.

use std::collections::BTreeMap;

use model::adjuncts::ssh_machine_failure_detector::{
    FAIL_SENSOR, FAILED_DELAY, PERIOD, RECOVER_SENSOR, RECOVERED_DELAY, TIMEOUT, TYPE,
};

use super::super::poll::{Look, Wish};
use super::super::{Act, Desk, Event};
use super::failure::{Telling, judge};
use crate::effect::{Outcome, Work};
use crate::limits::SENSOR_TIMEOUT;
use crate::script::{self, Probe};

pub(super) static ACT: Act = Act { table: &TYPE, hears: |desk| telling(desk).map(|_| Vec::new()), on };

fn telling(desk: &Desk<'_>) -> Result<Telling, String> {
    Ok(Telling {
        failed: desk.must_sensor(&FAIL_SENSOR)?,
        recovered: desk.must_sensor(&RECOVER_SENSOR)?,
        failed_delay: desk.span(&FAILED_DELAY)?.unwrap_or_default(),
        recovered_delay: desk.span(&RECOVERED_DELAY)?.unwrap_or_default(),
    })
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let look =
        Look { period: desk.span(&PERIOD)?, skip_first: false, only_if_up: false, ask: Some(ask), take };
    desk.poll(event, &look)
}

fn ask(desk: &mut Desk<'_>) -> Result<Option<Wish>, String> {
    let Some(site) = desk.site()? else { return Ok(None) };
    let entity = desk.entity()?;
    let timeout = desk.span(&TIMEOUT)?.unwrap_or(SENSOR_TIMEOUT);
    let probe = Probe {
        name: "check-machine".to_owned(),
        text: "true".to_owned(),
        dir: None,
        env: BTreeMap::new(),
        timeout,
    };
    Ok(Some((site.machine, Work::Script(script::of_probe(desk.root(), &entity, &site.place, probe)?))))
}

fn take(desk: &mut Desk<'_>, outcome: &Outcome) -> Result<(), String> {
    let problem = match outcome {
        Outcome::Ended { exit_code: 0, timed_out: false, .. } => None,
        Outcome::Ended { timed_out: true, .. } => Some("the machine did not answer in time".to_owned()),
        Outcome::Ended { exit_code, .. } => Some(format!("the machine answered with exit code {exit_code}")),
        Outcome::Failed(why) => Some(format!("the machine cannot be reached: {why}")),
        _ => return Ok(()),
    };
    let telling = telling(desk)?;
    judge(desk, problem.as_deref(), &telling);
    Ok(())
}

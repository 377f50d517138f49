//! The master's chair by hand: switchover, step-down, pause and resume of automatic fail-over. Ours.

use std::time::Duration;

use api::Permission::HaAdmin;
use api::chair::{FailOver, HandedOver, PauseRequest, PauseShown, PlannedSwitchover, SwitchoverRequest};
use api::paths::{HA_PAUSE, HA_RESUME, HA_STEP_DOWN, HA_SWITCHOVER};
use api::shape::one;
use axum::http::StatusCode;
use base::{NodeId, Orders, Term, WallMs};
use engine::input::{Command, Order};
use ha::status::{Role, Status};
use ha::successor::{self, NoSuccessor};
use serde::de::DeserializeOwned;

use super::answer::{Answer, json, json_with};
use super::call::Call;
use super::fail::Fail;
use super::gate::Barred;
use super::limits::{HAND_OVER_WAIT_MAX, ORDERS_TOLD_MAX, SUCCESSOR_WAIT_MAX};
use super::negotiate::Consumes;
use super::route::Content::{Json, Nothing};
use super::route::Route;
use super::writes::KEY;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let ours = [
        Route::post(HA_SWITCHOVER, "Make another server master: now, or at a time", switchover)
            .takes(Consumes::JsonIfAny, one::<SwitchoverRequest>())
            .ok(one::<HandedOver>())
            .answers(StatusCode::ACCEPTED, Json(one::<PlannedSwitchover>())),
        Route::delete(HA_SWITCHOVER, "Cancel the planned switchover", cancel)
            .answers(StatusCode::NO_CONTENT, Nothing),
        Route::post(HA_STEP_DOWN, "Hand over to whoever is best, and stand by", step_down)
            .ok(one::<HandedOver>()),
        Route::post(HA_PAUSE, "No automatic fail-over until it is resumed, or until a time", pause)
            .takes(Consumes::JsonIfAny, one::<PauseRequest>())
            .ok(one::<FailOver>()),
        Route::post(HA_RESUME, "Automatic fail-over again; on a standby only where no master is", resume)
            .exempt()
            .ok(one::<FailOver>()),
    ];
    all.extend(ours.map(|route| route.needs(HaAdmin)));
}

/// A body that may be left out, and whose unknown keys are refused; and its bytes, which a write key is bound to.
pub(super) async fn body<T: DeserializeOwned + Default>(call: &mut Call) -> Result<(T, Vec<u8>), Fail> {
    let bytes = call.body().await?;
    if bytes.trim_ascii().is_empty() {
        return Ok((T::default(), bytes));
    }
    let read = serde_json::from_slice(&bytes).map_err(|e| Fail::bad(format!("The body: {e}")))?;
    Ok((read, bytes))
}

fn moment(name: &str, text: &str) -> Result<WallMs, Fail> {
    let read = text.trim().parse::<jiff::Timestamp>();
    let read = read.ok().and_then(|at| u64::try_from(at.as_millisecond()).ok());
    read.map(WallMs).ok_or_else(|| {
        Fail::bad(format!("{name}: expected a time with its zone such as 2026-01-31T03:00:00Z, not `{text}`"))
    })
}

async fn switchover(mut call: Call) -> Answer {
    let (asked, bytes): (SwitchoverRequest, _) = body(&mut call).await?;
    let to = asked.to.as_deref().map(str::trim).filter(|to| !to.is_empty()).map(NodeId::new);
    let Some(at) = asked.at else { return hand_over(call, to, &bytes).await };
    let at = moment("at", &at)?;
    // Who is named must be known now; whether it can take over is seen when the time has come.
    if to.is_some()
        && let Err(why @ (NoSuccessor::Unknown(_) | NoSuccessor::Itself(_))) =
            successor::choose(&call.view.status, to.as_ref())
    {
        return Err(why.into());
    }
    call.ask(Command::Order(Order::Plan { to, at }), &bytes).await?;
    call.refresh();
    match &call.root().orders().switchover {
        Some(planned) => json_with(StatusCode::ACCEPTED, &planned_shown(planned)),
        None => Err(Fail::said(StatusCode::CONFLICT, "The switchover was cancelled at once")),
    }
}

async fn cancel(call: Call) -> Answer {
    call.ask(Command::Order(Order::Cancel), b"").await?;
    Ok(super::answer::no_content())
}

async fn step_down(call: Call) -> Answer {
    hand_over(call, None, b"").await
}

impl From<NoSuccessor> for Fail {
    fn from(why: NoSuccessor) -> Fail {
        let status = match why {
            NoSuccessor::Itself(_) => StatusCode::CONFLICT,
            _ => StatusCode::PRECONDITION_FAILED,
        };
        Fail::said(status, format!("Not handed over: {why}"))
    }
}

/// What became of a hand-over.
enum Outcome {
    Done(HandedOver),
    Refused(String),
}

async fn hand_over(mut call: Call, to: Option<NodeId>, body: &[u8]) -> Answer {
    let plane = std::sync::Arc::clone(&call.app.plane);
    let began = plane.now();
    let (term, serial) = (call.view.status.term, call.root().orders().serial);
    // Sent again after it was done: that is answered as the first time, whoever could follow now.
    let is_known = call.header(KEY).is_some_and(|key| call.root().write(key).is_some());
    if !is_known {
        successor_known(&mut call, to.as_ref()).await?;
    }
    let own = call.view.status.node.as_ref().map_or_else(String::new, ToString::to_string);
    call.ask(Command::Order(Order::HandOver { to }), body).await?;
    call.refresh();
    let repeated = call.role() == Role::Master && call.root().orders().serial == serial;
    let (since, serial) = if repeated { (Term(0), serial.saturating_sub(1)) } else { (term, serial) };
    let look = || outcome(&plane.view().status, since, serial, &own, plane.now().since(began).as_millis());
    call.until(HAND_OVER_WAIT_MAX, || look().is_some()).await;
    match look() {
        Some(Outcome::Done(done)) => json(&done),
        Some(Outcome::Refused(why)) => {
            Err(Fail::said(StatusCode::PRECONDITION_FAILED, format!("Not handed over: {why}")))
        }
        None => Err(Fail::later(format!(
            "The chair was given up, and no new master was seen within {} s; see `ha status`",
            Duration::as_secs(&HAND_OVER_WAIT_MAX)
        ))),
    }
}

/// Somebody can take over, as far as is known. Where nobody can, the store is looked at once more: it may be a server
/// that has only just started.
async fn successor_known(call: &mut Call, to: Option<&NodeId>) -> Result<(), NoSuccessor> {
    let look = || successor::choose(&call.app.plane.view().status, to);
    if look().is_err_and(|why| !why.is_final()) {
        call.app.plane.nudge();
        call.until(SUCCESSOR_WAIT_MAX, || look().is_ok()).await;
    }
    look()?;
    call.refresh();
    Ok(())
}

fn outcome(status: &Status, before: Term, serial: u64, from: &str, took_ms: u64) -> Option<Outcome> {
    if let Some((refused, why)) = &status.hand_over_refused
        && *refused > serial
    {
        return Some(Outcome::Refused(why.clone()));
    }
    let master = status.nodes.iter().find(|n| Some(&n.id) == status.master.as_ref())?;
    (status.term > before && master.role == Role::Master).then(|| {
        Outcome::Done(HandedOver {
            from: from.to_string(),
            master: master.id.to_string(),
            master_uri: master.uri.clone(),
            term: status.term.0,
            took_ms,
        })
    })
}

async fn pause(mut call: Call) -> Answer {
    let (asked, bytes): (PauseRequest, _) = body(&mut call).await?;
    let until = asked.until.as_deref().map(|text| moment("until", text)).transpose()?;
    call.ask(Command::Order(Order::Pause { until, why: asked.why.unwrap_or_default() }), &bytes).await?;
    told(&mut call).await;
    let paused = paused(call.root().orders(), call.app.plane.wall());
    json(&FailOver { paused, recorded: true })
}

/// The master records it. Where there is none, a standby takes part in the election again, and records it when it
/// has become master.
async fn resume(mut call: Call) -> Answer {
    let (role, status) = (call.role(), &call.view.status);
    match role {
        Role::Master => {
            call.ask(Command::Order(Order::Resume), b"").await?;
            told(&mut call).await;
            let paused = paused(call.root().orders(), call.app.plane.wall());
            json(&FailOver { paused, recorded: true })
        }
        Role::Suspended => Err(Barred::Suspended.into()),
        _ if status.master.is_some() => Err(Barred::NeedsMaster.into()),
        Role::Standby | Role::HotStandby | Role::Initializing => {
            call.app.plane.lift_pause(call.user().to_owned());
            json(&FailOver { paused: None, recorded: false })
        }
        Role::HotBackup | Role::Failed | Role::Terminated => Err(Fail::said(
            StatusCode::CONFLICT,
            format!(
                "This server is {} and cannot take over; resume at one that can, or set this one to AUTO first",
                role.word()
            ),
        )),
    }
}

/// Waits until this server's own file has what was ordered: others heed it then also when this server dies at once, and
/// nobody has named the record to them. A store that is slow just now does not make it less ordered.
async fn told(call: &mut Call) {
    call.refresh();
    let serial = call.root().orders().serial;
    call.until(ORDERS_TOLD_MAX, || call.app.plane.view().status.orders_told >= serial).await;
    call.refresh();
}

/// The pause that holds, as it is shown.
pub(super) fn paused(orders: &Orders, wall: WallMs) -> Option<PauseShown> {
    orders.paused_at(wall).map(|pause| PauseShown {
        since: pause.since.0,
        until: pause.until.map(|until| until.0),
        why: pause.why.clone(),
        by: pause.by.clone(),
    })
}

/// A plan, as it is shown.
pub(super) fn planned_shown(planned: &base::orders::Planned) -> PlannedSwitchover {
    PlannedSwitchover {
        at: planned.at.0,
        to: planned.to.as_ref().map(ToString::to_string),
        by: planned.by.clone(),
        asked: planned.asked.0,
    }
}

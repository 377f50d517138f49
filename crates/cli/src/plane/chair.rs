//! `ha switchover`, `step-down`, `pause`, `resume`, `history`: the master's chair by hand.

use std::time::Duration;

use api::chair::{
    FailOver, HandedOver, History, PauseRequest, PlannedSwitchover, SwitchoverRequest, TermShown,
};
use api::paths::{HA_HISTORY, HA_PAUSE, HA_RESUME, HA_STEP_DOWN, HA_SWITCHOVER};
use clap::Args;
use client::{Answer, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::failed::Failed;
use super::session::{Session, done};

/// A hand-over is answered when the new master is seen.
const PATIENCE: Duration = Duration::from_secs(30);
const JSON: &str = "application/json";

/// A switchover.
#[derive(Debug, Args)]
pub struct Switchover {
    /// The node id of the server that shall be master; without it, whoever is best.
    #[arg(long, value_name = "ID")]
    to: Option<String>,
    /// Do it at this time (`2026-01-31T03:00:00Z`, or without a zone in this host's).
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Cancel the one that is planned.
    #[arg(long, conflicts_with_all = ["to", "at"])]
    cancel: bool,
}

/// A pause of automatic fail-over.
#[derive(Debug, Args)]
pub struct Pause {
    /// End it by itself at this time.
    #[arg(long, value_name = "TIME", conflicts_with = "for_")]
    until: Option<String>,
    /// End it by itself after so long (`90s`, `30m`, `2h`).
    #[arg(long = "for", id = "for_", value_name = "SPAN")]
    for_: Option<String>,
    /// What for; `ha status` and `ha check` show it.
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

/// The end of that pause.
#[derive(Debug, Args)]
pub struct Resume {
    /// The address of a standby that shall take part in the election again, where the plane has no master.
    #[arg(long, value_name = "URL")]
    at: Option<String>,
}

/// The terms of the plane.
#[derive(Debug, Args)]
pub struct Terms {
    /// At most so many terms.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

fn body(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap_or_default()
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failed> {
    serde_json::from_slice(&answer.body)
        .map_err(|e| Failed::refused(format!("the answer is not understood: {e}")))
}

/// A time as a person writes it, as the wire wants it.
fn moment(text: &str) -> Result<String, Failed> {
    let read = text.parse::<jiff::Timestamp>().or_else(|_| {
        let civil: jiff::civil::DateTime = text.parse()?;
        civil.to_zoned(jiff::tz::TimeZone::system()).map(|zoned| zoned.timestamp())
    });
    let wrong =
        |_| Failed::usage(format!("`{text}` is no time such as 2026-01-31T03:00:00Z or 2026-01-31T03:00"));
    read.map(|at| at.to_string()).map_err(wrong)
}

/// A moment of the wire, in this host's zone.
pub(super) fn shown(ms: u64) -> String {
    let at = i64::try_from(ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let zone = jiff::tz::TimeZone::system();
    at.map_or_else(String::new, |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

impl Switchover {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        if self.cancel {
            session.send(&Request::delete(HA_SWITCHOVER))?;
            session
                .show(&json!({ "cancelled": true }), |_| "the planned switchover is cancelled\n".to_owned());
            return Ok(());
        }
        let at = self.at.as_deref().map(moment).transpose()?;
        let planned = at.is_some();
        let asked = Request::post(HA_SWITCHOVER, JSON, body(&SwitchoverRequest { to: self.to, at }));
        let answer = done(session.client.send_within(&asked, Some(PATIENCE))?)?;
        if !planned {
            return handed_over(session, &answer);
        }
        let said: PlannedSwitchover = read(&answer)?;
        session.show(&json!(said), |_| {
            let to = said.to.as_deref().unwrap_or("whoever is best then");
            format!("planned for {}: {to} becomes master\n", shown(said.at))
        });
        Ok(())
    }
}

/// The master hands over to whoever is best.
pub(super) fn step_down(session: &mut Session) -> Result<(), Failed> {
    let asked = Request::post(HA_STEP_DOWN, JSON, "");
    let answer = done(session.client.send_within(&asked, Some(PATIENCE))?)?;
    handed_over(session, &answer)
}

fn handed_over(session: &Session, answer: &Answer) -> Result<(), Failed> {
    let said: HandedOver = read(answer)?;
    session.show(&json!(said), |_| {
        format!(
            "{} is master at {} (term {}), {} ms after the request; {} stands by\n",
            said.master, said.master_uri, said.term, said.took_ms, said.from
        )
    });
    Ok(())
}

impl Pause {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        let until = match (&self.until, &self.for_) {
            (Some(until), _) => Some(moment(until)?),
            (None, Some(span)) => {
                let span: base::Span = span.parse().map_err(|e| Failed::usage(format!("--for: {e}")))?;
                let ahead = jiff::SignedDuration::from_micros(i64::try_from(span.0).unwrap_or(i64::MAX));
                let at = jiff::Timestamp::now().checked_add(ahead);
                Some(at.map_err(|e| Failed::usage(format!("--for: {e}")))?.to_string())
            }
            (None, None) => None,
        };
        let asked = Request::post(HA_PAUSE, JSON, body(&PauseRequest { until, why: self.why }));
        let said: FailOver = read(&session.send(&asked)?)?;
        session.show(&json!(said), |_| {
            let until = said.paused.as_ref().and_then(|p| p.until).map(shown);
            let until = until.unwrap_or_else(|| "it is resumed (`ha resume`)".to_owned());
            format!("no automatic fail-over until {until}\n")
        });
        Ok(())
    }
}

impl Resume {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        let asked = Request::post(HA_RESUME, JSON, "");
        let answer = match self.at {
            None => session.send(&asked)?,
            Some(at) => {
                let server = at.parse().map_err(|e: client::BadServerUrl| Failed::usage(e.to_string()))?;
                done(session.client.send_to(&server, &asked)?)?
            }
        };
        let said: FailOver = read(&answer)?;
        session.show(&json!(said), |_| {
            if said.recorded {
                "fail-over is automatic again\n".to_owned()
            } else {
                "this standby takes part in the election again, and records it once it is master\n".to_owned()
            }
        });
        Ok(())
    }
}

impl Terms {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        let mut terms: Vec<TermShown> = Vec::new();
        let mut before = None;
        loop {
            let limit = (self.limit - terms.len().min(self.limit)).min(200);
            if limit == 0 {
                break;
            }
            let below = before.map_or_else(String::new, |b: u64| format!("&before={b}"));
            let path = format!("{HA_HISTORY}?limit={limit}{below}");
            let (_, answer) = session.client.ask_any(&Request::get(path))?;
            let page: History = read(&done(answer)?)?;
            terms.extend(page.terms);
            before = page.before;
            if before.is_none() {
                break;
            }
        }
        let said = json!({ "terms": terms, "before": before });
        session.show(&said, |look| {
            let header = ["TERM", "NODE", "FROM", "GAP", "WHY", "ENDED"];
            look.table(&header, &terms.iter().map(row).collect::<Vec<_>>())
        });
        Ok(())
    }
}

fn row(term: &TermShown) -> Vec<String> {
    let ended = term.end.as_ref().map_or_else(String::new, |end| {
        let to = end.to.as_ref().map_or_else(String::new, |to| format!(" to {to}"));
        let by = end.ordered_by.as_ref().unwrap_or(&end.by);
        format!("{}{to} by {by}", end.why)
    });
    vec![
        term.term.to_string(),
        term.node.clone(),
        shown(term.at),
        term.gap_ms.map_or_else(String::new, |ms| base::Span::millis(ms).to_string()),
        if term.trouble.is_empty() { term.why.clone() } else { term.trouble.clone() },
        ended,
    ]
}

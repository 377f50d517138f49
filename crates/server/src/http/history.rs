//! `GET /ha/history`: who ruled, why, and how that ended, from the files of the terms. Ours.
//!
//! They are read from the store when somebody asks, on a thread that may hang with it, one request at a time.

use std::sync::Arc;

use api::Permission::ServerStatus;
use api::chair::{History, TermEnd, TermShown};
use api::paths::HA_HISTORY;
use api::shape::one;
use base::Term;
use ha::files::{self, EndFile, EndWhy, TermFile};
use ha::names::{self, Folder};
use ha::verbs::{Answer as Stored, Name, Verb};
use store::Store;

use super::answer::{Answer, json};
use super::call::Call;
use super::fail::Fail;
use super::limits::{HISTORY_DEFAULT, HISTORY_MAX, HISTORY_WAIT_MAX};
use super::route::Kind::Number;
use super::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(
        Route::get(HA_HISTORY, "Who ruled, why, and how it ended; the newest term first", history)
            .query("before?", Number, "Only terms below this one")
            .query("limit?", Number, "At most so many terms (default 50, at most 200)")
            .needs(ServerStatus)
            .ok(one::<History>()),
    );
}

async fn history(call: Call) -> Answer {
    let number = |name: &str| match call.query_value(name) {
        None => Ok(None),
        Some(text) => match text.parse::<u64>() {
            Ok(n) if n > 0 => Ok(Some(n)),
            _ => Err(Fail::bad(format!("{name}: expected a whole number above 0, not `{text}`"))),
        },
    };
    let limit = number("limit")?.unwrap_or(HISTORY_DEFAULT).min(HISTORY_MAX);
    let newest = call.view.status.term.0;
    let below = number("before")?.unwrap_or(u64::MAX).min(newest.saturating_add(1));
    let busy = || Fail::later("The store is slow, and somebody reads the history already; ask again");
    let turn = Arc::clone(&call.app.history_turn).try_lock_owned().map_err(|_| busy())?;
    let store = Arc::clone(&call.app.store);
    let read = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        page(&*store, below, limit)
    });
    match tokio::time::timeout(HISTORY_WAIT_MAX, read).await {
        Ok(Ok(page)) => json(&page.map_err(|why| Fail::later(format!("The store: {why}")))?),
        Ok(Err(_)) => Err(Fail::inside("reading the history failed")),
        Err(_) => Err(Fail::later("The store does not answer")),
    }
}

/// Terms count up by one, so a page is a range of numbers. Only what a listing shows is read: a name that may not
/// exist yet is not asked for.
fn page(store: &dyn Store, below: u64, limit: u64) -> Result<History, String> {
    let first = below.saturating_sub(limit).max(1);
    let after = (first > 1).then(|| names::term(Term(first - 1)));
    let max = usize::try_from(below - first).unwrap_or(usize::MAX).saturating_mul(2);
    let prefix = names::folder(Folder::Terms);
    let listed = match store.run(&Verb::List { prefix, after, max }) {
        Stored::Page { names, .. } => names,
        Stored::Failed(fault) | Stored::Unknown(fault) => return Err(fault.text),
        _ => Vec::new(),
    };
    let mut terms = Vec::new();
    for term in (first..below).rev().map(Term) {
        let (claim, end) = (names::term(term), names::term_end(term));
        if listed.contains(&claim) {
            let end = if listed.contains(&end) { Some(read::<EndFile>(store, &end)?) } else { None };
            terms.push(shown(term, read::<TermFile>(store, &claim)?, end));
        }
    }
    Ok(History { terms, before: (first > 1).then_some(first) })
}

/// Outside: the store fails. Inside: the file cannot be read.
type Read<T> = Result<Result<T, String>, String>;

fn read<T: serde::de::DeserializeOwned>(store: &dyn Store, name: &Name) -> Read<T> {
    match store.run(&Verb::Read { name: name.clone() }) {
        Stored::Content(Some(bytes)) => Ok(files::from_bytes(&bytes).map_err(|e| format!("{name}: {e}"))),
        Stored::Failed(fault) | Stored::Unknown(fault) => Err(fault.text),
        _ => Ok(Err(format!("{name} is not there"))),
    }
}

fn shown(term: Term, claim: Result<TermFile, String>, end: Option<Result<EndFile, String>>) -> TermShown {
    let mut trouble = Vec::new();
    let end = end.and_then(|end| end.map_err(|why| trouble.push(why)).ok());
    let claim = claim.map_err(|why| trouble.push(why)).ok();
    // Who did not know its own term's end may have lived on: it counts for its owner's very life only.
    let end =
        end.filter(|e| claim.as_ref().is_none_or(|c| c.node == e.node && c.incarnation == e.incarnation));
    TermShown {
        term: term.0,
        node: claim.as_ref().map_or_else(String::new, |c| c.node.to_string()),
        uri: claim.as_ref().map_or_else(String::new, |c| c.uri.clone()),
        why: claim.as_ref().map_or_else(String::new, |c| c.why.clone()),
        at: claim.as_ref().map_or(0, |c| c.at.0),
        gap_ms: claim.as_ref().and_then(|c| c.gap_ms),
        end: end.map(|end| TermEnd {
            why: word(end.why).to_owned(),
            by: end.by,
            at: end.at.0,
            to: end.hand_over.as_ref().map(|h| h.to.to_string()),
            ordered_by: end.hand_over.map(|h| h.by),
        }),
        trouble: trouble.join("; "),
    }
}

fn word(why: EndWhy) -> &'static str {
    match why {
        EndWhy::StepDown => "step-down",
        EndWhy::Exit => "exit",
        EndWhy::GaveUp => "gave-up",
        EndWhy::HostProof => "host-proof",
    }
}

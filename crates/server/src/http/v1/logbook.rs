//! `POST /v1/logbook`: what stands in this server's own log.

use api::Permission::LogbookLogStoreQuery;
use api::logbook::{LogEntry, LogbookQuery};
use api::shape::{many, one};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::Consumes;
use crate::http::route::Route;
use crate::logbook::{self, Entry, LOGBOOK_ENTRIES_MAX, Wanted};
use crate::logs::DEBUG_FILE;

/// Entries where the request names no number.
const ENTRIES_DEFAULT: u64 = 100;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(
        Route::post("/v1/logbook", "Entries of this server's log", query)
            .needs(LogbookLogStoreQuery)
            .takes(Consumes::Json, one::<LogbookQuery>())
            .ok(many::<LogEntry>()),
    );
}

async fn query(mut call: Call) -> Answer {
    let body = call.body().await?;
    // By way of a map: a list of values in the order of the fields would do as well otherwise.
    let query = serde_json::from_slice::<Map<String, Value>>(&body)
        .and_then(|map| serde_json::from_value::<LogbookQuery>(Value::Object(map)))
        .map_err(|e| Fail::bad(format!("The body is no query of the log book: {e}")))?;
    let wanted = wanted(query)?;
    let Some(folder) = &call.app.own.logs else {
        return Err(Fail::not_found("This server keeps no log files"));
    };
    let path = folder.join(DEBUG_FILE);
    let read = tokio::task::spawn_blocking(move || logbook::read(&path, &wanted)).await;
    let Ok(read) = read else { return Err(Fail::inside("reading the log failed")) };
    let entries = read.map_err(|e| Fail::inside(format!("The log cannot be read: {e}")))?;
    json(&entries.into_iter().map(shown).collect::<Vec<_>>())
}

fn wanted(query: LogbookQuery) -> Result<Wanted, Fail> {
    let time = |name: &str, given: Option<String>| match given.filter(|t| !t.is_empty()) {
        None => Ok(None),
        Some(text) => text
            .parse::<Timestamp>()
            .map(Some)
            .map_err(|_| Fail::bad(format!("{name}: '{text}' is no time; write 2026-07-14T18:06:58Z"))),
    };
    let count = query.number_of_items.unwrap_or(ENTRIES_DEFAULT);
    let phrases = [query.search_phrase, query.task_id, query.entity_id];
    Ok(Wanted {
        count: usize::try_from(count).unwrap_or(usize::MAX).min(LOGBOOK_ENTRIES_MAX),
        from_end: query.tail.unwrap_or(false),
        levels: query.levels.unwrap_or_default(),
        since: time("dateTimeFrom", query.date_time_from)?,
        until: time("dateTimeTo", query.date_time_to)?,
        phrases: phrases.into_iter().flatten().filter(|p| !p.is_empty()).collect(),
        logger: query.logger_name.filter(|l| !l.is_empty()),
    })
}

fn shown(entry: Entry) -> LogEntry {
    let datetime = format!("{:.3}", entry.time);
    LogEntry {
        line_id: entry.at.to_string(),
        timestamp: datetime.replace('.', ","),
        datetime,
        task_id: None,
        entity_ids: None,
        level: entry.level,
        bundle_id: None,
        class: entry.logger,
        thread_name: entry.thread,
        message: entry.message,
    }
}

//! What a web server answers, or a part of it.

use base::Secret;
use model::adjuncts::feed::TARGET_TYPE;
use model::adjuncts::http_request_sensor::{
    HEADERS, JSON_PATH, ONLY_IF_SERVICE_UP, PASSWORD, TYPE, URI, USERNAME,
};
use model::{Coerced, ValueType};
use serde_json::Value;

use super::super::poll::Wish;
use super::super::settings::shown;
use super::super::{Act, Desk, Event};
use super::polled;
use crate::effect::{HttpRequest, HttpResponse, Machine, Outcome, Work};
use crate::limits::HTTP_TIMEOUT;
use crate::web::part_of;

pub(super) static ACT: Act = Act { table: &TYPE, hears: |desk| polled::hears(desk, &ONLY_IF_SERVICE_UP), on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let look = polled::look(desk, &ONLY_IF_SERVICE_UP, ask, take)?;
    desk.poll(event, &look)
}

fn ask(desk: &mut Desk<'_>) -> Result<Option<Wish>, String> {
    let headers = match desk.read(&HEADERS)? {
        Coerced::Map(map) => {
            map.iter().map(|(name, value)| (name.clone(), Secret::new(shown(value)))).collect()
        }
        _ => Vec::new(),
    };
    let password = desk.text(&PASSWORD)?.unwrap_or_default();
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: desk.must_text(&URI)?,
        headers,
        login: desk.text(&USERNAME)?.map(|user| (user, Secret::new(password))),
        body: None,
        timeout: HTTP_TIMEOUT,
        trust_all: true,
    };
    Ok(Some((Machine::Server, Work::Http(request))))
}

fn take(desk: &mut Desk<'_>, outcome: &Outcome) -> Result<(), String> {
    let read = match outcome {
        Outcome::Http(answer) if answer.status == 200 => value_of(desk, answer),
        Outcome::Http(answer) => Err(format!("status {}", answer.status)),
        Outcome::Failed(why) => Err(why.clone()),
        // Nothing else answers a request.
        _ => return Ok(()),
    };
    let published = read.and_then(|value| polled::publish(desk, value));
    published.or_else(|why| {
        polled::publish(desk, Value::Null)?;
        Err(format!("{} gave no value: {why}", desk.must_text(&URI)?))
    })
}

/// The part that the path names.
fn value_of(desk: &Desk<'_>, answer: &HttpResponse) -> Result<Value, String> {
    let found = part_of(&answer.body, &desk.must_text(&JSON_PATH)?)?;
    let wanted = desk.text(&TARGET_TYPE)?.and_then(|name| ValueType::by_name(&name));
    // A collection as a text is its JSON.
    Ok(if wanted == Some(ValueType::Text) { shown(&found).into() } else { found })
}

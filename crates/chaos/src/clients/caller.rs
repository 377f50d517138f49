//! Callers of effectors: numbers of a sequence, and a script on this host that appends a word to a file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::http::{Answer, Failed, Http};
use super::told::told;
use super::{AGAIN_MAX, BETWEEN_TRIES, World, note};
use crate::history::{Asked, Event, Number, Script, Told};

const BETWEEN_NUMBERS: Duration = Duration::from_millis(120);
const BETWEEN_SCRIPTS: Duration = Duration::from_millis(250);

pub(super) async fn numbers(world: Arc<World>, http: Http, number: usize, keyed: bool) {
    let path = format!("{}/effectors/incrementAndGet?timeout=3s", world.numbers);
    let mut node = number % world.nodes();
    for n in 0_u64.. {
        if world.stopped() {
            return;
        }
        let key = keyed.then(|| format!("number {number}.{n}"));
        let who = format!("number caller {number}");
        let (asked, told, body) = call(&world, &http, &mut node, &path, key.as_deref(), "{}", who).await;
        // Whoever did not wait for the end got the task instead of the number.
        let value = body.trim().parse().ok();
        let told = if told == Told::Recorded && value.is_none() { Told::Unknown } else { told };
        let value = value.filter(|_| told == Told::Recorded);
        world.recorder.add(&Event::Number(Number { asked, told, value }));
        tokio::time::sleep(BETWEEN_NUMBERS).await;
    }
}

pub(super) async fn scripts(world: Arc<World>, http: Http, number: usize, keyed: bool) {
    let path = format!("{}/effectors/append?timeout=3s", world.scripts);
    let mut node = number % world.nodes();
    for n in 0_u64.. {
        if world.stopped() {
            return;
        }
        let word = format!("word-{number}.{n}");
        let body = serde_json::json!({ "word": word }).to_string();
        let key = keyed.then(|| word.clone());
        let who = format!("script caller {number}");
        let (asked, told, body) = call(&world, &http, &mut node, &path, key.as_deref(), &body, who).await;
        let goes_on =
            serde_json::from_str::<serde_json::Value>(&body).is_ok_and(|task| task["id"].is_string());
        let told = if told == Told::Recorded && goes_on { Told::Unknown } else { told };
        world.recorder.add(&Event::Script(Script { asked, word, told }));
        tokio::time::sleep(BETWEEN_SCRIPTS).await;
    }
}

/// Calls an effector; with a key, until it is known what became of the call.
async fn call(
    world: &World,
    http: &Http,
    node: &mut usize,
    path: &str,
    key: Option<&str>,
    body: &str,
    who: String,
) -> (Asked, Told, String) {
    let begun = Instant::now();
    let mut asked = Asked { who, began: world.recorder.now(), keyed: key.is_some(), ..Asked::default() };
    let mut uncertain = false;
    loop {
        let answer = http.post(*node, path, key, body).await;
        asked.node = *node;
        asked.ended = world.recorder.now();
        note(&mut asked, &answer);
        if let Some(told) = failed(&answer) {
            return (asked, told, String::new());
        }
        let told = told(&answer).unwrap_or_else(|what| {
            world.odd(&asked, what);
            Told::Unknown
        });
        if let (Told::Recorded, Ok(answer)) = (told, answer) {
            return (asked, told, answer.body);
        }
        *node = (*node + 1) % world.nodes();
        uncertain |= told == Told::Unknown;
        if !uncertain {
            return (asked, Told::Refused, String::new());
        }
        if key.is_none() || world.stopped() || begun.elapsed() > AGAIN_MAX {
            return (asked, Told::Unknown, String::new());
        }
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
}

/// What is known of a call whose task has failed. Nothing resumes by itself, and the same key gets the same answer.
fn failed(answer: &Result<Answer, Failed>) -> Option<Told> {
    let body = &answer.as_ref().ok().filter(|answer| answer.status == 500)?.body;
    match () {
        // Its master had lost the lease when it was about to begin.
        () if body.contains("could not be run") && body.contains("nothing was done") => Some(Told::Refused),
        // Its master ended before it did.
        () if body.contains("interrupted") => Some(Told::Unknown),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_task_tells_whether_it_may_have_run() {
        let of = |status, body: &str| {
            let body = body.to_owned();
            failed(&Ok(Answer { status, role: None, term: None, retry_after: false, body }))
        };
        let refused = "append could not be run: this server is SUSPENDED now, not master: nothing was done";
        assert_eq!(of(500, refused), Some(Told::Refused));
        assert_eq!(of(500, "interrupted: master ended"), Some(Told::Unknown));
        assert_eq!(of(500, "something else"), None);
        assert_eq!(of(202, "7"), None);
    }
}

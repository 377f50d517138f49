//! A reader: one register after the other, of one server.

use std::sync::Arc;
use std::time::Duration;

use base::rng::Rng;

use super::http::Http;
use super::{World, note};
use crate::history::{Asked, Event, Read};

const PAUSE: Duration = Duration::from_millis(40);

pub(super) async fn run(world: Arc<World>, http: Http, node: usize) {
    let mut rng = Rng::from_seed(node as u64);
    while !world.stopped() {
        tokio::time::sleep(PAUSE).await;
        let register = {
            let names = world.names.lock().expect("nobody panics while holding names");
            if names.is_empty() {
                continue;
            }
            names[rng.below(names.len() as u64) as usize].clone()
        };
        let who = format!("reader {node}");
        let mut asked = Asked { who, node, began: world.recorder.now(), ..Asked::default() };
        let answer = http.get(node, &format!("{}/sensors/{register}", world.registers)).await;
        asked.ended = world.recorder.now();
        note(&mut asked, &answer);
        let Ok(answer) = answer else { continue };
        match (answer.status, answer.body.trim().parse()) {
            (200, Ok(value)) => {
                world.recorder.add(&Event::Read(Read { asked, register, value: Some(value) }));
            }
            // Not written yet; or a server that has not loaded anything.
            (204 | 404, _) => world.recorder.add(&Event::Read(Read { asked, register, value: None })),
            (403 | 503, _) => {}
            (status, _) => world.odd(&asked, format!("{status}: {}", answer.body)),
        }
    }
}

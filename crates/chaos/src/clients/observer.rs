//! Who only looks: what does this server say that it is?

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;

use super::http::Http;
use super::{World, note};
use crate::history::{Asked, Event, State};

const PAUSE: Duration = Duration::from_millis(100);
/// A server that is frozen must not hold up the look for long.
const WAIT: Duration = Duration::from_secs(1);

pub(super) async fn run(world: Arc<World>, http: Http, node: usize) {
    while !world.stopped() {
        let who = format!("observer {node}");
        let mut asked = Asked { who, node, began: world.recorder.now(), ..Asked::default() };
        let answer = http.send(node, Method::GET, "/livez", None, "", WAIT).await;
        asked.ended = world.recorder.now();
        note(&mut asked, &answer);
        let said = asked.role.clone().map(|role| (role, asked.term.unwrap_or(0)));
        world.said.lock().expect("nobody panics while holding this")[node] = said;
        world.recorder.add(&Event::State(State { asked }));
        tokio::time::sleep(PAUSE).await;
    }
}

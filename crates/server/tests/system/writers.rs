//! Writers at full speed and what they were told: every number that was acknowledged is on the survivor, and none
//! that was refused.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;

use crate::support::client::{Client, Reply};
use crate::support::release::Release;
use crate::support::site::{Site, until};

const WRITERS: usize = 8;
const ROUNDS: u64 = 5;
/// Each writer goes round these, so the last numbers of each are all looked at.
const SENSORS: u64 = 40;

/// What a writer was told of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Recorded,
    Refused,
    Unknown,
}

pub(crate) fn told(reply: &Result<Reply, reqwest::Error>) -> Told {
    match reply {
        Ok(reply) if reply.status == 204 => Told::Recorded,
        Ok(reply) if reply.status == 403 => Told::Refused,
        Ok(reply) if reply.status == 503 && reply.body.contains("Unknown:") => Told::Unknown,
        Ok(reply) if reply.status == 503 => {
            assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
            Told::Refused
        }
        Ok(reply) => panic!("a writer got {reply:?}"),
        Err(error) if error.is_connect() => Told::Refused,
        Err(_) => Told::Unknown,
    }
}

/// All that was told of one sensor, in order.
#[derive(Default)]
struct History(Vec<(u64, Told)>);

impl History {
    /// The last acknowledged number, or one of unknown outcome that came after it.
    fn allows(&self, value: Option<u64>) -> bool {
        let last = self.0.iter().rposition(|(_, told)| *told == Told::Recorded);
        let later = &self.0[last.map_or(0, |at| at + 1)..];
        let unknown = later.iter().any(|(n, told)| Some(*n) == value && *told == Told::Unknown);
        value == last.map(|at| self.0[at].0) || unknown
    }
}

/// Writes as fast as it is answered, to whichever server takes it.
fn write(
    client: &Client,
    servers: [&Release; 2],
    sensors: &str,
    writer: usize,
    from: u64,
    stop: &AtomicBool,
    taken: &AtomicU64,
) -> BTreeMap<String, History> {
    let mut histories: BTreeMap<String, History> = BTreeMap::new();
    let mut at = 0;
    for n in from.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("w{writer}.{}", n % SENSORS);
        let path = format!("{sensors}/{name}");
        let patience = Duration::from_secs(20);
        let reply = client.send(Method::POST, &servers[at].uri(), &path, &n.to_string(), patience);
        let told = told(&reply);
        if told == Told::Recorded {
            taken.fetch_add(1, Ordering::Relaxed);
        } else {
            at = 1 - at;
            std::thread::sleep(Duration::from_millis(2));
        }
        histories.entry(name).or_default().0.push((n, told));
    }
    histories
}

#[test]
fn eight_writers_lose_no_acknowledged_number_over_five_kills() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    over_kills([&first, &second], &client, ROUNDS);
}

/// Eight writers at full speed while the master is killed, round after round; the first of the pair is master.
pub(crate) fn over_kills(mut servers: [&Release; 2], client: &Client, rounds: u64) {
    let sensors = client.deploy_sensors(servers[0]);
    let total = AtomicU64::new(0);
    for round in 1..=rounds {
        let [master, standby] = servers;
        let (stop, taken) = (AtomicBool::new(false), AtomicU64::new(0));
        let histories: Vec<BTreeMap<String, History>> = std::thread::scope(|scope| {
            let begin = |writer| {
                let client = client.another();
                let (stop, taken, sensors) = (&stop, &taken, &sensors);
                scope.spawn(move || write(&client, servers, sensors, writer, round * 1_000_000, stop, taken))
            };
            let writers: Vec<_> = (0..WRITERS).map(begin).collect();
            let _stop = StopAtEnd(&stop);
            let more = |n: u64| {
                let goal = taken.load(Ordering::Relaxed) + n;
                until("the writers get on", || taken.load(Ordering::Relaxed) >= goal);
            };
            more(400);
            master.kill_9();
            until("the other is master", || standby.state(client) == "MASTER");
            more(100);
            master.start();
            until("the killed one stands by", || master.state(client) == "HOT_STANDBY");
            stop.store(true, Ordering::Relaxed);
            writers.into_iter().map(|w| w.join().unwrap()).collect()
        });
        let found = standby.json(client, &format!("{sensors}/current-state"));
        let mut wrong = Vec::new();
        for (name, history) in histories.iter().flatten() {
            let value = found[name].as_u64();
            if !history.allows(value) {
                wrong.push(format!("{name} is {value:?} after {:?}", &history.0));
            }
        }
        assert!(wrong.is_empty(), "round {round}: {}\n{}", wrong.len(), wrong.join("\n"));
        total.fetch_add(taken.load(Ordering::Relaxed), Ordering::Relaxed);
        until("the standby has the same", || {
            master.json(client, &format!("{sensors}/current-state")) == found
        });
        servers.reverse();
    }
    println!("{} writes were acknowledged over {rounds} kills, none was lost", total.into_inner());
}

/// So that a failed test does not wait for its writers for ever.
pub(crate) struct StopAtEnd<'a>(pub(crate) &'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

//! Clients that do what no client should: floods, half handshakes, heads and bodies that never end, answers that
//! nobody takes. Each is bounded, and others are served meanwhile.

mod h2;

use std::fs;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::support::client::Client;
use crate::support::release::{Release, USER};
use crate::support::site::{Site, until};
use crate::support::wire::{Wire, head, is_cut};

/// Longer than any bound of the server's, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(150);
const PROBES: [&str; 3] = ["/livez", "/ha/master", "/v1/server/up"];

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn server(site: &Site) -> (Release, Client, Wire) {
    let only = site.release("only", "AUTO", "");
    only.start();
    let (client, wire) = (Client::trusting(&only), Wire::to(&only));
    until("it is master", || only.state(&client) == "MASTER");
    (only, client, wire)
}

fn number(server: &Release, client: &Client, name: &str) -> u64 {
    // On a connection of its own: an idle one may have been closed.
    let page = client.another().get(&server.uri(), "/metrics").unwrap().body;
    let line = page.lines().find_map(|l| l.strip_prefix(&format!("{name} "))).map(str::to_owned);
    line.unwrap_or_else(|| panic!("no {name}: {page}")).parse().unwrap()
}

/// What a process holds of memory, in MiB.
fn resident(pid: u32) -> u64 {
    memory(pid, "VmRSS:")
}

/// The most that it has ever held.
fn peak(pid: u32) -> u64 {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix(what)).unwrap();
    line.trim().split(' ').next().unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
fn a_flood_of_connections_that_say_nothing_locks_nobody_out() {
    let site = Site::new();
    let (only, client, wire) = server(&site);
    let runtime = runtime();
    let mut flood = runtime.block_on(async {
        let mut all = Vec::new();
        for n in 0..2500 {
            let mut stream = wire.connect().await;
            if n % 2 == 0 {
                // The beginning of a handshake; the rest never comes.
                let _ = stream.write_all(b"\x16\x03\x01\x02\x00").await;
            }
            all.push(stream);
            if n % 250 == 0 {
                for path in PROBES {
                    let answer = wire.ask(&head(&format!("GET {path}"), "")).await.unwrap();
                    assert!(answer.starts_with("HTTP/1.1 200"), "{n} {path}: {answer}");
                }
            }
        }
        all
    });
    // New clients are served while it stands, and write too.
    let sensors = client.another().deploy_sensors(&only);
    assert!(client.another().writes(&only, &format!("{sensors}/n"), 1));
    let open = number(&only, &client, "brownstone_connections");
    assert!(open <= 2048 + 64, "{open}");
    let cut = runtime.block_on(async {
        let mut cut = 0;
        for stream in flood.iter_mut().take(500) {
            cut += usize::from(is_cut(stream, Duration::from_millis(1)).await);
        }
        cut
    });
    assert!(cut >= 400, "those who waited longest went: {cut} of 500");
    assert_eq!(only.state(&client.another()), "MASTER");
}

#[test]
fn where_all_connections_are_at_work_health_is_told_and_others_are_asked_to_come_again() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    // Room for 424 connections: the store and the logs have theirs.
    only.start_with_files(1000);
    let (client, wire) = (Client::trusting(&only), Wire::to(&only));
    until("it is master", || only.state(&client) == "MASTER");
    drop(client);
    runtime().block_on(async {
        let length = "Content-Type: application/json\r\nContent-Length: 1000\r\n";
        let begun = head("POST /v1/applications", length);
        let mut working = Vec::new();
        let refused = loop {
            assert!(working.len() < 1000, "it never said that it has too many");
            let stream = wire.sent(begun.as_bytes()).await.unwrap();
            working.push(stream);
            if working.len() % 20 == 0 {
                let answer = wire.ask(&head("GET /v1/applications", "")).await.unwrap();
                if !answer.starts_with("HTTP/1.1 200") {
                    break answer;
                }
            }
        };
        assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
        assert!(refused.to_lowercase().contains("\r\nretry-after: ") && refused.contains("CONNECTIONS_MAX"));
        for path in PROBES {
            let answer = wire.ask(&head(&format!("GET {path}"), "")).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        }
        drop(working);
    });
    let client = Client::trusting(&only);
    until("all are served again", || {
        client.get(&only.uri(), "/v1/applications").is_ok_and(|r| r.status == 200)
    });
    assert_eq!(only.state(&client), "MASTER");
}

#[test]
fn who_is_silent_or_slow_is_dropped_in_the_end_and_others_do_not_wait_for_it() {
    let site = Site::new();
    let (only, client, wire) = server(&site);
    let runtime = runtime();
    runtime.block_on(async {
        let mut silent = wire.connect().await;
        let mut half = wire.connect().await;
        half.write_all(b"\x16\x03\x01").await.unwrap();
        let mut idle = wire.secure().await.unwrap();
        let (slow_head, slow_body) = (wire.clone(), wire.clone());
        let mut all = JoinSet::new();
        all.spawn(async move { is_cut(&mut silent, PATIENCE).await });
        all.spawn(async move { is_cut(&mut half, PATIENCE).await });
        all.spawn(async move { is_cut(&mut idle, PATIENCE).await });
        all.spawn(async move {
            let mut stream =
                slow_head.sent(b"GET /v1/applications HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
            while !is_cut(&mut stream, Duration::from_millis(500)).await {
                // A cut connection takes no more.
                if stream.write_all(b"a").await.is_err() || stream.flush().await.is_err() {
                    break;
                }
            }
            true
        });
        all.spawn(async move {
            let length = "Content-Type: application/json\r\nContent-Length: 100000\r\n";
            let begun = head("POST /v1/applications", length);
            let mut stream = slow_body.sent(begun.as_bytes()).await.unwrap();
            let mut first = [0; 12];
            let (mut from, mut to) = tokio::io::split(&mut stream);
            let dribble = async {
                while to.write_all(b" ").await.is_ok() && to.flush().await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            };
            tokio::select! {
                read = tokio::io::AsyncReadExt::read_exact(&mut from, &mut first) => { read.unwrap(); }
                () = dribble => {}
            }
            &first == b"HTTP/1.1 408"
        });
        let answer = wire.ask(&head("GET /v1/applications", "")).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let ended =
            tokio::time::timeout(PATIENCE, all.join_all()).await.expect("one of them was never dropped");
        assert_eq!(ended, vec![true; 5]);
    });
    until("only the one that asks is left", || number(&only, &client, "brownstone_connections") == 1);
}

#[test]
fn readers_that_do_not_read_hold_neither_memory_nor_locks_and_are_dropped() {
    let site = Site::new();
    let (only, client, wire) = server(&site);
    let sensors = client.deploy_sensors(&only);
    let long = format!("\"{}\"", "x".repeat(60_000));
    for n in 0..10 {
        assert_eq!(client.post(&only.uri(), &format!("{sensors}/s{n}"), &long).unwrap().status, 204);
    }
    let list = format!("{sensors}/current-state");
    assert!(client.get(&only.uri(), &list).unwrap().body.len() > 600_000);
    let before = resident(only.pid());
    let login = head(&format!("GET {list}"), "").replace("Connection: close\r\n", "");
    let events = head("GET /v1/events", "");
    let runtime = runtime();
    let readers = runtime.block_on(async {
        let mut readers = Vec::new();
        for n in 0..200 {
            // Many questions at once, and not one answer is read.
            let asked = if n < 20 { events.clone() } else { login.repeat(20) };
            readers.push(wire.sent(asked.as_bytes()).await.unwrap());
        }
        readers
    });
    for n in 0..20 {
        // What the followers are told of: 20 times 60 kB each.
        let long = format!("\"{n}{}\"", "y".repeat(60_000));
        assert_eq!(client.post(&only.uri(), &format!("{sensors}/s0"), &long).unwrap().status, 204);
        let answer = client.get(&only.uri(), "/v1/applications").unwrap();
        assert_eq!(answer.status, 200);
    }
    let held = resident(only.pid()).saturating_sub(before);
    assert!(held < 400, "{held} MiB are held for readers that do not read");
    // What fits into the sockets was handed over; who then takes nothing for half a minute is dropped.
    until_patient("those who asked for lists are dropped", || {
        number(&only, &client, "brownstone_connections") <= 1 + 20
    });
    drop(readers);
}

fn until_patient(what: &str, is_so: impl FnMut() -> bool) {
    crate::support::site::within(PATIENCE, what, is_so);
}

#[test]
fn bodies_and_heads_that_are_too_long_are_refused_by_name_and_cost_nothing() {
    let site = Site::new();
    let (only, client, wire) = server(&site);
    let sensors = client.deploy_sensors(&only);
    let body = format!("\"{}\"", "x".repeat(10 * 1024 * 1024));
    let paths =
        ["/v1/applications", "/v1/blueprints/check", "/v1/catalog/validate", &format!("{sensors}/n") as &str];
    let before = resident(only.pid());
    for path in paths {
        let reply = client.post(&only.uri(), path, &body);
        // Who goes on to send may find the connection closed before it reads the refusal.
        let Ok(reply) = reply else { continue };
        assert!((400..500).contains(&reply.status), "{path}: {} {}", reply.status, reply.body);
    }
    runtime().block_on(async {
        let announced =
            head("POST /v1/applications", "Content-Type: application/json\r\nContent-Length: 10485760\r\n");
        let answer = wire.ask(&announced).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("BODY_BYTES_MAX"), "{answer}");
        let many = "X-More: 1\r\n".repeat(120);
        let answer = wire.ask(&head("GET /livez", &many)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
        let long = format!("X-Long: {}\r\n", "x".repeat(200_000));
        let answer = wire.ask(&head("GET /livez", &long)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    });
    assert!(resident(only.pid()) < before + 100);
    assert_eq!(client.get(&only.uri(), "/v1/applications").unwrap().status, 200);
}

#[test]
fn a_crowd_of_guessers_is_told_to_come_again_and_health_is_told_meanwhile() {
    // With the generated login, whose hash is slow.
    let only = Release::new();
    only.start();
    let client = Client::trusting(&only);
    let authority = client.another();
    let reached: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..40)
            .map(|n| {
                let (client, only) = (authority.another(), &only);
                scope.spawn(move || {
                    let guess = format!("guess {n}");
                    let path = "/v1/applications";
                    client.send_as("admin", &guess, reqwest::Method::GET, &only.uri(), path, "", PATIENCE)
                })
            })
            .collect();
        assert_eq!(client.get(&only.uri(), "/livez").unwrap().status, 200);
        guesses
            .into_iter()
            .map(|g| g.join().unwrap().unwrap())
            .map(|reply| {
                let needs_pause = matches!(reply.status, 429 | 503);
                assert_eq!(needs_pause, !reply.header("retry-after").is_empty(), "{reply:?}");
                reply.status
            })
            .collect()
    });
    assert!(reached.iter().all(|s| matches!(s, 401 | 429 | 503)), "{reached:?}");
    let checked = reached.iter().filter(|s| **s == 401).count();
    assert!(checked < 20, "{checked} of 40 guesses were checked: {reached:?}");
    assert_ne!(USER, "admin");
}

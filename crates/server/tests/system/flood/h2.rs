//! The same over HTTP/2, where one connection has many streams: windows that are never granted, requests that are taken
//! back at once, heads without an end, frames that ask for an answer each.

use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::task::JoinSet;

use super::{PATIENCE, PROBES, number, peak, resident, runtime, server, until_patient};
use crate::support::client::Client;
use crate::support::h2::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW, PING, RST_STREAM, SETTINGS,
    WINDOW_UPDATE, block, field, frame, get, read_frames, streams,
};
use crate::support::release::{PASSWORD, Release, USER};
use crate::support::site::Site;
use crate::support::wire::Wire;

/// Less than the server takes at once, so that there is room for small ones between.
const STREAMS: u32 = 90;
/// `ENHANCE_YOUR_CALM` (RFC 9113, 7).
const CALM: Option<u32> = Some(11);
const CANCEL: [u8; 4] = 8_u32.to_be_bytes();

/// Others are served: health, a read and a write.
fn serves_others(only: &Release, client: &Client, sensors: &str, n: u64) {
    let other = client.another();
    for path in PROBES {
        assert_eq!(other.get(&only.uri(), path).unwrap().status, 200, "{path}");
    }
    assert_eq!(other.get(&only.uri(), "/v1/applications").unwrap().status, 200);
    assert!(other.writes(only, &format!("{sensors}/n"), n));
}

async fn send(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    to.write_all(bytes).await?;
    to.flush().await
}

/// Asks for small answers now and then, and takes them: the connection is never without a request for long.
async fn ask_small(mut to: impl AsyncWrite + Unpin) {
    for stream in streams(500).skip(STREAMS as usize) {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let window = frame(WINDOW_UPDATE, 0, stream, &10_000_u32.to_be_bytes());
        if send(&mut to, &[get(stream, "/livez"), window].concat()).await.is_err() {
            return;
        }
    }
}

#[test]
fn answers_that_no_window_is_granted_for_cost_little_and_end_their_connection() {
    let site = Site::new();
    let (only, client, _) = server(&site);
    let sensors = client.deploy_sensors(&only);
    let value = format!("\"{}\"", "x".repeat(50_000));
    assert_eq!(client.post(&only.uri(), &format!("{sensors}/long"), &value).unwrap().status, 204);
    let before = resident(only.pid());
    let (wire, list) = (Wire::h2(&only), format!("{sensors}/current-state"));
    let runtime = runtime();
    let mut stalled = runtime.block_on(async {
        let mut stalled = JoinSet::new();
        for n in 0..20 {
            // A window of one byte makes the library take a whole piece, and none at all makes it wait.
            let mut stream = wire.begun(&[(INITIAL_WINDOW, n % 2)]).await.unwrap();
            let asked: Vec<u8> = streams(STREAMS).flat_map(|s| get(s, &list)).collect();
            send(&mut stream, &asked).await.unwrap();
            let (from, to) = tokio::io::split(stream);
            stalled.spawn(async move {
                tokio::select! {
                    _ = read_frames(from) => {}
                    () = ask_small(to) => {}
                }
            });
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        stalled
    });
    serves_others(&only, &client, &sensors, 1);
    let held = resident(only.pid()).saturating_sub(before);
    assert!(held < 250, "{held} MiB are held for answers that nobody takes");
    let ended = runtime.block_on(async {
        tokio::time::timeout(PATIENCE, async { while stalled.join_next().await.is_some() {} }).await
    });
    assert!(ended.is_ok(), "{} connections were never dropped", stalled.len());
    serves_others(&only, &client, &sensors, 2);
}

#[test]
fn readers_with_many_streams_that_do_not_read_are_dropped() {
    let site = Site::new();
    let (only, client, _) = server(&site);
    let sensors = client.deploy_sensors(&only);
    let value = format!("\"{}\"", "x".repeat(60_000));
    for n in 0..2 {
        assert_eq!(client.post(&only.uri(), &format!("{sensors}/s{n}"), &value).unwrap().status, 204);
    }
    let before = resident(only.pid());
    let (wire, list) = (Wire::h2(&only), format!("{sensors}/current-state"));
    let readers = runtime().block_on(async {
        let mut readers = Vec::new();
        for _ in 0..6 {
            // All windows are open, and nothing is read: far more than sockets hold.
            let mut stream = wire.begun(&[(INITIAL_WINDOW, i32::MAX as u32)]).await.unwrap();
            let mut asked = frame(WINDOW_UPDATE, 0, 0, &0x7000_0000_u32.to_be_bytes());
            asked.extend(streams(STREAMS).flat_map(|s| get(s, &list)));
            send(&mut stream, &asked).await.unwrap();
            readers.push(stream);
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        readers
    });
    serves_others(&only, &client, &sensors, 1);
    let held = resident(only.pid()).saturating_sub(before);
    assert!(held < 200, "{held} MiB are held for readers that do not read");
    until_patient("those who read nothing are dropped", || {
        number(&only, &client, "brownstone_connections") <= 1
    });
    drop(readers);
}

#[test]
fn requests_that_are_taken_back_at_once_end_the_connection_and_cost_others_nothing() {
    let site = Site::new();
    let (only, client, _) = server(&site);
    let sensors = client.deploy_sensors(&only);
    let before = resident(only.pid());
    let wire = Wire::h2(&only);
    let back =
        |stream: u32| [get(stream, "/v1/applications"), frame(RST_STREAM, 0, stream, &CANCEL)].concat();
    runtime().block_on(async {
        // All in one piece, as attackers send it.
        let (from, mut to) = tokio::io::split(wire.begun(&[]).await.unwrap());
        let at_once: Vec<u8> = streams(5000).flat_map(back).collect();
        let (_, reason) =
            tokio::join!(send(&mut to, &at_once), tokio::time::timeout(PATIENCE, read_frames(from)));
        assert_eq!(reason.unwrap(), CALM);
        // One by one, each begun before it is taken back.
        let (from, mut to) = tokio::io::split(wire.begun(&[]).await.unwrap());
        let reader = tokio::spawn(read_frames(from));
        for n in streams(3000) {
            if send(&mut to, &back(n)).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(to);
        reader.abort();
    });
    serves_others(&only, &client, &sensors, 1);
    // The one that asks.
    until_patient("none of them is under way", || number(&only, &client, "brownstone_requests") <= 1);
    let held = resident(only.pid()).saturating_sub(before);
    assert!(held < 100, "{held} MiB are held for requests that were taken back");
}

#[test]
fn guesses_that_are_taken_back_are_checked_one_at_a_time() {
    // With the generated login, whose hash is slow and takes memory.
    let only = Release::new();
    only.start();
    let client = Client::trusting(&only);
    let before = peak(only.pid());
    let wire = Wire::h2(&only);
    runtime().block_on(async {
        let mut stream = wire.begun(&[]).await.unwrap();
        for n in streams(100) {
            let guess = block("GET", "/v1/applications", "admin", &format!("guess {n}"));
            send(&mut stream, &frame(HEADERS, END_HEADERS | END_STREAM, n, &guess)).await.unwrap();
            // As long as it takes to begin, and not as long as a hash takes.
            tokio::time::sleep(Duration::from_millis(10)).await;
            send(&mut stream, &frame(RST_STREAM, 0, n, &CANCEL)).await.unwrap();
        }
    });
    assert_eq!(client.get(&only.uri(), "/livez").unwrap().status, 200);
    let held = peak(only.pid()).saturating_sub(before);
    assert!(held < 100, "{held} MiB were held for hashes of guesses that nobody waited for");
}

#[test]
fn heads_without_an_end_and_heads_that_unpack_to_much_are_refused() {
    let site = Site::new();
    let (only, client, _) = server(&site);
    let sensors = client.deploy_sensors(&only);
    let before = peak(only.pid());
    let wire = Wire::h2(&only);
    runtime().block_on(async {
        for piece in [field("x-more", &[b'x'; 16_000]), Vec::new()] {
            let mut stream = wire.begun(&[]).await.unwrap();
            let begin = frame(HEADERS, END_STREAM, 1, &block("GET", "/livez", USER, PASSWORD));
            send(&mut stream, &begin).await.unwrap();
            let more = frame(CONTINUATION, 0, 1, &piece);
            let mut sent = 0_u64;
            while send(&mut stream, &more).await.is_ok() {
                sent += more.len() as u64;
                assert!(sent < 32 * 1024 * 1024, "a head of {sent} bytes is still read");
            }
        }
        // One long field is put into the table (RFC 7541, 6.2.1), and then named by a byte each.
        let mut bomb = block("GET", "/livez", USER, PASSWORD);
        let mut long = field("x-long", &[b'x'; 3_900]);
        long[0] = 0x40;
        bomb.extend(long);
        bomb.extend([0xbe; 10_000]);
        let mut stream = wire.begun(&[]).await.unwrap();
        send(&mut stream, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &bomb)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    serves_others(&only, &client, &sensors, 1);
    let held = peak(only.pid()).saturating_sub(before);
    assert!(held < 100, "{held} MiB were held for heads");
}

#[test]
fn frames_that_ask_for_answers_which_nobody_reads_are_not_hoarded() {
    let site = Site::new();
    let (only, client, _) = server(&site);
    let sensors = client.deploy_sensors(&only);
    let before = peak(only.pid());
    let wire = Wire::h2(&only);
    let post = frame(HEADERS, END_HEADERS, 1, &block("POST", "/v1/applications", USER, PASSWORD));
    let floods = [
        (Vec::new(), frame(PING, 0, 0, &[7; 8])),
        (Vec::new(), frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 9])),
        // Bodies that come to nothing, and to little.
        (post.clone(), frame(DATA, 0, 1, &[])),
        (post, frame(DATA, 0, 1, b" ")),
    ];
    let streams = runtime().block_on(async {
        let mut all = JoinSet::new();
        for (first, flood) in floods {
            let wire = wire.clone();
            all.spawn(async move {
                let mut stream = wire.begun(&[]).await.unwrap();
                let many = flood.repeat(1000);
                stream.write_all(&first).await.unwrap();
                let began = tokio::time::Instant::now();
                // It ends by being cut, or when what is sent is not read any more.
                let patience = Duration::from_secs(5);
                while began.elapsed() < Duration::from_secs(20)
                    && matches!(tokio::time::timeout(patience, stream.write_all(&many)).await, Ok(Ok(())))
                {
                }
                stream
            });
        }
        all.join_all().await
    });
    serves_others(&only, &client, &sensors, 1);
    let held = peak(only.pid()).saturating_sub(before);
    assert!(held < 100, "{held} MiB were held for answers to frames");
    drop(streams);
}

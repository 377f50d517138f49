//! A master that sleeps past its lease and wakes up: it acknowledges nothing any more, says so, and stands by.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use reqwest::Method;

use crate::support::client::Client;
use crate::support::release::{Release, signal};
use crate::support::site::{Site, TIMEOUT_2S, until, within};
use crate::writers::{StopAtEnd, Told, told};

/// One answer to a write.
struct Answered {
    number: u64,
    asked: Instant,
    told: Told,
}

fn write_to(client: &Client, server: &Release, path: &str, stop: &AtomicBool) -> Vec<Answered> {
    let mut all = Vec::new();
    for number in 1.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let patience = Duration::from_mins(1);
        let asked = Instant::now();
        let reply = client.send(Method::POST, &server.uri(), path, &number.to_string(), patience);
        all.push(Answered { number, asked, told: told(&reply) });
    }
    all
}

/// Asks both in turn; every time that both said MASTER although neither can have got it back meanwhile.
fn two_masters(client: &Client, first: &Release, second: &Release, stop: &AtomicBool) -> Vec<String> {
    let mut found = Vec::new();
    let mut second_ruled = false;
    while !stop.load(Ordering::Relaxed) {
        // A frozen server must not hold up the watcher for long.
        let ask = |server: &Release| {
            let path = "/v1/server/ha/state";
            client.send(Method::GET, &server.uri(), path, "", Duration::from_millis(300))
        };
        if let Ok(said) = ask(first)
            && said.body == "\"MASTER\""
            && second_ruled
        {
            found.push(format!("after the second ruled: {said:?}"));
        }
        second_ruled |= ask(second).is_ok_and(|r| r.body == "\"MASTER\"");
    }
    found
}

fn sleeps_past_its_lease(with_parent: bool) {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    let sensors = client.deploy_sensors(&first);
    let mut sleepers = vec![first.pid()];
    if with_parent {
        sleepers.insert(0, first.parent());
    }
    let stop = AtomicBool::new(false);
    let (answers, masters, stopped) = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|n| {
                let client = client.another();
                let path = format!("{sensors}/w{n}");
                let (first, stop) = (&first, &stop);
                scope.spawn(move || (path.clone(), write_to(&client, first, &path, stop)))
            })
            .collect();
        let watcher = {
            let client = client.another();
            let (first, second, stop) = (&first, &second, &stop);
            scope.spawn(move || two_masters(&client, first, second, stop))
        };
        let _stop = StopAtEnd(&stop);
        until("the writers write", || {
            let has = |n| client.get(&first.uri(), &format!("{sensors}/w{n}")).is_ok_and(|r| r.status == 200);
            (0..4).all(has)
        });
        for pid in &sleepers {
            signal(*pid, Signal::SIGSTOP);
        }
        let stopped = Instant::now();
        let took = within(Duration::from_secs(20), "the second takes a write", || {
            client.writes(&second, &format!("{sensors}/new"), 1)
        });
        assert!(took < Duration::from_secs(6), "{took:?} with a timeout of 2 s");
        for pid in &sleepers {
            signal(*pid, Signal::SIGCONT);
        }
        until("the sleeper stands by", || first.state(&client) == "HOT_STANDBY");
        until("it has what happened meanwhile", || {
            client.get(&first.uri(), &format!("{sensors}/new")).is_ok_and(|r| r.body == "1")
        });
        stop.store(true, Ordering::Relaxed);
        let answers: Vec<_> = writers.into_iter().map(|w| w.join().unwrap()).collect();
        (answers, watcher.join().unwrap(), stopped)
    });
    assert!(masters.is_empty(), "{masters:?}");
    for (path, answers) in &answers {
        assert!(answers.iter().any(|a| a.told == Told::Recorded), "{path}: nothing was written");
        // What was recorded before it slept may be told after: its answer was on its way.
        let late: Vec<u64> = answers
            .iter()
            .filter(|a| a.told == Told::Recorded && a.asked >= stopped)
            .map(|a| a.number)
            .collect();
        assert!(late.is_empty(), "{path}: asked for while it slept or later, and acknowledged: {late:?}");
        let last = answers.iter().rev().find(|a| a.told == Told::Recorded).unwrap().number;
        let kept: u64 = client.get(&second.uri(), path).unwrap().body.parse().unwrap();
        let may = |a: &&Answered| a.number == kept && a.number > last && a.told == Told::Unknown;
        assert!(kept == last || answers.iter().any(|a| may(&a)), "{path}: {kept}, not {last}");
    }
    assert_eq!(second.state(&client), "MASTER");
}

#[test]
fn a_server_that_slept_past_its_lease_acknowledges_nothing() {
    sleeps_past_its_lease(false);
}

#[test]
fn a_server_that_slept_with_its_parent_acknowledges_nothing() {
    sleeps_past_its_lease(true);
}

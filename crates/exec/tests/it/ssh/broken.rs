//! Connections that break in the middle of something.

use std::fs;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base::Span;
use brownstone_exec::Options;
use engine::effect::{Outcome, SshTarget, Work};

use super::sshd::Sshd;
use crate::bench::{Bench, PATIENCE, options, runs, sigkill, until};

/// Notices within a second that nobody answers.
fn alert() -> Options {
    Options { ssh_keepalive: Duration::from_millis(200), ..options() }
}

/// Gives up on a machine soon.
fn impatient(sshd: &Sshd) -> SshTarget {
    SshTarget { tries_timeout: Span::secs(2), connect_timeout: Span::secs(1), ..sshd.target() }
}

/// The account of the tests.
fn user() -> String {
    nix::unistd::User::from_uid(nix::unistd::geteuid()).unwrap().unwrap().name
}

#[test]
fn a_script_outlives_its_connection_and_its_end_is_picked_up() {
    let (bench, mut sshd) = (Bench::new(), Sshd::new());
    bench.script_over_ssh(&sshd, "t1", "echo one; until [ -e go ]; do sleep 0.02; done; echo two; exit 3");
    bench.started("t1");
    sshd.stop();
    // It ends while nobody can ask.
    fs::write(bench.cwd().join("go"), "").unwrap();
    until(|| bench.attempt("t1").join("exit").exists().then_some(()));
    assert_eq!(bench.next_within(Duration::from_millis(300)), None);
    sshd.start();
    let (code, streams, _) = bench.ended("t1");
    assert_eq!((code, streams.stdout.head.as_str()), (3, "one\ntwo\n"));
}

#[test]
fn a_script_goes_on_over_another_connection() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    bench.script_over_ssh(&sshd, "t1", "until [ -e go ]; do sleep 0.02; done; echo done");
    let process = bench.started("t1");
    for _ in 0..3 {
        sshd.cut();
        until(|| (!sshd.sessions().is_empty()).then_some(()));
    }
    assert!(runs(process.pid));
    fs::write(bench.cwd().join("go"), "").unwrap();
    assert_eq!(bench.ended("t1").1.stdout.head, "done\n");
}

#[test]
fn a_machine_that_stays_away_fails_its_scripts_and_says_where_their_output_is() {
    let (bench, mut sshd) = (Bench::new(), Sshd::new());
    let target = impatient(&sshd);
    for task in ["t1", "t2"] {
        bench.at(&target, task, Work::Script(bench.script("until [ -e go ]; do sleep 0.02; done")));
        bench.started(task);
    }
    sshd.stop();
    let begin = Instant::now();
    for _ in 0..2 {
        let (key, outcome) = bench.next();
        let Outcome::Failed(why) = outcome else { panic!("{outcome:?}") };
        assert!(why.starts_with(&format!("connection to {}@127.0.0.1:{} lost", user(), sshd.port)), "{why}");
        assert!(why.contains("while the script test ran") && why.contains("Connection refused"), "{why}");
        assert!(why.contains(&bench.attempt(&key.task).display().to_string()), "{why}");
    }
    assert!(begin.elapsed() < PATIENCE / 2, "{:?}", begin.elapsed());
}

#[test]
fn a_machine_that_goes_still_is_noticed() {
    let (bench, sshd) = (Bench::with(alert(), |_| Ok(())), Sshd::new());
    let target = impatient(&sshd);
    bench.at(&target, "t1", Work::Script(bench.script("until [ -e go ]; do sleep 0.02; done")));
    bench.started("t1");
    sshd.freeze();
    let why = bench.failed("t1");
    assert!(why.contains("lost while the script test ran") && why.contains("no answer within 1s"), "{why}");
    // Who asks now is told in time, too.
    bench.at(&target, "t2", Work::Describe { base_dir: None });
    assert!(bench.failed("t2").contains("no answer within 1s"));
}

#[test]
fn a_machine_that_was_still_for_a_while_goes_on() {
    let (bench, sshd) = (Bench::with(alert(), |_| Ok(())), Sshd::new());
    let target = SshTarget { connect_timeout: Span::secs(1), ..sshd.target() };
    bench.at(&target, "t1", Work::Script(bench.script("until [ -e go ]; do sleep 0.02; done; echo done")));
    bench.started("t1");
    sshd.freeze();
    assert_eq!(bench.next_within(Duration::from_millis(1500)), None);
    fs::write(bench.cwd().join("go"), "").unwrap();
    sshd.thaw();
    assert_eq!(bench.ended("t1").1.stdout.head, "done\n");
}

#[test]
fn a_script_whose_start_was_cut_short_is_begun_once() {
    let sshd = Arc::new(Mutex::new(Sshd::new()));
    let (cutter, cut) = (sshd.clone(), AtomicBool::new(false));
    // Right before the script is sent.
    let bench = Bench::with(options(), move |_| {
        if !cut.swap(true, Ordering::Relaxed) {
            cutter.lock().unwrap().cut();
        }
        Ok(())
    });
    bench.script_over_ssh(&sshd.lock().unwrap(), "t1", "echo x >> count; exit 4");
    bench.started("t1");
    assert_eq!(bench.ended("t1").0, 4);
    assert_eq!(fs::read_to_string(bench.cwd().join("count")).unwrap(), "x\n");
}

#[test]
fn a_script_that_lost_its_keeper_ends_without_an_exit_code() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    bench.script_over_ssh(&sshd, "t1", "until [ -e go ]; do sleep 0.02; done; echo done");
    let process = bench.started("t1");
    let keeper = fs::read_to_string(bench.attempt("t1").join("keeper")).unwrap();
    sigkill(keeper.split(' ').next().unwrap().parse().unwrap());
    assert_eq!(bench.next_within(Duration::from_millis(500)), None, "it runs on");
    assert!(runs(process.pid));
    fs::write(bench.cwd().join("go"), "").unwrap();
    assert!(bench.failed("t1").contains("does not tell how"));
}

#[test]
fn a_connection_is_used_again_and_closed_when_it_is_idle() {
    let (bench, sshd) = (
        Bench::with(Options { ssh_idle_max: Duration::from_millis(800), ..options() }, |_| Ok(())),
        Sshd::new(),
    );
    let step = |task: &str| {
        bench.over_ssh(&sshd, task, Work::FindPorts { wishes: Vec::new() });
        assert_eq!(bench.next_of(task), Outcome::Ports(Vec::new()));
        sshd.sessions()
    };
    let first = step("t1");
    assert_eq!((first.len(), step("t2")), (1, first));
    until(|| sshd.sessions().is_empty().then_some(()));
    // Not while a script runs.
    bench.script_over_ssh(&sshd, "t3", "sleep 2");
    bench.started("t3");
    let during = sshd.sessions();
    bench.ended("t3");
    assert_eq!(step("t4"), during);
}

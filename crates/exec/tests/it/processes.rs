//! Watching and ending processes that scripts have launched.

use std::fs;
use std::time::{Duration, Instant};

use crate::bench::{Bench, key, number_in, options, runs, sigkill, until};
use base::Span;
use brownstone_exec::Options;
use engine::effect::{Outcome, ProcessRef, Work};

/// Launches a daemon the way blueprints do, and finds it by its pid file.
fn launch(bench: &Bench, name: &str, command: &str) -> ProcessRef {
    let pid_file = bench.cwd().join(format!("{name}.pid"));
    let text = format!("nohup {command} > /dev/null 2>&1 & echo $! > {}", pid_file.display());
    bench.output(&format!("launch-{name}"), &text);
    bench.run(name, Work::Watch { pid_file: pid_file.to_str().unwrap().to_owned(), known: None });
    bench.found(name)
}

#[test]
fn a_kill_9_of_a_watched_process_is_seen_at_once() {
    let bench = Bench::new();
    // The best of three: another process may have the processor for a while.
    let took = ["a", "b", "c"].map(|name| {
        let process = launch(&bench, name, "sleep 1000");
        let begin = Instant::now();
        sigkill(process.pid);
        assert_eq!(bench.gone(name), format!("process {} has ended", process.pid));
        begin.elapsed()
    });
    println!("from kill -9 to Gone: {took:?}");
    assert!(took.iter().any(|took| *took < Duration::from_millis(100)), "{took:?}");
}

#[test]
fn a_known_process_is_adopted_by_the_next_executor() {
    let first = Bench::new();
    let process = launch(&first, "daemon", "sleep 1000");
    first.executor.shutdown();
    let second = Bench::new();
    second.watch("w", &process);
    assert_eq!(second.found("w"), process);
    sigkill(process.pid);
    second.gone("w");
    second.watch("again", &process);
    assert!(second.gone("again").contains("has ended"));
}

#[test]
fn what_is_no_process_is_gone_and_says_why() {
    let bench = Bench::new();
    fs::create_dir(bench.cwd()).unwrap();
    let file = bench.cwd().join("pid.txt");
    let watch = |task: &str| {
        bench.run(task, Work::Watch { pid_file: file.to_str().unwrap().to_owned(), known: None });
        bench.gone(task)
    };
    assert_eq!(watch("absent"), format!("no pid file at {}", file.display()));
    for (n, junk) in ["", "abc", "-5", "0", "1", "99999999999999", "12x"].iter().enumerate() {
        fs::write(&file, junk).unwrap();
        assert!(watch(&format!("junk{n}")).contains("holds no process id"), "{junk}");
    }
    fs::write(&file, "4194399\n").unwrap();
    assert!(watch("nobody").contains("is not running"));
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    bench.run("folder", Work::Watch { pid_file: file.to_str().unwrap().to_owned(), known: None });
    assert!(bench.failed("folder").contains("cannot read the pid file"));
}

#[test]
fn a_reused_pid_is_gone_to_a_watch_and_never_signalled() {
    let bench = Bench::new();
    let process = launch(&bench, "daemon", "sleep 1000");
    let mistaken = ProcessRef { start_ticks: process.start_ticks - 1, ..process.clone() };
    bench.watch("w", &mistaken);
    assert_eq!(bench.gone("w"), format!("pid {} belongs to another process now", process.pid));
    bench.kill("k", &mistaken, Span::ZERO);
    assert_eq!(bench.next_of("k"), Outcome::Done);
    assert!(runs(process.pid));

    let mut earlier = process.clone();
    earlier.host.boot = "earlier".to_owned();
    bench.watch("w2", &earlier);
    assert!(bench.gone("w2").contains("restarted"));
    bench.kill("k2", &earlier, Span::ZERO);
    assert_eq!(bench.next_of("k2"), Outcome::Done);

    let mut elsewhere = process.clone();
    (elsewhere.host.id, elsewhere.host.name) = ("x".to_owned(), "host-a".to_owned());
    bench.watch("w3", &elsewhere);
    assert!(bench.failed("w3").contains("runs on host host-a"));
    bench.kill("k3", &elsewhere, Span::ZERO);
    assert!(bench.failed("k3").contains("runs on host host-a"));
    assert!(runs(process.pid));
    sigkill(process.pid);
    bench.gone("daemon");
}

#[test]
fn a_zombie_is_gone() {
    let bench = Bench::new();
    let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
    let file = bench.dir.path().join("pid.txt");
    fs::write(&file, child.id().to_string()).unwrap();
    let watch = Work::Watch { pid_file: file.to_str().unwrap().to_owned(), known: None };
    bench.run("w", watch.clone());
    let process = bench.found("w");
    sigkill(process.pid);
    bench.gone("w");
    bench.run("w2", watch);
    assert!(bench.gone("w2").contains("is not running"));
    bench.kill("k", &process, Span::secs(60));
    assert_eq!(bench.next_of("k"), Outcome::Done);
    child.wait().unwrap();
}

#[test]
fn a_kill_takes_the_group_and_is_done_when_all_of_it_has_ended() {
    let bench = Bench::new();
    // The main process goes at once; a child of its group takes its time.
    let command = "bash -c '(trap \"sleep 0.3; exit\" TERM; echo $BASHPID > slow; while :; do sleep 0.02; done) & \
                   trap \"exit 0\" TERM; while :; do sleep 0.02; done'";
    let process = launch(&bench, "daemon", command);
    let slow = number_in(&bench.cwd().join("slow"));
    bench.kill("k", &process, Span::secs(60));
    bench.killed("k", "daemon");
    assert!(!runs(slow) && !runs(process.pid));
    bench.kill("again", &process, Span::secs(60));
    assert_eq!(bench.next_of("again"), Outcome::Done);
}

#[test]
fn what_ignores_sigterm_is_killed_after_the_grace() {
    let bench = Bench::new();
    let process =
        launch(&bench, "daemon", "bash -c 'trap \"\" TERM; echo > ready; while :; do sleep 0.02; done'");
    until(|| bench.cwd().join("ready").exists().then_some(()));
    let begin = Instant::now();
    bench.kill("k", &process, Span::millis(400));
    bench.killed("k", "daemon");
    assert!(begin.elapsed() >= Duration::from_millis(395), "{:?}", begin.elapsed());
    assert!(!runs(process.pid));
}

#[test]
fn a_child_that_ignores_sigterm_is_killed_though_the_main_process_has_gone() {
    let bench = Bench::new();
    let command = "bash -c '(trap \"\" TERM; echo $BASHPID > child; while :; do sleep 0.02; done) & wait'";
    let process = launch(&bench, "daemon", command);
    let child = number_in(&bench.cwd().join("child"));
    bench.kill("k", &process, Span::millis(300));
    bench.killed("k", "daemon");
    assert!(!runs(child));
}

#[test]
fn the_server_itself_is_never_ended() {
    let bench = Bench::new();
    let file = bench.dir.path().join("pid.txt");
    fs::write(&file, std::process::id().to_string()).unwrap();
    bench.run("w", Work::Watch { pid_file: file.to_str().unwrap().to_owned(), known: None });
    let own = bench.found("w");
    bench.kill("k", &own, Span::ZERO);
    assert!(bench.failed("k").contains("this server"));
    // A process of the server's own group is ended alone.
    let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
    fs::write(&file, child.id().to_string()).unwrap();
    bench.run("w2", Work::Watch { pid_file: file.to_str().unwrap().to_owned(), known: None });
    let process = bench.found("w2");
    assert_eq!(process.pgid, own.pgid);
    bench.kill("k2", &process, Span::secs(60));
    bench.killed("k2", "w2");
    child.wait().unwrap();
}

#[test]
fn the_permit_is_asked_before_each_signal() {
    let launcher = Bench::new();
    let daemon = "bash -c 'trap \"\" TERM; echo > ready; while :; do sleep 0.02; done'";
    let process = launch(&launcher, "daemon", daemon);
    until(|| launcher.cwd().join("ready").exists().then_some(()));
    let refuses = Bench::with(options(), |_| Err("no".to_owned()));
    refuses.kill("k", &process, Span::ZERO);
    assert_eq!(refuses.failed("k"), "no");

    let asked = std::sync::atomic::AtomicUsize::new(0);
    let once =
        Bench::with(options(), move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err("no more".to_owned()),
        });
    once.kill("k", &process, Span::millis(100));
    assert_eq!(once.failed("k"), "no more");
    assert!(runs(process.pid));
    launcher.kill("end", &process, Span::ZERO);
    launcher.killed("end", "daemon");
}

#[test]
fn a_cancelled_watch_says_nothing_more() {
    let bench = Bench::new();
    let process = launch(&bench, "daemon", "sleep 1000");
    bench.executor.cancel(&key("daemon")).unwrap();
    bench.kill("k", &process, Span::secs(60));
    assert_eq!(bench.next_of("k"), Outcome::Done);
    assert_eq!(bench.next_within(Duration::from_millis(50)), None);
}

#[test]
fn run_directories_are_removed_only_below_the_base() {
    let bench = Bench::new();
    bench.output("t", "mkdir -p deep/er; touch deep/file");
    bench.run("r", Work::RemoveDir { dir: bench.cwd().to_str().unwrap().to_owned() });
    assert_eq!(bench.next_of("r"), Outcome::Done);
    assert!(!bench.cwd().exists());
    bench.run("r2", Work::RemoveDir { dir: "/tmp".to_owned() });
    assert!(bench.failed("r2").contains("it lies elsewhere"));
}

#[test]
fn a_thousand_watches_need_no_thread_each() {
    let threads = || fs::read_dir("/proc/self/task").unwrap().count();
    let bench = Bench::with(Options { workers: 2, ..options() }, |_| Ok(()));
    let process = launch(&bench, "daemon", "sleep 1000");
    // Other tests of this process start executors of their own meanwhile.
    let before = threads();
    for n in 0..1000 {
        bench.watch(&format!("w{n}"), &process);
    }
    for _ in 0..1000 {
        assert!(matches!(bench.next().1, Outcome::Found(_)));
    }
    assert!(threads() < before + 200, "{} threads", threads());
    sigkill(process.pid);
    for _ in 0..=1000 {
        assert!(matches!(bench.next().1, Outcome::Gone(_)));
    }
}

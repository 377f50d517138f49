//! Watching and ending processes of a machine over SSH.

use std::fs;
use std::time::{Duration, Instant};

use base::Span;
use engine::effect::{Outcome, ProcessRef, Work};

use super::sshd::Sshd;
use crate::bench::{Bench, key, number_in, options, runs, sigkill, until};

impl Bench {
    /// Launches a daemon the way blueprints do, and finds it by its pid file.
    fn launch_over_ssh(&self, sshd: &Sshd, name: &str, command: &str) -> ProcessRef {
        let pid_file = self.cwd().join(format!("{name}.pid"));
        let launch = format!("launch-{name}");
        let text = format!("nohup {command} > /dev/null 2>&1 & echo $! > {}", pid_file.display());
        self.script_over_ssh(sshd, &launch, &text);
        self.started(&launch);
        self.ended(&launch);
        let pid_file = pid_file.to_str().unwrap().to_owned();
        self.over_ssh(sshd, name, Work::Watch { pid_file, known: None });
        self.found(name)
    }
}

#[test]
fn the_end_of_a_watched_process_is_told_at_once() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    // The best of three: another process may have the processor for a while.
    let took = ["a", "b", "c"].map(|name| {
        let process = bench.launch_over_ssh(&sshd, name, "sleep 1000");
        let begin = Instant::now();
        sigkill(process.pid);
        assert_eq!(bench.gone(name), format!("process {} has ended", process.pid));
        begin.elapsed()
    });
    println!("from kill -9 to Gone over SSH: {took:?}");
    assert!(took.iter().any(|took| *took < Duration::from_millis(500)), "{took:?}");
    assert_eq!(sshd.sessions().len(), 1);
}

#[test]
fn a_hundred_watches_share_one_channel_also_where_one_is_all_there_is() {
    let (bench, sshd) = (Bench::new(), Sshd::with("MaxSessions 1"));
    let process = bench.launch_over_ssh(&sshd, "daemon", "sleep 1000");
    for n in 0..100 {
        let known = Some(process.clone());
        bench.over_ssh(&sshd, &format!("w{n}"), Work::Watch { pid_file: String::new(), known });
    }
    for _ in 0..100 {
        assert!(matches!(bench.next().1, Outcome::Found(_)));
    }
    sigkill(process.pid);
    for _ in 0..=100 {
        assert!(matches!(bench.next().1, Outcome::Gone(_)));
    }
}

#[test]
fn a_connection_that_is_lost_is_no_death() {
    let (bench, mut sshd) = (Bench::new(), Sshd::new());
    let process = bench.launch_over_ssh(&sshd, "daemon", "sleep 1000");
    sshd.stop();
    let why = bench.failed("daemon");
    assert!(why.contains("lost while watching process") && why.contains("not known"), "{why}");
    assert!(runs(process.pid));
    sshd.start();
    bench.over_ssh(&sshd, "again", Work::Watch { pid_file: String::new(), known: Some(process.clone()) });
    assert_eq!(bench.found("again"), process);
    sigkill(process.pid);
    bench.gone("again");
}

#[test]
fn what_is_no_process_is_gone_and_says_why() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    fs::create_dir(bench.cwd()).unwrap();
    let file = bench.cwd().join("pid.txt");
    let watch = |task: &str, known| {
        bench.over_ssh(&sshd, task, Work::Watch { pid_file: file.to_str().unwrap().to_owned(), known });
    };
    watch("absent", None);
    assert_eq!(bench.gone("absent"), format!("no pid file at {}", file.display()));
    for (n, junk) in ["", "abc", "-5", "0", "1", "99999999999999", "12x"].iter().enumerate() {
        fs::write(&file, junk).unwrap();
        watch(&format!("junk{n}"), None);
        assert!(bench.gone(&format!("junk{n}")).contains("holds no process id"), "{junk}");
    }
    fs::write(&file, "4194399\n").unwrap();
    watch("nobody", None);
    assert!(bench.gone("nobody").contains("is not running"));
    let process = bench.launch_over_ssh(&sshd, "daemon", "sleep 1000");
    watch("reused", Some(ProcessRef { start_ticks: process.start_ticks - 1, ..process.clone() }));
    assert_eq!(bench.gone("reused"), format!("pid {} belongs to another process now", process.pid));
    let mut earlier = process.clone();
    earlier.host.boot = "earlier".to_owned();
    watch("earlier", Some(earlier));
    assert!(bench.gone("earlier").contains("was restarted"));
    let mut elsewhere = process.clone();
    elsewhere.host.id = "elsewhere".to_owned();
    watch("elsewhere", Some(elsewhere));
    assert!(bench.failed("elsewhere").contains("runs on host"));
}

#[test]
fn a_kill_takes_the_group_also_what_ignores_sigterm() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let command = "bash -c '(trap \"\" TERM; echo $BASHPID > child; while :; do sleep 0.02; done) & wait'";
    let process = bench.launch_over_ssh(&sshd, "daemon", command);
    let child = number_in(&bench.cwd().join("child"));
    let kill = |process: &ProcessRef| Work::Kill { process: process.clone(), grace: Span::millis(300) };
    let mistaken = ProcessRef { start_ticks: process.start_ticks - 1, ..process.clone() };
    bench.over_ssh(&sshd, "stranger", kill(&mistaken));
    assert_eq!(bench.next_of("stranger"), Outcome::Done);
    assert!(runs(process.pid) && runs(child));

    let begin = Instant::now();
    bench.over_ssh(&sshd, "k", kill(&process));
    bench.killed("k", "daemon");
    assert!(begin.elapsed() >= Duration::from_millis(295));
    assert!(!runs(child) && !runs(process.pid));
    bench.over_ssh(&sshd, "again", kill(&process));
    assert_eq!(bench.next_of("again"), Outcome::Done);
}

#[test]
fn the_permit_is_asked_before_each_signal_and_this_server_is_never_ended() {
    let (launcher, sshd) = (Bench::new(), Sshd::new());
    let daemon = "bash -c 'trap \"\" TERM; echo > ready; while :; do sleep 0.02; done'";
    let process = launcher.launch_over_ssh(&sshd, "daemon", daemon);
    until(|| launcher.cwd().join("ready").exists().then_some(()));
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let once =
        Bench::with(options(), move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err("no more".to_owned()),
        });
    once.over_ssh(&sshd, "k", Work::Kill { process: process.clone(), grace: Span::millis(100) });
    assert_eq!(once.failed("k"), "no more");
    assert!(runs(process.pid));
    let own = ProcessRef { pid: std::process::id() as i32, ..process };
    launcher.over_ssh(&sshd, "own", Work::Kill { process: own, grace: Span::ZERO });
    assert!(launcher.failed("own").contains("this server"));
}

#[test]
fn a_cancelled_watch_says_nothing_more() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let process = bench.launch_over_ssh(&sshd, "daemon", "sleep 1000");
    bench.executor.cancel(&key("daemon")).unwrap();
    bench.over_ssh(&sshd, "k", Work::Kill { process, grace: Span::secs(60) });
    assert_eq!(bench.next_of("k"), Outcome::Done);
    assert_eq!(bench.next_within(Duration::from_millis(50)), None);
}

//! Scripts as a user's blueprint has them: real bash, real files, real signals.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::bench::{Bench, PATIENCE, key, number_in, options, runs, sigkill, until};
use base::Span;
use brownstone_exec::{Options, SubmitError};
use engine::effect::{Machine, Outcome, Work};

#[test]
fn a_script_tells_its_output_and_exit_code_and_leaves_both_on_disk() {
    let bench = Bench::new();
    let (code, streams, timed_out) = bench.output("t1", "echo out; echo err >&2; pwd; exit 7");
    let cwd = bench.cwd().canonicalize().unwrap();
    assert_eq!((code, timed_out), (7, false));
    assert_eq!(streams.stdout.head, format!("out\n{}\n", cwd.display()));
    assert_eq!((streams.stderr.head.as_str(), streams.stderr.size), ("err\n", 4));

    let dir = bench.attempt("t1");
    assert_eq!(fs::read_to_string(dir.join("exit")).unwrap(), "7\n");
    assert_eq!(fs::read_to_string(&streams.stdout.file).unwrap(), streams.stdout.head);
    assert!(fs::read_to_string(dir.join("script.sh")).unwrap().contains("exit 7"));
    for path in [bench.cwd(), bench.cwd().join(".brownstone"), dir.clone(), dir.join("script.sh")] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
    }
}

#[test]
fn a_script_has_a_session_of_its_own_and_no_input() {
    let bench = Bench::new();
    bench.run_script("t1", "ps -o pgid=,sid= -p $$ | xargs; cat; echo end");
    let process = bench.started("t1");
    let (code, streams, _) = bench.ended("t1");
    assert_eq!(code, 0);
    assert_eq!(streams.stdout.head, format!("{0} {0}\nend\n", process.pgid));
}

#[test]
fn long_output_is_cut_in_the_middle_and_whole_on_disk() {
    let bench = Bench::new();
    let (_, streams, _) = bench.output("t1", "seq 1 100000; head -c 300000 /dev/urandom >&2");
    let out = streams.stdout;
    assert!(out.head.starts_with("1\n2\n") && out.tail.ends_with("99999\n100000\n"));
    assert_eq!((out.head.len(), out.tail.len(), out.size), (65536, 65536, 588_895));
    assert_eq!(fs::metadata(&out.file).unwrap().len(), out.size);
    assert_eq!(streams.stderr.size, 300_000);
    assert!(streams.stderr.head.len() <= 65536 && streams.stderr.tail.len() <= 65536);
}

#[test]
fn death_by_a_signal_is_128_and_the_signal() {
    let bench = Bench::new();
    let (code, streams, _) = bench.output("t1", "echo before; kill -9 $$");
    assert_eq!((code, streams.stdout.head.as_str(), streams.stderr.head.as_str()), (137, "before\n", ""));
    let (code, ..) = bench.output("t2", "kill -9 0");
    assert_eq!(code, 137);
    assert_eq!(fs::read_to_string(bench.attempt("t2").join("exit")).unwrap(), "137\n");
}

#[test]
fn the_environment_is_clean_and_values_arrive_as_they_are() {
    let bench = Bench::new();
    let nasty = "a 'b' \"c\" $HOME `id` \\n\n$(touch pwned); é";
    let mut script = bench.script("env -0 | sort -z; printf '%s' \"$NASTY\" > nasty");
    script.env = vec![("NASTY".to_owned(), nasty.to_owned()), ("LANG".to_owned(), "C".to_owned())];
    bench.run("t1", Work::Script(script));
    bench.started("t1");
    let (_, streams, _) = bench.ended("t1");
    let names: Vec<&str> = streams.stdout.head.split('\0').filter_map(|var| var.split('=').next()).collect();
    for name in names.iter().filter(|name| !name.is_empty()) {
        let known = ["HOME", "LANG", "NASTY", "OLDPWD", "PATH", "PWD", "SHLVL", "TMPDIR", "USER", "_"];
        assert!(known.contains(name), "{name} is of the server");
    }
    assert!(streams.stdout.head.contains("LANG=C\0"));
    assert_eq!(fs::read_to_string(bench.cwd().join("nasty")).unwrap(), nasty);
    assert!(!bench.cwd().join("pwned").exists());
}

#[test]
fn what_cannot_be_started_says_why_and_leaves_nothing() {
    let bench = Bench::new();
    let mut script = bench.script("true");
    script.env = vec![("not a name".to_owned(), String::new())];
    bench.run("t1", Work::Script(script));
    assert!(bench.failed("t1").contains("\"not a name\""));

    let mut script = bench.script("true");
    script.cwd = "relative".to_owned();
    bench.run("t2", Work::Script(script));
    assert!(bench.failed("t2").contains("not an absolute path"));

    fs::write(bench.dir.path().join("file"), "").unwrap();
    let mut script = bench.script("true");
    script.cwd = bench.dir.path().join("file/run").to_str().unwrap().to_owned();
    bench.run("t3", Work::Script(script));
    assert!(bench.failed("t3").contains("cannot make the folder"));
    assert!(!bench.cwd().exists());
}

#[test]
fn folders_that_are_wanted_are_made_before_the_script_runs() {
    let bench = Bench::new();
    let mut script = bench.script("ls");
    script.make_dirs = vec!["inside".to_owned(), bench.dir.path().join("a/b").to_str().unwrap().to_owned()];
    bench.run("t1", Work::Script(script));
    bench.started("t1");
    assert_eq!(bench.ended("t1").1.stdout.head, "inside\n");
    assert!(bench.dir.path().join("a/b").is_dir());
}

#[test]
fn a_timeout_ends_the_whole_group_also_what_ignores_sigterm() {
    let bench = Bench::new();
    let text = "(trap '' TERM; echo $BASHPID > stubborn; while :; do sleep 0.05; done) & \
                sleep 1000 & echo $! > meek; echo waiting; wait";
    let mut script = bench.script(text);
    script.timeout = Some(Span::millis(300));
    let begin = Instant::now();
    bench.run("t1", Work::Script(script));
    bench.started("t1");
    let (code, streams, timed_out) = bench.ended("t1");
    assert!(begin.elapsed() > Duration::from_millis(590), "{:?}: it had no grace", begin.elapsed());
    assert_eq!((code, streams.stdout.head.as_str(), timed_out), (143, "waiting\n", true));
    let (stubborn, meek) = (number_in(&bench.cwd().join("stubborn")), number_in(&bench.cwd().join("meek")));
    until(|| (!runs(stubborn) && !runs(meek)).then_some(()));
}

#[test]
fn a_script_that_ends_well_when_its_time_is_up_keeps_its_exit_code() {
    let bench = Bench::new();
    let mut script = bench.script("trap 'echo bye; exit 3' TERM; sleep 1000 & wait");
    script.timeout = Some(Span::millis(200));
    bench.run("t1", Work::Script(script));
    bench.started("t1");
    let (code, streams, timed_out) = bench.ended("t1");
    assert_eq!((code, streams.stdout.head.as_str(), timed_out), (3, "bye\n", true));
}

#[test]
fn a_daemonised_child_goes_on_when_its_script_has_ended() {
    let bench = Bench::new();
    let begin = Instant::now();
    bench.output("t1", "nohup bash -c 'while :; do echo tick; sleep 0.02; done' & echo $! > pid.txt");
    assert!(begin.elapsed() < PATIENCE / 2, "the script waited for its child");
    let pid = number_in(&bench.cwd().join("pid.txt"));
    let stdout = bench.attempt("t1").join("stdout");
    let size = fs::metadata(&stdout).unwrap().len();
    until(|| (fs::metadata(&stdout).unwrap().len() > size).then_some(()));
    assert!(runs(pid));
    sigkill(pid);
}

#[test]
fn a_script_outlives_its_executor_and_leaves_its_exit_code() {
    let bench = Bench::new();
    bench.run_script("t1", "until [ -e go ]; do sleep 0.02; done; echo done; exit 5");
    bench.started("t1");
    bench.executor.shutdown();
    let again =
        bench.executor.run(key("t2"), Machine::Local(bench.host.clone()), Work::Script(bench.script("")));
    assert_eq!(again, Err(SubmitError::ShutDown));
    fs::write(bench.cwd().join("go"), "").unwrap();
    assert_eq!(number_in(&bench.attempt("t1").join("exit")), 5);
    assert_eq!(fs::read_to_string(bench.attempt("t1").join("stdout")).unwrap(), "done\n");
}

#[test]
fn progress_is_shown_when_there_is_something_new() {
    let bench = Bench::new();
    let mut script = bench.script("echo one; until [ -e go ]; do sleep 0.02; done; echo two");
    script.progress = true;
    bench.run("t1", Work::Script(script));
    bench.started("t1");
    match bench.next_of("t1") {
        Outcome::Output(streams) => assert_eq!(streams.stdout.head, "one\n"),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.next_within(Duration::from_millis(400)), None, "nothing new was shown");
    fs::write(bench.cwd().join("go"), "").unwrap();
    let last = loop {
        match bench.next_of("t1") {
            Outcome::Output(_) => {}
            Outcome::Ended { streams, .. } => break streams,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(last.stdout.head, "one\ntwo\n");
}

#[test]
fn cancelling_ends_the_group_and_reports_how() {
    let bench = Bench::new();
    bench.run_script("t1", "sleep 1000 & echo $! > child; wait");
    let process = bench.started("t1");
    let child = number_in(&bench.cwd().join("child"));
    bench.executor.cancel(&key("t1")).unwrap();
    bench.executor.cancel(&key("t1")).unwrap();
    bench.executor.cancel(&key("unknown")).unwrap();
    let (code, _, timed_out) = bench.ended("t1");
    assert_eq!((code, timed_out), (143, false));
    assert!(!runs(process.pid) && !runs(child));
}

#[test]
fn cancelling_right_after_the_start_is_not_lost() {
    let bench = Bench::with(Options { scripts_at_once: 1, ..options() }, |_| Ok(()));
    bench.run_script("first", "sleep 1000");
    bench.run_script("waits", "touch ran");
    bench.executor.cancel(&key("waits")).unwrap();
    bench.executor.cancel(&key("first")).unwrap();
    let (mut first, mut waits) = (None, None);
    while first.is_none() || waits.is_none() {
        match bench.next() {
            (_, Outcome::Started(_)) => {}
            (key, outcome) if key.task == "first" => first = Some(outcome),
            (_, outcome) => waits = Some(outcome),
        }
    }
    assert!(matches!(first, Some(Outcome::Ended { exit_code: 137 | 143, .. })), "{first:?}");
    assert!(matches!(&waits, Some(Outcome::Failed(why)) if why.contains("before it began")), "{waits:?}");
    assert!(!bench.cwd().join("ran").exists());
}

#[test]
fn without_permit_nothing_is_done() {
    let bench = Bench::with(options(), |key| Err(format!("term {} is over", key.term)));
    bench.run_script("t1", "touch here");
    assert_eq!(bench.failed("t1"), "term 1 is over");
    assert!(!bench.cwd().exists());
    fs::create_dir(bench.cwd()).unwrap();
    bench.run("t2", Work::RemoveDir { dir: bench.cwd().to_str().unwrap().to_owned() });
    assert_eq!(bench.failed("t2"), "term 1 is over");
    assert!(bench.cwd().exists());
}

#[test]
fn a_permit_that_ends_while_the_script_is_written_is_seen() {
    let asked = AtomicUsize::new(0);
    let bench = Bench::with(options(), move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Ok(()),
        _ => Err("the lease is over".to_owned()),
    });
    bench.run_script("t1", "touch here");
    assert_eq!(bench.failed("t1"), "the lease is over");
    assert!(!bench.attempt("t1").exists() && !bench.cwd().join("here").exists());
}

#[test]
fn a_permit_that_panics_fails_its_work_and_no_other() {
    let bench =
        Bench::with(options(), |key| if key.task == "bad" { panic!("as the test wants") } else { Ok(()) });
    for _ in 0..2 {
        bench.run_script("bad", "true");
        assert!(bench.failed("bad").contains("defect"));
    }
    assert_eq!(bench.output("good", "exit 4").0, 4);
}

#[test]
fn one_key_is_done_once() {
    let bench = Bench::new();
    for _ in 0..3 {
        bench.run_script("t1", "echo x >> count; until [ -e go ]; do sleep 0.02; done");
    }
    bench.started("t1");
    until(|| fs::read_to_string(bench.cwd().join("count")).ok().filter(|text| !text.is_empty()));
    fs::write(bench.cwd().join("go"), "").unwrap();
    bench.ended("t1");
    // Not after its end either, and not by another executor on the same folder.
    bench.run_script("t1", "echo x >> count");
    assert!(bench.failed("t1").contains("was begun before"));
    assert_eq!(fs::read_to_string(bench.cwd().join("count")).unwrap(), "x\n");
}

#[test]
fn work_for_another_host_or_an_earlier_boot_is_refused() {
    let bench = Bench::new();
    let mut other = bench.host.clone();
    (other.id, other.name) = ("elsewhere".to_owned(), "host-a".to_owned());
    bench.executor.run(key("t1"), Machine::Local(other), Work::Script(bench.script("true"))).unwrap();
    let why = bench.failed("t1");
    assert!(
        why.contains("for host host-a") && why.contains(&format!("runs on host {}", bench.host.name)),
        "{why}"
    );

    let mut earlier = bench.host.clone();
    earlier.boot = "earlier".to_owned();
    bench.executor.run(key("t2"), Machine::Local(earlier), Work::Script(bench.script("true"))).unwrap();
    assert!(bench.failed("t2").contains("restarted"));
    assert!(!bench.cwd().exists());
}

#[test]
fn fifty_scripts_run_at_the_same_time() {
    let bench = Bench::new();
    // Each waits until all have come: one after the other they would never end.
    let text = "touch in-$N; until [ $(ls -U | grep -c ^in-) = 50 ]; do sleep 0.1; done; echo $N";
    for n in 0..50 {
        let mut script = bench.script(text);
        script.env = vec![("N".to_owned(), n.to_string())];
        bench.run(&format!("t{n}"), Work::Script(script));
    }
    let mut ended = 0;
    while ended < 50 {
        if let (key, Outcome::Ended { exit_code, streams, .. }) = bench.next() {
            assert_eq!((exit_code, format!("t{}", streams.stdout.head.trim())), (0, key.task));
            ended += 1;
        }
    }
}

#[test]
fn hundreds_of_scripts_wait_their_turn() {
    let bench = Bench::with(Options { scripts_at_once: 4, ..options() }, |_| Ok(()));
    for n in 0..200 {
        bench.run_script(&format!("t{n}"), "true");
    }
    let (mut running, mut most, mut ended) = (0, 0, 0);
    while ended < 200 {
        match bench.next().1 {
            Outcome::Started(_) => running += 1,
            Outcome::Ended { exit_code: 0, .. } => (running, ended) = (running - 1, ended + 1),
            other => panic!("{other:?}"),
        }
        most = most.max(running);
    }
    assert!(most <= 4, "{most} at once");
}

#[test]
fn more_than_the_bound_is_refused() {
    let bench = Bench::with(Options { works_max: 1, ..options() }, |_| Ok(()));
    bench.run_script("t1", "sleep 1000");
    bench.started("t1");
    bench.run_script("t2", "true");
    assert!(bench.failed("t2").contains("which is the bound"));
    bench.executor.cancel(&key("t1")).unwrap();
    bench.ended("t1");
}

#[test]
fn a_script_costs_milliseconds() {
    let bench = Bench::new();
    let mut took: Vec<Duration> = (0..40)
        .map(|n| {
            let begin = Instant::now();
            bench.output(&format!("t{n}"), "true");
            begin.elapsed()
        })
        .collect();
    took.sort();
    println!("from run to Ended of `true`: p50 {:?}, p95 {:?}", took[20], took[38]);
    assert!(took[20] < Duration::from_millis(500), "{took:?}");
}

//! Scripts over SSH keep the promises of local ones.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::Span;
use engine::effect::{Machine, Outcome, SshTarget, Streams, Work};

use super::sshd::Sshd;
use crate::bench::{Bench, key, number_in, options, runs, until};

impl Bench {
    pub(crate) fn over_ssh(&self, sshd: &Sshd, task: &str, work: Work) {
        self.executor.run(key(task), sshd.machine(), work).unwrap();
    }

    pub(crate) fn at(&self, target: &SshTarget, task: &str, work: Work) {
        self.executor.run(key(task), Machine::Ssh(Arc::new(target.clone())), work).unwrap();
    }

    pub(crate) fn script_over_ssh(&self, sshd: &Sshd, task: &str, text: &str) {
        self.over_ssh(sshd, task, Work::Script(self.script(text)));
    }

    fn output_over_ssh(&self, sshd: &Sshd, task: &str, text: &str) -> (i32, Streams, bool) {
        self.script_over_ssh(sshd, task, text);
        self.started(task);
        self.ended(task)
    }
}

#[test]
fn a_script_tells_its_output_exit_code_and_process_and_leaves_its_files() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let text = "echo out; echo err >&2; pwd; cat; until [ -e go ]; do sleep 0.02; done; exit 7";
    bench.script_over_ssh(&sshd, "t1", text);
    let process = bench.started("t1");
    assert_eq!(process.host.boot, bench.host.boot);
    let machine_id = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    assert!(process.host.id == machine_id.trim() || process.host.id == format!("127.0.0.1:{}", sshd.port));
    let stat = until(|| fs::read_to_string(format!("/proc/{}/stat", process.pid)).ok());
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    assert_eq!((fields[2], fields[19]), (&*process.pid.to_string(), &*process.start_ticks.to_string()));
    assert_eq!(process.pgid, process.pid);
    let session = fields[3].to_owned();
    assert!(sshd.sessions().iter().all(|pid| pid.to_string() != session), "it shares sshd's session");
    fs::write(bench.cwd().join("go"), "").unwrap();

    let (code, streams, timed_out) = bench.ended("t1");
    let cwd = bench.cwd().canonicalize().unwrap();
    assert_eq!((code, timed_out), (7, false));
    assert_eq!(streams.stdout.head, format!("out\n{}\n", cwd.display()));
    assert_eq!((streams.stderr.head.as_str(), streams.stderr.size), ("err\n", 4));
    let dir = bench.attempt("t1");
    assert_eq!(streams.stdout.file, dir.join("stdout").display().to_string());
    assert_eq!(fs::read_to_string(dir.join("exit")).unwrap(), "7\n");
    for path in [bench.cwd(), bench.cwd().join(".brownstone"), dir.clone(), dir.join("script.sh")] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
    }
}

#[test]
fn the_environment_is_clean_and_values_arrive_as_they_are() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let nasty = "a 'b' \"c\" $HOME `id` \\n\n\r$(touch pwned); é !x \u{1} -n '";
    let mut script = bench.script(
        "env -0 | sort -z; printf '%s' \"$NASTY\" > nasty; \
         tr '\\0' ' ' < /proc/$$/cmdline > cmdline; trap 'touch int' INT; kill -INT $$",
    );
    script.env = vec![("NASTY".to_owned(), nasty.to_owned()), ("LANG".to_owned(), "C".to_owned())];
    bench.over_ssh(&sshd, "t1", Work::Script(script));
    bench.started("t1");
    let (_, streams, _) = bench.ended("t1");
    let names: Vec<&str> = streams.stdout.head.split('\0').filter_map(|var| var.split('=').next()).collect();
    for name in names.iter().filter(|name| !name.is_empty()) {
        let known = ["HOME", "LANG", "NASTY", "OLDPWD", "PATH", "PWD", "SHLVL", "TMPDIR", "USER", "_"];
        assert!(known.contains(name), "{name} is not of a clean login");
    }
    assert!(streams.stdout.head.contains("LANG=C\0"));
    assert_eq!(fs::read_to_string(bench.cwd().join("nasty")).unwrap(), nasty);
    assert!(!fs::read_to_string(bench.cwd().join("cmdline")).unwrap().contains("id"));
    assert!(!bench.cwd().join("pwned").exists());
    assert!(bench.cwd().join("int").exists(), "SIGINT is ignored");
}

#[test]
fn what_cannot_be_started_says_why() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let mut script = bench.script("true");
    script.env = vec![("UID".to_owned(), "5".to_owned())];
    bench.over_ssh(&sshd, "t1", Work::Script(script));
    assert!(bench.failed("t1").contains("UID is bash's own"));
    fs::write(bench.dir.path().join("file"), "").unwrap();
    let mut script = bench.script("true");
    script.cwd = bench.dir.path().join("file/run").to_str().unwrap().to_owned();
    bench.over_ssh(&sshd, "t2", Work::Script(script));
    let why = bench.failed("t2");
    assert!(why.contains("cannot make the folder") && why.contains("Not a directory"), "{why}");
    let refuses = Bench::with(options(), |key| Err(format!("term {} is over", key.term)));
    refuses.script_over_ssh(&sshd, "t3", "true");
    assert_eq!(refuses.failed("t3"), "term 1 is over");
    assert!(!refuses.cwd().exists() && !bench.cwd().exists());
}

#[test]
fn twenty_scripts_run_at_the_same_time_over_one_connection() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    twenty_at_once(&bench, &sshd);
    assert_eq!(sshd.sessions().len(), 1);
}

#[test]
fn a_machine_that_allows_one_session_does_as_much() {
    let (bench, sshd) = (Bench::new(), Sshd::with("MaxSessions 1"));
    twenty_at_once(&bench, &sshd);
    // One for questions, one for waiting.
    assert_eq!(sshd.sessions().len(), 2);
}

/// Each waits until all have come: one after the other they would never end.
fn twenty_at_once(bench: &Bench, sshd: &Sshd) {
    let text = "touch in-$N; until [ $(ls -U | grep -c ^in-) = 20 ]; do sleep 0.1; done; echo $N";
    for n in 0..20 {
        let mut script = bench.script(text);
        script.env = vec![("N".to_owned(), n.to_string())];
        script.make_dirs = vec![format!("d{n}")];
        bench.over_ssh(sshd, &format!("t{n}"), Work::Script(script));
    }
    let mut ended = 0;
    while ended < 20 {
        match bench.next() {
            (_, Outcome::Started(_)) => {}
            (key, Outcome::Ended { exit_code, streams, .. }) => {
                assert_eq!((exit_code, format!("t{}", streams.stdout.head.trim())), (0, key.task));
                ended += 1;
            }
            (key, other) => panic!("{key:?} {other:?}"),
        }
    }
}

#[test]
fn long_and_binary_output_is_cut_in_the_middle_and_whole_on_the_machine() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let (_, streams, _) =
        bench.output_over_ssh(&sshd, "t1", "seq 1 2700000; head -c 300000 /dev/urandom >&2");
    let out = streams.stdout;
    assert!(out.size > 20_000_000);
    assert!(out.head.starts_with("1\n2\n") && out.tail.ends_with("2699999\n2700000\n"));
    assert_eq!((out.head.len(), out.tail.len()), (65536, 65536));
    assert_eq!(fs::metadata(&out.file).unwrap().len(), out.size);
    assert_eq!(streams.stderr.size, 300_000);
    assert!(streams.stderr.head.len() <= 65536 && streams.stderr.tail.len() <= 65536);
    let text = format!("{}é", "x".repeat(65535));
    let (_, streams, _) =
        bench.output_over_ssh(&sshd, "t2", &format!("printf '%s' {text}{text}; printf '\\0\\377'"));
    let (head, tail) = (streams.stdout.head, streams.stdout.tail);
    assert_eq!(head, "x".repeat(65535));
    assert!(tail.ends_with("xé\0\u{fffd}"), "{:?}", &tail[tail.len() - 10..]);
}

#[test]
fn progress_is_shown_when_there_is_something_new() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let mut script = bench.script("echo one; until [ -e go ]; do sleep 0.02; done; echo two");
    script.progress = true;
    bench.over_ssh(&sshd, "t1", Work::Script(script));
    bench.started("t1");
    match bench.next_of("t1") {
        Outcome::Output(streams) => assert_eq!(streams.stdout.head, "one\n"),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.next_within(Duration::from_millis(600)), None, "nothing new was shown");
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
fn a_timeout_ends_the_whole_group_also_what_ignores_sigterm() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let text = "(trap '' TERM; echo $BASHPID > stubborn; while :; do sleep 0.05; done) & \
                sleep 1000 & echo $! > meek; echo waiting; wait";
    let mut script = bench.script(text);
    script.timeout = Some(Span::secs(1));
    let begin = Instant::now();
    bench.over_ssh(&sshd, "t1", Work::Script(script));
    bench.started("t1");
    let (code, streams, timed_out) = bench.ended("t1");
    assert!(begin.elapsed() > Duration::from_millis(1290), "{:?}: it had no grace", begin.elapsed());
    assert_eq!((code, streams.stdout.head.as_str(), timed_out), (143, "waiting\n", true));
    let (stubborn, meek) = (number_in(&bench.cwd().join("stubborn")), number_in(&bench.cwd().join("meek")));
    assert!(!runs(stubborn) && !runs(meek));
}

#[test]
fn cancelling_ends_the_group_and_reports_how() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    bench.script_over_ssh(&sshd, "t1", "sleep 1000 & echo $! > child; wait");
    let process = bench.started("t1");
    let child = number_in(&bench.cwd().join("child"));
    bench.executor.cancel(&key("t1")).unwrap();
    bench.executor.cancel(&key("t1")).unwrap();
    let (code, _, timed_out) = bench.ended("t1");
    assert_eq!((code, timed_out), (143, false));
    assert!(!runs(process.pid) && !runs(child));
}

#[test]
fn death_by_a_signal_to_the_whole_group_has_an_exit_code_too() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let (code, streams, _) = bench.output_over_ssh(&sshd, "t1", "echo before; kill -9 0");
    assert_eq!((code, streams.stdout.head.as_str()), (137, "before\n"));
}

#[test]
fn one_key_is_done_once() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    for _ in 0..3 {
        bench.script_over_ssh(&sshd, "t1", "echo x >> count");
    }
    bench.started("t1");
    bench.ended("t1");
    bench.script_over_ssh(&sshd, "t1", "echo x >> count");
    assert!(bench.failed("t1").contains("was begun before"));
    assert_eq!(fs::read_to_string(bench.cwd().join("count")).unwrap(), "x\n");
}

#[test]
fn what_start_up_files_print_is_not_part_of_any_answer() {
    let noisy = "ForceCommand echo welcome; echo beware >&2; eval \"$SSH_ORIGINAL_COMMAND\"";
    let (bench, sshd) = (Bench::new(), Sshd::with(noisy));
    let (code, streams, _) = bench.output_over_ssh(&sshd, "t1", "echo out");
    assert_eq!((code, streams.stdout.head.as_str(), streams.stderr.head.as_str()), (0, "out\n", ""));
}

#[test]
fn a_daemon_that_a_script_leaves_goes_on() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let (code, ..) = bench.output_over_ssh(&sshd, "t1", "nohup sleep 1000 > /dev/null & echo $! > pid.txt");
    assert_eq!(code, 0);
    assert!(runs(number_in(&bench.cwd().join("pid.txt"))));
}

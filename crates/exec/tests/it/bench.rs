//! A plane's worth of nothing: an executor on a temporary folder, and what it reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base::{Span, Term};
use brownstone_exec::{Executor, Options};
use engine::effect::{Machine, Outcome, ProcessRef, Script, Streams, Work, WorkKey};
use engine::input::Host;
use tempfile::TempDir;

/// Longer than anything here takes, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Bench {
    pub(crate) executor: Executor,
    pub(crate) host: Host,
    pub(crate) dir: TempDir,
    outcomes: Receiver<(WorkKey, Outcome)>,
}

pub(crate) fn options() -> Options {
    Options {
        end_grace: Duration::from_millis(300),
        progress_every: Duration::from_millis(150),
        ..Options::default()
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(options(), |_| Ok(()))
    }

    pub(crate) fn with(
        options: Options,
        permit: impl Fn(&WorkKey) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let host = brownstone_exec::host("test-host", dir.path().to_str().unwrap());
        let (send, outcomes) = channel();
        let report = move |key, outcome| {
            // A test that has seen enough no longer listens.
            let _sent = send.send((key, outcome));
        };
        let executor = Executor::start_with(options, host.clone(), permit, report).unwrap();
        Self { executor, host, dir, outcomes }
    }

    pub(crate) fn cwd(&self) -> PathBuf {
        self.dir.path().join("run")
    }

    pub(crate) fn script(&self, text: &str) -> Script {
        Script {
            name: "test".to_owned(),
            text: text.to_owned(),
            env: Vec::new(),
            cwd: self.cwd().to_str().unwrap().to_owned(),
            make_dirs: Vec::new(),
            timeout: None,
            progress: false,
        }
    }

    pub(crate) fn run(&self, task: &str, work: Work) {
        self.executor.run(key(task), Machine::Local(self.host.clone()), work).unwrap();
    }

    pub(crate) fn run_script(&self, task: &str, text: &str) {
        self.run(task, Work::Script(self.script(text)));
    }

    pub(crate) fn watch(&self, task: &str, known: &ProcessRef) {
        self.run(task, Work::Watch { pid_file: String::new(), known: Some(known.clone()) });
    }

    pub(crate) fn kill(&self, task: &str, process: &ProcessRef, grace: Span) {
        self.run(task, Work::Kill { process: process.clone(), grace });
    }

    pub(crate) fn next(&self) -> (WorkKey, Outcome) {
        self.outcomes.recv_timeout(PATIENCE).expect("an outcome")
    }

    pub(crate) fn next_within(&self, time: Duration) -> Option<(WorkKey, Outcome)> {
        self.outcomes.recv_timeout(time).ok()
    }

    /// The next outcome, which must be about `task`.
    pub(crate) fn next_of(&self, task: &str) -> Outcome {
        let (key, outcome) = self.next();
        assert_eq!(key.task, task, "{outcome:?}");
        outcome
    }

    pub(crate) fn started(&self, task: &str) -> ProcessRef {
        match self.next_of(task) {
            Outcome::Started(process) => process,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn found(&self, task: &str) -> ProcessRef {
        match self.next_of(task) {
            Outcome::Found(process) => process,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn ended(&self, task: &str) -> (i32, Streams, bool) {
        match self.next_of(task) {
            Outcome::Ended { exit_code, streams, timed_out } => (exit_code, streams, timed_out),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn failed(&self, task: &str) -> String {
        match self.next_of(task) {
            Outcome::Failed(why) => why,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn gone(&self, task: &str) -> String {
        match self.next_of(task) {
            Outcome::Gone(why) => why,
            other => panic!("{other:?}"),
        }
    }

    /// A kill is done and a watch sees the end, in either order.
    pub(crate) fn killed(&self, kill: &str, watch: &str) {
        let mut seen = [self.next(), self.next()];
        seen.sort_by_key(|(_, outcome)| matches!(outcome, Outcome::Gone(_)));
        assert!(
            matches!(&seen, [(k, Outcome::Done), (w, Outcome::Gone(_))] if k.task == kill && w.task == watch),
            "{seen:?}"
        );
    }

    /// Runs a script to its end.
    pub(crate) fn output(&self, task: &str, text: &str) -> (i32, Streams, bool) {
        self.run_script(task, text);
        self.started(task);
        self.ended(task)
    }

    pub(crate) fn attempt(&self, task: &str) -> PathBuf {
        self.cwd().join(format!(".brownstone/{task}-0-0"))
    }
}

impl Drop for Bench {
    /// Ends what still runs in its folder, also when the test has failed.
    fn drop(&mut self) {
        self.executor.shutdown();
        let Ok(dir) = self.dir.path().canonicalize() else { return };
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let (Some(pid), Ok(cwd)) = (pid, fs::read_link(entry.path().join("cwd")))
                && cwd.starts_with(&dir)
            {
                sigkill(pid);
            }
        }
    }
}

pub(crate) fn key(task: &str) -> WorkKey {
    WorkKey { term: Term(1), task: task.to_owned(), step: 0, attempt: 0 }
}

/// Waits for a file that a script writes, and reads the number in it.
pub(crate) fn number_in(file: &Path) -> i32 {
    until(|| fs::read_to_string(file).ok()?.trim().parse().ok())
}

pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < PATIENCE, "it did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process runs (a zombie does not).
pub(crate) fn runs(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().unwrap_or("Z").starts_with(['Z', 'X']))
}

pub(crate) fn sigkill(pid: i32) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).ok();
}

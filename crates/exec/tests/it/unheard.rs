//! Scripts that a server was about to begin when it went: another one finds them, or keeps them from beginning.

use std::fs;
use std::sync::Arc;

use base::{Span, Term};
use engine::effect::{Machine, Outcome, Work, WorkKey};

use crate::bench::{Bench, key, runs, until};
use crate::ssh::sshd::Sshd;

const WAITS: &str = "until [ -e go ]; do sleep 0.02; done";

/// On this host, and over SSH.
fn everywhere(scene: impl Fn(&Bench, &Machine)) {
    let bench = Bench::new();
    let here = Machine::Local(bench.host.clone());
    scene(&bench, &here);
    let (bench, sshd) = (Bench::new(), Sshd::new());
    scene(&bench, &Machine::Ssh(Arc::new(sshd.target())));
}

impl Bench {
    fn on(&self, machine: &Machine, task: &str, work: Work) {
        // The next master's.
        let key = WorkKey { term: Term(2), ..key(task) };
        self.executor.run(key, machine.clone(), work).unwrap();
    }

    fn look_for(&self, machine: &Machine, task: &str, began_by: &str) {
        let cwd = self.cwd().to_str().unwrap().to_owned();
        self.on(machine, task, Work::WatchScript { cwd, began_by: key(began_by) });
    }
}

#[test]
fn a_script_that_runs_is_found_by_what_it_was_begun_for_and_can_be_ended() {
    everywhere(|bench, machine| {
        bench.executor.run(key("t1"), machine.clone(), Work::Script(bench.script(WAITS))).unwrap();
        let process = bench.started("t1");
        // Before that it is nobody's, and would be kept from beginning.
        until(|| bench.attempt("t1").join("process").exists().then_some(()));
        bench.look_for(machine, "w", "t1");
        let found = bench.found("w");
        assert_eq!((found.pid, found.start_ticks), (process.pid, process.start_ticks));
        assert_eq!(found.pgid, process.pgid);
        bench.on(machine, "k", Work::Kill { process: found, grace: Span::secs(5) });
        let mut seen = [bench.next(), bench.next(), bench.next()].map(|(key, outcome)| (key.task, outcome));
        seen.sort_by(|a, b| a.0.cmp(&b.0));
        assert!(
            matches!(&seen, [(_, Outcome::Done), (_, Outcome::Ended { .. }), (_, Outcome::Gone(_))]),
            "{seen:?}"
        );
        assert!(!runs(process.pid));
    });
}

#[test]
fn one_that_has_ended_is_gone() {
    everywhere(|bench, machine| {
        bench.executor.run(key("t1"), machine.clone(), Work::Script(bench.script("true"))).unwrap();
        bench.started("t1");
        bench.ended("t1");
        bench.look_for(machine, "w", "t1");
        bench.gone("w");
    });
}

#[test]
fn one_that_has_not_begun_never_will() {
    everywhere(|bench, machine| {
        bench.look_for(machine, "w", "t1");
        assert!(bench.gone("w").contains("never began"));
        bench.executor.run(key("t1"), machine.clone(), Work::Script(bench.script("touch ran"))).unwrap();
        assert!(bench.failed("t1").contains("begun before"));
        assert!(!bench.cwd().join("ran").exists());
    });
}

#[test]
fn one_whose_folder_was_made_and_no_more_never_begins() {
    everywhere(|bench, machine| {
        let folder = bench.attempt("t1");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("key"), serde_json::to_string(&key("t1")).unwrap()).unwrap();
        bench.look_for(machine, "w", "t1");
        assert!(bench.gone("w").contains("never began"));
        assert_eq!(fs::read_to_string(folder.join("process")).unwrap(), "never\n");
    });
}

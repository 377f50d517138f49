//! A child of a test's binary that `strace` looks on: what it asks the system, in order, and one of its calls that fails.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::{env, fs};

/// The calls that are looked at.
const TRACED: &str = "fsync,close,openat,statx,linkat,rename,unlink,mkdir,readlink";

/// Shows in the trace: a file of that name is looked for.
pub(crate) fn mark(what: &str, mark: &str) {
    let _ = fs::read_link(format!("/{what}-{mark}"));
}

/// The folders of one child.
pub(crate) struct LookedOn {
    dir: tempfile::TempDir,
    entry: &'static str,
    child: &'static str,
}

impl LookedOn {
    /// `entry` is the test in which it begins, `child` the variable that tells it where its plane is.
    pub(crate) fn new(entry: &'static str, child: &'static str) -> LookedOn {
        LookedOn { dir: tempfile::tempdir().unwrap(), entry, child }
    }

    pub(crate) fn plane(&self) -> PathBuf {
        self.dir.path().join("plane")
    }

    /// The calls of the child's thread; `None`, after a line that says so, where nobody can look on.
    pub(crate) fn run(&self, inject: Option<&str>) -> Option<Calls> {
        let traces = self.dir.path().join("traces");
        fs::create_dir(&traces).unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-ff", "-y", "-s", "500", "-e", &format!("trace={TRACED}")]);
        strace.args(inject.iter().flat_map(|inject| ["-e", inject])).arg("-o").arg(traces.join("of"));
        strace.arg(env::current_exe().unwrap()).args(["--exact", self.entry]).env(self.child, self.plane());
        let ran = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !ran.as_ref().is_ok_and(ExitStatus::success) {
            println!("skipped: strace is not installed or may not look on ({ran:?})");
            return None;
        }
        let files = fs::read_dir(&traces).unwrap().map(|entry| entry.unwrap().path());
        let text = files
            .map(|path| fs::read_to_string(path).unwrap())
            .find(|text| text.contains("/begin-"))
            .unwrap();
        Some(Calls(text.lines().map(str::to_owned).collect()))
    }
}

/// What one thread asked the system, a line each.
pub(crate) struct Calls(Vec<String>);

impl Calls {
    /// Those between the two marks of a verb.
    pub(crate) fn of(&self, mark: &str) -> &[String] {
        &self.0[self.at("begin", mark)..self.at("answered", mark)]
    }

    /// The how manieth of its kind the first such call of a verb is, as `strace` counts.
    pub(crate) fn nth(&self, mark: &str, call: &str, path: &str) -> usize {
        let is_such = |line: &&String| line.starts_with(&format!("{call}("));
        let of = self.of(mark).iter().position(|line| is_such(&line) && line.contains(path));
        let of = of.unwrap_or_else(|| panic!("{mark}: no {call} of {path} in\n{}", self.of(mark).join("\n")));
        self.0[..=self.at("begin", mark) + of].iter().filter(is_such).count()
    }

    fn at(&self, what: &str, mark: &str) -> usize {
        self.0.iter().position(|call| call.contains(&format!("/{what}-{mark}\""))).unwrap()
    }
}

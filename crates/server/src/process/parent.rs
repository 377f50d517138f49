//! The parent: starts the server, sees it die, records what that means, and ends. It has one thread, no runtime,
//! and never starts the server again.

use std::fs;
use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, dup2_stdout, setsid};

use super::pids::{Running, began, pid_files};
use super::prover::{Life, prove};
use super::words::{Ready, Word, say, take_words};
use super::{Options, start};
use crate::data::{Data, Lock, LockError};

/// How long the parent of an earlier server may take to write down its end.
const EARLIER_END: Duration = Duration::from_secs(10);
/// For how long a process that was killed a moment ago may still look alive.
const DYING: Duration = Duration::from_millis(250);

/// Whom the parent reports to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// A person or systemd: in words.
    Console,
    /// `server start`, which reads words from the pipe that is standard output.
    Starter,
}

/// Runs a server to its end; the exit code.
pub fn run(options: &Options, report: Report) -> u8 {
    if report == Report::Starter {
        leave_the_caller(options);
    }
    match Parent::begin(options, report) {
        Ok(mut parent) => parent.watch(),
        Err(why) => {
            tell(report, Word::NotStarted { reason: why });
            1
        }
    }
}

/// A session of its own, none of the caller's files, not even its working directory.
fn leave_the_caller(options: &Options) {
    let open: Vec<i32> = fs::read_dir("/proc/self/fd")
        .map(|entries| entries.flatten().filter_map(|e| e.file_name().to_str()?.parse().ok()).collect())
        .unwrap_or_default();
    for fd in open.into_iter().filter(|fd| *fd > 2) {
        // The one that listed them is closed already.
        let _ = nix::unistd::close(fd);
    }
    // It fails only for a process that leads a group already, and then the session is its own.
    let _ = setsid();
    // Paths are absolute; where it stands decides only what it keeps busy.
    let _ = std::env::set_current_dir(&options.home);
}

fn tell(report: Report, last: Word) {
    match (report, &last) {
        (Report::Console, Word::NotStarted { reason } | Word::Over { reason, .. }) => eprintln!("{reason}"),
        (Report::Console, _) => {}
        (Report::Starter, _) => {
            // Who started it may be gone.
            let _ = say(&mut io::stdout(), &last);
        }
    }
}

struct Parent {
    data: Data,
    _lock: Lock,
    server: Child,
    pipe: Option<PipeReader>,
    signals: SignalFd,
    heard: Vec<u8>,
    running: Running,
    life: Option<Life>,
    over: Option<(u8, String)>,
    report: Report,
}

impl Parent {
    fn begin(options: &Options, report: Report) -> Result<Parent, String> {
        let data =
            Data::open(&options.home).map_err(|e| format!("{}: {e}", options.home.join("data").display()))?;
        let begun = Instant::now();
        let ending =
            || begun.elapsed() < DYING || !Running::read(&data).is_some_and(|running| running.is_alive());
        let lock = Lock::take_within(&data.lock(), EARLIER_END, ending).map_err(|e| match e {
            LockError::Held => already_running(&data),
            other => other.to_string(),
        })?;
        let failed = |what: &str, e: &dyn std::fmt::Display| format!("{what}: {e}");
        let mut wanted = SigSet::empty();
        for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGCHLD] {
            wanted.add(signal);
        }
        wanted.thread_block().map_err(|e| failed("signals cannot be held", &e))?;
        let signals = SignalFd::with_flags(&wanted, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
            .map_err(|e| failed("signals cannot be read", &e))?;
        let (pipe, to_parent) = io::pipe().map_err(|e| failed("no pipe to the server", &e))?;
        let stdin = lock.to_hand_down().map_err(|e| failed("the lock cannot be handed down", &e))?;
        let program = start::program().map_err(|e| failed("the program cannot be found", &e))?;
        let mut command = Command::new(program);
        command.args(["server", "child"]).args(options.arguments());
        if report == Report::Console {
            command.arg("--console");
        }
        let server = command
            .stdin(Stdio::from(stdin))
            .stdout(Stdio::from(to_parent))
            .spawn()
            .map_err(|e| failed("the server cannot be started", &e))?;
        // The command holds this process's end of the pipe: without it, the server's end is the only one.
        drop(command);
        let pid = server.id();
        let running = Running {
            pid,
            began: began(pid).unwrap_or(0),
            parent: std::process::id(),
            uri: String::new(),
            local: String::new(),
            pid_files: pid_files(&options.home, options.launch_dir.as_deref()),
        };
        let mut parent = Parent {
            data,
            _lock: lock,
            server,
            pipe: Some(pipe),
            signals,
            heard: Vec::new(),
            running,
            life: None,
            over: None,
            report,
        };
        if let Err(e) = parent.running.write(&parent.data).and_then(|()| parent.running.write_pid_files()) {
            // Nobody could find the server again: end it before it has begun anything.
            parent.forward(Signal::SIGKILL);
            // It is gone either way.
            let _ = parent.server.wait();
            return Err(format!("the pid files cannot be written: {e}"));
        }
        Ok(parent)
    }

    fn watch(&mut self) -> u8 {
        loop {
            self.wait_for_news();
            self.read_signals();
            self.listen();
            match self.server.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return self.gone(status),
                Err(error) => {
                    let reason = format!("the server cannot be waited for: {error}");
                    tell(self.report, Word::Over { code: 1, reason });
                    return 1;
                }
            }
        }
    }

    fn wait_for_news(&self) {
        let mut fds = vec![PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        if let Some(pipe) = &self.pipe {
            fds.push(PollFd::new(pipe.as_fd(), PollFlags::POLLIN));
        }
        // An interrupted wait is news too.
        let _ = poll(&mut fds, PollTimeout::NONE);
    }

    fn read_signals(&mut self) {
        while let Ok(Some(signal)) = self.signals.read_signal() {
            // SIGCHLD: `watch` looks. SIGHUP: a terminal that closes ends nothing.
            if let Ok(Signal::SIGTERM | Signal::SIGINT) = Signal::try_from(signal.ssi_signo as i32) {
                self.forward(Signal::SIGTERM);
            }
        }
    }

    fn forward(&self, signal: Signal) {
        // It is this process's own child and not yet waited for, so the pid is its.
        let _ = kill(Pid::from_raw(self.server.id() as i32), signal);
    }

    /// Reads what the server says, without waiting for it.
    fn listen(&mut self) {
        let mut buffer = [0; 4096];
        while let Some(pipe) = &mut self.pipe {
            let mut fds = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
            if !poll(&mut fds, PollTimeout::ZERO).is_ok_and(|ready| ready > 0) {
                return;
            }
            match pipe.read(&mut buffer) {
                Ok(0) | Err(_) => self.pipe = None,
                Ok(n) => {
                    self.heard.extend_from_slice(&buffer[..n]);
                    for word in take_words(&mut self.heard) {
                        self.hear(word);
                    }
                }
            }
        }
    }

    fn hear(&mut self, word: Word) {
        match word {
            Word::Life { node, uid, store, tell_peers } => {
                self.life = store.map(|store| Life { node, uid, store, tell_peers, claim: None });
            }
            Word::Claim { term, incarnation } => {
                if let Some(life) = &mut self.life {
                    life.claim = Some((term, incarnation));
                }
            }
            Word::Ready(ready) => self.ready(ready),
            Word::Over { code, reason } => self.over = Some((code, reason)),
            // Said by this process, never to it.
            Word::NotStarted { .. } => {}
        }
    }

    fn ready(&mut self, ready: Ready) {
        self.running.uri.clone_from(&ready.uri);
        self.running.local.clone_from(&ready.local);
        if let Err(error) = self.running.write(&self.data) {
            eprintln!("{} cannot be written: {error}", self.data.run_file().display());
        }
        match self.report {
            Report::Console => start::show(&ready),
            Report::Starter => {
                // Who started it may be gone; from here on nobody is told anything.
                let _ = say(&mut io::stdout(), &Word::Ready(ready));
                let null = fs::File::options().write(true).open("/dev/null");
                let _ = null.map(|null| dup2_stdout(&null));
                self.report = Report::Console;
            }
        }
    }

    /// The server is gone, whole: `waitpid` says so.
    fn gone(&mut self, status: ExitStatus) -> u8 {
        self.listen();
        let graceful = status.code() == Some(0);
        if !graceful
            && let Some(life) = &self.life
            && let Err(why) = prove(life)
        {
            eprintln!("the end of the server could not be recorded, so others wait for silence: {why}");
        }
        self.running.remove_pid_files();
        let (code, reason) = match (self.over.take(), status.code(), status.signal()) {
            (Some(over), _, _) => over,
            (None, Some(code), _) => {
                (u8::try_from(code).unwrap_or(1), format!("the server ended with {code}"))
            }
            (None, None, signal) => {
                (1, format!("the server was ended by signal {}", signal.unwrap_or_default()))
            }
        };
        if code != 0 {
            tell(self.report, Word::Over { code, reason });
        }
        code
    }
}

/// What a second start is told.
fn already_running(data: &Data) -> String {
    match Running::read(data) {
        Some(running) if running.is_alive() => {
            format!("already running with pid {}; `bin/stop` ends it", running.pid)
        }
        _ => "another process starts or ends a server in this folder; try again".to_owned(),
    }
}

//! A store that lives in a child process: verbs go down its standard input, one JSON line each, and answers
//! come up its standard output.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use ha::verbs::{Answer, Fault, FaultKind, Verb};

use super::wire::{Ask, Reply};
use crate::place::{Bucket, Place};
use crate::{Store, advice};

/// The child's first line of its own. What stands before it (a test harness talks) is not for us.
const READY: &str = "brownstone-store-child ready";
/// A child that is silent for longer hangs in its store.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// How long a child may take to end.
const END_WAIT: Duration = Duration::from_secs(2);

/// What a child is told: the place, and for a bucket how it is reached.
fn arguments(place: &Place) -> Result<Vec<String>, String> {
    let mut arguments = vec![place.to_string()];
    match place {
        // A path that is not UTF-8 cannot be an argument.
        Place::Folder(folder) if folder.to_str().is_none() => return Err("the path is not UTF-8".to_owned()),
        Place::Folder(_) => {}
        Place::Bucket(bucket) => {
            // Everybody on this host may read arguments: the key is not among them.
            let how = Bucket { identity: None, credential: None, ..bucket.clone() };
            arguments.push(serde_json::to_string(&how).map_err(|error| error.to_string())?);
        }
    }
    Ok(arguments)
}

/// The place that a child is told of.
fn told(args: &[String]) -> Result<Place, String> {
    match args {
        [text] => Place::parse(text).map_err(|bad| bad.to_string()),
        [_, how] => serde_json::from_str::<Bucket>(how).map(Place::Bucket).map_err(|error| error.to_string()),
        _ => Err("a check's child takes the place, and how it is reached".to_owned()),
    }
}

/// The whole life of a child: opens the place that its arguments name and carries out what comes down the pipe,
/// until it closes. Gives the exit code.
pub fn child(args: &[String]) -> i32 {
    let place = match told(args) {
        Ok(place) => place,
        Err(why) => {
            eprintln!("{why}");
            return 2;
        }
    };
    let store = match place.open() {
        Ok(store) => store,
        Err(error) => {
            eprintln!("{error}");
            return 3;
        }
    };
    match serve(&*store) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("a check's child lost its pipe: {error}");
            1
        }
    }
}

fn serve(store: &dyn Store) -> io::Result<()> {
    let mut up = io::stdout().lock();
    writeln!(up, "\n{READY}")?;
    up.flush()?;
    for line in io::stdin().lock().lines() {
        let ask: Ask = serde_json::from_str(&line?)?;
        let verb = ask.verb().ok_or_else(|| io::Error::other("not a name"))?;
        serde_json::to_writer(&mut up, &Reply::of(store.run(&verb)))?;
        up.write_all(b"\n")?;
        up.flush()?;
    }
    Ok(())
}

/// The parent's end.
pub(super) struct RemoteStore {
    pipe: Mutex<Pipe>,
    place: Place,
}

struct Pipe {
    child: Child,
    /// Why it was given up, once it was: what is asked later fails for the same reason.
    down: Result<ChildStdin, String>,
    up: Receiver<String>,
}

impl RemoteStore {
    /// Starts a child and waits until it has opened the place.
    pub(super) fn start(place: &Place, spawn: &dyn Fn(&[String]) -> Command) -> Result<RemoteStore, Fault> {
        let lost = |what: &str| unreachable(format!("a child process for {place}: {what}"));
        let arguments = arguments(place).map_err(|why| lost(&why))?;
        let mut child = spawn(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| lost(&format!("could not be started: {error}")))?;
        let (Some(down), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(lost("has no pipes"));
        };
        let (lines, up) = bounded(1);
        thread::Builder::new()
            .name("store-check-pipe".to_owned())
            .spawn(move || {
                let mut read = BufReader::new(stdout).lines().map_while(Result::ok);
                if read.any(|line| line == READY) {
                    // The first line sent is the news that it is ready; then come answers. Ends with the child
                    // or when nobody listens any more.
                    let _ = lines.send(READY.to_owned());
                    let _ = read.try_for_each(|line| lines.send(line));
                }
            })
            .map_err(|error| lost(&format!("could not be listened to: {error}")))?;
        let store =
            RemoteStore { pipe: Mutex::new(Pipe { child, down: Ok(down), up }), place: place.clone() };
        let ready = store.pipe.lock().unwrap_or_else(PoisonError::into_inner).up.recv_timeout(ANSWER_WAIT);
        match ready {
            Ok(_) => Ok(store),
            Err(_) => Err(lost("did not begin; its standard error says why")),
        }
    }

    fn ask(&self, ask: &Ask) -> Result<Reply, String> {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        let Pipe { child, down, up } = &mut *pipe;
        let mut line = serde_json::to_vec(ask).map_err(|error| error.to_string())?;
        line.push(b'\n');
        let open = down.as_mut().map_err(|why| why.clone())?;
        open.write_all(&line).map_err(|error| format!("it is gone: {error}"))?;
        match up.recv_timeout(ANSWER_WAIT) {
            Ok(reply) => {
                serde_json::from_str(&reply).map_err(|error| format!("cannot read its answer: {error}"))
            }
            Err(error) => {
                let why = match error {
                    RecvTimeoutError::Timeout => format!("no answer within {} s", ANSWER_WAIT.as_secs()),
                    RecvTimeoutError::Disconnected => "it ended".to_owned(),
                };
                *down = Err(why.clone());
                // It may hang in the kernel, where even this does not reach it.
                let _ = child.kill();
                Err(why)
            }
        }
    }
}

impl Store for RemoteStore {
    fn run(&self, verb: &Verb) -> Answer {
        match self.ask(&Ask::of(verb)) {
            Ok(reply) => reply.answer(),
            Err(what) => Answer::Unknown(unreachable(format!("a child process for {}: {what}", self.place))),
        }
    }

    fn describe(&self) -> String {
        format!("{} in a child process", self.place)
    }

    fn todo(&self, kind: FaultKind) -> &'static str {
        match self.place {
            Place::Folder(_) => advice::in_folder(kind),
            Place::Bucket(_) => advice::in_bucket(kind),
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.down = Err("it is not needed any more".to_owned()); // The child ends when its pipe closes.
        let closed = loop {
            match self.up.recv_timeout(END_WAIT) {
                Ok(_) => {}
                Err(error) => break error == RecvTimeoutError::Disconnected,
            }
        };
        // Only one that ends is waited for: one that hangs in the kernel may outlive even its kill.
        let _ = if closed { self.child.wait().map(Some) } else { self.child.kill().map(|()| None) };
    }
}

fn unreachable(text: String) -> Fault {
    Fault { kind: FaultKind::Unreachable, text }
}

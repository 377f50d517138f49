//! One loop on a machine that waits for all processes there that somebody waits for: one channel for all, and
//! nothing is asked again and again over the network.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use engine::effect::ProcessRef;
use engine::input::Host;
use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::command::{Command, SHELL};
use super::connect::{Patience, connect};
use super::error::SshError;
use super::link::Place;
use super::session::Session;
use super::target::Target;
use crate::limits::{SSH_ANSWER_BYTES_MAX, SSH_ANSWER_TIME_MAX, SSH_LOOK_EVERY};

const DOING: &str = "beginning to wait for processes";

/// A channel, to be read and written at the same time.
type Halves = (ChannelReadHalf, ChannelWriteHalf<Msg>);

/// What is waited for: the end of a process, and of all of its group where one is named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) pid: i32,
    pub(super) start_ticks: u64,
    /// 0: none.
    pub(super) group: i32,
}

impl Subject {
    /// The process alone.
    pub(super) fn of(process: &ProcessRef) -> Self {
        Self { pid: process.pid, start_ticks: process.start_ticks, group: 0 }
    }
}

#[derive(Debug)]
enum Ask {
    Wait(u64, Subject, oneshot::Sender<()>),
    Forget(u64),
}

/// The loop, as it is spoken to. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Watcher {
    // Bounded by the works under way, each of which waits for one thing at a time.
    asks: mpsc::UnboundedSender<Ask>,
    tokens: AtomicU64,
    host: Host,
    name: String,
}

/// One wait; dropping it ends it.
#[derive(Debug)]
pub(super) struct Wait {
    /// On which running of which host.
    pub(super) host: Host,
    name: String,
    token: u64,
    gone: oneshot::Receiver<()>,
    asks: mpsc::UnboundedSender<Ask>,
}

impl Watcher {
    /// Starts the loop, over the machine's connection where that has room for one more channel beside it, else
    /// over one of its own.
    pub(super) async fn start(
        target: &Arc<Target>,
        asked: Instant,
        patience: Patience,
    ) -> Result<Self, SshError> {
        let mut session = target.session_asked(asked, patience).await?;
        let mut channel = session.lasting_channel(DOING).await?;
        if !session.allows_another().await? {
            // Fails when the connection is lost, which the next one shows.
            let _sent = channel.0.close().await;
            drop(channel);
            session = Arc::new(connect(&target.context, &target.spec, patience).await?);
            channel = session.lasting_channel(DOING).await?;
        }
        let (channel, place) = channel;
        let channel = begin(channel, &session.name).await?;
        let (asks, asked) = mpsc::unbounded_channel();
        let (host, name) = (session.facts.host.clone(), session.name.clone());
        tokio::spawn(serve(session, channel, place, asked));
        Ok(Self { asks, tokens: AtomicU64::new(1), host, name })
    }

    /// Whether the loop goes on.
    pub(super) fn is_there(&self) -> bool {
        !self.asks.is_closed()
    }

    /// Has it wait for one more.
    pub(super) fn wait(&self, subject: Subject) -> Wait {
        let token = self.tokens.fetch_add(1, Ordering::Relaxed);
        let (gone, wait) = oneshot::channel();
        // Fails when the loop has ended; then `gone` is dropped, and the wait says so.
        let _sent = self.asks.send(Ask::Wait(token, subject, gone));
        let (host, name, asks) = (self.host.clone(), self.name.clone(), self.asks.clone());
        Wait { host, name, token, gone: wait, asks }
    }
}

impl Wait {
    /// Returns when the process has ended; an error says that this is not known any more.
    pub(super) async fn gone(&mut self, doing: &str) -> Result<(), SshError> {
        let lost = || SshError::Lost { host: self.name.clone(), doing: doing.to_owned() };
        (&mut self.gone).await.map_err(|_| lost())
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let _sent = self.asks.send(Ask::Forget(self.token));
    }
}

fn command() -> Command {
    Command::look(DOING)
        .set("pause", SSH_LOOK_EVERY)
        .script(include_str!("sh/process.sh"))
        .script(include_str!("sh/watch.sh"))
}

/// Starts the loop on a channel, and waits until it says that it is there. What is written waits for room that a
/// machine which is lost never gives, so that it is read meanwhile: only that shows the loss.
async fn begin(channel: Channel<Msg>, name: &str) -> Result<Halves, SshError> {
    let (mut reading, writing) = channel.split();
    let write = async {
        writing.exec(true, SHELL).await.is_ok() && writing.data_bytes(command().bytes()).await.is_ok()
    };
    let ready = async {
        let mut text = Vec::new();
        while let Some(message) = reading.wait().await {
            if let ChannelMsg::Data { data } = message {
                text.extend_from_slice(&data);
                if text.ends_with(b"ready\n") {
                    return true;
                }
            }
        }
        false
    };
    let begun = async {
        tokio::pin!(ready);
        tokio::select! {
            written = write => written && ready.await,
            ready = &mut ready => ready,
        }
    };
    match timeout(SSH_ANSWER_TIME_MAX, begun).await {
        Ok(true) => Ok((reading, writing)),
        _ => Err(SshError::Lost { host: name.to_owned(), doing: DOING.to_owned() }),
    }
}

/// Speaks with the loop until either end is gone. Whoever waits then learns that by the drop of its sender.
async fn serve(
    session: Arc<Session>,
    (mut reading, writing): Halves,
    _place: Place,
    mut asked: mpsc::UnboundedReceiver<Ask>,
) {
    let mut waits = HashMap::new();
    let mut text = Vec::new();
    // Bounded as what is asked is. Written beside the reading, for the same reason as in `begin`.
    let (lines, mut unsent) = mpsc::unbounded_channel::<String>();
    let write = async {
        while let Some(line) = unsent.recv().await {
            if writing.data_bytes(line.into_bytes()).await.is_err() {
                break;
            }
        }
    };
    tokio::pin!(write);
    loop {
        tokio::select! {
            () = &mut write => break,
            ask = asked.recv() => {
                let line = match ask {
                    None => break,
                    Some(Ask::Wait(token, subject, gone)) => {
                        waits.insert(token, gone);
                        wait_line(token, subject)
                    }
                    Some(Ask::Forget(token)) if waits.remove(&token).is_some() => forget_line(token),
                    Some(Ask::Forget(_)) => continue,
                };
                if lines.send(line).is_err() {
                    break;
                }
            }
            message = reading.wait() => match message {
                Some(ChannelMsg::Data { data }) => {
                    text.extend_from_slice(&data);
                    while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                        let line: Vec<u8> = text.drain(..=end).collect();
                        if let Some(gone) = gone(&line).and_then(|token| waits.remove(&token)) {
                            // Fails when nobody waits any more.
                            let _told = gone.send(());
                        }
                    }
                    if text.len() > SSH_ANSWER_BYTES_MAX {
                        break;
                    }
                }
                Some(ChannelMsg::Eof | ChannelMsg::Close) | None => break,
                Some(_) => {}
            },
        }
    }
    // Those who wait learn it first, also one who asks at this moment: `recv` waits for what is being sent.
    asked.close();
    drop(waits);
    while asked.recv().await.is_some() {}
    // Both fail when the connection is lost.
    let _sent = writing.eof().await;
    let _sent = writing.close().await;
    drop(session);
}

fn wait_line(token: u64, subject: Subject) -> String {
    format!("{token} {} {} {};\n", subject.pid, subject.start_ticks, subject.group)
}

fn forget_line(token: u64) -> String {
    format!("{token};\n")
}

fn gone(line: &[u8]) -> Option<u64> {
    std::str::from_utf8(line).ok()?.strip_prefix("gone ")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command as Process, Stdio};

    use super::*;

    /// As bash reads when each newline comes just as the time is up.
    const LATE: &str = r#"read() { builtin read "$@" && { [ "$2" != -t ] || return 142; }; }
"#;

    /// What the loop says when it is told `lines`, until there are no more.
    fn said(read: &str, lines: &[String]) -> String {
        let mut bash = Process::new("bash")
            .args(["--noprofile", "--norc", "-s"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = [read.as_bytes(), &command().bytes(), lines.concat().as_bytes()].concat();
        bash.stdin.take().unwrap().write_all(&text).unwrap();
        let said = String::from_utf8(bash.wait_with_output().unwrap().stdout).unwrap();
        said.split_once("ready\n").unwrap().1.to_owned()
    }

    #[test]
    fn every_line_is_heard_also_one_whose_end_comes_as_the_time_is_up() {
        let pid = std::process::id() as i32;
        // None began with the system itself.
        let ended = Subject { pid, start_ticks: 0, group: 0 };
        let lines = [wait_line(7, ended), forget_line(7), wait_line(8, ended)];
        for read in ["", LATE] {
            assert_eq!(said(read, &lines), "gone 7\ngone 8\n", "{read}");
        }
    }
}

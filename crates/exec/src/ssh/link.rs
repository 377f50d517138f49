//! Talking over one connection: a channel for each question, and the answer that comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use russh::client::{Handle, Msg};
use russh::{Channel, ChannelMsg};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::command::{Command, MARK, SHELL};
use super::error::SshError;
use super::host_key::Judge;
use crate::limits::{FETCH_TIME_MAX, SSH_ANSWER_BYTES_MAX, SSH_ANSWER_TIME_MAX, SSH_REFUSALS_MAX};
use crate::server::Source;

/// How much of what a machine says on standard error is looked at, in bytes.
const COMPLAINT_BYTES_MAX: usize = 4096;

/// A channel's place; given back when the machine has closed the channel.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    pub(super) asking: Option<Arc<AtomicUsize>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(asking) = &self.asking {
            asking.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// What talking needs of a session, before it is known what machine it is.
pub(super) struct Link<'a> {
    pub(super) handle: &'a Handle<Judge>,
    pub(super) name: &'a str,
    pub(super) places: &'a Arc<Semaphore>,
    pub(super) asking: &'a Arc<AtomicUsize>,
    pub(super) broken: &'a Arc<AtomicBool>,
}

impl Link<'_> {
    fn lost(&self, doing: &str) -> SshError {
        self.broken.store(true, Ordering::Relaxed);
        SshError::Lost { host: self.name.to_owned(), doing: doing.to_owned() }
    }

    fn silent(&self, after: Duration, doing: &str) -> SshError {
        SshError::Silent { host: self.name.to_owned(), secs: after.as_secs(), doing: doing.to_owned() }
    }

    /// Opens a channel as soon as there is a place for it.
    pub(super) async fn channel(&self, doing: &str) -> Result<(Channel<Msg>, Place), SshError> {
        let mut refusals = 0;
        loop {
            let permit = self.places.clone().acquire_owned().await.map_err(|_| self.lost(doing))?;
            if let Some(channel) = self.open_channel(doing).await? {
                self.asking.fetch_add(1, Ordering::Relaxed);
                return Ok((channel, Place { _permit: permit, asking: Some(self.asking.clone()) }));
            }
            if self.asking.load(Ordering::Relaxed) > 0 {
                // It allows no more than are open: this one waits for the place of one of those.
                permit.forget();
                continue;
            }
            // It has yet to notice that the last one is closed.
            refusals += 1;
            if refusals > SSH_REFUSALS_MAX {
                let host = self.name;
                return Err(SshError::Machine(format!(
                    "{host} refuses to open a session; look at MaxSessions of its sshd and at what the account may do"
                )));
            }
            sleep(Duration::from_millis(20) * refusals).await;
        }
    }

    /// `None`: the machine refused.
    pub(super) async fn open_channel(&self, doing: &str) -> Result<Option<Channel<Msg>>, SshError> {
        match timeout(SSH_ANSWER_TIME_MAX, self.handle.channel_open_session()).await {
            Ok(Ok(channel)) => Ok(Some(channel)),
            Ok(Err(russh::Error::ChannelOpenFailure(_))) => Ok(None),
            Ok(Err(_)) => Err(self.lost(doing)),
            Err(_) => Err(self.silent(SSH_ANSWER_TIME_MAX, doing)),
        }
    }

    pub(super) async fn converse(
        &self,
        command: &Command,
        input: Option<Source>,
    ) -> Result<Vec<u8>, SshError> {
        let (channel, _place) = self.channel(&command.doing).await?;
        let at_most = if input.is_some() { FETCH_TIME_MAX } else { SSH_ANSWER_TIME_MAX };
        match timeout(at_most, self.talk(channel, command, input)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.silent(at_most, &command.doing)),
        }
    }

    /// Writes and reads at the same time, until the machine closes the channel.
    async fn talk(
        &self,
        channel: Channel<Msg>,
        command: &Command,
        input: Option<Source>,
    ) -> Result<Vec<u8>, SshError> {
        let lost = || self.lost(&command.doing);
        let (mut reading, writing) = channel.split();
        writing.exec(true, SHELL).await.map_err(|_| lost())?;
        let write = async {
            writing.data_bytes(command.bytes()).await.map_err(|_| None)?;
            if let Some(mut input) = input {
                while let Some(piece) = input.next().await.map_err(Some)? {
                    writing.data_bytes(piece).await.map_err(|_| None)?;
                }
            }
            writing.eof().await.map_err(|_| None)
        };
        tokio::pin!(write);
        let (mut answer, mut complaint) = (Vec::new(), Vec::new());
        let (mut written, mut exit, mut whole) = (false, None, false);
        loop {
            let message = tokio::select! {
                sent = &mut write, if !written => {
                    written = true;
                    // What cannot be sent shows in the answer; what cannot be read has no answer.
                    if let Err(Some(why)) = sent {
                        let _sent = writing.close().await;
                        return Err(SshError::Machine(why));
                    }
                    continue;
                }
                message = reading.wait() => message,
            };
            match message {
                Some(ChannelMsg::Data { data }) => {
                    if answer.len() + data.len() > SSH_ANSWER_BYTES_MAX {
                        let _sent = writing.close().await;
                        let (host, doing) = (self.name, &command.doing);
                        return Err(SshError::Machine(format!(
                            "{host} said more than {SSH_ANSWER_BYTES_MAX} bytes while {doing}, which is the bound"
                        )));
                    }
                    answer.extend_from_slice(&data);
                }
                Some(ChannelMsg::ExtendedData { data, .. }) => {
                    let room = COMPLAINT_BYTES_MAX.saturating_sub(complaint.len());
                    complaint.extend_from_slice(&data[..data.len().min(room)]);
                }
                Some(ChannelMsg::ExitStatus { exit_status }) => exit = Some(exit_status),
                Some(ChannelMsg::Eof) => whole = true,
                Some(ChannelMsg::Failure) => {
                    let _sent = writing.close().await;
                    let host = self.name;
                    return Err(SshError::Machine(format!("{host} does not let this account run commands")));
                }
                Some(ChannelMsg::Close) | None if whole && exit.is_some() => break,
                None => return Err(lost()),
                Some(ChannelMsg::Close) => return Err(lost()),
                Some(_) => {}
            }
        }
        let _sent = writing.close().await;
        match find(&answer, MARK.as_bytes()) {
            Some(at) => Ok(answer.split_off(at + MARK.len())),
            None => Err(SshError::Machine(self.no_bash(&complaint, exit.unwrap_or_default()))),
        }
    }

    fn no_bash(&self, complaint: &[u8], exit: u32) -> String {
        let host = self.name;
        let complaint = String::from_utf8_lossy(complaint);
        match exit {
            127 => format!("bash was not found on {host}; install it ({})", complaint.trim()),
            _ => format!("{host} did not run bash (exit code {exit}): {}", complaint.trim()),
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

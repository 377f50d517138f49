//! One connection that is logged in: as many questions at once as the machine allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use engine::effect::SshTarget;
use russh::client::{Handle, Msg};
use russh::{Channel, Disconnect};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::command::{Command, text};
use super::error::SshError;
use super::facts::{self, Facts};
use super::host_key::Judge;
use super::link::{Link, Place};
use crate::limits::SSH_CHANNELS_MAX;
use crate::server::Source;

/// A connection that is logged in, and what is known of its machine.
pub(crate) struct Session {
    handle: Handle<Judge>,
    pub(crate) name: String,
    pub(super) facts: Facts,
    /// Shrinks to what the machine allows.
    places: Arc<Semaphore>,
    /// Channels of questions that are open now.
    asking: Arc<AtomicUsize>,
    /// It turned out to be lost, whatever the library knows of that yet.
    broken: Arc<AtomicBool>,
}

impl Session {
    /// Finds out what machine is at the other end.
    pub(super) async fn open(
        name: String,
        spec: &SshTarget,
        handle: Handle<Judge>,
        address: String,
    ) -> Result<Self, SshError> {
        let link = Link {
            handle: &handle,
            name: &name,
            places: &Arc::new(Semaphore::new(SSH_CHANNELS_MAX)),
            asking: &Arc::default(),
            broken: &Arc::default(),
        };
        let answer = text(link.converse(&facts::question(), None).await?)?;
        let facts = facts::read(&answer, spec, address)?;
        let (places, asking, broken) = (link.places.clone(), link.asking.clone(), link.broken.clone());
        Ok(Self { handle, name, facts, places, asking, broken })
    }

    /// Whether it is over.
    pub(super) fn is_closed(&self) -> bool {
        self.broken.load(Ordering::Relaxed) || self.handle.is_closed()
    }

    /// Ends it in good order.
    pub(crate) async fn close(&self) {
        // Fails when it is over already.
        let _sent = self.handle.disconnect(Disconnect::ByApplication, "", "en").await;
    }

    /// Asks with something on standard input, and gives the answer as it is. Goes on to its end when nobody
    /// waits for it any more, so that its channel is closed.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        command: &Command,
        input: Option<Source>,
    ) -> Result<Vec<u8>, SshError> {
        let (session, command) = (Arc::clone(self), command.clone());
        let asked = tokio::spawn(async move { session.link().converse(&command, input).await });
        asked
            .await
            .unwrap_or_else(|_| Err(SshError::Machine("a defect in the executor, or it stops".to_owned())))
    }

    /// Opens a channel that stays open.
    pub(super) async fn lasting_channel(&self, doing: &str) -> Result<(Channel<Msg>, Place), SshError> {
        let (channel, mut place) = self.link().channel(doing).await?;
        if let Some(asking) = place.asking.take() {
            asking.fetch_sub(1, Ordering::Relaxed);
        }
        Ok((channel, place))
    }

    /// Whether the machine allows one more channel now.
    pub(super) async fn allows_another(&self) -> Result<bool, SshError> {
        let link = self.link();
        for pause in [50, 200, 0] {
            match link.open_channel("looking how much it allows").await? {
                Some(channel) => {
                    // Nothing was asked over it; the machine closes it too.
                    let _sent = channel.close().await;
                    return Ok(true);
                }
                None => sleep(Duration::from_millis(pause)).await,
            }
        }
        Ok(false)
    }

    fn link(&self) -> Link<'_> {
        Link {
            handle: &self.handle,
            name: &self.name,
            places: &self.places,
            asking: &self.asking,
            broken: &self.broken,
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("name", &self.name)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

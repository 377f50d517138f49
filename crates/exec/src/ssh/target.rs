//! One machine: its connection, made when it is needed and again when it is lost, and closed when it is idle.

use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Instant;

use engine::effect::SshTarget;
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::command::{Command, text};
use super::connect::{Patience, connect, duration, name};
use super::error::SshError;
use super::session::Session;
use super::watcher::{Subject, Wait, Watcher};
use crate::net::Job;
use crate::work::Context;

/// A machine that work is for, or was a moment ago.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) spec: Arc<SshTarget>,
    pub(super) context: Arc<Context>,
    link: Mutex<Link>,
    watcher: Mutex<Option<Arc<Watcher>>>,
    used: StdMutex<Instant>,
}

#[derive(Debug, Default)]
struct Link {
    session: Option<Arc<Session>>,
    /// The last failure to connect. Those who waited for that try share it.
    failed: Option<(Instant, SshError)>,
}

impl Target {
    pub(super) fn new(spec: Arc<SshTarget>, context: Arc<Context>) -> Self {
        let used = StdMutex::new(Instant::now());
        Self { spec, context, link: Mutex::default(), watcher: Mutex::default(), used }
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        name(&self.context, &self.spec)
    }

    /// Its connection.
    pub(super) async fn session(self: &Arc<Self>, patience: Patience) -> Result<Arc<Session>, SshError> {
        self.session_asked(Instant::now(), patience).await
    }

    /// Its connection, which somebody has waited for since `asked`.
    pub(super) async fn session_asked(
        self: &Arc<Self>,
        asked: Instant,
        patience: Patience,
    ) -> Result<Arc<Session>, SshError> {
        let mut link = self.link.lock().await;
        if let Some(session) = link.session.as_ref().filter(|session| !session.is_closed()) {
            return Ok(session.clone());
        }
        link.session = None;
        if let Some((at, error)) = &link.failed
            && *at >= asked
        {
            return Err(error.clone());
        }
        match connect(&self.context, &self.spec, patience).await {
            Ok(session) => {
                let session = Arc::new(session);
                *link = Link { session: Some(session.clone()), failed: None };
                tokio::spawn(close_when_idle(Arc::clone(self), session.clone()));
                Ok(session)
            }
            Err(error) => {
                link.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Until when a machine that was lost just now is given to come back.
    pub(super) fn come_back_by(&self) -> Patience {
        Patience::Until(Instant::now() + duration(self.spec.tries_timeout))
    }

    /// Asks. A connection that turns out to be lost is made again once: what may be asked twice does no more
    /// the second time. With `patience` other than `Tries` for as long as that.
    pub(super) async fn ask(
        self: &Arc<Self>,
        job: &Job,
        command: &Command,
        patience: Patience,
    ) -> Result<Vec<u8>, SshError> {
        let mut lost = None;
        loop {
            let (name, doing) = (self.name(), &command.doing);
            let session = self.session(patience).await.map_err(|error| match lost {
                None => error,
                Some(()) => error.after_loss(&name, doing),
            })?;
            if command.asks_permit {
                job.permit().map_err(SshError::Machine)?;
            }
            match session.ask(command, None).await {
                Err(error @ SshError::Lost { .. }) => {
                    let enough = match patience {
                        Patience::Tries => lost.is_some(),
                        Patience::Until(until) => Instant::now() >= until,
                    };
                    if enough {
                        return Err(error);
                    }
                    lost = Some(());
                }
                answer => return answer,
            }
        }
    }

    /// Asks for an answer that is a text.
    pub(super) async fn ask_text(
        self: &Arc<Self>,
        job: &Job,
        command: &Command,
        patience: Patience,
    ) -> Result<String, SshError> {
        text(self.ask(job, command, patience).await?)
    }

    /// Waits for the end of a process there.
    pub(super) async fn wait(
        self: &Arc<Self>,
        subject: Subject,
        patience: Patience,
    ) -> Result<Wait, SshError> {
        let asked = Instant::now();
        let mut slot = self.watcher.lock().await;
        let watcher = match slot.as_ref().filter(|watcher| watcher.is_there()) {
            Some(watcher) => watcher.clone(),
            None => {
                let watcher = match Watcher::start(self, asked, patience).await {
                    // The connection was lost already, which nobody had noticed.
                    Err(SshError::Lost { .. }) => Watcher::start(self, asked, patience).await?,
                    started => started?,
                };
                let watcher = Arc::new(watcher);
                *slot = Some(watcher.clone());
                watcher
            }
        };
        Ok(watcher.wait(subject))
    }

    /// Work for it is over now.
    pub(super) fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Closes the connection when no work has been for the machine for a while. Each work holds the machine, and so
/// does this.
async fn close_when_idle(target: Arc<Target>, session: Arc<Session>) {
    let idle_max = target.context.options.ssh_idle_max;
    while !session.is_closed() {
        let used = *target.used.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = if Arc::strong_count(&target) > 1 { std::time::Duration::ZERO } else { used.elapsed() };
        if idle >= idle_max {
            *target.watcher.lock().await = None;
            *target.link.lock().await = Link::default();
            session.close().await;
            return;
        }
        sleep(idle_max.saturating_sub(idle)).await;
    }
}

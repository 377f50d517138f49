//! The handle that a server holds.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, unbounded};
use engine::effect::{Machine, Outcome, Work, WorkKey};
use engine::input::Host;

use crate::error::SubmitError;
use crate::login::Login;
use crate::net::Net;
use crate::options::Options;
use crate::poller::{Bell, Poller};
use crate::reactor::{Message, Reactor};
use crate::work::Context;
use crate::worker;

/// Messages that may wait for the reactor, which takes them off within microseconds.
const INBOX_MAX: usize = 100_000;

/// Carries out work. Dropping it shuts it down; what it has started goes on.
#[derive(Debug)]
pub struct Executor {
    net: Net,
    inbox: Sender<Message>,
    bell: Bell,
    context: Arc<Context>,
    reactor: Mutex<Option<JoinHandle<()>>>,
}

impl Executor {
    /// Starts it with the default [`Options`].
    ///
    /// `permit` is called right before each outside action (not before a mere watch) and must be quick: it
    /// says no when the key's term is not the current one or the lease is not valid. `report` gets every
    /// outcome, in order for each key, from several threads; while it blocks, little else is noticed.
    pub fn start(
        host: Host,
        permit: impl Fn(&WorkKey) -> Result<(), String> + Send + Sync + 'static,
        report: impl Fn(WorkKey, Outcome) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::start_with(Options::default(), host, permit, report)
    }

    /// Starts it with other bounds.
    pub fn start_with(
        options: Options,
        host: Host,
        permit: impl Fn(&WorkKey) -> Result<(), String> + Send + Sync + 'static,
        report: impl Fn(WorkKey, Outcome) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let context = Arc::new(Context {
            host,
            options,
            login: Login::of_this_process(),
            permit: Box::new(permit),
            report: Box::new(report),
            stop: AtomicBool::new(false),
        });
        let poller = Poller::new()?;
        let bell = poller.bell();
        // Unbounded as channels, bounded by their use: `submit` looks at the inbox's length, and each of the
        // at most `works_max` works has at most one order out.
        let (inbox, messages) = unbounded();
        let (orders, orders_out) = unbounded();
        let (removals, removals_out) = unbounded();

        let mut executor = Self {
            net: Net::new(context.clone())?,
            inbox: inbox.clone(),
            bell: bell.clone(),
            context: context.clone(),
            reactor: Mutex::default(),
        };
        // Removing a large folder takes long; it has a thread of its own so that no start waits for it.
        let desks = (0..context.options.workers.max(1)).map(|_| orders_out.clone());
        for (n, orders) in desks.chain([removals_out]).enumerate() {
            let (context, inbox, bell) = (context.clone(), inbox.clone(), bell.clone());
            thread::Builder::new()
                .name(format!("exec-worker-{n}"))
                .spawn(move || worker::work(&context, &orders, &inbox, &bell))?;
        }
        let reactor = Reactor::new(context, poller, messages, orders, removals);
        let reactor = thread::Builder::new().name("exec-reactor".to_owned()).spawn(move || reactor.run())?;
        executor.reactor = Mutex::new(Some(reactor));
        Ok(executor)
    }

    /// Begins work. A key that is under way already is ignored; all else ends in exactly one final outcome,
    /// except a watch or a kill that was cancelled.
    pub fn run(&self, key: WorkKey, machine: Machine, work: Work) -> Result<(), SubmitError> {
        match (machine, work) {
            (
                Machine::Local(host),
                work @ (Work::Script(_)
                | Work::Watch { .. }
                | Work::WatchScript { .. }
                | Work::Kill { .. }
                | Work::RemoveDir { .. }),
            ) => self.submit(Message::Run(key, host, Box::new(work))),
            _ if self.context.stop.load(Ordering::Acquire) => Err(SubmitError::ShutDown),
            (machine, work) => {
                self.net.run(key, machine, work);
                Ok(())
            }
        }
    }

    /// Stops caring for work. A script is ended with its whole group and reported as it ended; a removal that
    /// has begun goes on.
    pub fn cancel(&self, key: &WorkKey) -> Result<(), SubmitError> {
        self.net.cancel(key);
        self.submit(Message::Cancel(key.clone()))
    }

    /// Stops: nothing is begun or reported any more. Scripts and managed processes go on. Workers are not
    /// waited for, since one may hang on a disk; they end after the job that they are at.
    pub fn shutdown(&self) {
        self.context.stop.store(true, Ordering::Release);
        self.net.shutdown();
        // Fails only when the reactor has ended already.
        let _sent = self.inbox.send(Message::Shutdown);
        self.bell.ring();
        let reactor = self.reactor.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reactor) = reactor
            && reactor.thread().id() != thread::current().id()
            && reactor.join().is_err()
        {
            tracing::error!("the executor's reactor panicked");
        }
    }

    fn submit(&self, message: Message) -> Result<(), SubmitError> {
        if self.context.stop.load(Ordering::Acquire) {
            return Err(SubmitError::ShutDown);
        }
        if self.inbox.len() >= INBOX_MAX {
            return Err(SubmitError::Overloaded);
        }
        self.inbox.send(message).map_err(|_| SubmitError::ShutDown)?;
        self.bell.ring();
        Ok(())
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.shutdown();
    }
}

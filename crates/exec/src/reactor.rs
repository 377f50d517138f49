//! The one thread that owns all work under way: it takes messages, sees processes end, keeps time, reports.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use engine::effect::{Outcome, ProcessRef, Script, Work, WorkKey};
use engine::input::Host;

use crate::kill;
use crate::poller::Poller;
use crate::process::{Presence, presence};
use crate::script::Running;
use crate::spawn::Launched;
use crate::work::{Answer, Context, Job, Next, Stage};
use crate::worker::Order;

/// How often a process is looked at for which there is no pidfd (descriptors used up, an old kernel).
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What the reactor is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// Begin work on this host: a script, a watch, a kill or a removal.
    Run(WorkKey, Host, Box<Work>),
    /// Stop caring for work.
    Cancel(WorkKey),
    /// A worker has an answer for the work with this token.
    Answer(u64, Box<Answer>),
    /// Stop.
    Shutdown,
}

#[derive(Debug)]
struct Entry {
    key: WorkKey,
    stage: Stage,
    pidfd: Option<OwnedFd>,
    /// When to look at the process, for want of a pidfd.
    look_at: Option<Instant>,
    /// The one timer that counts; an earlier or later one in the heap is out of date.
    timer_at: Option<Instant>,
}

/// The state of the thread. A token names one run of one key, so that a late answer meets nobody else.
#[derive(Debug)]
pub(crate) struct Reactor {
    context: Arc<Context>,
    poller: Poller,
    messages: Receiver<Message>,
    orders: Sender<Order>,
    removals: Sender<Order>,
    entries: HashMap<u64, Entry>,
    tokens: HashMap<WorkKey, u64>,
    timers: BinaryHeap<Reverse<(Instant, u64)>>,
    queue: VecDeque<u64>,
    scripts: usize,
    last_token: u64,
}

impl Reactor {
    pub(crate) fn new(
        context: Arc<Context>,
        poller: Poller,
        messages: Receiver<Message>,
        orders: Sender<Order>,
        removals: Sender<Order>,
    ) -> Self {
        Self {
            context,
            poller,
            messages,
            orders,
            removals,
            entries: HashMap::new(),
            tokens: HashMap::new(),
            timers: BinaryHeap::new(),
            queue: VecDeque::new(),
            scripts: 0,
            last_token: 0,
        }
    }

    /// Runs until it is told to stop.
    pub(crate) fn run(mut self) {
        let mut ended = Vec::new();
        loop {
            let at_most =
                self.timers.peek().map(|Reverse((at, _))| at.saturating_duration_since(Instant::now()));
            if let Err(error) = self.poller.wait(at_most, &mut ended) {
                // Only a defect can break an epoll; timers and messages are still served.
                tracing::error!(%error, "waiting for processes failed");
                std::thread::sleep(LOOK_EVERY);
            }
            for token in ended.drain(..) {
                self.on_exit(token);
            }
            while let Ok(message) = self.messages.try_recv() {
                match message {
                    Message::Run(key, host, work) => self.on_run(key, &host, *work),
                    Message::Cancel(key) => self.on_cancel(&key),
                    Message::Answer(token, answer) => self.on_answer(token, *answer),
                    Message::Shutdown => return,
                }
                if self.context.stop.load(Ordering::Acquire) {
                    return;
                }
            }
            self.on_time();
        }
    }

    fn on_run(&mut self, key: WorkKey, host: &Host, work: Work) {
        if self.tokens.contains_key(&key) {
            return;
        }
        if let Some(why) = self.refusal(host) {
            return self.report(key, Outcome::Failed(why));
        }
        let now = Instant::now();
        let token = self.last_token + 1;
        let (stage, job, pidfd) = match work {
            Work::Script(script) => (Stage::Queued(script), None, None),
            Work::Watch { pid_file, known } => (Stage::Finding, Some(Job::Find { pid_file, known }), None),
            Work::WatchScript { cwd, began_by } => {
                (Stage::Finding, Some(Job::FindScript { cwd, began_by }), None)
            }
            Work::RemoveDir { dir } => {
                let base = host.base_dir.clone();
                (Stage::Removing, Some(Job::Remove { base, dir }), None)
            }
            Work::Kill { process, grace } => match kill::begin(&self.context, &key, process, grace, now) {
                Ok((killing, pidfd)) => (Stage::Killing(killing), None, Some(pidfd)),
                Err(outcome) => return self.report(key, *outcome),
            },
            Work::Describe { .. }
            | Work::FindPorts { .. }
            | Work::Put { .. }
            | Work::Http(_)
            | Work::Fetch { .. }
            | Work::Children { .. }
            | Work::ReadBundle { .. }
            | Work::Password { .. } => {
                return self
                    .report(key, Outcome::Failed("a defect: this is no work for the reactor".to_owned()));
            }
        };
        self.last_token = token;
        self.tokens.insert(key.clone(), token);
        let entry = Entry { key: key.clone(), stage, pidfd: None, look_at: None, timer_at: None };
        self.entries.insert(token, entry);
        if let Some(job) = job {
            self.order(token, key, job);
        } else if let Some(pidfd) = pidfd {
            self.attach(token, pidfd);
        } else {
            self.queue.push_back(token);
            self.start_queued();
        }
        self.set_timer(token);
    }

    /// Why work for this machine is not begun here and now.
    fn refusal(&self, there: &Host) -> Option<String> {
        let works_max = self.context.options.works_max;
        self.context.not_here(there).or_else(|| {
            (self.entries.len() >= works_max).then(|| {
                format!("{works_max} works are under way or waiting, which is the bound; try again later")
            })
        })
    }

    /// Starts scripts as far as there is room.
    fn start_queued(&mut self) {
        while self.scripts < self.context.options.scripts_at_once {
            let Some(token) = self.queue.pop_front() else { return };
            // One that was cancelled while it waited is not there any more.
            let Some(entry) = self.entries.get_mut(&token) else { continue };
            let starting = Stage::Starting { timeout_at: None, progress: false, cancelled: false };
            let Stage::Queued(script) = std::mem::replace(&mut entry.stage, starting) else { continue };
            entry.stage = Stage::Starting {
                timeout_at: deadline(&script),
                progress: script.progress,
                cancelled: false,
            };
            let key = entry.key.clone();
            self.scripts += 1;
            self.order(token, key, Job::Start(script));
        }
    }

    fn on_cancel(&mut self, key: &WorkKey) {
        let Some(token) = self.tokens.get(key).copied() else { return };
        let Some(entry) = self.entries.get_mut(&token) else { return };
        match &mut entry.stage {
            Stage::Queued(_) => {
                self.finish(token, Some(Outcome::Failed("it was cancelled before it began".to_owned())));
            }
            Stage::Starting { cancelled, .. } => *cancelled = true,
            Stage::Running(running) => {
                running.end(false, Instant::now(), &self.context.options);
                self.set_timer(token);
            }
            Stage::Finding | Stage::Watching(_) | Stage::Killing(_) => self.finish(token, None),
            Stage::Removing => {}
        }
    }

    fn on_answer(&mut self, token: u64, answer: Answer) {
        let now = Instant::now();
        let Some(entry) = self.entries.get_mut(&token) else { return };
        match (answer, &mut entry.stage) {
            (Answer::Started(Ok(launched)), Stage::Starting { timeout_at, progress, cancelled }) => {
                let (timeout_at, progress, cancelled) = (*timeout_at, *progress, *cancelled);
                self.on_started(token, launched, timeout_at, progress, cancelled);
            }
            (Answer::Started(Err(error)), _) => self.finish(token, Some(Outcome::Failed(error.to_string()))),
            (Answer::Progress(streams), Stage::Running(running)) => {
                let (shown, next) = running.on_progress(streams, now);
                let key = entry.key.clone();
                if let Some(outcome) = shown {
                    self.report(key, outcome);
                }
                self.go_on(token, next);
            }
            (Answer::Finished(streams, code), Stage::Running(running)) => {
                let outcome = running.on_finished(streams, code);
                self.finish(token, Some(outcome));
            }
            (Answer::Found(Ok((process, pidfd))), stage) => {
                *stage = Stage::Watching(process.clone());
                let key = entry.key.clone();
                self.report(key, Outcome::Found(process));
                self.attach(token, pidfd);
                self.set_timer(token);
            }
            (Answer::Found(Err(outcome)), _) => self.finish(token, Some(*outcome)),
            (Answer::Final(outcome), _) => self.finish(token, Some(outcome)),
            (answer, stage) => tracing::error!(?answer, ?stage, "an answer that nobody asked for"),
        }
    }

    fn on_started(
        &mut self,
        token: u64,
        mut launched: Launched,
        timeout_at: Option<Instant>,
        progress: bool,
        cancelled: bool,
    ) {
        let now = Instant::now();
        let Some(entry) = self.entries.get_mut(&token) else { return };
        let (key, process, pidfd) = (entry.key.clone(), launched.process.clone(), launched.pidfd.take());
        let progress_at = progress.then(|| now + self.context.options.progress_every);
        let mut running = Box::new(Running::new(launched, timeout_at, progress_at));
        if cancelled {
            running.end(false, now, &self.context.options);
        }
        entry.stage = Stage::Running(running);
        self.report(key, Outcome::Started(process));
        self.attach(token, pidfd);
        self.set_timer(token);
    }

    /// The process behind this token has ended.
    fn on_exit(&mut self, token: u64) {
        let now = Instant::now();
        let Some(entry) = self.entries.get_mut(&token) else { return };
        if let Some(pidfd) = entry.pidfd.take() {
            self.poller.remove(&pidfd);
        }
        entry.look_at = None;
        let next = match &mut entry.stage {
            Stage::Running(running) => running.on_exit(now),
            Stage::Killing(killing) => killing.on_exit(now),
            Stage::Watching(process) => {
                Next::Final(Outcome::Gone(format!("process {} has ended", process.pid)))
            }
            _ => Next::Wait,
        };
        self.go_on(token, next);
    }

    fn on_time(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((at, token))) = self.timers.peek().copied() {
            if at > now {
                return;
            }
            self.timers.pop();
            let Some(entry) = self.entries.get_mut(&token) else { continue };
            if entry.timer_at != Some(at) {
                continue;
            }
            entry.timer_at = None;
            if entry.look_at.is_some_and(|look_at| look_at <= now) {
                entry.look_at = Some(now + LOOK_EVERY);
                if process_of(&entry.stage).is_some_and(|process| !is_there(process)) {
                    self.on_exit(token);
                    continue;
                }
            }
            let next = match &mut entry.stage {
                Stage::Running(running) => running.on_time(now, &self.context.options),
                Stage::Killing(killing) => killing.on_time(&self.context, &entry.key, now),
                _ => Next::Wait,
            };
            self.go_on(token, next);
        }
    }

    fn go_on(&mut self, token: u64, next: Next) {
        match next {
            Next::Wait => {}
            Next::Job(job) => {
                if let Some(entry) = self.entries.get(&token) {
                    let key = entry.key.clone();
                    self.order(token, key, job);
                }
            }
            Next::Final(outcome) => return self.finish(token, Some(outcome)),
        }
        self.set_timer(token);
    }

    /// Listens for the end of the process, or looks now and then where that is not to be had.
    fn attach(&mut self, token: u64, pidfd: Option<OwnedFd>) {
        let Some(entry) = self.entries.get_mut(&token) else { return };
        match pidfd.filter(|pidfd| self.poller.add(pidfd, token).is_ok()) {
            Some(pidfd) => entry.pidfd = Some(pidfd),
            None => entry.look_at = Some(Instant::now()),
        }
    }

    fn set_timer(&mut self, token: u64) {
        let Some(entry) = self.entries.get_mut(&token) else { return };
        let stage = match &entry.stage {
            Stage::Running(running) => running.deadline(),
            Stage::Killing(killing) => Some(killing.deadline()),
            _ => None,
        };
        let wanted = [stage, entry.look_at].into_iter().flatten().min();
        if entry.timer_at != wanted {
            entry.timer_at = wanted;
            self.timers.extend(wanted.map(|at| Reverse((at, token))));
        }
    }

    /// Forgets the work and reports its end, if that is wanted.
    fn finish(&mut self, token: u64, outcome: Option<Outcome>) {
        let Some(entry) = self.entries.remove(&token) else { return };
        self.tokens.remove(&entry.key);
        if let Some(pidfd) = &entry.pidfd {
            self.poller.remove(pidfd);
        }
        if let Some(outcome) = outcome {
            self.report(entry.key, outcome);
        }
        if matches!(entry.stage, Stage::Starting { .. } | Stage::Running(_)) {
            self.scripts -= 1;
            self.start_queued();
        }
    }

    fn order(&self, token: u64, key: WorkKey, job: Job) {
        let desk = if matches!(job, Job::Remove { .. }) { &self.removals } else { &self.orders };
        if desk.send(Order { token, key, job }).is_err() {
            tracing::error!("the executor's workers are gone");
        }
    }

    fn report(&self, key: WorkKey, outcome: Outcome) {
        (self.context.report)(key, outcome);
    }
}

fn deadline(script: &Script) -> Option<Instant> {
    Instant::now().checked_add(Duration::from_micros(script.timeout?.0))
}

fn process_of(stage: &Stage) -> Option<&ProcessRef> {
    match stage {
        Stage::Running(running) => Some(&running.process),
        Stage::Watching(process) => Some(process),
        Stage::Killing(killing) => Some(&killing.process),
        _ => None,
    }
}

/// A process that cannot be looked at counts as there: nothing is concluded from an error.
fn is_there(process: &ProcessRef) -> bool {
    matches!(presence(process), Ok(Presence::Alive(_)) | Err(_))
}

//! What touches a disk: done by a few threads, so that a slow one delays neither a time limit nor a report.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;

use crossbeam_channel::{Receiver, Sender};
use engine::effect::{Outcome, WorkKey};

use crate::poller::Bell;
use crate::reactor::Message;
use crate::remove::remove;
use crate::spawn::launch;
use crate::watch::{find, find_script};
use crate::work::{Answer, Context, Job};

/// A job and whom its answer is for.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) token: u64,
    pub(crate) key: WorkKey,
    pub(crate) job: Job,
}

/// Works until there are no more orders, or the executor stops.
pub(crate) fn work(context: &Context, orders: &Receiver<Order>, answers: &Sender<Message>, bell: &Bell) {
    for Order { token, key, job } in orders {
        if context.stop.load(Ordering::Acquire) {
            return;
        }
        // A bug in one job fails that job; the thread goes on.
        let answer = catch_unwind(AssertUnwindSafe(|| answer(context, &key, job))).unwrap_or_else(|_| {
            tracing::error!(?key, "a job of the executor panicked");
            Answer::Final(Outcome::Failed("a defect in the executor; the log has its place".to_owned()))
        });
        if answers.send(Message::Answer(token, Box::new(answer))).is_err() {
            return;
        }
        bell.ring();
    }
}

fn answer(context: &Context, key: &WorkKey, job: Job) -> Answer {
    match job {
        Job::Start(script) => Answer::Started(launch(context, key, &script)),
        Job::Progress { folder, shown } => {
            Answer::Progress((folder.sizes() != shown).then(|| folder.streams()))
        }
        Job::Finish { folder, exit_code } => {
            let exit_code = exit_code.or_else(|| folder.exit_code());
            if let Some(code) = exit_code {
                folder.note_exit(code);
            }
            let streams = folder.streams();
            folder.prune_siblings(context.options.folders_kept);
            Answer::Finished(streams, exit_code)
        }
        Job::Find { pid_file, known } => Answer::Found(find(&context.host, &pid_file, known)),
        Job::FindScript { cwd, began_by } => Answer::Found(match context.permit(key) {
            Ok(()) => find_script(&context.host, &cwd, &began_by),
            Err(why) => Err(Box::new(Outcome::Failed(why))),
        }),
        Job::Remove { base, dir } => Answer::Final(match context.permit(key) {
            Ok(()) => remove(Path::new(&base), &dir),
            Err(why) => Outcome::Failed(why),
        }),
    }
}

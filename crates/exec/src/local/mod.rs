//! Single steps on this host, over at once: what it is, free ports, files.

mod describe;
mod ports;
mod put;

use engine::effect::{Outcome, Work};
use engine::input::Host;

use crate::net::Job;

pub(crate) use ports::pick;

/// Does one step, unless it is meant for another host.
pub(crate) async fn carry_out(job: &Job, host: &Host, work: Work) -> Outcome {
    let context = &job.tasks.context;
    if let Some(why) = context.not_here(host) {
        return Outcome::Failed(why);
    }
    let done = match work {
        Work::Describe { base_dir } => describe::describe(context, base_dir).map(Outcome::Described),
        Work::FindPorts { wishes } => ports::find(&wishes).map(Outcome::Ports),
        Work::Put { files } => put::put(job, files).await.map(|()| Outcome::Done),
        Work::Http(_)
        | Work::Fetch { .. }
        | Work::ReadBundle { .. }
        | Work::Children { .. }
        | Work::Password { .. } => Err("this is work for the server itself, not for a host".to_owned()),
        Work::Script(_)
        | Work::Watch { .. }
        | Work::WatchScript { .. }
        | Work::Kill { .. }
        | Work::RemoveDir { .. } => Err("a defect in the executor: this is work for its reactor".to_owned()),
    };
    done.unwrap_or_else(Outcome::Failed)
}

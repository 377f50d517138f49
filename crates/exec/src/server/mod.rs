//! What the server itself does for a blueprint, on whatever host it runs.

mod fetch;
mod http;
mod password;
mod url;

use engine::effect::{Outcome, Work};

use crate::net::Job;

pub(crate) use fetch::Source;
pub(crate) use http::Web;
pub use http::read_text;

/// Does one of the works that need no machine.
pub(crate) async fn carry_out(job: &Job, work: Work) -> Outcome {
    match work {
        Work::Http(request) => http::ask(job, request).await,
        Work::Fetch { url, bytes_max } => fetch::text(job, &url, bytes_max).await,
        Work::ReadBundle { file, bytes_max } => fetch::bundle_text(job, file, bytes_max).await,
        Work::Password { groups, length } => match password::draw(&groups, length) {
            Ok(password) => Outcome::Password(password),
            Err(why) => Outcome::Failed(why),
        },
        _ => Outcome::Failed(
            "the server itself makes requests, reads texts and draws passwords only; \
                              this is work for a machine"
                .to_owned(),
        ),
    }
}

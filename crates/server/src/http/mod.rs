//! The wire: Apache Brooklyn's `/v1`, our own paths beside it, and the console.
//!
//! A request goes `listener` -> [`front::Front`] -> `resource` (who is asking, which verb, which form, may it here
//! and now) -> one handler of one resource file. Reads take the published [`View`](node::interface::View) and
//! never wait for the core or the store; writes are asked of the [`plane::Plane`] and answered when they are
//! durable. Each refusal becomes an answer in [`fail`] and nowhere else.

pub mod answer;
pub mod app;
mod budget;
pub mod call;
mod catalog;
mod chair;
pub mod console;
mod drill;
pub mod events;
pub mod fail;
pub mod front;
pub mod gate;
pub mod ha;
mod history;
mod inflow;
pub mod limits;
mod line;
mod linger;
pub mod listener;
mod memo;
pub mod metrics;
pub mod multipart;
pub mod negotiate;
pub mod nudge;
pub mod openapi;
pub mod own;
mod pace;
pub mod pairs;
mod places;
pub mod plane;
pub mod range;
mod resource;
pub mod route;
mod session;
mod show;
mod unread;
mod v1;
mod writes;

pub use app::{App, Options, PublicHeaders};
pub use front::Front;
pub use listener::{BindError, Bound, ListenOptions, bind};
pub use own::{Configured, Own, Properties};
pub use places::Capacity;
pub use plane::Plane;

use route::Route;

/// Everything that can be asked, in the order of its resources.
pub fn routes() -> Vec<Route> {
    let mut all = Vec::new();
    v1::add_routes(&mut all);
    ha::add_routes(&mut all);
    chair::add_routes(&mut all);
    history::add_routes(&mut all);
    drill::add_routes(&mut all);
    metrics::add_routes(&mut all);
    events::add_routes(&mut all);
    nudge::add_routes(&mut all);
    openapi::add_routes(&mut all);
    all
}

#[cfg(test)]
mod tests;

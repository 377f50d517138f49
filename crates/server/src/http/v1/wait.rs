//! Waiting for a task: by watching what is published, never by asking the core.

use std::sync::Arc;
use std::time::Duration;

use base::{Span, TaskId};
use node::interface::View;

use crate::http::call::Call;

/// The first moment in which a task has ended (or is gone, or this server holds no state any more); the newest
/// one when the time is up. `None` waits without limit: as long as the client does.
pub(super) async fn ended(call: &Call, task: &TaskId, limit: Option<Span>) -> Arc<View> {
    let plane = &call.app.plane;
    let over = |view: &View| match &view.root {
        Some(root) => root.task(task).is_none_or(engine::Task::is_ended),
        None => true,
    };
    let view = plane.view();
    if over(&view) || limit == Some(Span::ZERO) {
        return view;
    }
    let mut changed = plane.changed();
    let watch = async {
        loop {
            let view = plane.view();
            if over(&view) || changed.changed().await.is_err() {
                return plane.view();
            }
        }
    };
    match limit {
        None => watch.await,
        Some(limit) => {
            let limit = Duration::from_micros(limit.0);
            tokio::time::timeout(limit, watch).await.unwrap_or_else(|_| plane.view())
        }
    }
}

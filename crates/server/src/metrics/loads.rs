//! How often the state was loaded: seen from outside, by what is published.

use std::sync::Arc;
use std::time::Instant;

use ha::status::Role;

use super::Metrics;
use crate::http::Plane;

/// Watches the publications of a node until it ends.
pub async fn watch(plane: Arc<dyn Plane>, metrics: Arc<Metrics>) {
    let mut changed = plane.changed();
    let (mut held, mut failed, mut since) = (false, false, Instant::now());
    loop {
        let view = plane.view();
        let fails = view.status.role == Some(Role::Failed);
        match (&view.root, held) {
            (Some(root), false) => {
                metrics.loads.succeeded(plane.wall(), since.elapsed());
                let (apps, entities) = (root.apps().count() as u64, root.entity_count() as u64);
                let items = entities + root.task_count() as u64;
                // Only the first time counts.
                let _ = metrics.first_load.set([apps, entities, items]);
            }
            (None, true) => since = Instant::now(),
            _ => {}
        }
        if fails && !failed {
            metrics.loads.failed(plane.wall(), view.status.why.clone());
        }
        (held, failed) = (view.root.is_some(), fails);
        if changed.changed().await.is_err() {
            return;
        }
    }
}

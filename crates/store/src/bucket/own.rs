//! `put_own`: a PUT of a file that one server writes. Where one life of one server writes it, below `nodes/`, the PUT
//! names the version that it replaces (If-Match). So a server beside which another one writes, a second process or
//! itself resumed from an old image of its memory, is told so by its very next beat, and then looks who it was.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use object_store::{PutMode, UpdateVersion};

use ha::names;
use ha::verbs::{Answer, Fault, FaultKind, Name};

use super::Inner;
use super::trouble::{Outcome, Trouble};

/// The versions of own files, as they were last written or read here; `None` when that is not known.
#[derive(Default)]
pub(super) struct Own {
    versions: Mutex<HashMap<Name, Option<String>>>,
    /// Whether the service keeps If-Match, once that was tried: some have none, and in Ceph 16.2 it never holds.
    is_kept: OnceLock<bool>,
}

impl Own {
    fn with<T>(&self, change: impl FnOnce(&mut HashMap<Name, Option<String>>) -> T) -> T {
        change(&mut self.versions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What lies there now, if it is a file that is written here.
    pub(super) fn was_read(&self, name: &Name, version: Option<String>) {
        self.with(|own| {
            if let Some(known) = own.get_mut(name) {
                *known = version;
            }
        });
    }

    fn was_written(&self, name: &Name, version: Option<String>) {
        if names::is_node(name) {
            self.with(|own| own.insert(name.clone(), version));
        }
    }
}

fn replacing(version: String) -> PutMode {
    PutMode::Update(UpdateVersion { e_tag: Some(version), version: None })
}

impl Inner {
    /// Finds out, once, whether the service keeps If-Match, on a file that nobody else knows.
    pub(super) async fn try_if_match(&self, name: &Name, bytes: &Arc<[u8]>, version: Option<String>) {
        let Some(version) = version.filter(|_| self.own.is_kept.get().is_none()) else { return };
        let outcome = self.put(name, bytes, replacing(version)).await;
        if !outcome.as_ref().is_err_and(Trouble::may_have_effect) {
            self.own.is_kept.get_or_init(|| outcome.is_ok());
        }
    }

    pub(super) async fn put_own(&self, name: &Name, bytes: &Arc<[u8]>) -> Answer {
        let known = self.own.with(|own| own.get(name).cloned().flatten());
        let known = known.filter(|_| self.own.is_kept.get() == Some(&true));
        let is_conditional = known.is_some();
        let trouble = match self.put(name, bytes, known.map_or(PutMode::Overwrite, replacing)).await {
            Ok(version) => {
                self.own.was_written(name, version);
                return Answer::Done;
            }
            Err(trouble) => trouble,
        };
        let is_told = is_conditional && matches!(trouble.outcome, Outcome::Taken | Outcome::Missing);
        // A proxy that sends it twice answers what the second got: what lies there is this very content.
        if is_told && self.read(name).await.is_ok_and(|found| found.as_ref() == Some(bytes)) {
            return Answer::Done;
        }
        // Whoever was told so reads the file, which makes its version known again.
        self.own.was_read(name, None);
        match trouble.outcome {
            _ if is_told => {
                let shown = self.shown_as(&format!("{}{name}", self.prefix));
                let text = format!("{shown} is not what was last written here");
                Answer::Failed(Fault { kind: FaultKind::Unfit, text })
            }
            _ => trouble.answer(),
        }
    }
}

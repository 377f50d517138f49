//! What lies at a plane's path in a bucket before there is a plane.

use crossbeam_channel::bounded;
use object_store::list::{PaginatedListOptions, PaginatedListStore};

use ha::verbs::{Fault, FaultKind};

use super::trouble::Trouble;
use super::{BucketStore, Inner};

/// Keys that are looked at: what is not there for a plane shows among the first.
const LOOKED_AT: usize = 1000;

impl BucketStore {
    /// The first segments below the path of some of the objects there; a request that lists.
    pub fn some_names(&self) -> Result<Vec<String>, Fault> {
        let (done, answer) = bounded(1);
        let inner = self.inner.clone();
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // Who asked waits below.
                let _ = done.send(inner.some_names().await);
            });
        }
        match answer.recv() {
            Ok(found) => found.map_err(|trouble| trouble.fault),
            Err(_) => {
                let text = format!("{}: the request was torn down (a defect)", self.inner.shown);
                Err(Fault { kind: FaultKind::Unreachable, text })
            }
        }
    }
}

impl Inner {
    async fn some_names(&self) -> Result<Vec<String>, Trouble> {
        let options = PaginatedListOptions { max_keys: Some(LOOKED_AT), ..PaginatedListOptions::default() };
        let below = (!self.prefix.is_empty()).then_some(self.prefix.as_str());
        let request = self.s3.list_paginated(below, options);
        let page = self.request("list", &self.prefix, 0, request).await?.result;
        let keys = page.objects.iter().filter_map(|o| o.location.as_ref().strip_prefix(&self.prefix));
        let mut names: Vec<String> =
            keys.map(|key| key.split('/').next().unwrap_or(key).to_owned()).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

//! What lies at a plane's path in a bucket before there is a plane.

use std::sync::Arc;

use object_store::list::{PaginatedListOptions, PaginatedListStore};

use ha::verbs::Fault;

use super::trouble::Trouble;
use super::{BucketStore, Inner};

/// Keys that are looked at: what is not there for a plane shows among the first.
const LOOKED_AT: usize = 1000;

impl BucketStore {
    /// The first segments below the path of some of the objects there; a request that lists.
    pub fn some_names(&self) -> Result<Vec<String>, Fault> {
        let inner = Arc::clone(&self.inner);
        self.wait(async move { inner.some_names().await })?.map_err(|trouble| trouble.fault)
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

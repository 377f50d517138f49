//! `list`: one page in order of name. S3 lists in that order; S3 Express and some others do not, and from them
//! everything below the prefix is asked for and the page is cut here.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};

use base::limits::LIST_PAGE_MAX;
use ha::verbs::{Answer, Name};

use super::Inner;
use super::trouble::Trouble;

/// Keys that one request asks for at most (more S3 does not give).
const KEYS_MAX: usize = 1000;
/// Keys that are looked at for one page before it is given up. A plane has some thousands.
const LOOKED_AT_MAX: usize = 1_000_000;

impl Inner {
    pub(super) async fn list(&self, prefix: &Name, after: Option<&Name>, max: usize) -> Answer {
        let mut page = Page { after, max: max.min(LIST_PAGE_MAX), names: BTreeSet::new() };
        let ordered = !self.unordered.load(Ordering::Relaxed);
        let gathered = match self.gather(prefix, &mut page, ordered).await {
            Ok(false) if ordered => {
                tracing::warn!(store = %self.shown, "the service lists in no order; lists cost more requests");
                self.unordered.store(true, Ordering::Relaxed);
                page.names.clear();
                self.gather(prefix, &mut page, false).await
            }
            other => other,
        };
        match gathered {
            Ok(_) => page.cut(),
            Err(trouble) => Answer::Failed(trouble.fault),
        }
    }

    /// Fills the page; false when the service was expected to keep an order and did not.
    async fn gather(&self, prefix: &Name, page: &mut Page<'_>, ordered: bool) -> Result<bool, Trouble> {
        let below = format!("{}{prefix}/", self.prefix);
        let offset = page.after.filter(|_| ordered).map(|after| format!("{}{after}", self.prefix));
        let max_keys = if ordered { (page.max + 1).min(KEYS_MAX) } else { KEYS_MAX };
        let (mut token, mut looked_at, mut last) = (None, 0, String::new());
        loop {
            let options = PaginatedListOptions {
                // A token knows where it began.
                offset: offset.clone().filter(|_| token.is_none()),
                max_keys: Some(max_keys),
                page_token: token.take(),
                ..PaginatedListOptions::default()
            };
            let request = self.s3.list_paginated(Some(&below), options);
            let PaginatedListResult { result, page_token } = self.request("list", &below, 0, request).await?;
            looked_at += result.objects.len();
            for object in result.objects {
                let key = object.location.as_ref();
                if ordered && key <= last.as_str() {
                    return Ok(false);
                }
                key.clone_into(&mut last);
                self.take(key, page);
            }
            token = page_token;
            let enough = ordered && page.names.len() > page.max;
            if enough || token.is_none() {
                return Ok(true);
            }
            if looked_at > LOOKED_AT_MAX {
                let text = format!("{}: more than {LOOKED_AT_MAX} objects lie here", self.shown_as(&below));
                return Err(Trouble::unfit(text));
            }
        }
    }

    fn take(&self, key: &str, page: &mut Page<'_>) {
        match key.strip_prefix(&self.prefix).and_then(Name::parse) {
            Some(name) => page.take(name),
            None if !self.foreign_named.swap(true, Ordering::Relaxed) => {
                tracing::warn!(key = %self.shown_as(key), "not a name of ours; this and its like are left out of listings");
            }
            None => {}
        }
    }
}

struct Page<'a> {
    after: Option<&'a Name>,
    max: usize,
    /// One more than asked for, which shows that there is more.
    names: BTreeSet<Name>,
}

impl Page<'_> {
    fn take(&mut self, name: Name) {
        if self.after.is_some_and(|after| name <= *after) {
            return;
        }
        self.names.insert(name);
        if self.names.len() > self.max + 1 {
            self.names.pop_last();
        }
    }

    fn cut(self) -> Answer {
        let more = self.names.len() > self.max;
        Answer::Page { names: self.names.into_iter().take(self.max).collect(), more }
    }
}

//! The five verbs on a prefix in a bucket of an S3-compatible object store.
//!
//! Signing, credentials and the shapes of requests are `object_store`'s. What an answer *means* is decided here,
//! from the status that came over the wire: its own reading folds a conflict that must be tried again into "it
//! exists", and its retries would hide that the outcome of a write is not known.
//!
//! - [`open`]: settings, environment and machine into a client.
//! - [`seen`]: what came over the wire for one request.
//! - [`trouble`]: what a failure means, and what to do about it.
//! - [`create`], [`read`], [`list`], [`own`]: the verbs that are more than one request.
//! - [`strangers`]: what else lies there.
//! - [`trial`], [`lifecycle`]: what the bucket must go on being.

mod create;
mod lifecycle;
mod list;
mod open;
mod own;
mod read;
mod seen;
mod strangers;
mod trial;
mod trouble;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crossbeam_channel::bounded;
use object_store::aws::AmazonS3;
use object_store::client::HttpClient;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use tokio::runtime::Runtime;

use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

use crate::{Store, advice};
use own::Own;
use seen::watched;
use trial::Trial;
use trouble::Trouble;

pub use open::OpenError;
pub(crate) use trial::TRIAL;

/// A plane's prefix in a bucket. Its verbs block, and may be called from any thread: the requests run on a thread
/// of its own, so that one that hangs holds up no other.
pub struct BucketStore {
    inner: Arc<Inner>,
    /// Taken when it is dropped: a runtime must not wait for its tasks where waiting is not allowed.
    runtime: Option<Runtime>,
}

/// What a request needs; shared with those that are under way.
struct Inner {
    s3: AmazonS3,
    /// For what `object_store` has no verb for.
    http: HttpClient,
    /// Before each name: empty, or with a slash at its end.
    prefix: String,
    /// `s3://bucket`, for texts.
    shown: String,
    /// Where the service is, for texts; empty for AWS itself.
    endpoint: String,
    /// How long the service may take to begin its answer.
    patience: Duration,
    /// This service lists in no order: S3 Express says so, others are found out.
    unordered: AtomicBool,
    /// A key that is no name of ours was seen, and said so.
    foreign_named: AtomicBool,
    /// Whether it is still fit to be written to.
    trial: Trial,
    /// What this server's own files were when they were last seen.
    own: Own,
}

/// Bytes that may be moved for each second beyond the patience.
const SLOW_BYTES_A_SECOND: u64 = 1024 * 1024;

impl BucketStore {
    /// What comes of this on the store's own threads; waits for it.
    fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T, Fault> {
        let (done, outcome) = bounded(1);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // Who asked waits below, unless its thread was torn down.
                let _ = done.send(work.await);
            });
        }
        outcome.recv().map_err(|_| {
            let text = format!("{}: the request was torn down (a defect)", self.inner.shown);
            Fault { kind: FaultKind::Unreachable, text }
        })
    }
}

impl Store for BucketStore {
    fn run(&self, verb: &Verb) -> Answer {
        let (inner, asked) = (Arc::clone(&self.inner), verb.clone());
        self.wait(async move { inner.answer(asked).await }).unwrap_or_else(Answer::Unknown)
    }

    fn describe(&self) -> String {
        format!(
            "bucket {}{}",
            self.inner.shown_as(self.inner.prefix.trim_end_matches('/')),
            self.inner.endpoint
        )
    }

    fn todo(&self, kind: FaultKind) -> &'static str {
        advice::in_bucket(kind)
    }
}

impl Inner {
    async fn answer(self: Arc<Inner>, verb: Verb) -> Answer {
        if matches!(verb, Verb::Create { .. } | Verb::PutOwn { .. })
            && let Some(fault) = self.unfit().await
        {
            return Answer::Failed(fault);
        }
        match verb {
            Verb::Create { name, bytes } => self.create(&name, &bytes).await,
            Verb::Read { name } => match self.read(&name).await {
                Ok(found) => Answer::Content(found),
                Err(trouble) => Answer::Failed(trouble.fault),
            },
            Verb::PutOwn { name, bytes } => self.put_own(&name, &bytes).await,
            Verb::List { prefix, after, max } => self.list(&prefix, after.as_ref(), max).await,
            Verb::Delete { name } => self.delete(&name).await.map_or_else(Trouble::answer, |()| Answer::Done),
        }
    }

    /// One PUT; the version that it made.
    async fn put(&self, name: &Name, bytes: &Arc<[u8]>, mode: PutMode) -> Result<Option<String>, Trouble> {
        let attempt = if mode == PutMode::Create { "create" } else { "write" };
        let path = self.path(name)?;
        let payload = PutPayload::from(bytes.to_vec());
        let options = PutOptions { mode, ..PutOptions::default() };
        let request = self.s3.put_opts(&path, payload, options);
        self.request(attempt, path.as_ref(), bytes.len() as u64, request).await.map(|done| done.e_tag)
    }

    async fn delete(&self, name: &Name) -> Result<(), Trouble> {
        let path = self.path(name)?;
        match self.request("remove", path.as_ref(), 0, self.s3.delete(&path)).await {
            Err(trouble) if trouble.is_missing() => Ok(()),
            other => other,
        }
    }

    /// Carries out one request within its time, and judges its failure by what came over the wire.
    async fn request<T>(
        &self,
        attempt: &'static str,
        key: &str,
        bytes: u64,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, Trouble> {
        let within = self.within(bytes);
        let (outcome, seen) = watched(tokio::time::timeout(within, request)).await;
        let why = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", within.as_millis()),
        };
        Err(Trouble::judge(attempt, &self.shown_as(key), seen, &why))
    }

    /// How long a request that moves so many bytes may take.
    fn within(&self, bytes: u64) -> Duration {
        self.patience + Duration::from_millis(bytes.saturating_mul(1000) / SLOW_BYTES_A_SECOND)
    }

    fn path(&self, name: &Name) -> Result<Path, Trouble> {
        Path::parse(format!("{}{name}", self.prefix))
            .map_err(|error| Trouble::unfit(format!("{}: {error}", self.shown_as(name.as_str()))))
    }

    fn shown_as(&self, key: &str) -> String {
        if key.is_empty() { self.shown.clone() } else { format!("{}/{key}", self.shown) }
    }
}

impl Drop for BucketStore {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for BucketStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BucketStore").field(&self.describe()).finish()
    }
}

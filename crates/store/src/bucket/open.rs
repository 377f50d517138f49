//! From settings, environment and machine to a client. Nothing is asked of the service here.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use std::{env, fs, io};

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::client::{HttpClient, HttpConnector};
use object_store::{BackoffConfig, Certificate, ClientOptions, RetryConfig};
use tokio::runtime::Builder;

use super::own::Own;
use super::seen::Connector;
use super::trial::Trial;
use super::{BucketStore, Inner};
use crate::place::Bucket;

/// How long a service may take to begin its answer where nobody's heartbeat waits for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the name of a bucket of S3 Express ends in.
const EXPRESS: &str = "--x-s3";

/// Why a bucket cannot be a store; all of it is in the settings.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// One half of a key.
    #[error("{bucket}: an identity and a credential belong together; give both, or none of them")]
    HalfAKey {
        /// Where.
        bucket: String,
    },
    /// A file of certificates that cannot be used.
    #[error("the file of certificates {} cannot be used: {why}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Something else in the settings.
    #[error("{bucket} cannot be opened: {why}")]
    Settings {
        /// Where.
        bucket: String,
        /// Why.
        why: String,
    },
    /// The system gave no thread.
    #[error("no thread for the requests to {bucket}: {source}")]
    Thread {
        /// Where.
        bucket: String,
        /// Why.
        source: io::Error,
    },
}

impl BucketStore {
    /// Makes the client. Whether the bucket is there and fit, the first verb tells.
    pub fn open(bucket: &Bucket) -> Result<BucketStore, OpenError> {
        let shown = format!("s3://{}", bucket.container);
        let (s3, http) = client(bucket, &shown)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(4)
            .thread_name("store-s3")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|source| OpenError::Thread { bucket: shown.clone(), source })?;
        let prefix = if bucket.path.is_empty() { String::new() } else { format!("{}/", bucket.path) };
        let inner = Inner {
            s3,
            http,
            prefix,
            shown,
            endpoint: bucket.endpoint.as_ref().map(|at| format!(" at {at}")).unwrap_or_default(),
            patience: bucket.patience.unwrap_or(PATIENCE),
            unordered: AtomicBool::new(bucket.container.ends_with(EXPRESS)),
            foreign_named: AtomicBool::new(false),
            trial: Trial::default(),
            own: Own::default(),
        };
        Ok(BucketStore { inner: Arc::new(inner), runtime: Some(runtime) })
    }
}

/// The client for objects, and the one below it for what else is asked.
fn client(bucket: &Bucket, shown: &str) -> Result<(AmazonS3, HttpClient), OpenError> {
    // Fails when the process has a provider already, which then is used.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let mut builder = from_environment(bucket.identity.is_some());
    match (&bucket.identity, &bucket.credential) {
        (Some(identity), Some(credential)) => {
            builder = builder.with_access_key_id(identity).with_secret_access_key(credential.reveal());
        }
        (None, None) => {}
        _ => return Err(OpenError::HalfAKey { bucket: shown.to_owned() }),
    }
    if let Some(region) = &bucket.region {
        builder = builder.with_region(region);
    }
    let virtual_hosted = bucket.path_style == Some(false);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(at_host(endpoint, &bucket.container, virtual_hosted));
    }
    let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
    let plain = endpoint.is_some_and(|at| at.starts_with("http://"));
    let mut options = ClientOptions::new()
        // Both bound each verb here, where the outcome is told apart.
        .with_timeout_disabled()
        .with_connect_timeout(bucket.patience.unwrap_or(PATIENCE))
        .with_allow_http(plain)
        .with_pool_max_idle_per_host(8);
    for certificate in certificates(bucket)? {
        options = options.with_root_certificate(certificate);
    }
    let settings =
        |error: object_store::Error| OpenError::Settings { bucket: shown.to_owned(), why: error.to_string() };
    let http = Connector::default().connect(&options).map_err(settings)?;
    let s3 = builder
        .with_bucket_name(&bucket.container)
        .with_virtual_hosted_style_request(virtual_hosted)
        .with_s3_express(bucket.container.ends_with(EXPRESS))
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        // One key, one request: its failure is about that key.
        .with_disable_bulk_delete(true)
        // A request that is sent again behind our back hides that the outcome of the first is not known.
        .with_retry(RetryConfig {
            max_retries: 0,
            retry_timeout: Duration::ZERO,
            backoff: BackoffConfig::default(),
        })
        .with_client_options(options)
        .with_http_connector(Connector::default())
        .build()
        .map_err(settings)?;
    Ok((s3, http))
}

/// `AWS_ACCESS_KEY_ID` and its like. A key of the settings never meets half a key, or a session, of the
/// environment.
fn from_environment(has_key: bool) -> AmazonS3Builder {
    env::vars_os().fold(AmazonS3Builder::new(), |builder, (key, value)| {
        let (Some(key), Some(value)) = (key.to_str(), value.to_str()) else { return builder };
        if !key.starts_with("AWS_") {
            return builder;
        }
        match key.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            Ok(
                AmazonS3ConfigKey::AccessKeyId
                | AmazonS3ConfigKey::SecretAccessKey
                | AmazonS3ConfigKey::Token,
            ) if has_key => builder,
            Ok(key) => builder.with_config(key, value),
            Err(_) => builder,
        }
    })
}

/// The endpoint, with the bucket as a part of its host's name when that is how the service is asked.
fn at_host(endpoint: &str, container: &str, virtual_hosted: bool) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    match endpoint.split_once("://") {
        Some((scheme, host)) if virtual_hosted => format!("{scheme}://{container}.{host}"),
        Some(_) => endpoint.to_owned(),
        None if virtual_hosted => format!("https://{container}.{endpoint}"),
        None => format!("https://{endpoint}"),
    }
}

fn certificates(bucket: &Bucket) -> Result<Vec<Certificate>, OpenError> {
    let outside = env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let Some(path) = bucket.ca_file.clone().or(outside) else { return Ok(Vec::new()) };
    let refused = |why: String| OpenError::Certificates { path: path.clone(), why };
    let pem = fs::read(&path).map_err(|error| refused(error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(found) if found.is_empty() => Err(refused("there is no certificate (PEM) in it".to_owned())),
        Ok(found) => Ok(found),
        Err(error) => Err(refused(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_in_the_path_or_in_the_host() {
        assert_eq!(at_host("http://127.0.0.1:9000/", "b", false), "http://127.0.0.1:9000");
        assert_eq!(at_host("https://s3.example.org", "b", true), "https://b.s3.example.org");
        assert_eq!(at_host("s3.example.org", "b", true), "https://b.s3.example.org");
    }

    #[test]
    fn settings_that_cannot_work_are_named() {
        let half = Bucket { identity: Some("me".to_owned()), ..Bucket::parse("planes").unwrap() };
        let said = BucketStore::open(&half).unwrap_err().to_string();
        assert!(said.contains("s3://planes: an identity and a credential belong together"), "{said}");
        let folder = tempfile::tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        let with_ca = Bucket { ca_file: Some(ca_file.clone()), ..Bucket::parse("planes").unwrap() };
        for text in [None, Some("no certificate")] {
            if let Some(text) = text {
                fs::write(&ca_file, text).unwrap();
            }
            let said = BucketStore::open(&with_ca).unwrap_err().to_string();
            assert!(said.contains("ca.pem cannot be used"), "{said}");
        }
    }
}

//! Reading a text or a file from an address: over HTTP, or from the server's own host.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::effect::{BundleFile, FileContent, Outcome};
use reqwest::{Response, Url};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::url::{parse, reasons, shown};
use crate::limits::{FETCH_TIME_MAX, PUT_BYTES_MAX};
use crate::net::Job;

/// Bytes read from a file at a time.
const CHUNK: usize = 64 * 1024;

/// What is being read, piece by piece.
#[derive(Debug)]
pub(crate) struct Source {
    from: From,
    /// For people.
    name: String,
    count: Arc<AtomicU64>,
    bytes_max: u64,
}

#[derive(Debug)]
enum From {
    /// Memory; what was not given yet.
    Memory(Option<Vec<u8>>),
    Web(Box<Response>),
    File(File),
}

impl Source {
    /// What is in memory already.
    fn of_bytes(bytes: &[u8]) -> Self {
        let from = From::Memory(Some(bytes.to_vec()));
        Self { from, name: "memory".to_owned(), count: Arc::default(), bytes_max: u64::MAX }
    }

    /// What is to stand in a file.
    pub(crate) async fn of(job: &Job, content: &FileContent) -> Result<Self, String> {
        match content {
            FileContent::Bytes(bytes) => Ok(Self::of_bytes(bytes)),
            FileContent::Url(url) => open(job, url, PUT_BYTES_MAX).await,
            FileContent::Bundle(file) => {
                Ok(Self::of_bytes(&job.tasks.context.options.bundles.read(file.clone()).await?))
            }
        }
    }

    /// Counts the bytes that were read, also when the source itself is gone.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        self.count.clone()
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let piece = match &mut self.from {
            From::Memory(bytes) => Ok(bytes.take()),
            From::Web(response) => match response.chunk().await {
                Ok(chunk) => Ok(chunk.map(|chunk| chunk.to_vec())),
                Err(error) => Err(reasons(error)),
            },
            From::File(file) => {
                let mut piece = vec![0; CHUNK];
                file.read(&mut piece).await.map_err(|error| error.to_string()).map(|count| {
                    piece.truncate(count);
                    Some(piece).filter(|piece| !piece.is_empty())
                })
            }
        };
        let (name, bytes_max) = (&self.name, self.bytes_max);
        let piece = piece.map_err(|why| format!("{name}: {why}"))?;
        let size = piece.as_ref().map_or(0, Vec::len) as u64;
        if self.count.fetch_add(size, Ordering::AcqRel) + size > bytes_max {
            return Err(format!("{name} is longer than {bytes_max} bytes, which is the bound"));
        }
        Ok(piece)
    }
}

/// Reads a whole text.
pub(super) async fn text(job: &Job, url: &str, bytes_max: usize) -> Outcome {
    match timeout(FETCH_TIME_MAX, read(job, url, bytes_max)).await {
        Ok(Ok(text)) => Outcome::Fetched(text),
        Ok(Err(why)) => Outcome::Failed(why),
        Err(_) => Outcome::Failed(format!("the text was not read within {FETCH_TIME_MAX:?}")),
    }
}

async fn read(job: &Job, url: &str, bytes_max: usize) -> Result<String, String> {
    let mut source = open(job, url, bytes_max as u64).await?;
    let mut text = Vec::new();
    while let Some(piece) = source.next().await? {
        text.extend_from_slice(&piece);
    }
    String::from_utf8(text).map_err(|error| {
        let (name, at) = (&source.name, error.utf8_error().valid_up_to());
        format!("{name} is not a text: from byte {at} on it is no UTF-8")
    })
}

/// Reads a whole text out of bundles.
pub(super) async fn bundle_text(job: &Job, file: BundleFile, bytes_max: usize) -> Outcome {
    let path = file.path.clone();
    let bytes = match job.tasks.context.options.bundles.read(file).await {
        Ok(bytes) => bytes,
        Err(why) => return Outcome::Failed(why),
    };
    if bytes.len() > bytes_max {
        return Outcome::Failed(format!("{path} is longer than {bytes_max} bytes, which is the bound"));
    }
    match str::from_utf8(&bytes) {
        Ok(text) => Outcome::Fetched(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            Outcome::Failed(format!("{path} is not a text: from byte {at} on it is no UTF-8"))
        }
    }
}

/// Opens what an address names.
async fn open(job: &Job, url: &str, bytes_max: u64) -> Result<Source, String> {
    let url = parse(url)?;
    let name = shown(&url);
    job.permit()?;
    let from = match url.scheme() {
        "http" | "https" => {
            let client = job.tasks.web.client(&url, false)?;
            let response =
                client.get(url).send().await.map_err(|error| format!("{name}: {}", reasons(error)))?;
            if !response.status().is_success() {
                return Err(format!("{name}: the answer is {}", response.status()));
            }
            From::Web(Box::new(response))
        }
        "file" => {
            let path = path(&url, job).ok_or_else(|| format!("{name} names no file of this host"))?;
            let opened = async {
                let file = File::open(&path).await?;
                Ok::<_, std::io::Error>((file.metadata().await?.is_file(), file))
            };
            match opened.await {
                Ok((true, file)) => From::File(file),
                Ok((false, _)) => return Err(format!("{name} is no file")),
                Err(error) => return Err(format!("{name}: {error}")),
            }
        }
        other => return Err(format!("{name}: {other} is not read from; http, https and file are")),
    };
    Ok(Source { from, name, count: Arc::default(), bytes_max })
}

/// `file:///x`, and as Brooklyn has it `file://~/x` for the server's home.
fn path(url: &Url, job: &Job) -> Option<PathBuf> {
    if url.host_str() == Some("~") {
        let below = url.path().trim_start_matches('/');
        return Some(job.tasks.context.login.home().join(below));
    }
    url.to_file_path().ok()
}

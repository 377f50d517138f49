//! An upload on its way into the catalog: looked through, read, its bytes kept, and then put into the log.

use std::sync::Arc;

use engine::effect::{Added, Reply};
use engine::input::Command;
use model::catalog::add::{Content, Files, Read, Refused, Upload as Source, read};
use model::catalog::{BlobRef, Bundle};
use model::{Surroundings, catalog};
use tokio::sync::OwnedMutexGuard;
use tracing::{info, warn};

use crate::bundles::{Archive, Blobs, fetch};
use crate::http::call::Call;
use crate::http::fail::Fail;

/// Whose turn it is to add.
type Turn = OwnedMutexGuard<()>;

/// What a zip begins with; an empty one begins with its end.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// What a bundle is called whose BOM says no name.
const ANONYMOUS: &str = "brooklyn-catalog-bom-";

/// What was uploaded.
#[derive(Clone, Debug)]
enum Upload {
    /// A BOM by itself.
    Bom {
        /// The whole text.
        text: String,
        /// Its SHA-256, in lower-case hex.
        sum: String,
    },
    /// A zip that was looked through.
    Zip {
        /// Its files.
        archive: Archive,
        /// Its bytes.
        bytes: Arc<[u8]>,
        /// What they are called.
        blob: BlobRef,
    },
}

impl Upload {
    /// Finds out what a body is; its content type is not looked at, as in Brooklyn.
    async fn of(body: Vec<u8>) -> Result<Upload, String> {
        if ZIP.iter().any(|begin| body.starts_with(begin)) {
            let bytes: Arc<[u8]> = body.into();
            let looked = Arc::clone(&bytes);
            let look = move || (Blobs::name(&looked), Archive::look_through(looked));
            let (blob, archive) = tokio::task::spawn_blocking(look)
                .await
                .map_err(|_| "looking through the zip failed inside".to_owned())?;
            return Ok(Upload::Zip { archive: archive.map_err(|e| e.to_string())?, bytes, blob });
        }
        let text = String::from_utf8(body);
        let bom = |text: String| Upload::Bom { sum: catalog::add::sha256(text.as_bytes()), text };
        text.map(bom).map_err(|e| {
            format!(
                "this is neither a zip nor a text in UTF-8 (byte {} is wrong)",
                e.utf8_error().valid_up_to()
            )
        })
    }

    /// SHA-256 of what was sent, in lower-case hex.
    fn sum(&self) -> &str {
        match self {
            Upload::Bom { sum, .. } => sum,
            Upload::Zip { blob, .. } => blob.as_str(),
        }
    }

    /// Reads it among what there is. Takes a while: it compiles each item, and may fetch what a BOM includes. It goes on
    /// when whoever sent it has gone, so it keeps its turn until it has ended.
    async fn read(
        self,
        turn: Turn,
        around: Surroundings,
        at: base::WallMs,
    ) -> Result<(Turn, Result<Read, Refused>), String> {
        let mut fetch = fetch();
        let read = move || {
            // The same content is the same bundle.
            let name = format!("{ANONYMOUS}{}", &self.sum()[..8]);
            let content = match &self {
                Upload::Bom { text, .. } => Content::Bom(text),
                Upload::Zip { archive, bytes, blob } => {
                    Content::Zip { files: archive, blob, bytes: bytes.len() as u64 }
                }
            };
            let source = Source { source: catalog::add::CATALOG_BOM, content };
            (turn, read(&source, &around, &mut fetch, &name, at))
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| "the upload made its reader fail".to_owned())
    }
}

impl Files for Archive {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        // All of it was read once when it was looked through.
        Archive::read(self, path).ok().flatten()
    }

    fn names(&self) -> Vec<String> {
        Archive::names(self).map(str::to_owned).collect()
    }
}

/// Adds what a request brings to the catalog. Comes back when that is durable, with the newest moment in `call`.
pub(in crate::http) async fn add(call: &mut Call, force: bool) -> Result<(Arc<Bundle>, Added), Fail> {
    let body = call.body_within("BUNDLE_BYTES_MAX", crate::bundles::BUNDLE_BYTES_MAX).await?;
    add_bytes(call, body, force).await
}

/// The same for a BOM or zip that is at hand.
pub(in crate::http) async fn add_bytes(
    call: &mut Call,
    body: Vec<u8>,
    force: bool,
) -> Result<(Arc<Bundle>, Added), Fail> {
    if body.trim_ascii().is_empty() {
        return Err(Fail::bad("There is nothing in the body; send a BOM (YAML) or a zip with a catalog.bom"));
    }
    let upload = Upload::of(body).await.map_err(Fail::bad)?;
    let sum = upload.sum().to_owned();
    let app = Arc::clone(&call.app);
    let turn = Arc::clone(&app.adding).lock_owned().await;
    call.refresh();
    let around = call.surroundings();
    let among = Arc::clone(&around.catalog);
    let read = upload.clone().read(turn, around, app.plane.wall());
    let (_turn, read) = read.await.map_err(Fail::inside)?;
    let Read { bundle, warnings } = read.map_err(|refused| {
        let places = serde_json::to_value(refused.located()).unwrap_or_default();
        Fail::bad_with(refused.brooklyn_message(), places)
    })?;
    for warning in &warnings {
        warn!(bundle = %bundle.id, "{}", warning.one_line());
    }
    // Durable before the record that names it. What a refused bundle leaves is found again by whoever sends it again.
    if let Upload::Zip { bytes, .. } = upload {
        app.bundles.blobs().keep(bytes).await.map_err(Fail::later)?;
    }
    let bundle = Arc::new(bundle);
    let command = Command::PutBundle { bundle: Arc::clone(&bundle), force, among };
    let reply = call.ask(command, sum.as_bytes()).await?;
    let Reply::Bundle(added) = reply else {
        return Err(Fail::inside("the core answered something else than what became of a bundle"));
    };
    call.refresh();
    info!(bundle = %bundle.id, items = bundle.items.len(), ?added, user = call.user(), "a bundle was added");
    Ok((bundle, added))
}

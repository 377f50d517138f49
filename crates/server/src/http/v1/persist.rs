//! `/v1/server/ha/persist`: the state at one log position as one zip, and such a zip merged in.
//!
//! ```text
//! data/plane.json            which plane, at which record, written by which release
//! data/state/000000.json ... the state as readable lines, as a checkpoint has them
//! data/blobs/SHA256          the files of bundles
//! ```

use std::io::{self, Cursor, Write};
use std::sync::Arc;

use ::archive::state::{At, state_at};
use ::archive::{Source, Trouble};
use api::Permission::{Root as RootUser, SeeAllServerInfo};
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, StatusCode};
use base::{Lsn, WallMs};
use engine::input::Command;
use engine::{Import, Root};
use jiff::Timestamp;
use model::catalog::{BlobRef, BundleSource};
use serde::{Deserialize, Serialize};
use tracing::info;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::bundles::{Archive, BUNDLE_BYTES_MAX, BadArchive, Blobs};
use crate::http::answer::{Answer, empty, raw};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::limits::{EXPORT_BYTES_MAX, EXPORT_WAIT_MAX};
use crate::http::route::Content::{Bytes, Nothing};
use crate::http::route::Kind::Text;
use crate::http::route::Route;

/// The form of such a zip.
const FORMAT: u32 = 1;
const HEAD: &str = "data/plane.json";
const STATE: &str = "data/state/";
const BLOBS: &str = "data/blobs/";

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/server/ha/persist/export", "The state at one log position, as a zip", export)
            .needs(SeeAllServerInfo)
            .query("origin?", Text, "AUTO, LOCAL (what this server shows) or REMOTE (what the store holds)")
            .gives(&["application/zip"])
            .answers(StatusCode::OK, Bytes),
        Route::post("/v1/server/ha/persist/import", "Merge in what was exported", import)
            .needs(RootUser)
            .hot()
            .answers(StatusCode::OK, Nothing),
    ]);
}

/// What such a zip says of itself.
#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
    plane: String,
    lsn: Lsn,
    version: String,
    at: WallMs,
}

type Files = Vec<(String, Arc<[u8]>)>;

async fn export(call: Call) -> Answer {
    let origin = call.query_value("origin").unwrap_or_default().to_ascii_uppercase();
    let local = match origin.as_str() {
        "" | "AUTO" => call.view.root.is_some(),
        "LOCAL" if call.view.root.is_some() => true,
        "LOCAL" => {
            return Err(Fail::bad("This server holds no state; origin REMOTE reads it from the store"));
        }
        "REMOTE" => false,
        _ => return Err(Fail::bad(format!("origin: \"{origin}\" is not AUTO, LOCAL or REMOTE"))),
    };
    let _turn = call.app.exporting.lock().await;
    let (root, lsn) = match call.view.root.clone().filter(|_| local) {
        Some(root) => (root, call.view.lsn),
        None => stored(&call).await?,
    };
    let mut files = Files::new();
    let mut bytes = 0;
    for blob in blobs_of(&root) {
        let content = call.app.bundles.blobs().read(&blob).await.map_err(Fail::later)?;
        bytes += content.len();
        if bytes > EXPORT_BYTES_MAX {
            return Err(Fail::said(
                StatusCode::INSUFFICIENT_STORAGE,
                format!(
                    "The bundles have more than {EXPORT_BYTES_MAX} bytes (EXPORT_BYTES_MAX); copy the plane with \
                     `brownstone store backup`"
                ),
            ));
        }
        files.push((format!("{BLOBS}{}", blob.as_str()), content));
    }
    let at = call.app.plane.wall();
    let plane = call.view.status.plane.as_ref().map(ToString::to_string).unwrap_or_default();
    let head = Head { format: FORMAT, plane, lsn, version: call.app.version.clone(), at };
    let zip = tokio::task::spawn_blocking(move || packed(&head, &root, files)).await;
    let zip = zip.map_err(|e| Fail::inside(e.to_string()))?;
    let zip = zip.map_err(|e| Fail::inside(format!("the state cannot be packed: {e}")))?;
    let mut response = raw(StatusCode::OK, "application/octet-stream", zip);
    // The blanks round the sign are Brooklyn's.
    let name = format!("attachment; filename = brooklyn-state-{}-{}.zip", node(&call), minute(at));
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn node(call: &Call) -> String {
    call.view.status.node.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn minute(at: WallMs) -> String {
    let at = i64::try_from(at.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.map(|at| at.strftime("%Y-%m-%d-%H%M").to_string()).unwrap_or_default()
}

/// The state as the store holds it, at the end of the log.
async fn stored(call: &Call) -> Result<(Root, Lsn), Fail> {
    let store = call.app.bundles.blobs().store();
    let read = move || {
        let source = Source::new(&*store);
        let plane = source.plane()?;
        let folded = state_at(source, &plane, At::Newest, &mut |_, _, _| {})?;
        Ok::<_, Trouble>((folded.root, folded.lsn))
    };
    match tokio::time::timeout(EXPORT_WAIT_MAX, tokio::task::spawn_blocking(read)).await {
        Ok(Ok(Ok(state))) => Ok(state),
        Ok(Ok(Err(trouble))) => Err(Fail::later(trouble.to_string())),
        Ok(Err(error)) => Err(Fail::inside(error.to_string())),
        Err(_) => {
            Err(Fail::later(format!("The store did not answer within {} s", EXPORT_WAIT_MAX.as_secs())))
        }
    }
}

fn blobs_of(root: &Root) -> Vec<BlobRef> {
    let mut blobs: Vec<BlobRef> = root
        .catalog()
        .bundles()
        .filter_map(|bundle| match &bundle.source {
            BundleSource::Zip { blob, .. } => Some(blob.clone()),
            BundleSource::Bom(_) => None,
        })
        .collect();
    blobs.sort();
    blobs.dedup();
    blobs
}

fn packed(head: &Head, root: &Root, files: Files) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file(HEAD, options)?;
    zip.write_all(&serde_json::to_vec(head)?)?;
    for (i, part) in root.checkpoint_parts().enumerate() {
        zip.start_file(format!("{STATE}{i:06}.json"), options)?;
        zip.write_all(&part)?;
    }
    for (name, bytes) in files {
        zip.start_file(name, options)?;
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

async fn import(mut call: Call) -> Answer {
    let body: Arc<[u8]> = call.body_within("BUNDLE_BYTES_MAX", BUNDLE_BYTES_MAX).await?.into();
    if body.is_empty() {
        return Err(Fail::bad("zip file is empty"));
    }
    let key = Arc::clone(&body);
    let (import, blobs) = tokio::task::spawn_blocking(move || unpacked(body))
        .await
        .map_err(|e| Fail::inside(e.to_string()))?
        .map_err(Fail::bad)?;
    // They are durable before the record that names them.
    for bytes in blobs {
        call.app.bundles.blobs().keep(bytes).await.map_err(Fail::later)?;
    }
    let app = Arc::clone(&call.app);
    let _turn = app.adding.lock().await;
    let (bundles, entities) = import.counts();
    let reply = call.ask(Command::Import(Arc::new(import)), &key).await?;
    info!(user = call.user(), "merged a state of {bundles} bundles and {entities} entities: {reply:?}");
    Ok(empty())
}

/// A state, and the bundles' bytes that it speaks of.
type Unpacked = (Import, Vec<Arc<[u8]>>);

/// What a zip holds; the error is for people.
fn unpacked(bytes: Arc<[u8]>) -> Result<Unpacked, String> {
    let zip = Archive::look_through(bytes).map_err(|e| match e {
        BadArchive::Broken(why) if why == "it has no end" => "zip END header not found".to_owned(),
        other => other.to_string(),
    })?;
    let names: Vec<String> = zip.names().map(str::to_owned).collect();
    let read = |name: &str| {
        let found = zip.read(name).map_err(|e| e.to_string())?;
        found
            .ok_or_else(|| format!("the zip has no {name}: it is no state that was exported from Brownstone"))
    };
    if names.iter().any(|n| n.starts_with("data/entities/") || n == "data/planeId") {
        return Err("the zip holds the state of an Apache Brooklyn server, which cannot be merged".to_owned());
    }
    let head: Head =
        serde_json::from_slice(&read(HEAD)?).map_err(|e| format!("{HEAD} cannot be read: {e}"))?;
    if head.format > FORMAT {
        return Err(format!("the zip is of format {}; this release knows up to {FORMAT}", head.format));
    }
    let mut root = Root::empty();
    let mut blobs = Vec::new();
    for name in &names {
        if name.starts_with(STATE) {
            root.load_part(&read(name)?).map_err(|problems| {
                let all = problems.iter().map(|p| format!("{name}: {p}"));
                all.collect::<Vec<_>>().join("; ")
            })?;
        } else if let Some(hash) = name.strip_prefix(BLOBS) {
            let bytes: Arc<[u8]> = read(name)?.into();
            if Blobs::name(&bytes).as_str() != hash {
                return Err(format!("{name} in the zip is not what its name says"));
            }
            blobs.push(bytes);
        } else if name != HEAD {
            return Err(format!("{name} is no part of a state that was exported from Brownstone"));
        }
    }
    for blob in blobs_of(&root) {
        if !blobs.iter().any(|bytes| Blobs::name(bytes) == blob) {
            return Err(format!("the zip has no {BLOBS}{}, which a bundle in it needs", blob.as_str()));
        }
    }
    Ok((Import::of(&root), blobs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(format: u32) -> Head {
        Head { format, plane: "p".into(), lsn: Lsn(7), version: "0".into(), at: WallMs(1) }
    }

    #[test]
    fn what_is_packed_is_unpacked_and_what_is_something_else_is_told() {
        let zip = packed(&head(FORMAT), &Root::empty(), Files::new()).unwrap();
        let (import, blobs) = unpacked(zip.into()).unwrap();
        assert_eq!((import.counts(), blobs.len()), ((0, 0), 0));
        let refused = |zip: Vec<u8>| unpacked(zip.into()).unwrap_err();
        assert_eq!(refused(b"no zip at all".to_vec()), "zip END header not found");
        assert!(
            refused(packed(&head(FORMAT + 1), &Root::empty(), Files::new()).unwrap()).contains("format 2")
        );
        let strange = vec![(format!("{BLOBS}00"), b"x".as_slice().into())];
        assert!(
            refused(packed(&head(FORMAT), &Root::empty(), strange).unwrap()).contains("not what its name")
        );
        let brooklyn = vec![("data/planeId".to_owned(), b"x".as_slice().into())];
        assert!(
            refused(packed(&head(FORMAT), &Root::empty(), brooklyn).unwrap()).contains("Apache Brooklyn")
        );
    }
}

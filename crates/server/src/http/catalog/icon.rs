//! Pictures: out of a bundle, or where they say that they are.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use base::Version;
use model::catalog::{Bundle, BundleId};

use super::Registered;
use crate::http::answer::{Answer, bare, no_content, raw};
use crate::http::call::Call;
use crate::http::fail::Fail;

/// The picture of a type.
pub(in crate::http) async fn icon(call: &Call, found: &Registered<'_>) -> Answer {
    let Registered::Item(bundle, item) = found else {
        let svg = found.picture();
        return Ok(svg.map_or_else(no_content, |svg| picture("image/svg+xml", svg)));
    };
    icon_at(call, item.icon_url.as_deref(), std::slice::from_ref(&bundle.id)).await
}

/// The picture at an address: 200 with its bytes where it is a file of these bundles, 307 where it is elsewhere, 204
/// where there is none.
pub(in crate::http) async fn icon_at(call: &Call, url: Option<&str>, bundles: &[BundleId]) -> Answer {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(no_content()) };
    let Some(rest) = url.strip_prefix("classpath:") else {
        let no_address = |_| Fail::not_found(format!("The icon is at no address: {url}"));
        let there = HeaderValue::from_str(url).map_err(no_address)?;
        let mut response = bare(StatusCode::TEMPORARY_REDIRECT);
        response.headers_mut().insert(LOCATION, there);
        return Ok(response);
    };
    // `classpath:BUNDLE:VERSION:/path` names a bundle itself.
    let named = (!rest.starts_with('/')).then(|| rest.splitn(3, ':').collect::<Vec<_>>());
    let (path, ids) = match named.as_deref() {
        Some([name, version, path]) => {
            (*path, vec![BundleId { name: (*name).to_owned(), version: Version::new(*version) }])
        }
        _ => (rest, bundles.to_vec()),
    };
    let path = path.trim_start_matches('/');
    let Some(kind) = media_type(path) else {
        return Err(Fail::not_found(format!("The icon is no picture: {url}")));
    };
    let catalog = call.root().catalog();
    let among: Vec<&Arc<Bundle>> = ids.iter().filter_map(|id| catalog.bundle(id)).collect();
    for bundle in among {
        if let Some(bytes) = call.app.bundles.file(&bundle.source, path).await.map_err(Fail::later)? {
            return Ok(picture(kind, bytes.to_vec()));
        }
    }
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    Err(Fail::not_found(format!("There is no file '{path}' in bundle {}", names.join(", "))))
}

/// A picture from outside is looked at, never run.
fn picture(kind: &'static str, bytes: impl Into<Body>) -> Response {
    let mut response = raw(StatusCode::OK, kind, bytes);
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

fn media_type(path: &str) -> Option<&'static str> {
    let ending = path.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        _ => return None,
    })
}

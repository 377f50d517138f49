//! The console's files, from inside the binary: any page path gets the app's one page, in every role and state.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use rust_embed::RustEmbed;

use super::app::App;
use super::negotiate::names;
use crate::auth::hex;

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Answers a GET or HEAD that wants a page or one of its files; `None` where it wants neither.
pub(super) fn serve(app: &App, request: &Request) -> Option<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.uri().path().trim_start_matches('/');
    let seen = request.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if !path.is_empty()
        && path != INDEX
        && let Some(file) = Files::get(path)
    {
        return Some(embedded(path, file, seen));
    }
    let accept = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok());
    if !names(accept, "text/html") {
        return None;
    }
    match Files::get(INDEX) {
        Some(page) => Some(embedded(INDEX, page, seen)),
        None => Some(plain_page(app)),
    }
}

fn embedded(path: &str, file: rust_embed::EmbeddedFile, seen: Option<&str>) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag = format!("\"{}\"", hex(&hash[..12]));
    let unchanged = seen.is_some_and(|s| s.split(',').any(|t| t.trim().trim_start_matches("W/") == tag));
    let mut response = if unchanged {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(match file.data {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        })
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    // Files below assets/ have their hash in their name; the page that names them is asked for anew each time.
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    secure(&mut response);
    response
}

fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

/// What a build without the console shows: the truth, and where the truth is kept.
fn plain_page(app: &App) -> Response {
    let role = app.plane.view().status.role_at(app.plane.now()).word();
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Brownstone</title>\
         <h1>Brownstone</h1><p>This server answers; its role is {role}.</p>\
         <p>This build has no web console: it was made without <code>console/dist</code>. \
         The API is at <a href=\"/v1/server/ha/states\">/v1</a>; \
         <a href=\"/ha/cluster\">/ha/cluster</a> says who is master.</p></html>"
    );
    let mut response = Response::new(Body::from(page));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    secure(&mut response);
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

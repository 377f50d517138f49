//! Bodies that are sent packed: whatever takes a body takes it so, and a bomb, a broken one and one that is packed in
//! another way are refused in words.

use std::io::Write;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use ha::status::Role;

use super::catalog::BOM;
use super::{Door, Got};
use crate::http::limits::BODY_BYTES_MAX;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Door {
    async fn post_as(&self, coding: &str, path: &str, kind: &str, body: Vec<u8>) -> Got {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("authorization", format!("Basic {}", STANDARD.encode("admin:pw")))
            .header("content-type", kind)
            .header("content-encoding", coding);
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

const YAML: &str = "application/x-yaml";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[tokio::test]
async fn a_packed_body_says_what_it_says_unpacked() {
    let door = Door::new(Role::Master);
    let blueprint = b"services: [{type: org.apache.brooklyn.entity.stock.BasicEntity}]";
    let made = door.post_as("gzip", "/v1/applications", YAML, gzip(blueprint)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let (app, entity) = door.deploy().await;
    let sensor = format!("/v1/applications/{app}/entities/{entity}/sensors/told");
    let set = door.post_as("GZIP", &sensor, JSON, gzip(b"\"so\"")).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.body);
    assert_eq!(door.get(&sensor).await.json(), "so");
    let form = door.post_as("x-gzip", "/v1/server/ha/priority", FORM, gzip(b"priority=7")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let plain = door.post_as("identity", &sensor, JSON, b"\"plain\"".to_vec()).await;
    assert_eq!(plain.status, StatusCode::NO_CONTENT, "{}", plain.body);
    let added = door.post_as("gzip", "/v1/catalog", YAML, gzip(BOM.as_bytes())).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    assert_eq!(door.get("/v1/catalog/bundles/wire-bundle/1.0.0").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_packed_body_that_is_broken_too_long_or_packed_otherwise_is_refused_in_words() {
    let door = Door::new(Role::Master);
    let bomb = gzip(&vec![b' '; 17 * 1024 * 1024]);
    assert!(bomb.len() < BODY_BYTES_MAX / 10);
    let mut broken = gzip(BOM.as_bytes());
    broken.truncate(broken.len() / 2);
    let paths = ["/v1/applications", "/v1/catalog"];
    for (path, most) in paths.into_iter().zip(["BODY_BYTES_MAX", "BUNDLE_BYTES_MAX"]) {
        let cases = [
            ("gzip", bomb.clone(), StatusCode::PAYLOAD_TOO_LARGE, most),
            ("gzip", broken.clone(), StatusCode::BAD_REQUEST, "not what its Content-Encoding says"),
            ("gzip", BOM.into(), StatusCode::BAD_REQUEST, "not what its Content-Encoding says"),
            ("br", broken.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body with gzip"),
            ("gzip, gzip", broken.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "identity"),
        ];
        for (coding, body, status, word) in cases {
            let got = door.post_as(coding, path, YAML, body).await;
            assert_eq!(got.status, status, "{path} {coding}: {}", got.body);
            assert!(got.body.contains(word), "{path} {coding}: {}", got.body);
        }
    }
    assert_eq!(door.get("/v1/applications").await.body, "[]");
}

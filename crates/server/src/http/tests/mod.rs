//! The rules of the wire, driven through the whole front door over a real engine that keeps nothing.

mod adjuncts;
mod catalog;
mod chair;
mod children;
mod coverage;
mod entities;
mod fuzz;
mod managed;
mod openapi;
mod ours;
mod packed;
mod places;
mod roles;
mod rules;
mod servers;
mod sessions;
mod small;
mod sockets;
mod table;
mod writes;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ha::status::Role;
use serde_json::Value;

use super::{App, Front, Options, PublicHeaders};
use crate::auth::AuthOptions;
use crate::bundles::{Blobs, BundleStore};
use small::Small;
use store::mem::MemStore;

pub(super) const NUDGE_KEY: &[u8] = b"the plane's key";

/// A front door with user `admin`, password `pw`.
pub(super) struct Door {
    app: Arc<App>,
    front: Front,
    plane: Arc<Small>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl Door {
    pub(super) fn new(role: Role) -> Door {
        Door::with(role, &[])
    }

    pub(super) fn with(role: Role, more: &[(&str, &str)]) -> Door {
        Door::of(role, more, super::Own::default(), &[])
    }

    /// Of a server that tells this of itself, and whose `brooklyn.cfg` says this of locations.
    pub(super) fn of(role: Role, more: &[(&str, &str)], own: super::Own, locations: &[(&str, &str)]) -> Door {
        let mut properties = vec![
            ("brooklyn.webconsole.security.users", "admin"),
            ("brooklyn.webconsole.security.user.admin.password", "pw"),
        ];
        properties.extend(more);
        let plane = Arc::new(Small::new(role));
        let app = App::new(
            Arc::clone(&plane) as Arc<dyn super::Plane>,
            Options {
                version: "0.1.0".into(),
                commit: None,
                public_headers: PublicHeaders::Full,
                auth: AuthOptions::from_properties(properties, None).unwrap(),
                nudge_key: Some(NUDGE_KEY.to_vec()),
                links: None,
                metrics: Arc::default(),
                surroundings: model::Surroundings::of_properties(locations.iter().copied()),
                bundles: BundleStore::new(Blobs::start(Arc::new(MemStore::new())).unwrap()),
                store: Arc::new(MemStore::new()),
                own,
                capacity: super::places::Capacity::default(),
            },
        );
        Door { front: Front::new(&app), app, plane }
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, request: Request) -> Got {
        let response = self.front.answer(request).await;
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Got { status: head.status, headers: head.headers, body }
    }

    /// Sends a request with the login and these headers.
    pub(super) async fn ask(&self, verb: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut request = Request::builder().method(verb).uri(path);
        request = request.header("authorization", format!("Basic {}", STANDARD.encode("admin:pw")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Got {
        self.ask(Method::GET, path, &[], "").await
    }

    pub(super) async fn post_json(&self, path: &str, body: &str) -> Got {
        self.ask(Method::POST, path, &[("content-type", "application/json")], body).await
    }

    pub(super) async fn post_form(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.ask(Method::POST, path, &all, body).await
    }

    /// Deploys an application with one entity and gives back the ids of both.
    pub(super) async fn deploy(&self) -> (String, String) {
        let blueprint = "name: Wire Shop\nservices:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n  \
                         name: Wire Alpha\n";
        let made = self.post_json("/v1/applications", blueprint).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let app = made.header("location").rsplit('/').next().unwrap().to_owned();
        let children = self.get(&format!("/v1/applications/{app}/entities")).await.json();
        (app, children[0]["id"].as_str().unwrap().to_owned())
    }
}

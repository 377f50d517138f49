//! The catalog on the wire: adding, listing, marking and removing, as was observed on Apache Brooklyn.

use std::io::{Cursor, Write};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ha::status::Role;
use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Door, Got};

pub(super) const BOM: &str = r#"brooklyn.catalog:
  bundle: wire-bundle
  version: 1.0.0
  items:
  - id: wire-web
    itemType: entity
    name: Wire web
    description: "Wire: a web member"
    iconUrl: http://example.org/wire-web.png
    tags: [wire-tag]
    item:
      type: org.apache.brooklyn.entity.stock.BasicStartable
      brooklyn.parameters:
      - name: wire.web.name
        description: "Wire: name of the page"
        type: string
        constraints: [required]
  - id: wire-policy
    itemType: policy
    item:
      type: org.apache.brooklyn.policy.action.PeriodicEffectorPolicy
      brooklyn.config: {effector: nothing, period: 1h}
  - id: wire-start
    itemType: template
    name: Wire start
    item:
      services:
      - type: wire-web
"#;

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const ZIP_BOM: &[u8] = b"brooklyn.catalog:\n  bundle: wire-zip\n  version: 1.0.0\n  items:\n  - id: wire-icon\n    \
    itemType: entity\n    iconUrl: classpath://wire/icon.png\n    item: {type: org.apache.brooklyn.entity.stock.BasicEntity}\n";

impl Door {
    pub(super) async fn add(&self, path: &str, body: &str) -> Got {
        self.ask(Method::POST, path, &[("content-type", "application/x-yaml")], body).await
    }

    async fn bytes(&self, verb: Method, path: &str, body: Vec<u8>) -> (StatusCode, String, Vec<u8>) {
        let request = Request::builder()
            .method(verb)
            .uri(path)
            .header("authorization", format!("Basic {}", STANDARD.encode("admin:pw")))
            .header("content-type", "application/x-zip");
        let response = self.front.answer(request.body(Body::from(body)).unwrap()).await;
        let kind = response.headers().get("content-type").map_or("", |v| v.to_str().unwrap()).to_owned();
        let status = response.status();
        (status, kind, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    async fn ids(&self, path: &str) -> Vec<String> {
        let list = self.get(path).await.json();
        let id =
            |v: &Value| format!("{}:{}", v["symbolicName"].as_str().unwrap(), v["version"].as_str().unwrap());
        list.as_array().unwrap().iter().map(id).filter(|id| !id.starts_with("org.apache.")).collect()
    }
}

#[tokio::test]
async fn a_bom_is_added_once_and_what_differs_is_refused_unless_forced() {
    let door = Door::new(Role::Master);
    let first = door.add("/v1/catalog?detail=true", BOM).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let first = first.json();
    assert_eq!(
        (&first["bundle"], &first["code"]),
        (&json!("wire-bundle:1.0.0"), &json!("INSTALLED_NEW_BUNDLE"))
    );
    assert_eq!(first["types"]["wire-web:1.0.0"]["displayName"], "Wire web");
    let again = door.add("/v1/catalog?detail=true", BOM).await;
    assert_eq!(
        (again.status, &again.json()["code"]),
        (StatusCode::OK, &json!("IGNORING_BUNDLE_AREADY_INSTALLED"))
    );
    let bare = door.add("/v1/catalog", BOM).await;
    assert_eq!((bare.status, bare.body.as_str()), (StatusCode::OK, "{}"));
    let other = BOM.replace("a web member", "another");
    let refused = door.add("/v1/catalog", &other).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let said = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("cannot install a different bundle with the same non-snapshot version"), "{said}");
    let forced = door.add("/v1/catalog/bundles?force=true", &other).await;
    assert_eq!(
        (forced.status, &forced.json()["code"]),
        (StatusCode::CREATED, &json!("UPDATED_EXISTING_BUNDLE"))
    );
    let none = door.ask(Method::POST, "/v1/catalog", &[], BOM).await;
    assert_eq!(none.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn without_detail_an_upload_is_answered_with_its_types() {
    let door = Door::new(Role::Master);
    let added = door.add("/v1/catalog", BOM).await.json();
    let web = &added["wire-web:1.0.0"];
    assert_eq!((&web["name"], &web["kind"]), (&json!("Wire web"), &json!("SPEC")));
    assert!(web["planYaml"].as_str().unwrap().contains("BasicStartable"));
    assert_eq!(added.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn an_item_is_shown_with_what_it_has() {
    let door = Door::new(Role::Master);
    door.add("/v1/catalog", BOM).await;
    let web = door.get("/v1/catalog/entities/wire-web/1.0.0").await.json();
    assert_eq!(web["id"], "wire-web:1.0.0");
    assert_eq!(web["itemType"], "ENTITY");
    assert_eq!(web["containingBundle"], "wire-bundle:1.0.0");
    assert_eq!(web["links"], json!({ "self": "/v1/catalog/entities/wire-web:1.0.0/1.0.0" }));
    let named = |list: &Value, name: &str| {
        list.as_array()
            .unwrap()
            .iter()
            .find(|k| k["name"] == name)
            .cloned()
            .unwrap_or_else(|| panic!("{name}"))
    };
    let key = named(&web["config"], "wire.web.name");
    assert_eq!((&key["type"], &key["constraints"]), (&json!("java.lang.String"), &json!(["required"])));
    assert_eq!((&key["links"], &key["label"]), (&json!({}), &json!("wire.web.name")));
    assert_eq!(named(&web["effectors"], "restart")["returnType"], "void");
    named(&web["sensors"], "service.isUp");
    let twice = door.get("/v1/catalog/entities/wire-web:1.0.0/1.0.0").await;
    assert_eq!(twice.json(), web, "its own link leads to it");
    assert_eq!(door.get("/v1/catalog/entities/wire-web/latest").await.json(), web);
    assert_eq!(door.get("/v1/catalog/entities/wire-web").await.json(), web);
    let policy = door.get("/v1/catalog/policies/wire-policy/1.0.0").await.json();
    assert_eq!(policy["itemType"], "policy");
    assert_eq!(policy["javaType"], "org.apache.brooklyn.policy.action.PeriodicEffectorPolicy");
    let missing = door.get("/v1/catalog/entities/wire-nope/1.0.0").await;
    assert_eq!(missing.body, r#"{"message":"Entity with id 'wire-nope:1.0.0' not found","error":404}"#);
    let other = door.get("/v1/catalog/policies/wire-web/1.0.0").await;
    assert_eq!(other.body, r#"{"message":"Policy with id 'wire-web:1.0.0' not found","error":404}"#);
}

#[tokio::test]
async fn lists_show_items_of_their_kind_and_what_is_built_in() {
    let door = Door::new(Role::Master);
    door.add("/v1/catalog", BOM).await;
    door.add("/v1/catalog", &BOM.replace("1.0.0", "1.1.0")).await;
    assert_eq!(door.ids("/v1/catalog/applications").await, ["wire-start:1.1.0"]);
    assert_eq!(
        door.ids("/v1/catalog/entities?allVersions=true").await,
        ["wire-start:1.1.0", "wire-start:1.0.0", "wire-web:1.1.0", "wire-web:1.0.0"]
    );
    assert_eq!(door.ids("/v1/catalog/policies").await, ["wire-policy:1.1.0"]);
    assert_eq!(door.ids("/v1/catalog/types?supertype=application").await, ["wire-start:1.1.0"]);
    assert_eq!(door.ids("/v1/catalog/types/wire-web").await, ["wire-web:1.1.0", "wire-web:1.0.0"]);
    assert_eq!(door.ids("/v1/catalog/types?fragment=WEB%20MEMBER").await, ["wire-web:1.1.0"]);
    assert_eq!(door.ids("/v1/catalog/types?regex=wire-p.l").await, ["wire-policy:1.1.0"]);
    let bad = door.get("/v1/catalog/types?regex=(").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{}", bad.body);
    let stock = door.get("/v1/catalog/types/cluster/latest").await.json();
    assert_eq!(stock["symbolicName"], "org.apache.brooklyn.entity.group.DynamicCluster");
    assert_eq!(stock["version"], "1.1.0");
    let enrichers = door.get("/v1/catalog/enrichers").await;
    assert!(enrichers.body.contains("org.apache.brooklyn.enricher.stock.Transformer"), "{}", enrichers.body);
}

#[tokio::test]
async fn an_item_is_marked_and_removed_and_only_as_what_it_is() {
    let door = Door::new(Role::Master);
    door.add("/v1/catalog", BOM).await;
    let mark = |path: &'static str, flag: &'static str| door.post_json(path, flag);
    let marked = mark("/v1/catalog/entities/wire-web:1.0.0/deprecated", "true").await;
    assert_eq!((marked.status, marked.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(door.get("/v1/catalog/types/wire-web/1.0.0").await.json()["deprecated"], true);
    mark("/v1/catalog/entities/wire-web:1.0.0/disabled", "true").await;
    assert_eq!(door.ids("/v1/catalog/entities").await, ["wire-start:1.0.0"]);
    assert_eq!(
        mark("/v1/catalog/entities/wire-web:1.0.0/disabled", "yes").await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(mark("/v1/catalog/entities/nope:1/disabled", "true").await.status, StatusCode::NOT_FOUND);
    let wrong = door.ask(Method::DELETE, "/v1/catalog/entities/wire-policy/1.0.0", &[], "").await;
    assert_eq!(
        (wrong.status, wrong.body.as_str()),
        (
            StatusCode::PRECONDITION_FAILED,
            r#"{"message":"Item with id 'wire-policy:1.0.0' not an entity","error":412}"#
        )
    );
    let gone = door.ask(Method::DELETE, "/v1/catalog/policies/wire-policy/latest", &[], "").await;
    assert_eq!((gone.status, gone.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(door.get("/v1/catalog/policies/wire-policy/1.0.0").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_zip_is_added_and_its_files_are_given_back() {
    let door = Door::new(Role::Master);
    let bytes = zip(&[("catalog.bom", ZIP_BOM), ("wire/icon.png", b"\x89PNG")]);
    let (status, _, body) = door.bytes(Method::POST, "/v1/catalog?detail=true", bytes.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&body));
    let icon = door.bytes(Method::GET, "/v1/catalog/icon/wire-icon/1.0.0", Vec::new()).await;
    assert_eq!(icon, (StatusCode::OK, "image/png".to_owned(), b"\x89PNG".to_vec()));
    let shown = door.get("/v1/catalog/types/wire-icon/1.0.0").await.json();
    assert_eq!(shown["iconUrl"], "/v1/catalog/types/wire-icon/1.0.0/icon");
    assert_eq!(shown["iconUrlSource"], "classpath://wire/icon.png");
    let download = "/v1/catalog/bundles/wire-zip/1.0.0/download";
    let (status, kind, same) = door.bytes(Method::GET, download, Vec::new()).await;
    assert_eq!((status, kind.as_str(), same), (StatusCode::OK, "application/zip", bytes));
    let bundles = door.get("/v1/catalog/bundles").await.json();
    assert_eq!(bundles, json!([{ "symbolicName": "wire-zip", "version": "1.0.0", "types": [] }]));
    let bad = zip(&[("catalog.bom", ZIP_BOM), ("../x", b"x")]);
    let (status, _, body) = door.bytes(Method::POST, "/v1/catalog", bad).await;
    let said = String::from_utf8(body).unwrap();
    assert!(status == StatusCode::BAD_REQUEST && said.contains("no path inside the bundle"), "{said}");
}

#[tokio::test]
async fn a_bundle_has_a_picture_of_its_own() {
    let door = Door::new(Role::Master);
    let bom = |name: &str, url: &str| {
        format!(
            "brooklyn.catalog:\n  bundle: {name}\n  version: 1.0.0\n  bundleIconUrl: {url}\n  items:\n  - id: {name}-item\n    item: {{type: org.apache.brooklyn.entity.stock.BasicEntity}}\n"
        )
    };
    let inside = bom("inside", "classpath://wire/icon.png");
    let bytes = zip(&[("catalog.bom", inside.as_bytes()), ("wire/icon.png", b"\x89PNG")]);
    assert_eq!(door.bytes(Method::POST, "/v1/catalog", bytes).await.0, StatusCode::CREATED);
    let icon = door.bytes(Method::GET, "/v1/catalog/bundles/inside/1.0.0/icon", Vec::new()).await;
    assert_eq!(icon, (StatusCode::OK, "image/png".to_owned(), b"\x89PNG".to_vec()));
    let shown = door.get("/v1/catalog/bundles/inside/1.0.0").await.json();
    assert_eq!(shown["iconUrl"], "/v1/catalog/bundles/inside/1.0.0/icon");
    assert!(shown["types"][0].get("iconUrl").is_none(), "it is the bundle's, not the item's");
    door.add("/v1/catalog", &bom("outside", "https://example.org/b.png")).await;
    let there = door.get("/v1/catalog/bundles/outside/1.0.0/icon").await;
    let location = there.header("location");
    assert_eq!((there.status, location), (StatusCode::TEMPORARY_REDIRECT, "https://example.org/b.png"));
    door.add("/v1/catalog", BOM).await;
    assert_eq!(door.get("/v1/catalog/bundles/wire-bundle/1.0.0/icon").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn brooklyns_own_pages_find_no_modules() {
    let door = Door::new(Role::Standby);
    assert_eq!(door.get("/v1/ui-module-registry").await.json(), json!([]));
    assert_eq!(door.get("/v1/ui-metadata-registry?type=location").await.json(), json!({}));
}

#[tokio::test]
async fn icons_are_elsewhere_or_nowhere() {
    let door = Door::new(Role::Master);
    door.add("/v1/catalog", BOM).await;
    let there = door.get("/v1/catalog/icon/wire-web/1.0.0").await;
    assert_eq!(
        (there.status, there.header("location")),
        (StatusCode::TEMPORARY_REDIRECT, "http://example.org/wire-web.png")
    );
    assert_eq!(door.get("/v1/catalog/icon/wire-policy/1.0.0").await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get("/v1/catalog/icon/nope/1.0.0").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_bundle_is_shown_packed_and_removed() {
    let door = Door::new(Role::Master);
    door.add("/v1/catalog", BOM).await;
    let list = door.get("/v1/catalog/bundles").await.json();
    let bare =
        json!([{ "symbolicName": "wire-bundle", "version": "1.0.0", "types": [], "deleteable": true }]);
    assert_eq!(list, bare);
    let one = door.get("/v1/catalog/bundles/wire-bundle/1.0.0").await.json();
    assert_eq!((one["types"].as_array().unwrap().len(), &one["osgiVersion"]), (3, &json!("1.0.0")));
    let (_, kind, bytes) =
        door.bytes(Method::GET, "/v1/catalog/bundles/wire-bundle/1.0.0/download", Vec::new()).await;
    let packed = crate::bundles::Archive::look_through(bytes.into()).unwrap();
    assert_eq!(packed.read("catalog.bom").unwrap().as_deref(), Some(BOM.as_bytes()));
    assert_eq!(kind, "application/zip");
    let typed = door.get("/v1/catalog/bundles/wire-bundle/1.0.0/types/wire-web/latest").await.json();
    assert_eq!(typed["links"]["self"], "/v1/catalog/bundles/wire-bundle/1.0.0/types/wire-web/1.0.0");
    let missing = door.get("/v1/catalog/bundles/wire-bundle/9.9.9").await;
    assert_eq!(missing.body, r#"{"message":"Bundle with id 'wire-bundle:9.9.9' not found","error":404}"#);
    let gone = door.ask(Method::DELETE, "/v1/catalog/bundles/wire-bundle/1.0.0", &[], "").await;
    assert_eq!((gone.status, &gone.json()["code"]), (StatusCode::OK, &json!("BUNDLE_REMOVED")));
    assert_eq!(door.get("/v1/catalog/bundles").await.body, "[]");
    let again = door.ask(Method::DELETE, "/v1/catalog/bundles/wire-bundle/1.0.0", &[], "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_entity_made_from_an_item_says_so() {
    let door = Door::new(Role::Master);
    door.add("/v1/catalog", BOM).await;
    let blueprint =
        "name: Shop\nservices:\n- type: wire-web\n  name: Beta\n  brooklyn.config: {wire.web.name: x}\n";
    let made = door.post_json("/v1/applications", blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let app = made.header("location").rsplit('/').next().unwrap().to_owned();
    let children = door.get(&format!("/v1/applications/{app}/entities")).await.json();
    let beta = &children[0];
    assert_eq!(beta["catalogItemId"], "wire-web:1.0.0");
    assert_eq!(beta["links"]["catalog"], "/v1/catalog/entities/wire-web/1.0.0");
    let id = beta["id"].as_str().unwrap();
    let icon = format!("/v1/applications/{app}/entities/{id}/icon");
    assert_eq!(beta["links"]["iconUrl"], json!(icon));
    assert_eq!(door.get(&icon).await.header("location"), "http://example.org/wire-web.png");
    let tree = door.get(&format!("/v1/applications/fetch?items={id}")).await.body;
    assert!(
        tree.contains(r#""iconUrl":"http://example.org/wire-web.png","catalogItemId":"wire-web:1.0.0""#),
        "{tree}"
    );
}

#[tokio::test]
async fn what_is_wrong_in_a_bom_is_told_with_its_item_and_place() {
    let door = Door::new(Role::Master);
    let bad = "brooklyn.catalog:\n  version: 1.0.0\n  items:\n  - id: wire-bad\n    itemType: entity\n    item:\n      type: NoSuchType\n";
    let refused = door.add("/v1/catalog", bad).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let refused = refused.json();
    let said = refused["message"].as_str().unwrap();
    assert!(said.contains("wire-bad") && said.contains("NoSuchType"), "{said}");
    assert_eq!(refused["data"][0]["start"]["line"], 7, "{refused}");
    let nothing = door.add("/v1/catalog", " ").await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST);
}

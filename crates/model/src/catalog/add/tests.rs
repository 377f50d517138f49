//! Uploads and what becomes of them. Error texts with their places are golden files (`tests/golden/catalog`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::catalog::{Catalog, Item, ItemKind};

/// Files as they came out of a zip.
struct Unpacked(BTreeMap<&'static str, &'static str>);

impl Files for Unpacked {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.get(path).map(|text| text.as_bytes().to_vec())
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().map(|n| (*n).to_owned()).collect()
    }
}

fn nowhere(address: &str) -> Result<String, String> {
    Err(format!("{address} does not answer"))
}

fn try_add(text: &str, around: &Surroundings) -> Result<Read, Refused> {
    let upload = Upload { source: "catalog.bom", content: Content::Bom(text) };
    read(&upload, around, &mut nowhere, "anonymous", WallMs(7))
}

fn add(text: &str) -> Read {
    try_add(text, &Surroundings::default()).unwrap_or_else(|e| panic!("{}", e.brooklyn_message()))
}

fn zip(files: &[(&'static str, &'static str)], fetch: &mut Fetch<'_>) -> Result<Read, Refused> {
    let files = Unpacked(files.iter().copied().collect());
    let blob = BlobRef::new("abc");
    let content = Content::Zip { files: &files, blob: &blob, bytes: 9 };
    read(&Upload { source: "catalog.bom", content }, &Surroundings::default(), fetch, "anonymous", WallMs(7))
}

fn lines(result: &Result<Read, Refused>) -> Vec<String> {
    match result {
        Ok(read) => read.warnings.iter().map(Said::one_line).collect(),
        Err(refused) => refused.items().iter().map(Said::one_line).collect(),
    }
}

fn kinds(read: &Read) -> Vec<(String, ItemKind)> {
    read.bundle.items.iter().map(|i| (i.id.to_string(), i.kind)).collect()
}

fn only(read: &Read) -> &Item {
    match read.bundle.items.as_slice() {
        [one] => one,
        other => panic!("{} items", other.len()),
    }
}

#[test]
fn a_bom_becomes_a_bundle_with_all_that_it_says_of_its_items() {
    let text = "brooklyn.catalog:
  bundle: my-bundle
  version: 1.1.0
  tags: [all]
  iconUrl: http://example.org/i.png
  owner: me
  items:
  - id: web
    itemType: entity
    name: Web
    description: A web server
    tags: [{a: 1}]
    deprecated: true
    item:
      # the type
      type: vanilla-software-process
      launch.command: ./start.sh # how
  - id: other:2.0-SNAPSHOT
    version: 2.0-SNAPSHOT
    disabled: 'true'
    owner: you
    item:
      type: web
";
    let read = add(text);
    let bundle = &read.bundle;
    assert_eq!(bundle.id.to_string(), "my-bundle:1.1.0");
    assert_eq!((bundle.anonymous, bundle.added), (false, WallMs(7)));
    assert_eq!(bundle.sum, sha256(text.as_bytes()));
    assert_eq!(bundle.source, BundleSource::Bom(text.to_owned()));
    let [web, other] = bundle.items.as_slice() else { panic!("{bundle:?}") };
    assert_eq!(web.id.to_string(), "web:1.1.0");
    assert_eq!((web.kind, web.deprecated, web.disabled), (ItemKind::Entity, true, false));
    assert_eq!(
        (web.display_name.as_deref(), web.description.as_deref()),
        (Some("Web"), Some("A web server"))
    );
    assert_eq!(web.icon_url.as_deref(), Some("http://example.org/i.png"));
    assert_eq!(web.tags, [serde_json::json!("all"), serde_json::json!({"a": 1})]);
    assert_eq!(web.metadata, BTreeMap::from([("owner".to_owned(), "me".into())]));
    assert_eq!(
        (web.plan.text.as_str(), web.plan.line, web.plan.file.as_str()),
        ("# the type\ntype: vanilla-software-process\nlaunch.command: ./start.sh # how\n", 15, "catalog.bom")
    );
    assert_eq!(
        web.supertypes.first().map(String::as_str),
        Some("org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess")
    );
    assert!(web.supertypes.iter().any(|s| s == "org.apache.brooklyn.api.entity.Entity"));
    assert_eq!(other.id.to_string(), "other:2.0-SNAPSHOT");
    assert_eq!((other.kind, other.deprecated, other.disabled), (ItemKind::Entity, false, true));
    assert_eq!(other.metadata, BTreeMap::from([("owner".to_owned(), "you".into())]));
    assert_eq!(other.supertypes, web.supertypes, "it is made from the first");
    assert_eq!(
        lines(&Ok(read)),
        [
            "catalog.bom:23:13: warning: item 'other:2.0-SNAPSHOT': the item 'web:1.1.0' is deprecated (use another one)"
        ]
    );
}

#[test]
fn an_item_is_what_its_plan_is_where_its_author_did_not_say() {
    use ItemKind::{Application, Bean, Enricher, Entity, Location, Policy};
    let text = "brooklyn.catalog:
  version: 1.0
  items:
  - {id: entity, item: {type: BasicEntity}}
  - {id: services, item: {services: [{type: BasicEntity}]}}
  - {id: two, item: {services: [{type: BasicEntity}, {type: BasicEntity}]}}
  - {id: app, item: {type: BasicApplication}}
  - {id: policy, item: {type: ServiceRestarter}}
  - {id: policies, item: {brooklyn.policies: [{type: ServiceRestarter}]}}
  - {id: enricher, item: {type: Transformer}}
  - {id: place, item: {type: localhost}}
  - {id: places, item: {brooklyn.locations: [{type: 'byon:(hosts=1.2.3.4)'}]}}
  - {id: effector, item: {type: ssh-command-effector, command: echo}}
  - {id: sensor, item: {type: ssh-command-sensor, name: n, command: echo}}
  - {id: later, item: {type: policy2}}
  - {id: policy2, item: {type: policy}}
  - {id: name-only, item: BasicEntity}
";
    let expected = [
        ("entity", Entity),
        ("services", Entity),
        ("two", Application),
        ("app", Application),
        ("policy", Policy),
        ("policies", Policy),
        ("enricher", Enricher),
        ("place", Location),
        ("places", Location),
        ("effector", Bean),
        ("sensor", Bean),
        ("later", Policy),
        ("policy2", Policy),
        ("name-only", Entity),
    ];
    let read = add(text);
    assert_eq!(kinds(&read), expected.map(|(name, kind)| (format!("{name}:1.0"), kind)));
    let again = serde_json::to_vec(&read.bundle).expect("a bundle is JSON");
    assert_eq!(serde_json::from_slice::<Bundle>(&again).expect("and comes back"), read.bundle);
}

#[test]
fn ids_and_versions_are_found_where_their_author_put_them() {
    for (text, id) in [
        ("brooklyn.catalog: {id: x, version: 1.5, item: {type: BasicEntity}}", "x:1.5"),
        ("brooklyn.catalog: {id: 'x:2.0', item: {type: BasicEntity}}", "x:2.0"),
        ("brooklyn.catalog: {symbolicName: x, item: {type: BasicEntity}}", "x:0.0.0-SNAPSHOT"),
        ("brooklyn.catalog: {name: x, item: {type: BasicEntity}}", "x:0.0.0-SNAPSHOT"),
        ("brooklyn.catalog: {item: {type: BasicEntity, id: x}}", "x:0.0.0-SNAPSHOT"),
        ("brooklyn.catalog: {item: {services: [{type: BasicEntity}], name: x, version: '3'}}", "x:3"),
        ("brooklyn.catalog: {id: x, version: 1.0}\nservices: [{type: BasicEntity}]\n", "x:1.0"),
        ("services: [{type: BasicEntity}]\nid: x\nbrooklyn.catalog: {version: 1.0}\n", "x:1.0"),
        ("brooklyn.catalog: {items: [{id: x, items: [{version: 4, item: {type: BasicEntity}}]}]}", "x:4"),
        (
            "{\"brooklyn.catalog\": {\"id\": \"x\", \"item\": {\"type\": \"BasicEntity\"}}}",
            "x:0.0.0-SNAPSHOT",
        ),
        ("services: [{type: BasicEntity}]\nid: x\nname: An x\n", "x:0.0.0-SNAPSHOT"),
    ] {
        assert_eq!(only(&add(text)).id.to_string(), id, "{text}");
    }
    assert!(add("brooklyn.catalog: {id: 'x:2.0', item: {type: BasicEntity}}").bundle.anonymous);
}

#[test]
fn the_old_layout_keeps_the_lines_of_its_item() {
    let text = "brooklyn.catalog:\n  id: x\n\nname: An x\nservices:\n- type: BasicEntity\n";
    let read = add(text);
    let plan = &only(&read).plan;
    assert_eq!((plan.text.as_str(), plan.line), ("name: An x\nservices:\n- type: BasicEntity\n", 4));
    let text = "name: An x\nbrooklyn.catalog:\n  id: x\nservices:\n- type: BasicEntity\n";
    let read = add(text);
    let plan = &only(&read).plan;
    assert_eq!((plan.text.as_str(), plan.line), ("name: An x\n\n\nservices:\n- type: BasicEntity\n", 1));
}

#[test]
fn a_template_is_kept_as_it_is_even_where_it_is_no_blueprint() {
    let text = "brooklyn.catalog:
  itemType: template
  items:
  - id: good
    item:
      # say hello
      services:
      - type: BasicEntity
  - id: unfinished
    item:
      services:
      - type: FillThisIn
  - id: no-yaml
    item: |
      services: [
        # TODO
";
    let read = add(text);
    let texts: Vec<&str> = read.bundle.items.iter().map(|i| i.plan.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "# say hello\nservices:\n- type: BasicEntity\n",
            "services:\n- type: FillThisIn\n",
            "services: [\n  # TODO\n"
        ]
    );
    let lines_of: Vec<u32> = read.bundle.items.iter().map(|i| i.plan.line).collect();
    assert_eq!(lines_of, [6, 11, 15]);
    assert!(read.bundle.items.iter().all(|i| i.kind == ItemKind::Template));
    assert!(read.bundle.items.iter().all(|i| i.supertypes.iter().any(|s| s.ends_with(".Application"))));
    assert_eq!(
        lines(&Ok(read)),
        [
            "catalog.bom:10:5: warning: item 'unfinished:0.0.0-SNAPSHOT': the template cannot be deployed as it is; its text is kept",
            "catalog.bom:14:5: warning: item 'no-yaml:0.0.0-SNAPSHOT': the template cannot be deployed as it is; its text is kept",
        ]
    );
}

#[test]
fn a_zip_brings_its_files_and_what_it_includes() {
    let bom = "brooklyn.catalog:
  bundle: z
  version: 1.0
  owner: me
  items:
  - classpath://more/one.bom
  - id: two
    item: classpath:/plans/two.yaml
  - http://example.org/four.bom
";
    let files = [
        ("catalog.bom", bom),
        (
            "more/one.bom",
            "brooklyn.catalog:\n  include: three.bom\n  items:\n  - {id: one, item: {type: three}}\n",
        ),
        ("more/three.bom", "brooklyn.catalog: {id: three, item: {type: BasicEntity}}"),
        ("plans/two.yaml", "# two\nservices: [{type: one}]\n"),
    ];
    let mut asked = Vec::new();
    let mut fetch = |address: &str| {
        asked.push(address.to_owned());
        Ok("brooklyn.catalog: {id: four, item: {type: BasicEntity}}".to_owned())
    };
    let read = zip(&files, &mut fetch).unwrap_or_else(|e| panic!("{}", e.brooklyn_message()));
    assert_eq!(asked, ["http://example.org/four.bom"]);
    assert_eq!(read.bundle.source, BundleSource::Zip { blob: BlobRef::new("abc"), bytes: 9 });
    assert_eq!(read.bundle.sum, "abc");
    let found: Vec<(&str, &str)> =
        read.bundle.items.iter().map(|i| (i.id.name.as_str(), i.plan.file.as_str())).collect();
    assert_eq!(
        found,
        [
            ("one", "more/one.bom"),
            ("three", "more/three.bom"),
            ("two", "plans/two.yaml"),
            ("four", "http://example.org/four.bom")
        ]
    );
    assert!(read.bundle.items.iter().all(|i| i.id.version.as_str() == "1.0"));
    assert!(read.bundle.items.iter().all(|i| i.metadata.contains_key("owner")), "inherited by all");
    assert_eq!(
        read.bundle.items.iter().find(|i| i.id.name == "two").map(|i| i.plan.text.as_str()),
        Some("# two\nservices: [{type: one}]\n")
    );
}

#[test]
fn a_jar_without_a_name_in_its_bom_has_that_of_its_manifest() {
    let manifest = "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.exam\r\n ple;singleton:=true\r\nBundle-Version: 2.1.0\r\n";
    let files = [
        ("catalog.bom", "brooklyn.catalog: {items: [{id: a, item: {type: BasicEntity}}]}"),
        ("META-INF/MANIFEST.MF", manifest),
    ];
    let read = zip(&files, &mut nowhere).unwrap_or_else(|e| panic!("{}", e.brooklyn_message()));
    assert_eq!((read.bundle.id.to_string().as_str(), read.bundle.anonymous), ("org.example:2.1.0", false));
    assert_eq!(only(&read).id.to_string(), "a:2.1.0");
}

#[test]
fn what_cannot_be_read_is_said_at_the_place_that_asks_for_it() {
    let bom = |what: &'static str| {
        [("catalog.bom", what), ("a/b.bom", "brooklyn.catalog: {include: ../catalog.bom}")]
    };
    for (text, expected) in [
        (
            "brooklyn.catalog: {include: 'http://x/y'}",
            "catalog.bom:1:29: error: 'http://x/y' cannot be read: http://x/y does not answer",
        ),
        (
            "brooklyn.catalog: {include: a/c.bom}",
            "catalog.bom:1:29: error: 'a/c.bom' cannot be read: the bundle has no file 'a/c.bom'; did you mean 'a/b.bom'?",
        ),
        (
            "brooklyn.catalog: {include: catalog.bom}",
            "catalog.bom:1:29: error: the catalog includes itself: catalog.bom -> catalog.bom",
        ),
        (
            "brooklyn.catalog: {include: 'classpath:other:1.0:/x'}",
            "catalog.bom:1:29: error: 'classpath:other:1.0:/x' cannot be read: files of other bundles are not read; put the file into this one",
        ),
        (
            "brooklyn.catalog: {include: 'file:///etc/passwd'}",
            "catalog.bom:1:29: error: 'file:///etc/passwd' cannot be read: addresses with 'file:' are not read; write http, https or a file of the bundle",
        ),
    ] {
        assert_eq!(lines(&zip(&bom(text), &mut nowhere)), [expected], "{text}");
    }
    assert_eq!(
        lines(&try_add("brooklyn.catalog: {include: more.bom}", &Surroundings::default())),
        [
            "catalog.bom:1:29: error: 'more.bom' cannot be read: a BOM by itself has no files beside it; upload a zip with both"
        ]
    );
    assert_eq!(
        lines(&zip(&[("x/catalog.bom", "")], &mut nowhere)),
        [
            "catalog.bom:1:1: error: the zip has no catalog.bom at its root (there is one in 'x': put the folder's content into the zip, not the folder)"
        ]
    );
}

#[test]
fn items_that_name_each_other_in_a_circle_are_refused_with_the_way() {
    let text = "brooklyn.catalog:
  version: 1
  items:
  - {id: a, item: {type: b}}
  - {id: b, item: {type: BasicApplication, brooklyn.children: [{type: c}]}}
  - {id: c, item: {type: DynamicCluster, memberSpec: {$brooklyn:entitySpec: {type: a}}}}
  - {id: self, item: {type: 'self'}}
  - {id: good, item: {type: BasicEntity}}
  - {id: user, item: {type: a}}
";
    assert_eq!(
        lines(&try_add(text, &Surroundings::default())),
        [
            "catalog.bom:4:26: error: item 'a:1': the item 'a:1' is recursive: a:1 -> b:1 -> c:1 -> a:1",
            "catalog.bom:5:71: error: item 'b:1': the item 'b:1' is recursive: b:1 -> c:1 -> a:1 -> b:1",
            "catalog.bom:6:84: error: item 'c:1': the item 'c:1' is recursive: c:1 -> a:1 -> b:1 -> c:1",
            "catalog.bom:7:29: error: item 'self:1': the item 'self:1' is recursive: self:1 -> self:1",
            "catalog.bom:9:29: error: item 'user:1': the item 'a:1' is recursive: a:1 -> b:1 -> c:1 -> a:1",
        ]
    );
}

#[test]
fn an_item_may_have_the_name_of_what_is_built_in_and_be_made_from_it() {
    let text = "brooklyn.catalog:
  version: 1
  items:
  - {id: vanilla-bash-server, item: {type: vanilla-bash-server, launch.command: run}}
  - {id: localhost, item: {type: localhost, brooklyn.config: {displayName: Mine}}}
  - {id: ServiceRestarter, item: {type: ServiceRestarter}}
  - {id: ssh-command-sensor, item: {type: ssh-command-sensor, command: x}}
";
    assert_eq!(add(text).bundle.items.len(), 4);
}

#[test]
fn one_fault_is_told_once_whoever_uses_the_item() {
    let text = "brooklyn.catalog:
  version: 1
  items:
  - {id: user, item: {type: faulty}}
  - {id: faulty, item: {type: com.acme.Nginx}}
  - {id: user2, item: {services: [{type: user}, {type: user}]}}
";
    assert_eq!(
        lines(&try_add(text, &Surroundings::default())),
        [
            "catalog.bom:5:31: error: item 'faulty:1': com.acme.Nginx needs Java, which Brownstone does not run; use VanillaSoftwareProcess"
        ]
    );
}

#[test]
fn items_of_another_bundle_are_found_and_their_later_faults_name_both_places() {
    let mut catalog = Catalog::default();
    catalog.put(Arc::new(
        add("brooklyn.catalog: {bundle: one, version: 1, items: [{id: base, item: {type: BasicEntity}}]}")
            .bundle,
    ));
    let around =
        |catalog: &Catalog| Surroundings { catalog: Arc::new(catalog.clone()), ..Surroundings::default() };
    let second = "brooklyn.catalog:\n  bundle: two\n  version: 1\n  items:\n  - id: user\n    item:\n      name: x\n      type: base\n";
    let two =
        try_add(second, &around(&catalog)).unwrap_or_else(|e| panic!("{}", e.brooklyn_message())).bundle;
    catalog.put(Arc::new(two));
    catalog.remove(&BundleId { name: "one".to_owned(), version: Version::new("1") });
    let third = "brooklyn.catalog: {items: [{id: last, item: {type: user}}]}";
    assert_eq!(
        lines(&try_add(third, &around(&catalog))),
        [
            "catalog.bom:1:52: error: item 'last:0.0.0-SNAPSHOT': the item 'user:1' cannot be used: Unable to match plan item: there is no type 'base' (catalog.bom, line 8, of bundle two:1)"
        ]
    );
}

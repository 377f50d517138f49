use std::fs;

use base::Span;
use ha::config::Mode;
use store::place::Place;

use super::*;

fn release(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("etc")).unwrap();
    for (name, text) in files {
        fs::write(home.path().join(name), text).unwrap();
    }
    home
}

fn outside(env: &[(&str, &str)], flags: &[(&str, &str)]) -> Outside {
    let pairs =
        |list: &[(&str, &str)]| list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let mut env: std::collections::BTreeMap<_, _> =
        env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    env.entry("HOME".to_owned()).or_insert_with(|| "/nonexistent".to_owned());
    Outside { env, flags: pairs(flags) }
}

const LAUNCHER: &str = "etc/org.apache.brooklyn.osgilauncher.cfg";
const PROPERTIES: &str = "etc/brooklyn.cfg";
const WEB: &str = "etc/org.ops4j.pax.web.cfg";

#[test]
fn the_page_s_own_lines_are_understood() {
    let home = release(&[(
        LAUNCHER,
        "- highAvailabilityMode: MASTER\n- persistMode: AUTO\n- persistenceDir: /mnt/brooklyn-persistence\n",
    )]);
    let loaded = load(home.path(), &outside(&[], &[])).unwrap();
    assert_eq!(loaded.settings.mode, Mode::Master);
    assert_eq!(loaded.settings.store, Place::Folder("/mnt/brooklyn-persistence".into()));
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.settings.login, Login::Generated);
    assert!(loaded.settings.web.secure[0].ip().is_unspecified());
}

#[test]
fn nothing_set_is_a_plane_of_its_own() {
    let home = release(&[]);
    let settings = load(home.path(), &outside(&[], &[])).unwrap().settings;
    assert_eq!(settings.store, Place::Folder(home.path().join("data/persisted-state")));
    assert_eq!(
        (settings.timeout, settings.poll, settings.beat),
        (Span::secs(30), Span::secs(1), Span::secs(1))
    );
    assert!(settings.node_uri.ends_with(":8443/"), "{}", settings.node_uri);
    assert!(settings.hot_standby && settings.proof_of_death && settings.store_check);
}

#[test]
fn later_layers_win_and_are_named() {
    let home = release(&[
        (PROPERTIES, "brooklyn.ha.heartbeatTimeout=20s\nbrooklyn.ha.pollPeriod=3s\n"),
        ("global.properties", "brooklyn.ha.heartbeatTimeout=10s\n"),
        ("local.properties", "brooklyn.ha.heartbeatTimeout=8s\n"),
        (
            LAUNCHER,
            "globalBrooklynPropertiesFile=global.properties\nlocalBrooklynPropertiesFile=local.properties\n",
        ),
    ]);
    let timeout = |outside: &Outside| load(home.path(), outside).unwrap().settings.timeout;
    assert_eq!(timeout(&outside(&[], &[])), Span::secs(8));
    let env = [("BROOKLYN_HA_HEARTBEATTIMEOUT", "6s")];
    assert_eq!(timeout(&outside(&env, &[])), Span::secs(6));
    let loaded = load(home.path(), &outside(&env, &[("brooklyn.ha.heartbeatTimeout", "2s")])).unwrap();
    assert_eq!(loaded.settings.timeout, Span::secs(2));
    assert_eq!((loaded.settings.poll, loaded.settings.beat), (Span::millis(400), Span::millis(500)));
    let lines = explain::lines(&loaded.settings, &loaded.layers);
    let line = lines.iter().find(|l| l.key == "brooklyn.ha.heartbeatTimeout").unwrap();
    assert_eq!((line.value.as_str(), line.origin.as_str()), ("2s", "command line"));
    let shadows: Vec<&str> = line.shadows.iter().map(|s| s.value.as_str()).collect();
    assert_eq!(shadows, ["6s", "8s", "10s", "20s"]);
    assert!(line.shadows[3].origin.ends_with("etc/brooklyn.cfg:1"), "{}", line.shadows[3].origin);
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_its_place() {
    let home = release(&[
        (LAUNCHER, "highAvailabilityMode=MASTR\npersistMode=SOMETIMES\npersistenceLocation=s3-store\n"),
        (PROPERTIES, "\nbrooklyn.ha.heartbeatTimeout=soon\nbrooklyn.webconsole.security.users=me\n"),
        (WEB, "org.osgi.service.http.port.secure=84430\norg.ops4j.pax.web.ssl.keystore=etc/k.jks\n"),
    ]);
    let bad = load(home.path(), &outside(&[], &[])).err().unwrap();
    let texts: Vec<String> = bad.0.iter().map(ToString::to_string).collect();
    let places = [
        "osgilauncher.cfg:1: highAvailabilityMode: \"MASTR\"",
        "osgilauncher.cfg:2: persistMode: \"SOMETIMES\"",
        "osgilauncher.cfg:3: persistenceLocation",
        "brooklyn.cfg:2: brooklyn.ha.heartbeatTimeout: \"soon\"",
        "brooklyn.cfg:3: brooklyn.webconsole.security.users names \"me\"",
        "pax.web.cfg:1: org.osgi.service.http.port.secure: \"84430\"",
        "pax.web.cfg:2: org.ops4j.pax.web.ssl.keystore",
    ];
    assert_eq!(texts.len(), places.len(), "{texts:#?}");
    for place in places {
        assert!(texts.iter().any(|t| t.contains(place)), "{place} is not in {texts:#?}");
    }
}

#[test]
fn an_unknown_key_is_a_warning_with_the_nearest_known_one() {
    let home = release(&[
        (LAUNCHER, "persistanceDir=/x\n"),
        (
            PROPERTIES,
            "colour=red\nbrooklyn.catalog.x=y\nbrooklyn.location.named.x=localhost\nhighAvailabilityMode=AUTO\n",
        ),
    ]);
    let warnings = load(home.path(), &outside(&[], &[])).unwrap().warnings;
    let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(
        texts[0].ends_with(
            "osgilauncher.cfg:1: unknown key persistanceDir: ignored; did you mean persistenceDir?"
        )
    );
    assert!(texts[1].ends_with("brooklyn.cfg:1: unknown key colour: ignored"));
    assert!(texts[2].contains("has no effect in this release"));
    assert!(texts[3].contains("belongs in etc/org.apache.brooklyn.osgilauncher.cfg"));
}

#[test]
fn users_replace_the_generated_login_and_no_login_means_loopback() {
    let users = "brooklyn.webconsole.security.users=ann,bob\nbrooklyn.webconsole.security.user.ann.password=hunter2\n\
                 brooklyn.webconsole.security.user.bob.salt=abcd\n\
                 brooklyn.webconsole.security.user.bob.sha256=8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c8e2c\n";
    let home = release(&[(PROPERTIES, users)]);
    let loaded = load(home.path(), &outside(&[], &[])).unwrap();
    assert_eq!(loaded.settings.login, Login::Configured);
    let options = login::options(&loaded.layers, None).unwrap();
    assert!(matches!(&options.provider, crate::auth::Provider::Users(u) if u.get("bob").is_some()));
    let shown = serde_json::to_string(&explain::lines(&loaded.settings, &loaded.layers)).unwrap();
    assert!(!shown.contains("hunter2") && !shown.contains("8e2c8e2c"), "a secret is shown");
    assert!(!format!("{:?}", loaded.settings).contains("hunter2"));

    let off = "brooklyn.webconsole.security.provider=org.apache.brooklyn.rest.security.provider.AnyoneSecurityProvider\n";
    let home = release(&[(PROPERTIES, off)]);
    let settings = load(home.path(), &outside(&[], &[])).unwrap().settings;
    assert_eq!(settings.login, Login::Off);
    assert!(settings.web.secure[0].ip().is_loopback());
    assert!(settings.node_uri.starts_with("https://127.0.0.1:8443"));
}

#[test]
fn every_line_of_the_shipped_files_is_known_also_when_its_comment_is_taken_off() {
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/etc");
    let home = release(&[]);
    for file in [LAUNCHER, PROPERTIES, WEB] {
        let text = fs::read_to_string(shipped.join(file.trim_start_matches("etc/"))).unwrap();
        // Prose has blanks before its first `=`; a key has none.
        let is_key = |line: &&str| {
            line.split_once('=').is_some_and(|(key, _)| !key.contains(' ') && !key.starts_with("..."))
        };
        let bare: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# ")).filter(is_key).collect();
        assert!(!bare.is_empty(), "{file}");
        let bare = bare.join("\n");
        fs::write(home.path().join(file), bare).unwrap();
    }
    let (_, layers) = read(home.path(), &outside(&[], &[]));
    let unknown: Vec<String> =
        layers.warnings.iter().map(ToString::to_string).filter(|text| text.contains("unknown key")).collect();
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn a_named_location_and_a_container_make_a_bucket() {
    let named = "brooklyn.location.named.planes";
    let home = release(&[
        (LAUNCHER, "persistenceLocation=planes\npersistenceDir=bucket/plane/one\n"),
        (
            PROPERTIES,
            &format!(
                "{named}=jclouds:aws-s3:eu-west-1\n{named}.credential=hidden\n{named}.pathStyle=false\n\
                 brooklyn.location.jclouds.aws-s3.identity=me\nbrooklyn.ha.heartbeatTimeout=5s\n"
            ),
        ),
    ]);
    let loaded = load(home.path(), &outside(&[], &[])).unwrap();
    let Place::Bucket(bucket) = &loaded.settings.store else { panic!("{:?}", loaded.settings.store) };
    assert_eq!((bucket.container.as_str(), bucket.path.as_str()), ("bucket", "plane/one"));
    assert_eq!((bucket.region.as_deref(), bucket.identity.as_deref()), (Some("eu-west-1"), Some("me")));
    assert_eq!(bucket.credential.as_ref().map(base::Secret::reveal), Some("hidden"));
    assert_eq!((bucket.path_style, bucket.endpoint.clone()), (Some(false), None));
    assert_eq!(bucket.patience, Some(std::time::Duration::from_millis(900)), "below the heartbeat");
    assert!(!loaded.settings.strict_ack, "a bucket's default");
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let lines = explain::lines(&loaded.settings, &loaded.layers);
    let value = |key: &str| lines.iter().find(|l| l.key == key).unwrap().value.clone();
    assert_eq!(value("persistenceLocation"), "planes");
    assert_eq!(value(&format!("{named}.credential")), "******");

    let url = release(&[(LAUNCHER, "persistenceDir=s3://bucket/one\nbrownstone.ha.strictAck=true\n")]);
    let settings = load(url.path(), &outside(&[], &[])).unwrap().settings;
    assert_eq!(settings.store.to_string(), "s3://bucket/one");
    assert!(settings.strict_ack);
    let bare = release(&[(LAUNCHER, "persistenceLocation=s3:http://127.0.0.1:9000\n")]);
    let settings = load(bare.path(), &outside(&[], &[])).unwrap().settings;
    let Place::Bucket(bucket) = settings.store else { panic!("no bucket") };
    assert_eq!(bucket.container, "brooklyn-persisted-state");
    assert_eq!(bucket.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
}

#[test]
fn a_location_that_can_hold_no_plane_is_named_with_what_to_write() {
    let named = "brooklyn.location.named.planes";
    for (launcher, properties, part) in [
        ("persistenceLocation=plane\n", format!("{named}=aws-s3\n"), "did you mean planes?"),
        ("persistenceLocation=planes\n", format!("{named}=jclouds:openstack-swift:x\n"), "which is no S3"),
        (
            "persistenceLocation=planes\n",
            format!("{named}=aws-s3\n{named}.identity=me\n"),
            "only one of identity",
        ),
        (
            "persistenceLocation=planes\npersistenceDir=/mnt/x\n",
            format!("{named}=aws-s3\n"),
            "is no container",
        ),
        ("persistenceDir=s3://\n", String::new(), "the bucket's name is missing"),
        ("persistenceDir=ftp://x/y\n", String::new(), "only folders and s3://"),
    ] {
        let home = release(&[(LAUNCHER, launcher), (PROPERTIES, &properties)]);
        let bad = load(home.path(), &outside(&[], &[])).err().unwrap().0;
        assert!(bad.len() == 1 && bad[0].to_string().contains(part), "{part}: {bad:?}");
    }
}

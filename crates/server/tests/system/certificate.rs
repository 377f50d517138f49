//! Configured certificates, in the forms that openssl and Java's keytool write.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::release::{Release, WEB};

const PASSWORD: &str = "changeit-2";

/// Runs a tool; nothing when it is not there.
fn tool(program: &str, arguments: &[&str]) -> Option<String> {
    let ran = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    assert!(ran.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8(ran.stdout).unwrap())
}

fn openssl(arguments: &[&str]) -> String {
    tool("openssl", arguments).expect("openssl is there")
}

/// A key and a certificate of it with this name, as PEM.
fn pem(dir: &Path, name: &str) -> (String, String) {
    let [key, certificate] =
        ["key", "pem"].map(|end| dir.join(format!("{name}.{end}")).display().to_string());
    let subject = format!("/CN={name}");
    openssl(&[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "30",
        "-subj",
        &subject,
        "-keyout",
        &key,
        "-out",
        &certificate,
    ]);
    (key, certificate)
}

/// A key store made of them by openssl.
fn pkcs12(dir: &Path, name: &str, more: &[&str]) -> PathBuf {
    let (key, certificate) = pem(dir, name);
    let store = dir.join(format!("{name}.p12"));
    let (out, pass) = (store.display().to_string(), format!("pass:{PASSWORD}"));
    let own = ["pkcs12", "-export", "-in", &certificate, "-inkey", &key, "-out", &out, "-passout", &pass];
    openssl(&[&own[..], more].concat());
    store
}

fn configure(server: &Release, store: &Path, password: &str) {
    let lines = format!(
        "org.ops4j.pax.web.ssl.keystore={}\norg.ops4j.pax.web.ssl.password={password}\n",
        store.display()
    );
    server.add(WEB, &lines);
}

/// The subject of the certificate that a server shows.
fn shown(server: &Release) -> String {
    let address = server.running().local.trim_start_matches("https://").trim_end_matches('/').to_owned();
    let seen = openssl(&["s_client", "-connect", &address]);
    seen.lines().find(|line| line.starts_with("subject=")).unwrap_or_default().replace(' ', "")
}

#[test]
fn key_stores_of_openssl_are_served() {
    for (name, more) in [("modern.test", &[][..]), ("legacy.test", &["-legacy"])] {
        let server = Release::new();
        let store = pkcs12(server.home(), name, more);
        configure(&server, &store, PASSWORD);
        server.start();
        assert_eq!(shown(&server), format!("subject=CN={name}"));
    }
}

#[test]
fn a_key_store_of_keytool_is_served() {
    let server = Release::new();
    // No ending says what it is: the configuration does.
    let store = server.home().join("keystore");
    let path = store.display().to_string();
    let made = tool(
        "keytool",
        &[
            "-genkeypair",
            "-keyalg",
            "RSA",
            "-keysize",
            "2048",
            "-alias",
            "server",
            "-dname",
            "CN=java.test",
            "-validity",
            "30",
            "-storetype",
            "PKCS12",
            "-keystore",
            &path,
            "-storepass",
            PASSWORD,
        ],
    );
    if made.is_none() {
        println!("skipped: keytool is not installed");
        return;
    }
    configure(&server, &store, PASSWORD);
    server.add(WEB, "org.ops4j.pax.web.ssl.keystore.type=PKCS12\n");
    server.start();
    assert_eq!(shown(&server), "subject=CN=java.test");
}

#[test]
fn a_wrong_password_a_missing_key_and_another_file_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let store = pkcs12(dir.path(), "good.test", &[]);
    let (_, certificate) = pem(dir.path(), "trusted.test");
    let keyless = dir.path().join("keyless.p12");
    let (out, pass) = (keyless.display().to_string(), format!("pass:{PASSWORD}"));
    openssl(&["pkcs12", "-export", "-nokeys", "-in", &certificate, "-out", &out, "-passout", &pass]);
    let other = dir.path().join("other.p12");
    std::fs::copy(certificate, &other).unwrap();
    for (store, password, words) in [
        (&store, "not-it", "org.ops4j.pax.web.ssl.password does not open it"),
        (&keyless, PASSWORD, "holds no private key"),
        (&other, PASSWORD, "is no PKCS#12 key store"),
    ] {
        let server = Release::new();
        configure(&server, store, password);
        for ran in server.refuses(2, "bad configuration") {
            assert!(ran.err.contains(words) && ran.err.contains(&store.display().to_string()), "{ran:?}");
            assert!(!ran.err.contains(password), "the password is shown: {ran:?}");
        }
    }
}

//! Who is let in, and to which machine.

use std::fs;

use base::{Secret, Span};
use engine::effect::{HostKeys, Outcome, SshLogin, SshTarget, Work};

use super::sshd::{Sshd, keygen};
use crate::bench::Bench;

const DESCRIBE: Work = Work::FindPorts { wishes: Vec::new() };

impl Bench {
    fn reaches(&self, target: &SshTarget, task: &str) {
        self.at(target, task, DESCRIBE);
        assert_eq!(self.next_of(task), Outcome::Ports(Vec::new()), "{task}");
    }

    fn does_not_reach(&self, target: &SshTarget, task: &str) -> String {
        self.at(target, task, DESCRIBE);
        self.failed(task)
    }
}

#[test]
fn keys_of_all_kinds_and_forms_are_accepted() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    for (name, args, passphrase) in [
        ("rsa", &["-t", "rsa", "-b", "2048", "-N", ""][..], None),
        ("ecdsa", &["-t", "ecdsa", "-N", ""], None),
        ("ecdsa521", &["-t", "ecdsa", "-b", "521", "-N", ""], None),
        ("ed25519", &["-t", "ed25519", "-N", ""], None),
        ("locked", &["-t", "ed25519", "-N", "open sesame"], Some("open sesame")),
        ("rsa-locked", &["-t", "rsa", "-b", "2048", "-N", "open sesame"], Some("open sesame")),
        ("pkcs1", &["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""], None),
        ("pkcs1-locked", &["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "open sesame"], Some("open sesame")),
        ("pkcs8", &["-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", ""], None),
        ("sec1", &["-t", "ecdsa", "-m", "PEM", "-N", ""], None),
    ] {
        let file = sshd.key(name, args);
        let passphrase = passphrase.map(Secret::new);
        let pem = Secret::new(fs::read_to_string(&file).unwrap());
        let path = file.to_str().unwrap().to_owned();
        bench.reaches(&sshd.target_with(SshLogin::KeyFile { path, passphrase: passphrase.clone() }), name);
        let data = SshLogin::KeyData { pem, passphrase };
        bench.reaches(&sshd.target_with(data), &format!("{name}-data"));
    }
}

#[test]
fn who_is_not_let_in_learns_why_for_each_way_and_no_secret_is_told() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let at = |name: &str| sshd.dir.path().join(name).to_str().unwrap().to_owned();
    keygen(at("stranger").as_ref(), &["-t", "ed25519", "-N", "hidden"]);
    let file = |name: &str, passphrase: Option<&str>| SshLogin::KeyFile {
        path: at(name),
        passphrase: passphrase.map(Secret::new),
    };
    let mut target = sshd.target_with(SshLogin::Password(Secret::new("hidden")));
    target.logins.extend([
        file("stranger", Some("hidden")),
        file("stranger", Some("hidden wrong")),
        file("nowhere", None),
        SshLogin::KeyData { pem: Secret::new("hidden"), passphrase: None },
    ]);
    let why = bench.does_not_reach(&target, "t1");
    println!("{why}");
    assert!(why.contains("cannot be logged in to over SSH: password: not accepted"), "{why}");
    assert!(why.contains(&format!("key file {}: not accepted", at("stranger"))), "{why}");
    assert!(why.contains("cannot be read: No such file"), "{why}");
    assert!(!why.contains("hidden"), "{why}");
    // A way that works is found among those that do not.
    target.logins.push(file("login", None));
    bench.reaches(&target, "t2");
    target.logins.clear();
    assert!(bench.does_not_reach(&target, "t3").contains("there is no password and no key"));
}

#[test]
fn known_hosts_are_checked_and_added_as_it_is_wanted() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let file = sshd.dir.path().join("known");
    let known = |add| SshTarget {
        host_keys: HostKeys::Known { file: file.to_str().unwrap().to_owned(), add },
        ..sshd.target()
    };
    let why = bench.does_not_reach(&known(false), "unknown");
    assert!(why.contains("SHA256:") && why.contains("is unknown; add it to"), "{why}");
    assert!(!file.exists());
    bench.reaches(&known(true), "added");
    let line = fs::read_to_string(&file).unwrap();
    assert!(line.trim().starts_with(&format!("[127.0.0.1]:{} ssh-ed25519 ", sshd.port)), "{line}");
    bench.reaches(&known(false), "known");

    // Another key of the same kind, and one of another kind only.
    for (n, kind) in ["ed25519", "ecdsa"].iter().enumerate() {
        let other = sshd.dir.path().join(format!("other-{kind}"));
        keygen(&other, &["-t", kind, "-N", ""]);
        let public = fs::read_to_string(other.with_extension("pub")).unwrap();
        fs::write(&file, format!("[127.0.0.1]:{} {public}", sshd.port)).unwrap();
        let fresh = Bench::new();
        let why = fresh.does_not_reach(&known(true), &format!("wrong{n}"));
        assert!(why.contains("is not the one in") || why.contains("No common"), "{why}");
        assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 1, "it was added");
    }
}

#[test]
fn a_machine_that_is_not_there_is_tried_as_often_as_wished() {
    let bench = Bench::new();
    let mut sshd = Sshd::new();
    sshd.stop();
    let target = SshTarget { tries: 3, ..sshd.target() };
    let why = bench.does_not_reach(&target, "t1");
    assert!(why.contains("tried 3 times") && why.contains("Connection refused"), "{why}");
    let target = SshTarget { tries: 1000, tries_timeout: Span::millis(500), ..sshd.target() };
    assert!(bench.does_not_reach(&target, "t2").contains("Connection refused"));
    let target = SshTarget { tries: 1000, ..sshd.target() };
    bench.at(&target, "t3", DESCRIBE);
    assert_eq!(bench.next_within(std::time::Duration::from_millis(300)), None);
    sshd.start();
    assert_eq!(bench.next_of("t3"), Outcome::Ports(Vec::new()));
}

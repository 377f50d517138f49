use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::{fs, thread};

use argon2::{Argon2, PasswordVerifier};
use store::mem::MemStore;

use super::*;

fn data() -> (tempfile::TempDir, Data) {
    let home = tempfile::tempdir().unwrap();
    let data = Data::open(home.path()).unwrap();
    (home, data)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_server_makes_the_keys_and_the_second_reads_them() {
    let store = MemStore::new();
    let ((_a, one), (_b, two)) = (data(), data());
    let first = PlaneKeys::open(&store, &one, true).unwrap();
    let second = PlaneKeys::open(&store, &two, true).unwrap();
    assert_eq!(first.authority.pem(), second.authority.pem());
    assert_eq!(first.peer.bytes(), second.peer.bytes());
    assert_eq!(first.peer.bytes(), PeerKey::find(&store).unwrap().bytes());
    let made = first.first_login.unwrap();
    assert!(second.first_login.is_none());
    let hash = second.login.unwrap().hash;
    assert!(Argon2::default().verify_password(made.password.reveal().as_bytes(), hash.as_str()).is_ok());
    assert_eq!(fs::read_to_string(one.initial_password()).unwrap().trim(), made.password.reveal());
    assert_eq!(mode(&one.initial_password()), 0o600);
    assert!(!two.initial_password().exists());
    assert!(PlaneKeys::open(&store, &one, true).unwrap().first_login.is_none(), "shown once");
}

#[test]
fn servers_that_start_at_once_agree() {
    let store = Arc::new(MemStore::new());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(&store);
            thread::spawn(move || {
                let (_home, data) = data();
                let keys = PlaneKeys::open(&*store, &data, true).unwrap();
                assert_eq!(keys.first_login.is_some(), data.initial_password().exists());
                keys.authority.pem().to_owned()
            })
        })
        .collect();
    let pems: Vec<String> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(pems.iter().all(|pem| *pem == pems[0]));
}

#[test]
fn a_certificate_is_kept_until_its_names_change() {
    let store = MemStore::new();
    let (_home, data) = data();
    let keys = PlaneKeys::open(&store, &data, false).unwrap();
    assert!(keys.login.is_none());
    let pem = data.tls().join("server.pem");
    of_plane(&keys.authority, &data, "https://server1.example.org:8443/").unwrap();
    let first = fs::read_to_string(&pem).unwrap();
    assert_eq!(mode(&pem), 0o600);
    of_plane(&keys.authority, &data, "https://server1.example.org:8443/").unwrap();
    assert_eq!(fs::read_to_string(&pem).unwrap(), first);
    of_plane(&keys.authority, &data, "https://server2.example.org:8443/").unwrap();
    assert_ne!(fs::read_to_string(&pem).unwrap(), first);
}

#[test]
fn a_file_that_is_no_certificate_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.pem");
    fs::write(&path, "nothing of the kind").unwrap();
    let error = from_pem(&path, &path).err().unwrap().to_string();
    assert!(error.contains("server.pem") && error.contains("no certificate"), "{error}");
}

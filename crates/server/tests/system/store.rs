//! Stores that cannot be used, and the command that says so beforehand.

use std::fs;

use crate::support::release::{LAUNCHER, Release};

fn refused(server: &Release) -> String {
    let [run, start] = server.refuses(3, "the store is unfit");
    assert!(!server.launch_dir().join("pid.txt").exists());
    assert!(start.err.contains("the end of ") && start.err.contains("brooklyn.info.log:"), "{start:?}");
    run.err
}

#[test]
fn a_file_where_the_folder_should_be_is_refused() {
    let server = Release::new();
    server.write("state", "a file");
    server.add(LAUNCHER, "persistenceDir=state\n");
    let why = refused(&server);
    assert!(why.contains("is not a folder"), "{why}");
}

#[test]
fn a_folder_of_something_else_is_left_as_it_is() {
    let server = Release::new();
    let folder = server.home().join("other");
    fs::create_dir_all(folder.join("entities")).unwrap();
    fs::write(folder.join("planeId"), "x").unwrap();
    server.add(LAUNCHER, &format!("persistenceDir={}\n", folder.display()));
    let why = refused(&server);
    assert!(why.contains("Apache Brooklyn") && why.contains("empty folder"), "{why}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn a_folder_of_a_later_layout_is_refused() {
    let server = Release::new();
    server.start();
    assert_eq!(server.run(&["server", "stop"]).code, Some(0));
    let path = server.plane().join("plane.json");
    fs::write(&path, r#"{"plane":"later","era":1,"layout":99}"#).unwrap();
    let why = refused(&server);
    assert!(why.contains("layout 99"), "{why}");
}

#[test]
fn where_a_plane_was_an_empty_folder_is_a_missing_mount_until_somebody_says_otherwise() {
    let server = Release::new();
    let dir = tempfile::tempdir().unwrap();
    let (mount, away) = (dir.path().join("mount"), dir.path().join("away"));
    fs::create_dir(&mount).unwrap();
    server.add(LAUNCHER, &format!("persistenceDir={}/plane\n", mount.display()));
    let once = |server: &Release| {
        server.start();
        assert_eq!(server.run(&["server", "stop"]).code, Some(0));
    };
    once(&server);
    once(&server);
    fs::rename(&mount, &away).unwrap();
    for is_there in [false, true] {
        if is_there {
            fs::create_dir(&mount).unwrap();
        }
        let why = refused(&server);
        assert!(why.contains("mounted") && why.contains("persistMode=CLEAN"), "{why}");
        assert_eq!(mount.exists(), is_there);
    }
    assert_eq!(fs::read_dir(&mount).unwrap().count(), 0);

    fs::remove_dir(&mount).unwrap();
    fs::rename(&away, &mount).unwrap();
    once(&server);
    fs::rename(&mount, &away).unwrap();
    server.add(LAUNCHER, "persistMode=CLEAN\n");
    once(&server);
    assert!(mount.join("plane/plane.json").exists());
}

#[test]
fn store_check_says_in_words_and_by_exit_code_whether_a_folder_is_fit() {
    let server = Release::new();
    let run = |arguments: &[&str]| {
        crate::support::release::Ran::of(
            std::process::Command::new(env!("CARGO_BIN_EXE_brownstone")).args(arguments).output().unwrap(),
        )
    };
    let fit = server.home().join("fit").display().to_string();
    let ran = run(&["store", "check", &fit, "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["fit"], true);
    assert!(said["checks"].as_array().unwrap().len() > 10);

    server.write("file", "");
    let ran = run(&["store", "check", &server.home().join("file").display().to_string()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("NOT fit") && ran.out.contains("To do:"), "{ran:?}");
}

//! How a server starts, and how it says that it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::release::{LAUNCHER, PROPERTIES, Ran, Release, WEB};

#[test]
fn a_first_start_is_a_plane_of_its_own_with_a_login_that_is_shown_once() {
    let server = Release::new();
    let ran = server.start();
    let password = fs::read_to_string(server.home().join("data/initial-password")).unwrap();
    assert!(ran.out.contains("is MASTER (pid"), "{ran:?}");
    assert!(ran.out.contains(&format!("login: admin / {}", password.trim())), "{ran:?}");
    let pid = server.running().pid.to_string();
    for file in [server.launch_dir().join("pid.txt"), server.home().join("pid_java")] {
        assert_eq!(fs::read_to_string(file).unwrap().trim(), pid);
    }
    for (file, mode) in [("initial-password", 0o600), ("tls/server.pem", 0o600), ("", 0o700)] {
        let found = fs::metadata(server.home().join("data").join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{file}");
    }
    for log in ["brooklyn.info.log", "brooklyn.debug.log", "console.log"] {
        let text = fs::read_to_string(server.home().join("data/log").join(log)).unwrap();
        assert!(!text.contains(password.trim()), "the password is in {log}");
    }
    assert_eq!(server.run(&["server", "stop"]).code, Some(0));
    assert!(!server.start().out.contains("login:"));
}

#[test]
fn the_generated_login_opens_and_a_wrong_password_does_not() {
    use base64::Engine as _;
    let server = Release::new();
    server.start();
    let password = fs::read_to_string(server.home().join("data/initial-password")).unwrap();
    let status = |password: &str| {
        let text = base64::engine::general_purpose::STANDARD.encode(format!("admin:{password}"));
        server.get("/v1/server/ha/state", &[("authorization", &format!("Basic {text}"))]).unwrap().status
    };
    assert_eq!(status(password.trim()), 200);
    assert_eq!(status("wrong"), 401);
}

#[test]
fn a_second_start_is_refused_with_the_running_pid() {
    let server = Release::new();
    server.start();
    let pid = server.running().pid;
    for command in ["start", "run"] {
        let ran = server.run(&["server", command]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains(&format!("already running with pid {pid}")), "{ran:?}");
        assert!(!ran.err.contains("ended"), "the running server has not ended: {ran:?}");
    }
    assert_eq!(server.running().pid, pid);
    assert_eq!(server.role(), "MASTER");
}

#[test]
fn all_faults_of_a_configuration_are_told_at_once_and_nothing_is_touched() {
    let server = Release::new();
    server.add(LAUNCHER, "highAvailabilityMode=MASTR\n");
    server.write(PROPERTIES, "\nbrooklyn.ha.heartbeatTimeout=soon\n");
    for ran in server.refuses(2, "bad configuration") {
        assert!(ran.err.contains("osgilauncher.cfg:2: highAvailabilityMode"), "{ran:?}");
        assert!(ran.err.contains("brooklyn.cfg:2: brooklyn.ha.heartbeatTimeout"), "{ran:?}");
        assert!(!ran.err.contains("panicked"), "{ran:?}");
    }
    assert!(!server.plane().exists());
    assert!(!server.launch_dir().join("pid.txt").exists());
    assert_eq!(server.run(&["server", "status"]).code, Some(3));
}

#[test]
fn a_key_that_nobody_knows_is_a_warning_with_its_line() {
    let server = Release::new();
    server.write(PROPERTIES, "# mine\nbrooklyn.ha.heartbeatTimeuot=5s\n");
    let ran = server.start();
    assert!(
        ran.err.contains(
            "brooklyn.cfg:2: unknown key brooklyn.ha.heartbeatTimeuot: ignored; did you mean \
             brooklyn.ha.heartbeatTimeout?"
        ),
        "{ran:?}"
    );
}

#[test]
fn a_server_in_the_background_keeps_nothing_of_its_caller() {
    let server = Release::new();
    let kept = server.home().join("kept-open");
    let line = format!(
        "exec 9>{}; {} server start --home {}",
        kept.display(),
        env!("CARGO_BIN_EXE_brownstone"),
        server.home().display()
    );
    // `output` returns only when nobody holds the pipes any more.
    let mut shell = std::process::Command::new("sh");
    let ran = Ran::of(shell.args(["-c", &line]).current_dir(server.launch_dir()).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let running = server.running();
    for pid in [running.pid, running.parent] {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
        let targets: Vec<_> = open.flatten().filter_map(|fd| fs::read_link(fd.path()).ok()).collect();
        assert!(!targets.contains(&kept), "{pid} holds the caller's file");
        let cwd = fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
        assert_ne!(cwd, fs::canonicalize(server.launch_dir()).unwrap());
    }
}

#[test]
fn a_file_that_is_no_certificate_is_a_fault_of_the_configuration() {
    let server = Release::new();
    server.write("server.pem", "no certificate");
    server.add(WEB, "org.ops4j.pax.web.ssl.cert.file=server.pem\n");
    for ran in server.refuses(2, "bad configuration") {
        assert!(ran.err.contains("server.pem"), "{ran:?}");
    }
}

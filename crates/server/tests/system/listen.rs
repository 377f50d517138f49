//! Ports.

use std::net::TcpListener;

use crate::support::release::{PROPERTIES, Release, WEB};

#[test]
fn a_port_in_use_is_an_exit_code_of_its_own_and_the_store_is_not_touched() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let server = Release::new();
    server.write(
        WEB,
        &format!(
            "org.ops4j.pax.web.listening.addresses=127.0.0.1\norg.osgi.service.http.port.secure={port}\n"
        ),
    );
    for ran in server.refuses(4, "a port is in use") {
        assert!(
            ran.err.contains(&format!("127.0.0.1:{port}")) && ran.err.contains("set another one"),
            "{ran:?}"
        );
    }
    assert!(!server.plane().exists());
    assert!(!server.launch_dir().join("pid.txt").exists());
}

#[test]
fn an_address_of_another_host_is_a_fault_of_the_configuration() {
    let server = Release::new();
    server.write(WEB, "org.ops4j.pax.web.listening.addresses=192.0.2.1\n");
    for ran in server.refuses(2, "bad configuration") {
        assert!(ran.err.contains("192.0.2.1"), "{ran:?}");
    }
}

#[test]
fn without_login_only_this_host_may_come() {
    let server = Release::new();
    server.write(WEB, "org.osgi.service.http.port.secure=0\n");
    let provider = "org.apache.brooklyn.rest.security.provider.AnyoneSecurityProvider";
    server.write(PROPERTIES, &format!("brooklyn.webconsole.security.provider={provider}\n"));
    let ran = server.start();
    assert!(ran.out.starts_with("https://127.0.0.1:"), "{ran:?}");
    assert_eq!(server.get("/v1/server/ha/state", &[]).unwrap().status, 200);
    assert!(!server.home().join("data/initial-password").exists());
}

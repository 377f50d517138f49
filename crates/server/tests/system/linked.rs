//! The link between servers: with looks a minute apart, only it can tell a standby in seconds that there is something
//! to read. Cut, wrong or switched off, it changes nothing but speed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};
use rustls_pki_types::ServerName;

use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, until, within};
use crate::support::wire::trusting;

/// A look every 60 s.
const SELDOM: &str = "brooklyn.ha.heartbeatTimeout=300s\nbrooklyn.ha.pollPeriod=60s\n";

fn shows(server: &Release, client: &Client, path: &str, value: u64) -> bool {
    let reply = client.get(&server.uri(), &format!("{path}/written")).unwrap();
    reply.status == 200 && reply.body.trim() == value.to_string()
}

#[test]
fn a_standby_reads_what_the_link_names_and_the_master_knows_how_far_it_is() {
    let site = Site::new();
    let (master, standby, client) = site.pair(SELDOM);
    until("they are linked", || {
        let all = master.json(&client, "/ha/cluster");
        all["nodes"].as_array().unwrap().iter().any(|n| n["linked"] == true && n["own"] == false)
    });
    let path = client.deploy_sensors(&master);
    for value in 1..=20 {
        assert!(client.writes(&master, &format!("{path}/written"), value));
    }
    within(Duration::from_secs(20), "the standby shows it, long before its next look", || {
        shows(&standby, &client, &path, 20)
    });
    until("the master knows", || {
        let all = master.json(&client, "/ha/cluster");
        let head = &all["log"]["head"];
        all["nodes"].as_array().unwrap().iter().all(|n| n["own"] == true || n["head"] == *head)
    });
}

#[test]
fn without_the_link_a_standby_reads_at_its_looks() {
    let site = Site::new();
    let (master, standby, client) = site.pair("brownstone.ha.peerLink=false\n");
    let path = client.deploy_sensors(&master);
    assert!(client.writes(&master, &format!("{path}/written"), 7));
    until("the standby shows it", || shows(&standby, &client, &path, 7));
    let all = master.json(&client, "/ha/cluster");
    assert!(all["nodes"].as_array().unwrap().iter().all(|n| n["linked"] == false), "{all}");
    assert_eq!(master.run(&["server", "stop"]).code, Some(0));
    until("it takes over", || standby.role() == "MASTER");
}

#[test]
fn who_has_no_certificate_of_the_plane_is_no_server_of_it() {
    let site = Site::new();
    let server = site.release("alone", "AUTO", "");
    server.start();
    let uri: axum::http::Uri = server.uri().parse().unwrap();
    let stream = TcpStream::connect((uri.host().unwrap(), uri.port_u16().unwrap())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut config = trusting(&server);
    config.alpn_protocols = vec![b"brownstone-peer/1".to_vec()];
    let node = server.node_id(&Client::trusting(&server));
    let name = ServerName::try_from(format!("{node}.peer.brownstone.internal")).unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream);
    // The refusal comes with the first write or read: TLS 1.3 lets a client speak before it is judged.
    let mut heard = String::new();
    let outcome = stream
        .write_all(b"{\"hello\":{\"node\":\"any\"}}\n")
        .and_then(|()| stream.read_to_string(&mut heard));
    let error = outcome.expect_err(&heard).to_string();
    assert!(error.to_lowercase().contains("certificate"), "{error}");
    assert_eq!(server.role(), "MASTER");
}

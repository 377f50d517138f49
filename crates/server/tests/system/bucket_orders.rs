//! What operators do with a plane in a bucket: pause and hand over, copy, look, bring back, mend. All with the key of the
//! server's own configuration, and none in the environment.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::handover::{ha, is, sees};
use crate::object_store::{in_bucket, location, pair};
use crate::s3::{Kind, S3};
use crate::support::client::Client;
use crate::support::release::{Ran, Release};
use crate::support::site::{Site, until, within};

/// `brownstone store ...`, with the location of that release.
fn store(server: &Release, arguments: &[&str]) -> Ran {
    let mut command = server.command(&["store", "--location", "planes"]);
    for key in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        command.env_remove(key);
    }
    Ran::of(command.args(arguments).output().unwrap())
}

fn well(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn in_a_bucket_too_a_pause_holds_and_the_chair_is_handed_over() {
    let Some(server) = S3::start(Kind::Ceph) else { return };
    let site = Site::new();
    let (first, second, client) = pair(&site, &server.endpoint());
    let sensors = client.deploy_sensors(&first);
    assert!(client.writes(&first, &format!("{sensors}/n"), 1));
    let id = second.node_id(&client);
    until("the standby is seen", || sees(&first, &client, &id));
    well(&ha(&[&first, &second], &["pause", "--for", "10m"]));
    until("the standby knows of the pause", || !second.json(&client, "/ha/cluster")["paused"].is_null());
    first.kill_9();
    // Twice as long as the timeout and all that comes after it.
    std::thread::sleep(Duration::from_secs(15));
    assert_eq!(second.state(&client), "HOT_STANDBY", "it took over in a pause");
    first.start();
    is(&first, &client, "MASTER");
    well(&ha(&[&first, &second], &["resume"]));
    until("the standby is seen again", || sees(&first, &client, &id));
    well(&ha(&[&first, &second], &["switchover"]));
    is(&second, &client, "MASTER");
    is(&first, &client, "HOT_STANDBY");
    assert_eq!(client.get(&second.uri(), &format!("{sensors}/n")).unwrap().body, "1");
    assert!(client.writes(&second, &format!("{sensors}/n"), 2));
}

#[test]
fn a_plane_in_a_bucket_is_looked_at_copied_and_brought_back_with_the_key_of_the_configuration() {
    let Some(server) = S3::start(Kind::Ceph) else { return };
    let site = Site::new();
    let only = in_bucket(site.release("only", "AUTO", &location(&server.endpoint())));
    only.start();
    let client = Client::trusting(&only);
    is(&only, &client, "MASTER");
    let sensors = client.deploy_sensors(&only);
    assert!(client.writes(&only, &format!("{sensors}/kept"), 1));
    let (plane, copies, folder) = ("s3://planes/one", "s3://planes/copies", site.path().join("copies"));
    well(&store(&only, &["verify", plane]));
    well(&store(&only, &["backup", plane, copies]));
    well(&store(&only, &["backup", plane, text(&folder)]));
    assert!(client.writes(&only, &format!("{sensors}/later"), 2));
    let found = store(&only, &["backups", copies, "--json"]);
    let found: Value = serde_json::from_str(&found.out).unwrap_or_else(|e| panic!("{e}: {found:?}"));
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    let refused = store(&only, &["restore", copies, plane]);
    assert!(refused.code == Some(1) && refused.err.contains("alive"), "{refused:?}");
    let refused = store(&only, &["repair", plane, "--yes"]);
    assert!(refused.code == Some(1) && refused.err.contains("alive"), "{refused:?}");
    let unknown = only.run(&["store", "verify", plane, "--location", "plane"]);
    assert!(unknown.code == Some(1) && unknown.err.contains("did you mean planes?"), "{unknown:?}");

    assert_eq!(only.script("stop").code, Some(0));
    well(&store(&only, &["repair", plane, "--yes"]));
    // From a bucket, from a folder, and from the plane's own history; each is the plane as it was then.
    for (from, to, later) in [(copies, "two", false), (text(&folder), "three", false), (plane, "four", true)]
    {
        let target = format!("s3://planes/{to}");
        well(&store(&only, &["restore", from, &target]));
        well(&store(&only, &["verify", &target]));
        only.set("persistenceDir", &format!("planes/{to}"));
        only.start();
        let value = |name: &str| client.get(&only.uri(), &format!("{sensors}/{name}")).map(|r| r.body);
        within(Duration::from_secs(40), "it is master there", || only.state(&client) == "MASTER");
        assert_eq!(value("kept").unwrap(), "1");
        assert_eq!(value("later").unwrap() == "2", later, "{from}");
        assert_eq!(only.script("stop").code, Some(0));
    }
    well(&store(&only, &["check", "s3://planes/scratch"]));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

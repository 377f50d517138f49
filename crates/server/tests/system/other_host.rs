//! `localhost` means the host of the server that started a process: a master on another host neither pretends to
//! know it nor starts it again.

use std::fs;

use crate::processes::{VANILLA, lives, pid_of, sensor};
use crate::support::client::Client;
use crate::support::site::{Site, until};
use crate::support::volume::on_another_host;

#[test]
fn a_process_of_another_host_is_on_fire_and_is_never_started_twice() {
    let site = Site::new();
    let first = site.release("first", "MASTER", "");
    let second = site.release("second", "AUTO", "");
    first.start();
    let client = Client::trusting(&first);
    until("the first is master", || first.state(&client) == "MASTER");
    if let Err(why) = on_another_host(site.path(), || second.start()) {
        println!("skipped: {why}");
        return;
    }
    until("the second stands by hot", || second.state(&client) == "HOT_STANDBY");
    let starts = site.path().join("starts");
    let (app, id) = client.deploy(
        &first,
        &format!(
            "name: managed\nlocation: localhost\nservices:\n- {VANILLA}\n  brooklyn.config:\n    launch.command: |\n\
             \x20     echo once >> {}\n      nohup sleep 1000 > /dev/null 2>&1 &\n      echo $! > $PID_FILE\n",
            starts.display()
        ),
    );
    let entity = format!("/v1/applications/{app}/entities/{id}");
    let state = |server| sensor(&client, server, &entity, "service.state");
    until("it runs", || state(&first) == "RUNNING");
    let pid = pid_of(&client, &first, &entity);

    first.kill_9();
    until("the second is master", || second.state(&client) == "MASTER");
    until("it is on fire", || state(&second) == "ON_FIRE");
    let problems = sensor(&client, &second, &entity, "service.problems");
    assert!(problems.contains("runs on host ") && problems.contains("cannot reach"), "{problems}");
    let started = client.post(&second.uri(), &format!("{entity}/effectors/start"), "{}").unwrap();
    assert_eq!(started.status, 500, "{started:?}");
    assert!(started.body.contains("cannot reach"), "{started:?}");
    assert!(lives(pid), "it was left alone");
    assert_eq!(fs::read_to_string(&starts).unwrap(), "once\n");

    // Whoever rules on its own host again knows it again.
    first.start();
    until("the first stands by hot", || first.state(&client) == "HOT_STANDBY");
    assert_eq!(second.script("stop").code, Some(0));
    until("the first is master", || first.state(&client) == "MASTER");
    until("it is up again", || sensor(&client, &first, &entity, "service.isUp") == "true");
    assert!(lives(pid));
    assert_eq!(fs::read_to_string(&starts).unwrap(), "once\n");
}

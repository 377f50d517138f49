//! What a person reads: where the plane is, how to log in, and what to type to see it survive.

use super::application::Application;
use super::client::Client;
use super::plane::Plane;

/// The plane as it stands, and the lines of a fail-over.
pub(crate) fn explain(plane: &Plane, client: &Client, application: Option<&Application>) {
    let [first, second] = &plane.servers;
    let login = client.login();
    let (user, password) = login.split_once(':').unwrap_or((&login, ""));
    let authority = first.home.join("data/ca.pem");
    println!("\nA plane of two servers is running.\n");
    println!("  master    {}", first.url());
    println!("  standby   {}", second.url());
    println!("  login     {user} / {password}");
    println!("  state     {}", plane.dir.display());
    println!("  trust     {} (or click through the browser's warning)", authority.display());
    if let Some(application) = application {
        println!("\nThe example counts in {}", application.counter().display());
        if let Some(page) = application.page() {
            println!("and has a page: {page}");
        }
    }
    println!("\nNow kill the master, in another terminal:\n");
    println!("  kill -9 $(cat {}/pid.txt)", first.home.display());
    println!("  curl -k -u {login} {}/v1/server/ha/state", second.url());
    if let Some(application) = application {
        println!("  curl -k -u {login} {}/v1/applications/{}", second.url(), application.id);
        println!("  cat {}", application.counter().display());
    }
    println!("\nThe second server manages now, and the example was not restarted. Start the first again:\n");
    println!("  cd {} && bin/start", first.home.display());
}

/// How to end what was left running.
pub(crate) fn detached(plane: &Plane) {
    println!("\nBoth servers go on. Stop them with: ./try --stop {}", plane.dir.display());
}

/// What goes on after both servers have stopped.
pub(crate) fn farewell(plane: &Plane, application: Option<&Application>) {
    let dir = plane.dir.display();
    println!("The state of the plane stays in {dir}");
    println!("  start again:  ./try --dir {dir}");
    match application.and_then(|application| application.process().map(|pid| (application, pid))) {
        Some((application, pid)) => {
            println!(
                "The example goes on without its managers: process {pid}, counting in {}",
                application.counter().display()
            );
            println!("  end it:       kill {pid}");
        }
        None => println!("Nothing that was managed is still running."),
    }
    println!("  remove all:   rm -r {dir}");
}

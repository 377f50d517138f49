//! `cargo xtask try`: the first README command. A plane of two servers on this host over one folder, with an
//! application on it, for a person to kill and watch.

mod application;
mod client;
mod plane;
pub(crate) mod signals;
mod watch;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::application::Application;
use self::client::Client;
use self::plane::Plane;
use self::signals::Signals;

/// How to try it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Keep the state in this folder (default: a new temporary one).
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The ports of the two servers, on loopback.
    #[arg(long, value_name = "A,B", default_value = "8443,9443", value_parser = ports)]
    ports: (u16, u16),
    /// Use this unpacked release instead of building one.
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// Leave the servers running and return.
    #[arg(long)]
    detach: bool,
    /// Do not deploy the example.
    #[arg(long)]
    no_deploy: bool,
    /// Stop the servers of an earlier `./try --detach`, and nothing else.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["dir", "detach", "no_deploy"])]
    stop: Option<PathBuf>,
}

/// Build, start, deploy, explain; then wait for Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(dir) = &options.stop {
        let dir = absolute(dir)?;
        let plane = Plane::open(&dir, options.ports)?;
        return farewell(&plane, application::recall(&dir).as_ref());
    }
    let root = crate::workspace::root()?;
    plane::ports_are_free(options.ports)?;
    let release = match &options.release {
        Some(release) => absolute(release)?,
        None => crate::dist::build(&root)?,
    };
    let dir = match &options.dir {
        Some(dir) => absolute(dir)?,
        None => plane::temporary_folder()?,
    };
    let plane = Plane::lay_out(&release, &dir, options.ports)?;

    // From here on a Ctrl-C must not leave half a plane behind.
    let signals = Signals::catch()?;
    match bring_up(&plane, &root, options, &signals) {
        Ok((mut client, application)) => {
            words::explain(&plane, &client, application.as_ref());
            if options.detach {
                words::detached(&plane);
                return Ok(());
            }
            println!("\nCtrl-C stops both servers. What they do is shown here:");
            watch::follow(&plane, &mut client, &signals);
            println!();
            farewell(&plane, application.as_ref())
        }
        Err(error) => {
            plane.stop_all();
            Err(error
                .context(format!("the trial did not come up; its state and logs are in {}", dir.display())))
        }
    }
}

/// Start both servers, one after the other, and deploy the example.
fn bring_up(
    plane: &Plane,
    root: &Path,
    options: &Options,
    signals: &Signals,
) -> Result<(Client, Option<Application>)> {
    let [first, second] = &plane.servers;
    first.start()?;
    let mut client = Client::log_in(plane)?;
    watch::until_state(first, "MASTER", &mut client, signals)?;
    second.start()?;
    watch::until_state(second, "HOT_STANDBY", &mut client, signals)?;
    if options.no_deploy {
        return Ok((client, None));
    }
    let yaml = root.join("examples/hello.yaml");
    let yaml =
        std::fs::read_to_string(&yaml).with_context(|| format!("{} cannot be read", yaml.display()))?;
    let application = application::deploy(plane, &mut client, &yaml, signals)?;
    application.remember(&plane.dir)?;
    Ok((client, Some(application)))
}

/// Stop both servers and say what goes on without them.
fn farewell(plane: &Plane, application: Option<&Application>) -> Result<()> {
    let stopped = plane.stop_all();
    words::farewell(plane, application);
    if !stopped {
        bail!("a server could not be stopped; see above");
    }
    Ok(())
}

fn absolute(dir: &Path) -> Result<PathBuf> {
    std::path::absolute(dir).with_context(|| format!("{} is not a usable path", dir.display()))
}

/// `8443,9443`: two different ports.
fn ports(text: &str) -> Result<(u16, u16), String> {
    let wanted = "two different ports from 1 to 65535, as in 8443,9443";
    let (first, second) = text.split_once(',').ok_or(wanted)?;
    let port = |word: &str| word.trim().parse::<u16>().ok().filter(|port| *port > 0);
    match (port(first), port(second)) {
        (Some(first), Some(second)) if first != second => Ok((first, second)),
        _ => Err(wanted.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_two_different_numbers() {
        assert_eq!(ports("8443,9443"), Ok((8443, 9443)));
        assert_eq!(ports("1, 2"), Ok((1, 2)));
        for bad in ["8443", "8443,8443", "0,1", "a,b", "1,2,3", "70000,1", ""] {
            assert!(ports(bad).is_err(), "{bad}");
        }
    }
}

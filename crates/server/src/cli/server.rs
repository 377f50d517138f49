//! `brownstone server run|start|stop|status`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Release, refused};
use crate::process::{self, Options, Report};

/// The server of a release folder.
#[derive(Debug, Subcommand)]
pub(super) enum Server {
    /// Run the server in the foreground, with the parent process that proves its end: exit 0 stopped, 1 failed
    /// while running, 2 bad configuration, 3 store unfit, 4 port in use.
    Run(Run),
    /// Start the server in the background; exit 0 once it answers, 1 with the reason when it does not.
    Start(Start),
    /// Stop the server gracefully, and wait until it has ended.
    Stop(Release),
    /// Say in a line whether the server runs: exit 0 when it does, 3 when not.
    Status(Status),
    /// The server itself; only its parent starts it.
    #[command(hide = true)]
    Child(Child),
}

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    release: Release,
    /// Where pid.txt goes.
    #[arg(long, value_name = "DIR")]
    launch_dir: Option<PathBuf>,
    /// Report to `server start` on standard output.
    #[arg(long, hide = true)]
    detached: bool,
}

#[derive(Debug, Args)]
pub(super) struct Start {
    #[command(flatten)]
    release: Release,
    /// Where pid.txt goes [default: here].
    #[arg(long, value_name = "DIR")]
    launch_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    release: Release,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Child {
    #[command(flatten)]
    release: Release,
    /// Log to standard error besides.
    #[arg(long)]
    console: bool,
}

impl Server {
    pub(super) fn run(self) -> u8 {
        match self {
            Server::Run(run) => {
                let report = if run.detached { Report::Starter } else { Report::Console };
                with(&run.release, run.launch_dir, |options| process::run(options, report))
            }
            Server::Start(start) => {
                let here = start.launch_dir.or_else(|| std::env::current_dir().ok());
                with(&start.release, here, process::start)
            }
            Server::Stop(release) => with(&release, None, process::stop),
            Server::Status(status) => {
                with(&status.release, None, |options| process::status(options, status.json))
            }
            Server::Child(child) => {
                with(&child.release, None, |options| process::child::child(options, child.console))
            }
        }
    }
}

fn with(release: &Release, launch_dir: Option<PathBuf>, run: impl FnOnce(&Options) -> u8) -> u8 {
    let home = match release.home() {
        Ok(home) => home,
        Err(why) => return refused(2, why),
    };
    // The background processes stand elsewhere.
    let launch_dir = launch_dir.map(|dir| std::path::absolute(&dir).unwrap_or(dir));
    run(&Options { home, launch_dir, flags: release.define.clone() })
}

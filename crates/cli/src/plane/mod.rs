//! `brownstone`'s commands for a plane: Brooklyn's words, several servers with fail-over, JSON everywhere, and exit
//! codes that say what went wrong. One file a group of commands.

mod activity;
mod application;
mod catalog;
mod chair;
mod check;
mod complete;
mod config;
mod connect;
mod deploy;
mod drill;
mod effector;
mod entity;
mod failed;
mod ha;
mod log;
mod login;
mod logs;
mod look;
mod policy;
mod progress;
mod session;
mod ssh;
mod trees;
mod watch;

use clap::{Args, Subcommand};

pub use connect::Connect;
use failed::Failed;
use session::Session;

/// The commands of whoever uses a plane.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the applications, show one, or look into it.
    #[command(visible_aliases = ["app", "a"], aliases = ["applications", "apps"])]
    Application(With<application::Application>),
    /// Deploy the application of a blueprint, and show how that goes on.
    Deploy(With<deploy::Deploy>),
    /// Show all applications and their entities.
    Tree(With<Nothing>),
    /// Show applications and their entities, and how they change, until Ctrl-C.
    Watch(With<watch::Watch>),
    /// Show a task, what it is made of, and what it read and wrote.
    #[command(visible_aliases = ["act", "v"], aliases = ["activities", "acts"])]
    Activity(With<activity::Activity>),
    /// List the locations.
    Locations(With<Nothing>),
    /// What blueprints can be made of.
    #[command(subcommand)]
    Catalog(catalog::Catalog),
    /// High availability: who is who, and who should be.
    #[command(subcommand)]
    Ha(ha::Ha),
    /// The log of a server: how much is in it.
    #[command(subcommand)]
    Log(log::Log),
    /// Remember servers and a login, for the owner of this account alone.
    Login(With<login::Login>),
    /// Forget the login.
    Logout,
    /// Show which servers are meant, and which of them is the master.
    Servers(With<Nothing>),
    /// Show the release of the server.
    Version(With<Nothing>),
    /// Show whether locations may be provisioned.
    Access(With<Nothing>),
}

/// A command and how to reach the plane.
#[derive(Debug, Args)]
pub struct With<T: Args> {
    #[command(flatten)]
    what: T,
    #[command(flatten)]
    connect: Connect,
}

/// A command without words of its own.
#[derive(Debug, Args)]
pub struct Nothing {}

impl<T: Args> With<T> {
    fn run(self, run: impl FnOnce(T, &mut Session) -> Result<(), Failed>) -> Result<(), Failed> {
        let mut session = Session::open(&self.connect)?;
        run(self.what, &mut session)
    }
}

impl Command {
    /// Carries it out; the exit code.
    pub fn run(self) -> u8 {
        let done = match self {
            Command::Application(with) => with.run(application::Application::run),
            Command::Deploy(with) => with.run(deploy::Deploy::run),
            Command::Tree(with) => with.run(|_, session| watch::tree(session)),
            Command::Watch(with) => with.run(watch::Watch::run),
            Command::Activity(with) => with.run(activity::Activity::run),
            Command::Locations(with) => with.run(|_, session| catalog::locations(session)),
            Command::Catalog(catalog) => catalog.run(),
            Command::Ha(ha) => match ha.run() {
                Ok(code) => return code,
                Err(failed) => Err(failed),
            },
            Command::Log(log) => log.run(),
            Command::Login(with) => with.what.run(with.connect),
            Command::Logout => login::logout(),
            Command::Servers(with) => with.run(|_, session| login::servers(session)),
            Command::Version(with) => with.run(|_, session| login::version(session)),
            Command::Access(with) => with.run(|_, session| login::access(session)),
        };
        match done {
            Ok(()) => 0,
            Err(failed) => {
                eprintln!("{}", failed.why);
                failed.code as u8
            }
        }
    }
}

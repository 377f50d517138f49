//! The command line of the server: `brownstone server|config|store|...`.

#![allow(clippy::doc_markdown, reason = "comments on arguments are help on a terminal: no Markdown")]

mod archive;
mod blueprint;
mod config;
mod help;
mod password;
mod server;
mod store;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

/// Keeps applications running, and itself.
#[derive(Debug, Parser)]
#[command(name = "brownstone", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start, stop and look at the server of a release folder.
    #[command(subcommand)]
    Server(server::Server),
    /// Show the configuration, or look for faults in it.
    #[command(subcommand)]
    Config(config::Config),
    /// Look at a blueprint without a plane.
    #[command(subcommand)]
    Blueprint(blueprint::Blueprint),
    /// Print the lines of brooklyn.cfg for a user's password.
    GeneratePassword(password::GeneratePassword),
    /// Look at a plane's folder.
    Store(store::Store),
    #[command(flatten)]
    Plane(::cli::plane::Command),
    /// Print what a shell needs to complete commands, and names that the plane has then.
    Completion(help::Completion),
    /// Write manual pages.
    Man(help::Man),
}

/// Which release, and what is set on the command line.
#[derive(Clone, Debug, Args)]
struct Release {
    /// The release folder.
    #[arg(long, value_name = "DIR", env = "BROWNSTONE_HOME")]
    home: Option<PathBuf>,
    /// Set a configuration key; wins over all files.
    #[arg(short = 'D', value_name = "KEY=VALUE", value_parser = pair)]
    define: Vec<(String, String)>,
}

impl Release {
    /// The release folder: as given, else the one whose `bin/` this program is in, else here.
    fn home(&self) -> Result<PathBuf, String> {
        let near = || {
            let program = std::env::current_exe().ok()?;
            let home = program.parent()?.parent()?.to_owned();
            home.join("etc").is_dir().then_some(home)
        };
        let home = self.home.clone().or_else(near).unwrap_or_else(|| PathBuf::from("."));
        std::fs::canonicalize(&home)
            .map_err(|e| format!("{}: {e}; name the release folder with --home", home.display()))
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    if key.trim().is_empty() {
        return Err("expected KEY=VALUE".to_owned());
    }
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// Runs the command that this process was started with; the exit code.
pub fn run() -> u8 {
    if let Some(words) = called_as_br(std::env::args_os()) {
        return ::cli::br::run(&words);
    }
    // A shell that asks for completions does so in the environment.
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    // Usage errors end the process with 2, as the contract has it; help and version with 0.
    match Cli::parse().command {
        Command::Server(server) => server.run(),
        Command::Config(config) => config.run(),
        Command::Blueprint(blueprint) => blueprint.run(),
        Command::GeneratePassword(generate) => generate.run(),
        Command::Store(store) => store.run(),
        Command::Plane(command) => command.run(),
        Command::Completion(completion) => completion.run(),
        Command::Man(man) => man.run(Cli::command()),
    }
}

/// The words of this line, if it is one for `br`: the name by which the program was called decides.
fn called_as_br(words: impl Iterator<Item = std::ffi::OsString>) -> Option<Vec<String>> {
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let name = std::path::Path::new(words.first()?).file_name()?;
    (name == "br").then_some(words)
}

/// Says why nothing was done; the exit code.
fn refused(code: u8, why: impl std::fmt::Display) -> u8 {
    eprintln!("{why}");
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}

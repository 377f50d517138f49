//! `brownstone completion SHELL` and `brownstone man DIR`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::env::Shells;

use super::refused;

/// The variable by which a shell asks this program for completions.
const VARIABLE: &str = "COMPLETE";

#[derive(Debug, Args)]
pub(super) struct Completion {
    /// For which shell.
    shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder for the pages.
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    folder: PathBuf,
}

impl Completion {
    pub(super) fn run(self) -> u8 {
        let name = self.shell.to_string();
        let shells = Shells::builtins();
        let Some(completer) = shells.completer(&name) else {
            return refused(2, format!("no completion for {name}"));
        };
        let mut script = Vec::new();
        let program = "brownstone";
        if let Err(e) = completer.write_registration(VARIABLE, program, program, program, &mut script) {
            return refused(1, e);
        }
        print!("{}", String::from_utf8_lossy(&script));
        0
    }
}

impl Man {
    pub(super) fn run(self, command: clap::Command) -> u8 {
        let written = std::fs::create_dir_all(&self.folder)
            .and_then(|()| clap_mangen::generate_to(command.disable_help_subcommand(true), &self.folder));
        match written {
            Ok(()) => 0,
            Err(e) => refused(1, format!("{}: {e}", self.folder.display())),
        }
    }
}

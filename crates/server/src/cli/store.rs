//! `brownstone store check DIR`: does a folder keep what a plane's folder must keep?

use std::path::{Path, PathBuf};
use std::process::Command;

use ::store::place::Place;
use ::store::suite::processes;
use ::store::suite::{CheckResult, Verdict};
use clap::Subcommand;

use super::refused;

/// A plane's folder.
#[derive(Debug, Subcommand)]
pub(super) enum Store {
    /// Try a folder from several processes: exit 0 when it is fit, 1 when not.
    Check {
        /// The folder.
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// One of the processes of a check.
    #[command(hide = true)]
    CheckChild {
        /// What the check told it.
        arguments: Vec<String>,
    },
}

impl Store {
    pub(super) fn run(self) -> u8 {
        match self {
            Store::Check { dir, json } => check(&dir, json),
            Store::CheckChild { arguments } => u8::try_from(processes::child(&arguments)).unwrap_or(1),
        }
    }
}

fn check(dir: &Path, json: bool) -> u8 {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return refused(1, format!("the program cannot be found: {error}")),
    };
    let results = processes::run(&Place::Folder(dir.to_owned()), &|arguments| {
        let mut command = Command::new(&program);
        command.args(["store", "check-child", "--"]).args(arguments);
        command
    });
    let fit = !results.iter().any(CheckResult::is_failed);
    if json {
        println!("{}", as_json(dir, fit, &results));
    } else {
        for result in &results {
            println!("{result}");
        }
        let verdict = if fit { "fit for a plane" } else { "NOT fit for a plane" };
        println!("{} is {verdict}", dir.display());
    }
    u8::from(!fit)
}

fn as_json(dir: &Path, fit: bool, results: &[CheckResult]) -> serde_json::Value {
    let checks = results.iter().map(|result| {
        let (verdict, what, todo) = match &result.verdict {
            Verdict::Passed => ("passed", "", ""),
            Verdict::Failed { what, todo } => ("failed", what.as_str(), todo.as_str()),
            Verdict::Skipped { why } => ("skipped", why.as_str(), ""),
        };
        serde_json::json!({
            "name": result.name, "verdict": verdict, "what": what, "todo": todo, "ms": result.took.as_millis() as u64
        })
    });
    serde_json::json!({ "dir": dir, "fit": fit, "checks": checks.collect::<Vec<_>>() })
}

//! `brownstone store check URL`: does a folder or bucket keep what a plane's place must keep? And what a bucket
//! costs.

mod at;
mod cost;
mod reach;

use std::process::Command;

use ::store::place::{Bucket, Place};
use ::store::suite::processes;
use ::store::suite::{CheckResult, Verdict};
use clap::{Args, Subcommand};

use super::refused;
use at::At;
use cost::Cost;
pub(super) use reach::Reach;

/// What is done, and how buckets are reached.
#[derive(Debug, Args)]
pub(super) struct Store {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    what: What,
}

/// A plane's folder or bucket.
#[derive(Debug, Subcommand)]
enum What {
    /// Try a folder or bucket from several processes: exit 0 when it is fit, 1 when not.
    Check {
        #[command(flatten)]
        at: At,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// What a plane in a bucket asks of it, and the bill.
    Cost(Cost),
    #[command(flatten)]
    Archive(super::archive::Archive),
    /// One of the processes of a check.
    #[command(hide = true)]
    CheckChild {
        /// What the check told it.
        arguments: Vec<String>,
    },
}

impl Store {
    pub(super) fn run(self) -> u8 {
        match self.what {
            What::Check { at, json } => match at.place(&self.reach) {
                Ok(place) => check(&place, json),
                Err(why) => refused(2, why),
            },
            What::Cost(cost) => match cost.bill() {
                Ok(bill) => {
                    println!("{bill}");
                    0
                }
                Err(why) => refused(2, why),
            },
            What::Archive(archive) => archive.run(&self.reach),
            What::CheckChild { arguments } => u8::try_from(processes::child(&arguments)).unwrap_or(1),
        }
    }
}

fn check(place: &Place, json: bool) -> u8 {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return refused(1, format!("the program cannot be found: {error}")),
    };
    let results = processes::run(place, &|arguments| {
        let mut command = Command::new(&program);
        command.args(["store", "check-child", "--"]).args(arguments);
        if let Place::Bucket(Bucket { identity: Some(identity), credential: Some(credential), .. }) = place {
            command.env("AWS_ACCESS_KEY_ID", identity).env("AWS_SECRET_ACCESS_KEY", credential.reveal());
            command.env_remove("AWS_SESSION_TOKEN");
        }
        command
    });
    let fit = !results.iter().any(CheckResult::is_failed);
    if json {
        println!("{}", as_json(place, fit, &results));
    } else {
        for result in &results {
            println!("{result}");
        }
        let verdict = if fit { "fit for a plane" } else { "NOT fit for a plane" };
        println!("{place} is {verdict}");
    }
    u8::from(!fit)
}

fn as_json(place: &Place, fit: bool, results: &[CheckResult]) -> serde_json::Value {
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
    serde_json::json!({ "place": place.to_string(), "fit": fit, "checks": checks.collect::<Vec<_>>() })
}

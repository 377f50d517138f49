//! `brownstone store repair URL`.

use std::io::{BufRead, IsTerminal, Write, stdin, stdout};

use archive::Source;
use archive::repair::{carry_out, plan};
use archive::verify::{Weight, verify};
use clap::Args;

use super::show::Show;
use super::{Done, Why, open_there};
use crate::cli::store::Reach;

/// A plane to mend.
#[derive(Debug, Args)]
pub(in crate::cli) struct Repair {
    /// A folder, or s3://container/path. None of its servers may run.
    #[arg(value_name = "URL")]
    plane: String,
    /// Do it without asking.
    #[arg(long)]
    yes: bool,
    /// Only say what would be done.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

impl Repair {
    pub(super) fn run(self, reach: &Reach) -> Done {
        let store = open_there(&self.plane, reach)?;
        let source = Source::new(&*store);
        source.plane()?;
        eprintln!("looking for some seconds whether servers of this plane are alive ...");
        let mends = plan(source)?;
        for mend in &mends {
            println!("{mend}");
        }
        if !mends.is_empty() {
            if self.dry_run {
                return Ok(0);
            }
            if !self.yes && !confirmed()? {
                return Err(Why("nothing was done".to_owned()));
            }
            carry_out(source, &mends)?;
            println!("done");
        }
        let mut show = Show::new();
        let report = verify(source, &mut |what, done, of| show.step(what, done, of))?;
        drop(show);
        let left: Vec<_> = report.findings.iter().filter(|f| f.weight == Weight::Damage).collect();
        for finding in &left {
            println!("not mended, for there is more than one answer, or none: {finding}");
        }
        if mends.is_empty() && left.is_empty() {
            println!("{} has nothing to mend", self.plane);
        }
        Ok(u8::from(!left.is_empty()))
    }
}

fn confirmed() -> Result<bool, Why> {
    if !stdin().is_terminal() {
        return Err(Why("nothing was done: say --yes, or run it on a terminal to be asked".to_owned()));
    }
    print!("Do this? [y/N] ");
    stdout().flush().map_err(|e| e.to_string())?;
    let mut line = String::new();
    stdin().lock().read_line(&mut line).map_err(|e| e.to_string())?;
    Ok(line.trim().eq_ignore_ascii_case("y"))
}

//! Which mounts and which faults, how often, and what is told of it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::fault::Fault;
use super::inside::Lab;
use super::report::{Report, Row};
use super::{Options, PROBLEMS, RESULTS, TALLY, round};
use crate::check::tally::Tally;

/// A way to mount the export.
struct Mount {
    name: &'static str,
    options: &'static str,
    /// For how many seconds the NFS server keeps what a silent client holds.
    lease: u32,
}

/// The first one is what `mount` does when nothing is said, and the hardest for the product: absence is cached.
const MOUNTS: [Mount; 4] = [
    Mount { name: "default", options: "vers=4.1,hard", lease: 60 },
    Mount { name: "recommended", options: "vers=4.2,hard,lookupcache=positive,actimeo=1", lease: 60 },
    Mount { name: "soft", options: "vers=4.1,soft,timeo=10,retrans=2", lease: 60 },
    Mount { name: "short-lease", options: "vers=4.1,hard", lease: 5 },
];
/// When the short form begins no further fault, so that it is over in two minutes.
const SHORT: Duration = Duration::from_secs(80);
/// How long `store check` may take in a guest: its eight processes start slowly there.
const CHECK: Duration = Duration::from_mins(10);

/// Run what was asked for; results go to the lab's folder and to the terminal.
pub(super) fn run(lab: &mut Lab, options: &Options) -> Result<()> {
    let began = Instant::now();
    let begins = |given: &Option<String>, name: &str| given.as_deref().is_none_or(|g| name.starts_with(g));
    let mounts = MOUNTS.iter().filter(|mount| begins(&options.mount, mount.name));
    let mut report = Report::new(crate::bench::load());
    for mount in mounts.take(if options.short { 1 } else { MOUNTS.len() }) {
        report.mount(mount.name, &lab.mount(mount.name, mount.options, mount.lease)?);
        println!("{:>6.1} s  {}: both guests are up", began.elapsed().as_secs_f64(), mount.name);
        // With a lease that runs out in every pause of a busy host, its limit of ten seconds for an answer is met.
        if !options.short && mount.lease >= 60 {
            check_store(lab, mount.name, &mut report)?;
        }
        lab.bring_up()?;
        println!("{:>6.1} s  {}: the pair is up", began.elapsed().as_secs_f64(), mount.name);
        let mut number = 0;
        for fault in Fault::ALL.into_iter().filter(|fault| begins(&options.fault, fault.name())) {
            let mut row = Row::new(mount.name, fault);
            for _ in 0..if options.short { 1 } else { options.rounds } {
                if options.short && began.elapsed() > SHORT {
                    row.skipped += 1;
                    continue;
                }
                number += 1;
                match round::run(lab, fault, number) {
                    Ok(round) => {
                        let outage = round.outage.map_or_else(
                            || "the chair had changed hands before".to_owned(),
                            |outage| format!("nobody could write for {:.2} s", outage.as_secs_f64()),
                        );
                        println!(
                            "{:>6.1} s  {}: {}: {outage}{}",
                            began.elapsed().as_secs_f64(),
                            mount.name,
                            fault.what(),
                            if round.took_over { ", the other took over" } else { "" }
                        );
                        row.add(round);
                    }
                    Err(error) => {
                        row.broken(format!("{error:#}"));
                        break;
                    }
                }
            }
            let broken = row.is_broken();
            report.rows.push(row);
            if broken {
                break; // What comes after it on this plane would say nothing.
            }
        }
    }
    if report.rows.is_empty() {
        bail!("there is no mount or no fault whose name begins so: nothing was tried");
    }
    finish(lab, &report)
}

/// `brownstone store check` in both guests at once.
fn check_store(lab: &mut Lab, mount: &'static str, report: &mut Report) -> Result<()> {
    let nodes = lab.nodes.clone();
    let checked: Vec<Result<(i32, Vec<String>)>> = std::thread::scope(|scope| {
        let running: Vec<_> = lab
            .guests()
            .zip(&nodes)
            .map(|(guest, node)| scope.spawn(move || node.check_store(guest, CHECK)))
            .collect();
        running.into_iter().map(|check| check.join().unwrap_or_else(|_| bail!("it panicked"))).collect()
    });
    for (guest, checked) in checked.into_iter().enumerate() {
        let (code, said) = checked?;
        println!("          {mount}: guest {}: {}", guest + 1, said.last().map_or("", String::as_str));
        report.check(mount, guest + 1, code == 0, &said);
    }
    Ok(())
}

fn finish(lab: &Lab, report: &Report) -> Result<()> {
    println!("\n{report}");
    let tally: Tally = report.tally();
    lab.write(RESULTS, &report.to_string())?;
    lab.write(PROBLEMS, &report.problems().join("\n"))?;
    lab.write(TALLY, &tally.to_string())
}

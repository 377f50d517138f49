//! `brownstone blueprint validate|plan|complete|hover`: what a blueprint would do, without a plane.

mod assist;
mod catalog;
mod show;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use lang::diag::{Diagnostic, Located, Look, Severity, render_in};
use lang::yaml::Limits;
use model::Surroundings;
use model::compile::{Explained, explain};
use serde_json::json;

use super::{Release, refused};
use crate::config::{self, Outside};
use crate::plan;

/// A blueprint.
#[derive(Debug, Subcommand)]
pub(super) enum Blueprint {
    /// Look for faults, in BOMs too: exit 0 when all can be deployed, 1 when one cannot, 2 when one cannot be read.
    Validate(Validate),
    /// Show what would be created, and which line each value comes from.
    Plan(Plan),
    /// Tell an editor what may stand at a place of a blueprint that need not be whole.
    Complete(assist::At),
    /// Tell an editor what stands at a place: exit 1 where nothing is known of it.
    Hover(assist::At),
}

#[derive(Debug, Args)]
pub(super) struct Validate {
    /// The files, also BOMs and folders with a catalog.bom; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Plan {
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// Whose brooklyn.cfg says what locations there are.
    #[command(flatten)]
    release: Release,
    /// A BOM, a folder with a catalog.bom or with *.bom files, whose items blueprints may name (repeatable).
    #[arg(long = "catalog", value_name = "FILE_OR_DIR")]
    catalogs: Vec<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// A file that was read and compiled.
struct Judged {
    name: String,
    /// What it describes.
    outcome: Outcome,
    /// Errors first, each in the order of the text.
    findings: Vec<Finding>,
}

/// What a file describes.
enum Outcome {
    /// An application.
    Application(Box<Explained>),
    /// So many catalog items.
    Catalog(usize),
    /// Nothing, because of its errors.
    Bad,
}

/// An error or a warning.
struct Finding {
    located: Located,
    rendered: String,
}

impl Blueprint {
    pub(super) fn run(self) -> u8 {
        match self {
            Blueprint::Validate(validate) => validate.run(),
            Blueprint::Plan(plan) => plan.run(),
            Blueprint::Complete(at) => at.complete(),
            Blueprint::Hover(at) => at.hover(),
        }
    }
}

impl Validate {
    fn run(&self) -> u8 {
        let around = match self.common.surroundings() {
            Ok(around) => around,
            Err(why) => return refused(2, why),
        };
        let mut code = 0;
        let mut files = Vec::new();
        for file in &self.files {
            match judge(file, &around) {
                Ok(judged) => {
                    code = code.max(u8::from(matches!(judged.outcome, Outcome::Bad)));
                    if self.common.json {
                        files.push(judged.as_json());
                    } else {
                        say(&judged.as_text());
                    }
                }
                Err(why) => code = refused(2, why),
            }
        }
        if self.common.json {
            say(&format!("{}\n", json!({ "files": files })));
        }
        code
    }
}

impl Plan {
    fn run(&self) -> u8 {
        let judged = match self.common.surroundings().and_then(|around| judge(&self.file, &around)) {
            Ok(judged) => judged,
            Err(why) => return refused(2, why),
        };
        let planned = match &judged.outcome {
            Outcome::Application(explained) => Some(plan::entity(&explained.root, &explained.place)),
            Outcome::Bad => None,
            Outcome::Catalog(_) => {
                let why = format!(
                    "{} is a catalog: give it with --catalog, and a blueprint that uses it",
                    judged.name
                );
                return refused(2, why);
            }
        };
        if self.common.json {
            let mut out = judged.as_json();
            out["plan"] = json!(planned);
            say(&format!("{out}\n"));
        } else {
            say(&judged.as_text());
            if let Some(planned) = &planned {
                say(&format!("\n{}", show::tree(planned)));
            }
        }
        u8::from(planned.is_none())
    }
}

impl Common {
    /// What `--catalog` brings, and what the configuration says of locations; nothing of that where there is no release folder.
    fn surroundings(&self) -> Result<Surroundings, String> {
        let mut around = self.configured()?;
        for path in &self.catalogs {
            catalog::add(&mut around, path)?;
        }
        Ok(around)
    }

    fn configured(&self) -> Result<Surroundings, String> {
        let home = self.release.home()?;
        if !home.join("etc").is_dir() && self.release.define.is_empty() {
            return Ok(Surroundings::default());
        }
        // What is wrong with it is told by `config check`.
        let (_, layers) = config::read(&home, &Outside::of_process(self.release.define.clone()));
        Ok(config::surroundings(&layers))
    }
}

/// Prints. A reader that goes (`| head`) has seen enough.
fn say(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn look() -> Look {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    if wanted && io::stdout().is_terminal() { Look::Coloured } else { Look::Plain }
}

fn judge(file: &Path, around: &Surroundings) -> Result<Judged, String> {
    let name = if file.as_os_str() == "-" { "stdin".to_owned() } else { file.display().to_string() };
    if file.is_dir() {
        return Ok(judged(name, &catalog::of_folder(file, around)));
    }
    let text = read(file).map_err(|e| format!("{name} cannot be read: {e}"))?;
    if catalog::is_bom(&name, &text) {
        let read = catalog::of_text(&name, &text, around);
        return Ok(judged(name, &read));
    }
    let (outcome, mut diagnostics) = match explain(&name, &text, around) {
        Ok(explained) => {
            let warnings = explained.warnings.clone();
            (Outcome::Application(Box::new(explained)), warnings)
        }
        Err(found) => (Outcome::Bad, found.items().to_vec()),
    };
    diagnostics.sort_by_key(|d| (d.severity, d.span.start));
    let look = look();
    let finding = |d: &Diagnostic| Finding { located: d.locate(&text), rendered: render_in(d, &text, look) };
    Ok(Judged { name, outcome, findings: diagnostics.iter().map(finding).collect() })
}

/// What an upload of a catalog would be.
fn judged(name: String, read: &Result<catalog::Read, catalog::Refused>) -> Judged {
    let outcome = read.as_ref().map_or(Outcome::Bad, |read| Outcome::Catalog(read.bundle.items.len()));
    Judged { name, outcome, findings: catalog::findings(read, look()) }
}

/// A whole file. Of one that is too long only so much is read that the compiler says so.
fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    let most = Limits::BLUEPRINT.bytes as u64 + 1;
    if file.as_os_str() == "-" {
        io::stdin().lock().take(most).read_to_string(&mut text)?;
    } else {
        File::open(file)?.take(most).read_to_string(&mut text)?;
    }
    Ok(text)
}

impl Judged {
    fn as_json(&self) -> serde_json::Value {
        let diagnostics: Vec<_> = self.findings.iter().map(|f| &f.located).collect();
        let valid = !matches!(self.outcome, Outcome::Bad);
        json!({ "file": self.name, "valid": valid, "diagnostics": diagnostics })
    }

    fn as_text(&self) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            // Writing to a text cannot fail.
            let _ = writeln!(out, "{}\n", finding.rendered);
        }
        let errors = self.findings.iter().filter(|f| f.located.severity == Severity::Error).count();
        let warnings = self.findings.len() - errors;
        let verdict = match &self.outcome {
            Outcome::Application(explained) => {
                format!("good, {}", count(explained.root.walk().count(), "entity", "entities"))
            }
            Outcome::Catalog(items) => format!("good, {}", count(*items, "item", "items")),
            Outcome::Bad => count(errors, "error", "errors"),
        };
        let also = if warnings == 0 {
            String::new()
        } else {
            format!(", {}", count(warnings, "warning", "warnings"))
        };
        let _ = writeln!(out, "{}: {verdict}{also}", self.name);
        out
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

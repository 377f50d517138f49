//! What a script gets: its text, its environment, its folders.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Span;
use base::limits::STREAM_KEEP_BYTES;
use base::secret::is_sensitive_name;
use model::config;
use model::spec::{ConfigValue, EffectorBody, EffectorSpec};
use model::types::software_process;
use model::value::{Coerced, ValueType};
use serde_json::Value;

use crate::advance::Flow;
use crate::config::unreadable;
use crate::effect::{Captured, Script};
use crate::effectors::defaults;
use crate::entity::Entity;
use crate::fnv::Fnv;
use crate::machine::{Try, fail};
use crate::phases;
use crate::place::Place;
use crate::program::Phase;
use crate::state::Root;

/// A script's environment, by name.
pub(crate) type Env = BTreeMap<String, String>;

/// Where an entity's run directory is, as Brooklyn names it.
pub(crate) fn run_dir(base: &str, entity: &Entity) -> String {
    format!("{base}/apps/{}/entities/{}_{}", entity.app, entity.simple_type(), entity.id)
}

/// Names an installation: entities that would install the same share it.
pub(crate) fn install_label(root: &Root, entity: &Entity) -> Try<String> {
    let text = |key| root.config_text(&entity.id, key).or_else(unreadable);
    if let Some(label) = text(&software_process::INSTALL_LABEL)? {
        return Ok(label.replace(['/', '\0'], "_"));
    }
    let version = text(&software_process::VERSION)?.unwrap_or_default().replace(['/', '\0'], "_");
    let simple = entity.simple_type();
    match install_sum(root, entity) {
        Ok(sum) => Ok(format!("{simple}_{version}_{sum:016x}")),
        // What the installation depends on is known later only (a port): nobody can share it.
        Err(Flow::Await(_)) => Ok(format!("{simple}_{version}_{}", entity.id)),
        Err(flow) => Err(flow),
    }
}

/// A number that entities share which would install the same.
fn install_sum(root: &Root, entity: &Entity) -> Try<u64> {
    let text = |key| root.config_text(&entity.id, key).or_else(unreadable);
    let mut sum = Fnv::new();
    let mut add = |part: &str| sum.add(part.bytes().chain([0]));
    add(&text(Phase::Install.key())?.unwrap_or_default());
    if let Some(url) = text(&software_process::DOWNLOAD_URL)? {
        add(&url);
    }
    for (name, value) in shell_env(root, entity)? {
        add(&name);
        add(&value);
    }
    Ok(sum.sum())
}

/// `shell.env`, as it counts for an entity.
pub(crate) fn shell_env(root: &Root, entity: &Entity) -> Try<Env> {
    let env = root.config(&entity.id, &software_process::SHELL_ENV).or_else(unreadable)?;
    Ok(config::as_env(env).into_iter().collect())
}

fn with_dirs(mut env: Env, place: &Place) -> Env {
    env.insert("INSTALL_DIR".to_owned(), place.install_dir.clone());
    env.insert("RUN_DIR".to_owned(), place.run_dir.clone());
    env.insert("PID_FILE".to_owned(), place.pid_file());
    env
}

/// The script of a phase; `None` when there is nothing to run.
pub(crate) fn of_phase(root: &Root, entity: &Entity, place: &Place, phase: Phase) -> Try<Option<Script>> {
    let own = root.config_command(&entity.id, phase.key()).or_else(unreadable)?;
    let before = match phase {
        Phase::Install => phases::fetch(root, entity)?,
        Phase::Customize => phases::expand(root, entity)?,
        _ => None,
    };
    let command = match (before, own) {
        (None, None) => return Ok(None),
        (Some(one), None) | (None, Some(one)) => one,
        (Some(first), Some(then)) => format!("{first}\n{then}"),
    };
    let timeout = match phase {
        Phase::Stop => Some(root.config_span(&entity.id, &software_process::STOP_TIMEOUT)),
        _ => None,
    };
    let installs = matches!(phase, Phase::PreInstall | Phase::Install | Phase::PostInstall);
    Ok(Some(Script {
        name: phase.name().to_owned(),
        text: match phase {
            Phase::Install => install_text(&command),
            // A pid that an earlier process left must not be taken for this one's.
            Phase::Launch => plain_text(&format!("rm -f \"$PID_FILE\"\n{command}")),
            _ => plain_text(&command),
        },
        env: with_dirs(shell_env(root, entity)?, place).into_iter().collect(),
        cwd: if installs { place.install_dir.clone() } else { place.run_dir.clone() },
        make_dirs: vec![place.install_dir.clone(), place.run_dir.clone()],
        timeout: timeout.transpose().or_else(unreadable)?,
        progress: true,
    }))
}

/// A script that tells by its exit code whether the process runs.
pub(crate) fn check(root: &Root, entity: &Entity, place: &Place, command: &str) -> Try<Script> {
    Ok(Script {
        name: "check-running".to_owned(),
        text: plain_text(command),
        env: with_dirs(shell_env(root, entity)?, place).into_iter().collect(),
        cwd: place.run_dir.clone(),
        make_dirs: Vec::new(),
        timeout: Some(crate::limits::CHECK_TIMEOUT),
        progress: false,
    })
}

/// A command that somebody wants to be run on an entity's machine.
pub(crate) fn of_command(
    root: &Root,
    entity: &Entity,
    place: &Place,
    (name, command, timeout): (&str, &str, Option<Span>),
) -> Try<Script> {
    Ok(Script {
        name: name.to_owned(),
        text: plain_text(command),
        env: with_dirs(shell_env(root, entity)?, place).into_iter().collect(),
        cwd: place.run_dir.clone(),
        make_dirs: Vec::new(),
        timeout,
        progress: true,
    })
}

/// The script of an effector from the blueprint. Environment: defaults of the parameters, `shell.env` of the
/// entity, parameters, `shell.env` of the effector; later ones count.
pub(crate) fn of_effector(
    root: &Root,
    entity: &Entity,
    place: &Place,
    effector: &EffectorSpec,
    params: &BTreeMap<String, Value>,
) -> Try<Script> {
    let EffectorBody::ShellCommand { command, execution_dir, shell_env: own, .. } = &effector.body else {
        return fail(format!("effector '{}' runs no script", effector.name));
    };
    let read = |key: &str, value_type, value: &ConfigValue| {
        root.resolve_at(&entity.id, key, value_type, value).or_else(unreadable)
    };
    let variable = |(name, value): (String, Value)| (name, config::as_variable(value));
    let mut env: Env = defaults(root, &entity.id, effector)?.into_iter().map(variable).collect();
    env.extend(shell_env(root, entity)?);
    env.extend(params.clone().into_iter().map(variable));
    if let Some(own) = own
        && let Coerced::Map(map) = read("shell.env", ValueType::Map, own)?
    {
        env.extend(map.into_iter().map(|(name, value)| (name, config::as_variable(value))));
    }
    let dir = match execution_dir {
        Some(dir) => read("executionDir", ValueType::Text, dir)?.text(),
        None => None,
    };
    let cwd = within(place, dir);
    Ok(Script {
        name: effector.name.clone(),
        text: plain_text(&read("command", ValueType::Text, command)?.text().unwrap_or_default()),
        env: with_dirs(env, place).into_iter().collect(),
        make_dirs: vec![place.run_dir.clone()],
        cwd,
        timeout: None,
        progress: true,
    })
}

/// A command that finds something out about an entity: a sensor's value, whether its machine answers.
pub(crate) struct Probe {
    /// For people and file names.
    pub(crate) name: String,
    /// The bash text.
    pub(crate) text: String,
    /// Where it runs; a relative folder is below the run directory, which is it without one.
    pub(crate) dir: Option<String>,
    /// Environment over that of the entity.
    pub(crate) env: Env,
    /// How long it may take.
    pub(crate) timeout: Span,
}

/// The script of such a command.
pub(crate) fn of_probe(root: &Root, entity: &Entity, place: &Place, probe: Probe) -> Result<Script, String> {
    let mut env = shell_env(root, entity).map_err(|flow| match flow {
        Flow::Fail(why) => why,
        _ => "shell.env is not ready".to_owned(),
    })?;
    env.extend(probe.env);
    Ok(Script {
        name: probe.name,
        text: plain_text(&probe.text),
        env: with_dirs(env, place).into_iter().collect(),
        cwd: within(place, probe.dir),
        make_dirs: Vec::new(),
        timeout: Some(probe.timeout),
        progress: false,
    })
}

/// The folder that a command asks for.
fn within(place: &Place, dir: Option<String>) -> String {
    match dir.filter(|d| !d.is_empty()) {
        Some(dir) if dir.starts_with('/') => dir,
        Some(dir) => format!("{}/{dir}", place.run_dir),
        None => place.run_dir.clone(),
    }
}

fn plain_text(command: &str) -> String {
    format!("set -e\n{command}\n")
}

/// Installs once for each folder: a marker says that it was done, a lock keeps others of the same label waiting.
fn install_text(command: &str) -> String {
    format!(
        "set -e\n\
         if command -v flock >/dev/null 2>&1; then\n  exec 9>\"$INSTALL_DIR/.install.lock\"\n  flock 9\nfi\n\
         if [ -f \"$INSTALL_DIR/BROOKLYN\" ]; then\n  echo \"already installed in $INSTALL_DIR\"\n  exit 0\nfi\n\
         (\n{command}\n) 9>&-\n\
         date > \"$INSTALL_DIR/BROOKLYN\"\n"
    )
}

/// What is recorded of a script before it runs: its text, and its environment with what looks secret left out.
pub(crate) fn given_streams(script: &Script) -> BTreeMap<String, Arc<Captured>> {
    let env: String = script
        .env
        .iter()
        .map(|(name, value)| {
            if is_sensitive_name(name) {
                format!("{name}=<suppressed>\n")
            } else {
                format!("{name}={value}\n")
            }
        })
        .collect();
    BTreeMap::from([
        ("stdin".to_owned(), Arc::new(captured(&script.text))),
        ("env".to_owned(), Arc::new(captured(&env))),
    ])
}

fn captured(text: &str) -> Captured {
    let cut =
        |text: &str, at: usize| (at..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
    let head = cut(text, STREAM_KEEP_BYTES.min(text.len()).saturating_sub(4));
    let head = if text.len() <= STREAM_KEEP_BYTES { text.len() } else { head };
    let tail = cut(text, text.len().saturating_sub(STREAM_KEEP_BYTES)).max(head);
    Captured {
        head: text[..head].to_owned(),
        tail: text[tail..].to_owned(),
        size: text.len() as u64,
        file: String::new(),
    }
}

/// The last lines of what a script wrote, for an error's text.
pub(crate) fn last_lines(streams: &crate::effect::Streams) -> String {
    const LINES: usize = 5;
    const BYTES: usize = 500;
    let end = |c: &Captured| -> String {
        let text = if c.tail.is_empty() { &c.head } else { &c.tail };
        let mut lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).rev().take(LINES).collect();
        lines.reverse();
        let text = lines.join(" | ");
        let skip = text.chars().count().saturating_sub(BYTES);
        text.chars().skip(skip).collect()
    };
    let (stderr, stdout) = (end(&streams.stderr), end(&streams.stdout));
    match (stderr.is_empty(), stdout.is_empty()) {
        (false, _) => stderr,
        (true, false) => stdout,
        (true, true) => "(no output)".to_owned(),
    }
}

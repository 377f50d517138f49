//! `br`, as Apache Brooklyn's 1.1.0 has it: its grammar, its output and its exit codes. Scripts know them.
//!
//! One file a group of commands, each with its calls and, as plain functions, its output.

mod activity;
mod application;
mod asked;
mod catalog;
mod config;
mod config_file;
mod effector;
mod ended;
mod entity;
mod flags;
mod go_value;
mod grammar;
mod help;
mod login;
mod policy;
mod resource;
mod scope;
mod sensor;
mod session;
mod table;
#[cfg(test)]
mod tests;

use asked::Asked;
use ended::Ended;
pub(crate) use entity::form_text;
use flags::{Parsed, parse};
use grammar::{Command, GLOBAL_FLAGS, Verb, find, is_help};
use scope::Scope;
use session::{Session, Verbosity};

/// The release of the grammar that is followed.
pub const FOLLOWS: &str = "1.1.0";

/// The server that `br login` named.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) skip_verify: bool,
}

/// The server that `br login` named, if it named one.
pub(crate) fn stock_target() -> Option<Target> {
    let file = config_file::ConfigFile::read().ok()?;
    let url = Some(file.target.clone()).filter(|url| !url.is_empty())?;
    Some(Target { url, skip_verify: file.skip_ssl_checks })
}

/// The login that `br login` keeps for a server, if it keeps one.
pub(crate) fn stock_login(url: &str) -> Option<client::Login> {
    let file = config_file::ConfigFile::read().ok()?;
    match file.login(url.trim_end_matches('/')) {
        Ok(client::Login::None) | Err(_) => None,
        Ok(login) => Some(login),
    }
}

/// What a word of the line stands for: a file, an address, or `-` for what is piped in. Or why it cannot be read.
pub(crate) fn read_resource(word: &str) -> Result<Vec<u8>, String> {
    let read = if word == "-" { resource::read_stdin() } else { resource::read(word) };
    read.map_err(|ended| ended.message)
}

/// What is added to the catalog, and what kind of body that is.
pub(crate) fn catalog_body(word: &str) -> Result<(&'static str, Vec<u8>), String> {
    catalog::body(word).map_err(|ended| ended.message)
}

/// Runs one line; its first word is the name by which the program was called. The exit code.
pub fn run(words: &[String]) -> u8 {
    match try_run(words) {
        Ok(()) => 0,
        Err(ended) => {
            if !ended.output.is_empty() {
                session::print(&ended.output);
            }
            if !ended.message.is_empty() {
                eprintln!("{}", ended.message);
            }
            ended.code
        }
    }
}

fn try_run(words: &[String]) -> Result<(), Ended> {
    let name = words.first().map_or("br", String::as_str);
    let (scope, rest) = scope::strip(words.get(1..).unwrap_or_default());
    let global = parse(&rest, GLOBAL_FLAGS).map_err(|why| Ended::wrong_flag(why, &help::all(name)))?;
    if global.is_set("version") {
        session::print(&format!("{name} version {}\n", env!("CARGO_PKG_VERSION")));
        return Ok(());
    }
    let Some((word, arguments)) = global.arguments.split_first().filter(|_| !global.is_set("help")) else {
        session::print(&help::all(name));
        return Ok(());
    };
    if is_help(word) {
        return help_on(name, arguments);
    }
    let command = find(word).ok_or_else(|| Ended::no_topic(word))?;
    let parsed = match asked::read(name, command, arguments)? {
        Asked::Run(parsed) => parsed,
        Asked::Help(text) => {
            session::print(&text);
            return Ok(());
        }
    };
    let mut session = Session::open(verbosity(&global))?;
    let json = global.value("json").map(|path| catalog::Json { path, is_raw: global.is_set("raw-output") });
    carry_out(&mut session, &scope, command, &parsed, json.as_ref(), name)
}

fn help_on(name: &str, arguments: &[String]) -> Result<(), Ended> {
    let told = match arguments.first().filter(|word| !is_help(word) && !word.starts_with('-')) {
        None => help::all(name),
        Some(word) => help::short(find(word).ok_or_else(|| Ended::no_topic(word))?),
    };
    session::print(&told);
    Ok(())
}

fn verbosity(global: &Parsed) -> Verbosity {
    if global.is_set("vverbose") {
        Verbosity::Bodies
    } else if global.is_set("verbose") {
        Verbosity::Heads
    } else {
        Verbosity::Quiet
    }
}

fn carry_out(
    session: &mut Session,
    scope: &Scope,
    command: &Command,
    parsed: &Parsed,
    json: Option<&catalog::Json>,
    name: &str,
) -> Result<(), Ended> {
    let first = parsed.first();
    match command.verb {
        Verb::Login => return login::login(session, parsed),
        Verb::Logout => return session.config.delete(),
        Verb::Server => {
            session::print(&format!("{}\n", session.config.target));
            return Ok(());
        }
        _ => session.check_target()?,
    }
    match command.verb {
        Verb::Login | Verb::Logout | Verb::Server => Ok(()),
        Verb::Version => login::version(session),
        Verb::Access => login::access(session),
        Verb::Application => application::run(session, first),
        Verb::Deploy => application::deploy(session, first),
        Verb::Delete => application::delete(session, scope),
        Verb::Tree => application::tree(session),
        Verb::Locations => application::locations(session),
        Verb::Entity => entity::run(session, scope, parsed),
        Verb::AddChildren => entity::add_children(session, scope, first),
        Verb::Rename => entity::rename(session, scope, first),
        Verb::Spec => entity::spec(session, scope),
        Verb::Config => config::run(session, scope, first),
        Verb::Set => config::set(session, scope, first),
        Verb::Sensor => sensor::run(session, scope, first),
        Verb::Effector => effector::list(session, scope, first),
        Verb::Invoke => effector::invoke(session, scope, &scope.effector, parsed),
        Verb::Start | Verb::Stop | Verb::Restart => effector::invoke(session, scope, command.name, parsed),
        Verb::Policy => policy::run(session, scope, first),
        Verb::StartPolicy => policy::act(session, scope, first, "start"),
        Verb::StopPolicy => policy::act(session, scope, first, "stop"),
        Verb::DestroyPolicy => policy::act(session, scope, first, "destroy"),
        Verb::Activity => activity::run(session, scope, parsed),
        Verb::Stream => activity::stream(session, scope, command.name),
        Verb::Catalog => catalog::run(session, &parsed.arguments, json, name),
        Verb::AddCatalog => catalog::add(session, first),
    }
}

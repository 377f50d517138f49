//! `entity`: list, show, rename, blueprint, children; and the way to all else that an entity has.

use clap::{Args, Subcommand};
use client::Request;
use serde_json::Value;

use super::config::ConfigArgs;
use super::effector::{EffectorArgs, Invoke};
use super::failed::Failed;
use super::logs::Logs;
use super::look::{Look, print, value};
use super::policy::PolicyArgs;
use super::session::{Place, Session, form, parse};
use super::ssh::Ssh;
use super::{activity, progress};
use crate::json::{all, text};

/// An entity, and what of it.
#[derive(Debug, Args)]
pub(super) struct EntityArgs {
    /// Its id or name; all of the application without one.
    #[arg(value_name = "ENTITY", add = super::complete::entities())]
    entity: Option<String>,
    #[command(subcommand)]
    what: Option<OfEntity>,
}

/// What an entity has.
#[derive(Debug, Subcommand)]
pub(super) enum OfEntity {
    /// List what is below it.
    Children,
    /// Show its configuration, a key of it, or set one.
    #[command(visible_aliases = ["conf", "c"], alias = "con")]
    Config(ConfigArgs),
    /// Show what is known of it.
    #[command(visible_alias = "s")]
    Sensor {
        /// One sensor.
        #[arg(add = super::complete::sensors())]
        name: Option<String>,
    },
    /// List what it can do, or have it do something.
    #[command(visible_aliases = ["eff", "f"])]
    Effector(EffectorArgs),
    /// Start it.
    Start(Invoke),
    /// Stop it.
    Stop(Invoke),
    /// Restart it.
    Restart(Invoke),
    /// List its policies, show the configuration of one, or have it act, rest or go.
    #[command(visible_alias = "pol", aliases = ["policies", "pols"])]
    Policy(PolicyArgs),
    /// List its tasks.
    #[command(visible_aliases = ["act", "v"], aliases = ["activities", "acts"])]
    Activity,
    /// Show its blueprint.
    Spec,
    /// Give it another name.
    Rename {
        /// The new name.
        name: String,
    },
    /// Add the entities of a blueprint below it.
    AddChildren {
        /// A file, an address, or `-` for what is piped in.
        #[arg(value_name = "FILE|URL|-", value_hint = clap::ValueHint::FilePath)]
        blueprint: String,
    },
    /// Show what its commands wrote.
    Logs(Logs),
    /// Open a shell on its machine, where it runs.
    Ssh(Ssh),
}

impl EntityArgs {
    pub(super) fn run(self, session: &mut Session, application: &str) -> Result<(), Failed> {
        let Some(entity) = self.entity else {
            if self.what.is_some() {
                return Err(Failed::usage("of which entity? brownstone application APP entity ENTITY ..."));
            }
            return show_list(session, &format!("{}/entities", api::paths::application(application)));
        };
        let place = Place { application: application.to_owned(), entity };
        match self.what {
            None => show(session, &place),
            Some(what) => what.run(session, &place),
        }
    }
}

impl OfEntity {
    pub(super) fn run(self, session: &mut Session, place: &Place) -> Result<(), Failed> {
        match self {
            OfEntity::Children => show_list(session, &format!("{}/children", place.path())),
            OfEntity::Config(args) => args.run(session, place),
            OfEntity::Sensor { name } => sensor(session, place, name.as_deref()),
            OfEntity::Effector(args) => args.run(session, place),
            OfEntity::Start(invoke) => invoke.run(session, place, "start"),
            OfEntity::Stop(invoke) => invoke.run(session, place, "stop"),
            OfEntity::Restart(invoke) => invoke.run(session, place, "restart"),
            OfEntity::Policy(args) => args.run(session, place),
            OfEntity::Activity => activity::list_of(session, place),
            OfEntity::Spec => {
                let spec = session.text(&format!("{}/spec", place.path()))?;
                session.show(&Value::from(spec.as_str()), |_| spec.clone());
                Ok(())
            }
            OfEntity::Rename { name } => {
                let query = form(&[("name".to_owned(), name)]);
                let path = format!("{}/name?{query}", place.path());
                session.send(&Request::post(path, "application/json", ""))?;
                Ok(())
            }
            OfEntity::AddChildren { blueprint } => {
                let body = crate::br::read_resource(&blueprint).map_err(Failed::usage)?;
                let path = format!("{}/children", place.path());
                let task = parse(&session.send(&Request::post(path, "application/x-yaml", body))?)?;
                progress::follow(session, &task)
            }
            OfEntity::Logs(logs) => logs.run(session, place),
            OfEntity::Ssh(ssh) => ssh.run(session, place),
        }
    }
}

fn show_list(session: &mut Session, path: &str) -> Result<(), Failed> {
    let said = session.json(path)?;
    session.show(&said, |look| {
        let row = |entity: &Value| ["id", "name", "type"].map(|name| text(entity, name).to_owned()).to_vec();
        look.table(&["ID", "NAME", "TYPE"], &all(&said).iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

fn show(session: &mut Session, place: &Place) -> Result<(), Failed> {
    let said = session.json(&place.path())?;
    let state = session.json(&format!("{}/sensors/current-state", place.path()))?;
    session.show(&said, |look| {
        let mut pairs = vec![("Id", text(&said, "id").to_owned()), ("Name", text(&said, "name").to_owned())];
        pairs.extend(condition(&state));
        pairs.push(("Type", text(&said, "type").to_owned()));
        pairs.push(("Catalog item", text(&said, "catalogItemId").to_owned()));
        look.card(&pairs)
    });
    Ok(())
}

/// How it is, and why where it is not well.
pub(super) fn condition(state: &Value) -> Vec<(&'static str, String)> {
    let shown = |sensor: &str| Some(&state[sensor]).filter(|v| !v.is_null()).map(value).unwrap_or_default();
    let reasons = |sensor: &str| {
        let all = state[sensor].as_object();
        let lines: Vec<String> =
            all.into_iter().flatten().map(|(by, why)| format!("{by}: {}", value(why))).collect();
        lines.join("\n")
    };
    vec![
        ("State", shown("service.state")),
        ("Up", shown("service.isUp")),
        ("Not up", reasons("service.notUp.indicators")),
        ("Problems", reasons("service.problems")),
    ]
}

fn sensor(session: &mut Session, place: &Place, name: Option<&str>) -> Result<(), Failed> {
    if let Some(name) = name {
        let said = session.json(&place.below("sensors", name))?;
        if said.is_null() {
            must_exist(session, place, "sensor", "sensors", name)?;
        }
        session.show(&said, |_| format!("{}\n", value(&said)));
        return Ok(());
    }
    let said = session.json(&format!("{}/sensors/current-state", place.path()))?;
    session.show(&said, |look| values(look, "SENSOR", &said));
    Ok(())
}

/// The server says null of what has no value and of what there is not: the latter is a mistake.
pub(super) fn must_exist(
    session: &mut Session,
    place: &Place,
    what: &str,
    folder: &str,
    name: &str,
) -> Result<(), Failed> {
    let declared = session.json(&format!("{}/{folder}", place.path()))?;
    match unknown(&declared, what, name) {
        Some(why) => Err(Failed::refused(format!("{}: {why}", place.entity))),
        None => Ok(()),
    }
}

/// What is wrong with a name that is not among those that are declared.
fn unknown(declared: &Value, what: &str, name: &str) -> Option<String> {
    let names: Vec<&str> = all(declared).iter().map(|one| text(one, "name")).collect();
    if names.contains(&name) {
        return None;
    }
    let near = base::suggest::nearest(name, names).map(|near| format!("; did you mean '{near}'?"));
    Some(format!("it has no {what} '{name}'{}", near.unwrap_or_default()))
}

/// Names and values, in order of the names.
pub(super) fn values(look: Look, what: &str, said: &Value) -> String {
    let row = |(name, of): (&String, &Value)| vec![name.clone(), value(of)];
    let rows: Vec<Vec<String>> = said.as_object().into_iter().flatten().map(row).collect();
    look.table(&[what, "VALUE"], &rows)
}

/// For commands whose answer is text.
pub(super) fn print_line(text: &str) {
    if !text.is_empty() {
        print(&format!("{}\n", text.trim_end_matches('\n')));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_is_not_there_is_told_with_the_nearest() {
        let declared = json!([{ "name": "service.state" }, { "name": "host.name" }]);
        assert_eq!(unknown(&declared, "sensor", "host.name"), None);
        let why = unknown(&declared, "sensor", "service.stat");
        assert_eq!(why.as_deref(), Some("it has no sensor 'service.stat'; did you mean 'service.state'?"));
        assert_eq!(unknown(&declared, "sensor", "zzzzzz").as_deref(), Some("it has no sensor 'zzzzzz'"));
    }

    #[test]
    fn who_is_not_well_says_why() {
        let state = json!({ "service.state": "ON_FIRE", "service.isUp": false,
            "service.problems": { "start": "the port is taken" }, "service.notUp.indicators": {} });
        let shown: Vec<(&str, String)> = condition(&state);
        assert_eq!(shown[0], ("State", "ON_FIRE".to_owned()));
        assert_eq!(shown[3], ("Problems", "start: the port is taken".to_owned()));
        assert_eq!(shown[2].1, "");
    }
}

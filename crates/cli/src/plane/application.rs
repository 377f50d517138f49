//! `application`: list, show, delete, and everything that its entities have.

use clap::{Args, Subcommand};
use client::Request;
use serde_json::Value;

use super::entity::{self, EntityArgs, OfEntity};
use super::failed::Failed;
use super::look::Look;
use super::session::{Place, Session, parse};
use super::watch;
use crate::json::{all, text};

/// An application, and what of it.
#[derive(Debug, Args)]
pub struct Application {
    /// Its id or name; all of them without one.
    #[arg(value_name = "APP", add = super::complete::applications())]
    application: Option<String>,
    #[command(subcommand)]
    what: Option<InApplication>,
}

#[derive(Debug, Subcommand)]
enum InApplication {
    /// List the entities, show one, or look into it.
    #[command(visible_aliases = ["ent", "e"], aliases = ["entities", "ents"])]
    Entity(EntityArgs),
    /// Show the entities as a tree.
    Tree,
    /// Stop the application and remove it.
    Delete,
    #[command(flatten)]
    Itself(OfEntity),
}

impl Application {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Failed> {
        let Some(application) = self.application else {
            if self.what.is_some() {
                return Err(Failed::usage("of which application? brownstone application APP ..."));
            }
            let said = session.json("/v1/applications")?;
            session.show(&said, |look| list(look, all(&said)));
            return Ok(());
        };
        let itself = || Place { application: application.clone(), entity: application.clone() };
        match self.what {
            None => show(session, &application),
            Some(InApplication::Entity(args)) => args.run(session, &application),
            Some(InApplication::Tree) => watch::tree_of(session, &application),
            Some(InApplication::Delete) => delete(session, &application),
            Some(InApplication::Itself(what)) => what.run(session, &itself()),
        }
    }
}

fn list(look: Look, applications: &[Value]) -> String {
    let row = |app: &Value| {
        let spec = &app["spec"];
        let locations: Vec<&str> = all(&spec["locations"]).iter().filter_map(Value::as_str).collect();
        vec![
            text(app, "id").to_owned(),
            text(spec, "name").to_owned(),
            text(app, "status").to_owned(),
            locations.join(", "),
        ]
    };
    look.table(&["ID", "NAME", "STATUS", "LOCATIONS"], &applications.iter().map(row).collect::<Vec<_>>())
}

fn show(session: &mut Session, application: &str) -> Result<(), Failed> {
    let said = session.json(&api::paths::application(application))?;
    // What is shown has one id, whatever name it was asked for by.
    let id = text(&said, "id").to_owned();
    let place = Place { application: id.clone(), entity: id };
    let state = session.json(&format!("{}/sensors/current-state", place.path()))?;
    session.show(&said, |look| {
        let spec = &said["spec"];
        let locations: Vec<&str> = all(&spec["locations"]).iter().filter_map(Value::as_str).collect();
        let mut pairs = vec![
            ("Id", text(&said, "id").to_owned()),
            ("Name", text(spec, "name").to_owned()),
            ("Status", text(&said, "status").to_owned()),
        ];
        pairs.extend(entity::condition(&state));
        pairs.push(("Type", text(spec, "type").to_owned()));
        pairs.push(("Locations", locations.join(", ")));
        look.card(&pairs)
    });
    Ok(())
}

fn delete(session: &mut Session, application: &str) -> Result<(), Failed> {
    let answer = session.send(&Request::delete(api::paths::application(application)))?;
    let task = parse(&answer)?;
    super::progress::follow(session, &task)
}

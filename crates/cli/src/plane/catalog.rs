//! `catalog` and `locations`.

use clap::{Args, Subcommand, ValueEnum};
use client::Request;
use serde_json::Value;

use super::failed::Failed;
use super::session::{Session, parse};
use super::{With, look::print};
use crate::json::{all, text};

/// What blueprints can be made of.
#[derive(Debug, Subcommand)]
pub enum Catalog {
    /// List the items of a kind, all versions.
    List(With<Kinds>),
    /// Show one item.
    Show(With<Item>),
    /// Add what a BOM, an archive or a folder with a `catalog.bom` describes.
    Add(With<Add>),
    /// Remove one version of an item.
    Delete(With<Item>),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Application,
    Entity,
    Location,
    Policy,
}

/// Items of a kind.
#[derive(Debug, Args)]
pub struct Kinds {
    /// Of which kind.
    #[arg(value_enum)]
    kind: Kind,
}

/// One item.
#[derive(Debug, Args)]
pub struct Item {
    /// Of which kind.
    #[arg(value_enum)]
    kind: Kind,
    /// Its id and version; `latest` is a version too.
    #[arg(value_name = "ID:VERSION")]
    item: String,
}

/// Something to add.
#[derive(Debug, Args)]
pub struct Add {
    /// A file, a folder, or an address.
    #[arg(value_name = "FILE|DIR|URL", value_hint = clap::ValueHint::AnyPath)]
    what: String,
}

impl Kind {
    fn path(self) -> &'static str {
        match self {
            Kind::Application => "/v1/catalog/applications",
            Kind::Entity => "/v1/catalog/entities",
            Kind::Location => "/v1/catalog/locations",
            Kind::Policy => "/v1/catalog/policies",
        }
    }
}

impl Item {
    fn path(&self) -> Result<String, Failed> {
        let (id, version) = self
            .item
            .split_once(':')
            .filter(|(id, version)| !id.is_empty() && !version.is_empty())
            .ok_or_else(|| {
                Failed::usage(format!("{}: it needs ID:VERSION, such as {0}:latest", self.item))
            })?;
        Ok(api::paths::below(self.kind.path().trim_end_matches('/'), id, version).replacen("//", "/", 1))
    }
}

impl Catalog {
    pub(super) fn run(self) -> Result<(), Failed> {
        match self {
            Catalog::List(with) => with.run(|kinds, session| list(session, kinds.kind)),
            Catalog::Show(with) => with.run(|item, session| show(session, &item)),
            Catalog::Add(with) => with.run(|add, session| add_to(session, &add.what)),
            Catalog::Delete(with) => {
                with.run(|item, session| session.send(&Request::delete(item.path()?)).map(|_| ()))
            }
        }
    }
}

fn list(session: &mut Session, kind: Kind) -> Result<(), Failed> {
    let said = session.json(&format!("{}?allVersions=true", kind.path()))?;
    session.show(&said, |look| {
        let row =
            |item: &Value| ["id", "name", "description"].map(|name| text(item, name).to_owned()).to_vec();
        look.table(&["ID", "NAME", "DESCRIPTION"], &all(&said).iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

fn show(session: &mut Session, item: &Item) -> Result<(), Failed> {
    let said = session.json(&item.path()?)?;
    session.show(&said, |look| {
        let of = |name: &str| text(&said, name).to_owned();
        let keys: Vec<String> = all(&said["config"])
            .iter()
            .map(|key| format!("{} ({})  {}", text(key, "name"), text(key, "type"), text(key, "description")))
            .collect();
        let deprecated = if said["deprecated"] == Value::Bool(true) { "true" } else { "" };
        look.card(&[
            ("Id", of("id")),
            ("Name", of("name")),
            ("Version", of("version")),
            ("Description", of("description")),
            ("Deprecated", deprecated.to_owned()),
            ("Type", of("javaType")),
            ("Config", keys.join("\n")),
            ("Plan", of("planYaml")),
        ])
    });
    Ok(())
}

fn add_to(session: &mut Session, what: &str) -> Result<(), Failed> {
    let (kind, body) = crate::br::catalog_body(what).map_err(Failed::usage)?;
    let answer = session.send(&Request::post("/v1/catalog?detail=true", kind, body))?;
    let said = parse(&answer)?;
    session.show(&said, |_| {
        let items: Vec<String> =
            said["types"].as_object().into_iter().flatten().map(|(id, _)| format!("  {id}\n")).collect();
        format!("{}\n{}", text(&said, "message"), items.concat())
    });
    Ok(())
}

pub(super) fn locations(session: &mut Session) -> Result<(), Failed> {
    let said = session.json("/v1/locations")?;
    if session.look.json {
        print(&format!("{said}\n"));
        return Ok(());
    }
    let row = |location: &Value| ["id", "name", "spec"].map(|name| text(location, name).to_owned()).to_vec();
    let rows: Vec<Vec<String>> = all(&said).iter().map(row).collect();
    print(&session.look.table(&["ID", "NAME", "SPEC"], &rows));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_needs_its_version() {
        let item = |item: &str| Item { kind: Kind::Entity, item: item.to_owned() };
        assert_eq!(item("web:1.0").path().unwrap(), "/v1/catalog/entities/web/1.0");
        assert!(item("web").path().unwrap_err().why.contains("web:latest"));
    }
}

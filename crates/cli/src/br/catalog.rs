//! The catalog: list, show, add, delete.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use client::Request;
use serde_json::Value;
use serde_json_path::JsonPath;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::ended::Ended;
use super::go_value::{json as go_json, plain};
use super::resource::{self, Place};
use super::session::{Session, parse, print};
use super::table::Table;
use crate::json::{all, text};

const CATALOG: &str = "/v1/catalog";
const TYPES: &str = "( application | entity | location | policy )";

/// What of the JSON is wanted: `--json PATH`, `--raw-output`.
pub(super) struct Json {
    pub(super) path: String,
    pub(super) is_raw: bool,
}

/// The four kinds of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Applications,
    Entities,
    Locations,
    Policies,
}

impl Kind {
    /// Any beginning of the word will do; its plural will not.
    fn of(word: &str) -> Result<Kind, Ended> {
        let all = [
            ("application", Kind::Applications),
            ("entity", Kind::Entities),
            ("location", Kind::Locations),
            ("policy", Kind::Policies),
        ];
        let found = all.iter().find(|(whole, _)| !word.is_empty() && whole.starts_with(word));
        found.map(|(_, kind)| *kind).ok_or_else(|| Ended::failed(format!("Unknown type: {word}")))
    }

    fn path(self) -> String {
        let folder = match self {
            Kind::Applications => "applications",
            Kind::Entities => "entities",
            Kind::Locations => "locations",
            Kind::Policies => "policies",
        };
        format!("{CATALOG}/{folder}")
    }
}

pub(super) fn run(
    session: &mut Session,
    words: &[String],
    wanted: Option<&Json>,
    name: &str,
) -> Result<(), Ended> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list", kind, ..] => list(session, Kind::of(kind)?),
        ["list"] => Err(Ended::failed(format!("{name} list {TYPES} (may be abbreviated)"))),
        ["show", kind, item] => show(session, Kind::of(kind)?, item, wanted),
        ["show", ..] => Err(Ended::failed(format!("{name} show {TYPES} ITEM[:VERSION]"))),
        ["add", rest @ ..] => add(session, rest.first().copied().unwrap_or_default()),
        ["delete", kind, item] if item.contains(':') => delete(session, Kind::of(kind)?, item),
        ["delete", ..] => Err(Ended::failed(format!(
            "{name} delete  TYPE  ITEM_ID:VERSION  (where TYPE is one of application, location, entity, policy; may be \
             abbreviated)"
        ))),
        _ => {
            print(
                "'catalog' requires one of (list TYPE | add FILE/URL | delete TYPE ID:VERSION | show ITEM)\n",
            );
            Ok(())
        }
    }
}

fn list(session: &mut Session, kind: Kind) -> Result<(), Ended> {
    // The stock asks for policies in these words, which mean something else to a server.
    let query = if kind == Kind::Policies { "?allVersions" } else { "?allVersions=true" };
    let said = session.json(&format!("{}{query}", kind.path()))?;
    print(&table(all(&said)));
    Ok(())
}

fn table(items: &[Value]) -> String {
    let mut table = Table::new(&["Id", "Name", "Description"]);
    for item in items {
        table.add(&[text(item, "id"), text(item, "name"), text(item, "description")]);
    }
    table.text()
}

fn show(session: &mut Session, kind: Kind, item: &str, wanted: Option<&Json>) -> Result<(), Ended> {
    let said = session.json(&format!("{}/{}", kind.path(), item_path(item)))?;
    match wanted {
        Some(wanted) => print(&picked(&said, wanted)?),
        None => print(&card(&said, kind)),
    }
    Ok(())
}

/// `ID:VERSION` as the path has it.
fn item_path(item: &str) -> String {
    let mut parts = item.split(':');
    let id = parts.next().unwrap_or_default();
    parts
        .next()
        .filter(|version| !version.is_empty())
        .map_or_else(|| id.to_owned(), |version| format!("{id}/{version}"))
}

fn card(item: &Value, kind: Kind) -> String {
    let mut table = Table::new(&["Id:", text(item, "id")]);
    table.add(&["Version:", text(item, "version")]);
    table.add(&["Name:", text(item, "name")]);
    table.add(&["Symbolic Name:", text(item, "symbolicName")]);
    table.add(&["Description:", text(item, "description")]);
    if item["deprecated"] == Value::Bool(true) {
        table.add(&["Deprecated:", "true"]);
    }
    table.add(&["Java Type:", text(item, "javaType")]);
    if matches!(kind, Kind::Applications | Kind::Entities) {
        table.add(&["Icon URL:", text(item, "iconUrl")]);
        config(&mut table, all(&item["config"]));
        for (n, tag) in all(&item["tags"]).iter().enumerate() {
            if n == 0 {
                table.add(&["", ""]);
                table.add(&["Tags:", ""]);
            }
            table.add(&["tag:", &go_json(tag)]);
        }
    }
    table.text()
}

fn config(table: &mut Table, keys: &[Value]) {
    for (n, key) in keys.iter().enumerate() {
        if n == 0 {
            table.add(&["", ""]);
            table.add(&["Config:", ""]);
        }
        let flag = |name: &str| key[name].as_bool().unwrap_or(false).to_string();
        table.add(&["Name:", text(key, "name")]);
        table.add(&["Type:", text(key, "type")]);
        table.add(&["Description:", text(key, "description")]);
        table.add(&["Default Value:", &plain(&key["defaultValue"])]);
        table.add(&["Reconfigurable:", &flag("reconfigurable")]);
        table.add(&["Label:", text(key, "label")]);
        table.add(&["Priority:", &format!("{}", key["priority"].as_f64().unwrap_or(0.0))]);
        table.add(&["Pinned:", &flag("pinned")]);
        let possible: Vec<String> = all(&key["possibleValues"]).iter().map(possible_value).collect();
        if !possible.is_empty() {
            table.add(&["Possible Values:", &possible.join(", ")]);
        }
        table.add(&["", ""]);
    }
}

fn possible_value(of: &Value) -> String {
    let (value, description) = (text(of, "value"), text(of, "description"));
    if value == description { value.to_owned() } else { format!("{value} ({description})") }
}

fn picked(item: &Value, wanted: &Json) -> Result<String, Ended> {
    let path =
        JsonPath::parse(&wanted.path).map_err(|e| Ended::failed(format!("--json {}: {e}", wanted.path)))?;
    let found = path.query(item);
    let shown = |value: &Value| match value {
        Value::String(text) if wanted.is_raw => text.clone(),
        other => go_json(other),
    };
    // One after the other on a line that is not ended.
    Ok(found.iter().map(|value| shown(value)).collect::<Vec<_>>().join(" "))
}

/// A file or a folder; or an address, of whose items the stock prints nothing.
pub(super) fn add(session: &mut Session, word: &str) -> Result<(), Ended> {
    if word.is_empty() {
        return Err(Ended::usage("A filename or URL must be provided as the first argument"));
    }
    let is_file = matches!(resource::place(word)?, Place::File(_));
    let (kind, body) = body(word)?;
    let query = if is_file { "?detail=true" } else { "" };
    let answer = session.post(&format!("{CATALOG}{query}"), kind, body)?;
    if is_file {
        print(&added(&parse(&answer)?));
    }
    Ok(())
}

/// What is added, and what kind of body that is: a file, a folder that is zipped here, an address that is fetched here.
pub(super) fn body(word: &str) -> Result<(&'static str, Vec<u8>), Ended> {
    let Place::File(path) = resource::place(word)? else {
        return Ok(("application/octet-stream", resource::read(word)?));
    };
    let path = Path::new(path);
    if !path.exists() {
        return Err(Ended::failed(format!(
            "File does not exist or unrecognised URL protocol scheme: {word}"
        )));
    }
    if path.is_dir() {
        let body = zipped(path).map_err(|why| Ended::failed(format!("{}: {why}", path.display())))?;
        return Ok(("application/x-zip", body));
    }
    Ok((content_type(path), resource::read(word)?))
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "yaml" | "bom" => "application/x-yaml",
        "zip" => "application/x-zip",
        "jar" => "application/x-jar",
        _ => "application/octet-stream",
    }
}

/// The files of a folder as an archive; links are followed, as a reader of the folder would.
fn zipped(folder: &Path) -> Result<Vec<u8>, String> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    zip_below(&mut writer, folder, "")?;
    writer.finish().map(Cursor::into_inner).map_err(|e| e.to_string())
}

fn zip_below(writer: &mut ZipWriter<Cursor<Vec<u8>>>, folder: &Path, prefix: &str) -> Result<(), String> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .map_err(|e| e.to_string())?
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let wrong = |e: String| format!("{name}: {e}");
        if entry.path().is_dir() {
            zip_below(writer, &entry.path(), &format!("{name}/"))?;
        } else {
            let bytes = fs::read(entry.path()).map_err(|e| wrong(e.to_string()))?;
            let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            writer.start_file(&name, stored).map_err(|e| wrong(e.to_string()))?;
            writer.write_all(&bytes).map_err(|e| wrong(e.to_string()))?;
        }
    }
    Ok(())
}

/// What became of it: a message and the items, or the ids alone where the server answers with a map of items.
fn added(said: &Value) -> String {
    let ids = |of: &Value, mark: &str| -> String {
        let lines = of.as_object().into_iter().flatten().map(|(id, _)| format!("{mark}{id}\n"));
        lines.collect::<Vec<_>>().concat()
    };
    match said["message"].as_str() {
        Some(message) => format!("{message}\n{}", ids(&said["types"], "* ")),
        None => ids(said, ""),
    }
}

fn delete(session: &mut Session, kind: Kind, item: &str) -> Result<(), Ended> {
    session.send(Request::delete(format!("{}/{}", kind.path(), item_path(item))))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_beginning_of_a_kind_is_that_kind() {
        for (word, kind) in [("a", Kind::Applications), ("ent", Kind::Entities), ("policy", Kind::Policies)] {
            assert_eq!(Kind::of(word).unwrap(), kind);
        }
        for word in ["entities", "x", ""] {
            assert_eq!(Kind::of(word).unwrap_err().message, format!("Unknown type: {word}"));
        }
    }

    #[test]
    fn an_item_is_a_card_with_its_keys_and_tags() {
        let item = json!({ "id": "x:1", "version": "1", "name": "X", "symbolicName": "x", "javaType": "T",
            "config": [{ "name": "k", "type": "int", "defaultValue": 3.0, "priority": 1.5, "reconfigurable": true,
                "possibleValues": [{ "value": "a", "description": "A" }, { "value": "b", "description": "b" }] }],
            "tags": [{ "t": "<1>" }] });
        let shown = card(&item, Kind::Entities);
        for line in [
            "Id:                | x:1   ",
            "Default Value:     | 3   ",
            "Priority:          | 1.5   ",
            "Possible Values:   | a (A), b   ",
            r#"tag:               | {"t":"\u003c1\u003e"}   "#,
        ] {
            assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
        }
        assert!(!card(&item, Kind::Policies).contains("Config:"));
    }

    #[test]
    fn a_path_picks_from_the_json() {
        let item = json!({ "id": "x:1", "config": [{ "name": "k" }, { "name": "l" }] });
        let pick = |path: &str, is_raw| picked(&item, &Json { path: path.to_owned(), is_raw });
        assert_eq!(pick("$.id", false).unwrap(), "\"x:1\"");
        assert_eq!(pick("$.config[*].name", true).unwrap(), "k l");
        assert!(pick("nonsense", false).unwrap_err().message.contains("--json nonsense"));
    }

    #[test]
    fn what_was_added_is_named() {
        let said = json!({ "message": "Installed b:1", "types": { "x:1": {}, "y:1": {} } });
        assert_eq!(added(&said), "Installed b:1\n* x:1\n* y:1\n");
        assert_eq!(
            added(&json!({ "message": "Bundle b:1 already installed as b" })),
            "Bundle b:1 already installed as b\n"
        );
        assert_eq!(added(&json!({ "x:1": {} })), "x:1\n");
    }

    #[test]
    fn a_folder_becomes_an_archive_of_all_its_files() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("below")).unwrap();
        fs::write(dir.path().join("catalog.bom"), "x").unwrap();
        fs::write(dir.path().join("below/a.txt"), "y").unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(zipped(dir.path()).unwrap())).unwrap();
        let mut names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.sort();
        assert_eq!(names, ["below/a.txt", "catalog.bom"]);
        let mut text = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("below/a.txt").unwrap(), &mut text).unwrap();
        assert_eq!(text, "y");
    }

    #[test]
    fn an_item_is_addressed_with_its_version() {
        assert_eq!(item_path("x:1.0"), "x/1.0");
        assert_eq!((item_path("x").as_str(), item_path("x:").as_str()), ("x", "x"));
    }
}

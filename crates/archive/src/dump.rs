//! Records and files of a plane for people and for scripts, secrets masked.

use base::Lsn;
use ha::names;
use ha::record;
use ha::verbs::Name;
use serde_json::{Value, json};

use crate::mask::masked;
use crate::records::Records;
use crate::source::{Source, Trouble, parse};
use crate::verify::told;

/// Everything but the log: the plane, its terms, servers, checkpoints and what lies beside them.
pub fn overview(source: Source<'_>) -> Result<Value, Trouble> {
    let records = Records::list(source)?;
    let runs = runs(records.log.iter().copied());
    let (blobs, keys) = (source.list("blobs")?, source.list("keys")?);
    Ok(json!({
        "plane": shown(source, &names::plane())?,
        "leader": shown(source, &names::leader())?,
        "terms": all(source, "terms", |_| true)?,
        "nodes": all(source, "nodes", |_| true)?,
        "checkpoints": all(source, "ckpt", |name| names::number(name.leaf(), ".ok").is_some())?,
        "log": runs.iter().map(|(a, b)| json!([a, b])).collect::<Vec<_>>(),
        "packs": records.packs.iter().map(|(name, ..)| name.to_string()).collect::<Vec<_>>(),
        "blobs": blobs.iter().map(|n| n.leaf().to_owned()).collect::<Vec<_>>(),
        // Their names only.
        "keys": keys.iter().map(|n| n.leaf().to_owned()).collect::<Vec<_>>(),
    }))
}

/// The records that are there, as ranges.
fn runs(lsns: impl Iterator<Item = Lsn>) -> Vec<(Lsn, Lsn)> {
    let mut runs: Vec<(Lsn, Lsn)> = Vec::new();
    for lsn in lsns {
        match runs.last_mut() {
            Some((_, last)) if last.next() == lsn => *last = lsn,
            _ => runs.push((lsn, lsn)),
        }
    }
    runs
}

fn all(source: Source<'_>, folder: &str, take: impl Fn(&Name) -> bool) -> Result<Vec<Value>, Trouble> {
    let names = source.list(folder)?;
    names.iter().filter(|n| take(n)).map(|name| shown(source, name)).collect()
}

fn shown(source: Source<'_>, name: &Name) -> Result<Value, Trouble> {
    Ok(match source.file::<Value>(name)? {
        Some(Ok(value)) => json!({ "file": name.as_str(), "is": masked(value) }),
        Some(Err(why)) => json!({ "file": name.as_str(), "damaged": why }),
        None => Value::Null,
    })
}

/// One record, with what each of its changes is.
pub fn record_at(records: &mut Records<'_>, lsn: Lsn) -> Result<Value, Trouble> {
    let Some(bytes) = records.read(lsn)? else {
        return Err(Trouble::Refused(format!("record {lsn} is not there: it was pruned, or never written")));
    };
    let read = record::decode(lsn, &bytes).map_err(|e| Trouble::Refused(e.to_string()))?;
    let ops: Vec<Value> = read
        .ops
        .iter()
        .map(|op| {
            serde_json::from_str(op).map_or_else(|_| json!({"unreadable": told(op.as_bytes())}), masked)
        })
        .collect();
    Ok(json!({
        "record": lsn,
        "file": names::record(lsn).as_str(),
        "packed": !records.log.contains(&lsn),
        "header": read.header,
        "changes": ops,
        "damage": read.damage,
    }))
}

/// Explains a record by its number, or a file by its name.
pub fn explain(source: Source<'_>, what: &str) -> Result<Value, Trouble> {
    let record = what.parse().ok().map(Lsn).or_else(|| {
        let name = Name::parse(what).filter(|n| n.as_str().starts_with("log/"))?;
        names::number(name.leaf(), ".json").map(Lsn)
    });
    if let Some(lsn) = record {
        let mut value = record_at(&mut Records::list(source)?, lsn)?;
        value["means"] = match value["header"]["kind"].as_str() {
            Some("fence") => {
                "begins a term: every master of an earlier term collides with it and stops".into()
            }
            Some("noop") => "proves that the slot was still free: nothing else has changed".into(),
            Some(_) => "state changes, each on a line of its own".into(),
            None => "its header cannot be read; the changes that can be are still applied".into(),
        };
        return Ok(value);
    }
    let name = parse(what)?;
    let ends = |with: &str| what.ends_with(with);
    let means = match what.split('/').next().unwrap_or_default() {
        "plane.json" => "what plane this is; made once",
        "leader.json" => "a hint whom to watch; it decides nothing",
        "terms" if ends(".end") => "this term is over for its owner",
        "terms" => "whoever created this file owns the term; it is never deleted",
        "nodes" => "one server's beat; only that server writes it",
        "ckpt" if ends(".ok") => "the mark that a checkpoint is whole",
        "ckpt" => "a part of a checkpoint: the state as readable lines",
        "hist" if ends(".base") => "the mark of an old checkpoint, kept for going back to a moment",
        "hist" => "records that were pruned, kept for going back to a moment",
        "blobs" => "a file under the hash of its content",
        "keys" => "a secret of the plane; it is not shown",
        _ => return Err(Trouble::Refused(format!("{what} is no file of a plane"))),
    };
    let Some(bytes) = source.read(&name)? else {
        return Err(Trouble::Refused(format!("{what} is not there")));
    };
    let is_shown = !["keys", "blobs", "hist"].iter().any(|folder| what.starts_with(folder));
    let lines = std::str::from_utf8(&bytes).ok().filter(|_| is_shown).map(|text| {
        text.lines()
            .map(|line| serde_json::from_str(line).map_or_else(|_| "(not JSON)".into(), masked))
            .collect::<Vec<Value>>()
    });
    Ok(json!({ "file": what, "means": means, "bytes": bytes.len(), "lines": lines }))
}

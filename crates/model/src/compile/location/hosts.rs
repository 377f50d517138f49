//! The machines of a `byon` location: texts with ranges, lists, and a map for each (`brooklyn-blueprints.md` 9.3).

use lang::dsl;
use lang::yaml::{self, Limits};
use serde_json::{Map, Value};

use super::super::limits::MACHINES_MAX;
use super::range::expand;
use super::text::split;
use crate::spec::{ConfigMap, ConfigValue, MachineSpec};
use crate::yaml_value::to_json;

/// What `hosts` says.
pub(super) enum Hosts {
    Machines(Vec<MachineSpec>),
    /// Expressions are in it; it is read when a machine is wanted.
    Deferred(Value),
}

/// Reads `hosts`. The error says what is wrong.
pub(super) fn read(given: &Value) -> Result<Hosts, String> {
    if holds_dsl(given) {
        return Ok(Hosts::Deferred(given.clone()));
    }
    let mut machines = Vec::new();
    take(given, &mut machines)?;
    if machines.is_empty() {
        return Err("the location has no hosts: at least one is needed".to_owned());
    }
    Ok(Hosts::Machines(machines))
}

fn holds_dsl(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(dsl::PREFIX),
        Value::Array(items) => items.iter().any(holds_dsl),
        Value::Object(map) => map.iter().any(|(k, v)| k.starts_with(dsl::PREFIX) || holds_dsl(v)),
        _ => false,
    }
}

fn take(given: &Value, machines: &mut Vec<MachineSpec>) -> Result<(), String> {
    match given {
        Value::Null => {}
        Value::String(text) => {
            if let Some(list) = list_in(text) {
                return take(&list, machines);
            }
            for part in split(text) {
                let names = expand(&part).ok_or_else(too_many)?;
                for name in names {
                    machines.push(machine(&name)?);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                take(item, machines)?;
            }
        }
        Value::Object(map) => machines.push(from_map(map)?),
        other => return Err(format!("{other} is no host")),
    }
    if machines.len() > MACHINES_MAX { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> String {
    format!("the location lists more than {MACHINES_MAX} hosts (limit: MACHINES_MAX)")
}

/// A list that is written in a text: `["a", "b"]`.
fn list_in(text: &str) -> Option<Value> {
    let text = text.trim();
    if !(text.starts_with('[') && text.ends_with(']')) {
        return None;
    }
    let (node, found) = yaml::parse("hosts", text, &Limits::VALUE);
    node.filter(|n| found.is_empty() && n.as_seq().is_some()).map(|n| to_json(&n))
}

/// `user@host:port`, where only the host must be there.
fn machine(text: &str) -> Result<MachineSpec, String> {
    let (user, rest) = match text.rsplit_once('@') {
        Some((user, rest)) => (Some(user.trim().to_owned()), rest),
        None => (None, text),
    };
    let (address, port) = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        Some((address, after)) => (address, after.strip_prefix(':')),
        // More than one colon: an IPv6 address, which has its port behind brackets only.
        None if rest.matches(':').count() == 1 => {
            rest.split_once(':').map_or((rest, None), |(address, port)| (address, Some(port)))
        }
        None => (rest, None),
    };
    let port = match port {
        Some(port) => Some(port.trim().parse().map_err(|_| format!("'{port}' in '{text}' is no port"))?),
        None => None,
    };
    let address = address.trim();
    if address.is_empty() || address.contains(char::is_whitespace) || user.as_deref() == Some("") {
        return Err(format!("'{text}' is no host: expected such as `user@host:22`"));
    }
    Ok(MachineSpec { address: address.to_owned(), port, user, flags: ConfigMap::new() })
}

fn from_map(map: &Map<String, Value>) -> Result<MachineSpec, String> {
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    if map.contains_key("winrm") || text("osFamily").is_some_and(|f| f.eq_ignore_ascii_case("windows")) {
        return Err("a Windows host needs WinRM, which Brownstone does not speak".to_owned());
    }
    let ssh = text("ssh").or_else(|| text("host")).or_else(|| text("address"));
    let mut machine =
        machine(ssh.ok_or("a host that is a map needs `ssh` with a name or address (or `winrm`)")?)?;
    for (key, value) in map {
        match key.as_str() {
            "ssh" | "host" | "address" => {}
            "user" if machine.user.is_some() => return Err("the user of a host is given twice".to_owned()),
            "user" => machine.user = value.as_str().map(str::to_owned),
            "port" if machine.port.is_some() => return Err("the port of a host is given twice".to_owned()),
            "port" => {
                let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
                let port = number.and_then(|n| u16::try_from(n).ok());
                machine.port = Some(port.ok_or_else(|| format!("{value} is no port"))?);
            }
            other => {
                machine.flags.insert(other.to_owned(), ConfigValue::new(value.clone()));
            }
        }
    }
    Ok(machine)
}

//! From the name of a location and its flags to what it is: named ones are looked up first, then the built-in kinds.

use std::ops::Range;

use lang::yaml::{Node, Value as Yaml};
use serde_json::Value;

use super::super::context::{Context, keyed};
use super::super::items::{self, Frame, Named};
use super::super::limits::NAMED_DEPTH_MAX;
use super::super::surroundings::Surroundings;
use super::hosts::{self, Hosts};
use super::properties::{self, camel};
use super::{flags, secrets, text};
use crate::catalog::ItemKind;
use crate::spec::{ConfigMap, ConfigValue, LocationKind, LocationSpec};

pub(super) const KINDS: &[&str] = &["localhost", "byon", "host", "single", "multi", "named"];

const CLOUDS: &[&str] = &[
    "jclouds",
    "jcloudsByon",
    "aws-ec2",
    "google-compute-engine",
    "azurecompute",
    "azurecompute-arm",
    "openstack-nova",
    "openstack-mitaka-nova",
    "openstack-devtest-nova",
    "softlayer",
    "digitalocean2",
    "vcloud-director",
    "rackspace-cloudservers-us",
    "rackspace-cloudservers-uk",
    "gogrid",
    "hpcloud-compute",
    "cloudstack",
    "ibmcloud",
    "elastichosts",
];

const CONTAINERS: &[&str] = &["docker", "kubernetes", "openshift"];

const LATER: &[&str] = &["pool", "server-pool", "portForwardManager", "id"];

/// Where the errors of a location are shown, and through which definitions it was come to.
struct Way<'n> {
    at: &'n Node,
    named: Vec<String>,
    /// The named location whose very definition is read next.
    defines: Option<String>,
}

impl Way<'_> {
    fn span(&self) -> Range<usize> {
        self.at.span.clone()
    }

    /// The place of a flag that stands in a map.
    fn flag(&self, name: &str) -> Range<usize> {
        let entries = self.at.as_map().and_then(|e| e.first());
        entries.and_then(|(_, flags)| flags.get(name)).map_or_else(|| self.span(), |n| n.span.clone())
    }
}

/// A location as it stands in a blueprint: a text, or a map with one name and its flags.
pub(super) fn location(cx: &mut Context<'_>, node: &Node) -> Option<LocationSpec> {
    let key = match &node.value {
        Yaml::String(_) => node,
        Yaml::Map(entries) if entries.len() == 1 => &entries[0].0,
        _ => {
            illegal(cx, node.span.clone(), &node.describe());
            return None;
        }
    };
    if cx.refuse_expressions("location", key) {
        return None;
    }
    let mut way = Way { at: node, named: Vec::new(), defines: None };
    let mut given = ConfigMap::new();
    if let Yaml::Map(entries) = &node.value {
        let name = key.scalar_text().unwrap_or_default();
        for (flag, _, value) in keyed(cx.map(&name, &entries[0].1)) {
            if let Some(value) = cx.value(&flag, value) {
                put(cx, &way, &mut given, &flag, value);
            }
        }
    }
    let Some(name) = key.as_str() else {
        illegal(cx, key.span.clone(), &key.describe());
        return None;
    };
    resolve(cx, &mut way, name, given)
}

/// A location by its text, with flags from further out; errors are shown at `at`.
pub(super) fn text(cx: &mut Context<'_>, at: &Node, text: &str, given: ConfigMap) -> Option<LocationSpec> {
    resolve(cx, &mut Way { at, named: Vec::new(), defines: None }, text, given)
}

/// Whether a name means a location without the catalog, or one that is refused with a reason.
pub(super) fn is_known(around: &Surroundings, name: &str) -> bool {
    let name = text::parse(name).map_or_else(|_| name.to_owned(), |parsed| parsed.name);
    let prefix = name.split(':').next().unwrap_or(&name);
    [KINDS, CLOUDS, CONTAINERS, LATER].iter().any(|list| list.contains(&prefix))
        || properties::definition(around, &name).is_some()
}

fn illegal(cx: &mut Context<'_>, span: Range<usize>, what: &str) {
    cx.error(span, format!("Illegal parameter for 'location' (must be a string or map): {what}"))
        .label("expected a name, or a map with one name")
        .help("write `location: localhost`, or `locations:` for a list");
}

/// Sets a flag. Names in the old form, with hyphens, are read and reported.
fn put(cx: &mut Context<'_>, way: &Way<'_>, flags: &mut ConfigMap, name: &str, value: Value) {
    let new = camel(name);
    if new != name {
        cx.warning(way.flag(name), format!("the flag '{name}' is the old form of '{new}'"))
            .help(format!("write `{new}`"));
    }
    flags.insert(new, ConfigValue::new(value));
}

/// `given` are flags from further out; what stands in the text's own parentheses counts before them.
fn resolve(cx: &mut Context<'_>, way: &mut Way<'_>, written: &str, given: ConfigMap) -> Option<LocationSpec> {
    let fail = |cx: &mut Context<'_>, way: &Way<'_>, why: String| {
        cx.error(way.span(), why);
        None
    };
    let parsed = match text::parse(written) {
        Ok(parsed) => parsed,
        Err(why) => return fail(cx, way, why),
    };
    let (prefix, rest) = match parsed.name.split_once(':') {
        Some((prefix, rest)) => (prefix, Some(rest.trim())),
        None => (parsed.name.as_str(), None),
    };
    let alone = match prefix {
        "host" => Some("host"),
        "byon" => Some("hosts"),
        "single" => Some("target"),
        "multi" => Some("targets"),
        _ => None,
    };
    let mut args = match parsed.flags(alone) {
        Ok(args) => args,
        Err(why) => return fail(cx, way, why),
    };
    keep_secrets(cx, way, &mut args);
    if let (Some(rest), Some(alone)) = (rest.filter(|r| !r.is_empty()), alone) {
        args.entry(alone.to_owned()).or_insert_with(|| ConfigValue::new(rest));
    }
    let around = cx.around;
    let wanted = if prefix == "named" { rest } else { Some(parsed.name.as_str()) };
    if let Some(name) = wanted.filter(|_| alone.is_none()) {
        let built_in = |name: &str| is_known(around, name);
        match items::find(cx, name, &way.span(), &[ItemKind::Location], built_in) {
            Named::Item(bundle, item) => {
                let (text, mut flags) = items::location_of(cx, &way.span(), bundle, item)?;
                flags::check(cx, &way.span(), name, &given);
                flags.extend(given);
                flags.extend(args);
                // By itself, so that its errors name the item; its warnings were told when it was added.
                let mut inner = cx.within(cx.document(), Vec::new());
                inner.chain.push(Frame { id: item.id.clone(), bundle: bundle.id.clone() });
                inner.quiet = true;
                let found = resolve(&mut inner, way, &text, flags);
                items::take_over(cx, &way.span(), bundle, item, inner);
                return found.map(|found| LocationSpec { spec: parsed.name.clone(), ..found });
            }
            Named::Refused => return None,
            Named::None => {}
        }
    }
    // Within the definition of `localhost`, that name means the built-in one.
    let defined = wanted.filter(|name| prefix == "named" || !way.named.iter().any(|n| n == name));
    if let Some((name, definition)) =
        defined.and_then(|name| Some((name, properties::definition(around, name)?)))
    {
        let mut flags = from_properties(cx, way, properties::of_named(around, name));
        flags.extend(given);
        flags.extend(args);
        if way.named.iter().any(|n| n == name) || way.named.len() >= NAMED_DEPTH_MAX {
            let circle = way.named.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(" -> ");
            return fail(cx, way, format!("the location '{name}' is defined by itself: {circle}"));
        }
        way.named.push(name.to_owned());
        way.defines = Some(name.to_owned());
        let found = resolve(cx, way, definition, flags);
        way.named.pop();
        return found.map(|found| LocationSpec { spec: parsed.name.clone(), ..found });
    }
    let mut flags = from_properties(cx, way, properties::of_kind(around, prefix));
    flags.extend(given);
    flags.extend(args);
    built_in(cx, way, prefix, &parsed.name, flags)
}

/// A password in the text that defines a named location stays there.
fn keep_secrets(cx: &mut Context<'_>, way: &mut Way<'_>, args: &mut ConfigMap) {
    let defines = way.defines.take();
    for (flag, value) in args.iter_mut().filter(|(flag, _)| secrets::is_secret(flag)) {
        match (&defines, way.named.last()) {
            (Some(name), _) => *value = secrets::of_definition(name, flag),
            (None, Some(name)) => {
                let text = format!("the {flag} within the definition of location '{name}' goes into records");
                cx.warning_once(way.span(), text)
                    .help(format!("write it as brooklyn.location.named.{name}.{flag} in brooklyn.cfg"));
            }
            // What stands in the blueprint is its author's.
            (None, None) => {}
        }
    }
}

fn from_properties(cx: &mut Context<'_>, way: &Way<'_>, found: properties::Found) -> ConfigMap {
    for old in found.old {
        let new = old.rsplit('.').next().map(camel).unwrap_or_default();
        cx.warning_once(way.span(), format!("the property '{old}' has the old form of '{new}'"))
            .help(format!("write `{new}` in brooklyn.cfg"));
    }
    found.flags
}

fn built_in(
    cx: &mut Context<'_>,
    way: &mut Way<'_>,
    prefix: &str,
    name: &str,
    mut flags: ConfigMap,
) -> Option<LocationSpec> {
    let kind = match prefix {
        "localhost" if name == prefix => {
            let enabled = flags.remove("enabled").map(|e| e.given().to_string());
            if enabled.is_some_and(|e| e.trim_matches('"').eq_ignore_ascii_case("false")) {
                cx.error(way.span(), "Unknown location 'localhost'")
                    .help("brooklyn.location.localhost.enabled=false in brooklyn.cfg forbids it");
                return None;
            }
            LocationKind::Localhost
        }
        "byon" | "host" => byon(cx, way, prefix, &mut flags)?,
        "single" => {
            let target = target(cx, way, prefix, flags.remove("target"))?;
            LocationKind::Single(Box::new(inner(cx, way, target.given())?))
        }
        "multi" => {
            let targets = target(cx, way, "multi", flags.remove("targets"))?;
            LocationKind::Multi(several(cx, way, targets.given())?)
        }
        _ => {
            refuse(cx, way, prefix, name);
            return None;
        }
    };
    flags::check(cx, &way.span(), prefix, &flags);
    Some(LocationSpec { kind, spec: name.to_owned(), flags })
}

fn byon(cx: &mut Context<'_>, way: &Way<'_>, prefix: &str, flags: &mut ConfigMap) -> Option<LocationKind> {
    let hosts = flags.remove("hosts");
    let host = flags.remove("host");
    let key = if prefix == "host" { "host" } else { "hosts" };
    let given = target(cx, way, prefix, if prefix == "host" { host.or(hosts) } else { hosts.or(host) })?;
    match hosts::read(given.given()) {
        Ok(Hosts::Machines(machines)) => {
            if prefix == "host" && machines.len() > 1 {
                cx.error(way.flag(key), "'host' is a single machine").help("write `byon` for several");
                return None;
            }
            Some(LocationKind::Byon { machines, deferred: None })
        }
        Ok(Hosts::Deferred(value)) => {
            Some(LocationKind::Byon { machines: Vec::new(), deferred: Some(ConfigValue::new(value)) })
        }
        Err(why) => {
            cx.error(way.flag(key), why);
            None
        }
    }
}

/// The flag that a kind cannot be without.
fn target(
    cx: &mut Context<'_>,
    way: &Way<'_>,
    kind: &str,
    given: Option<ConfigValue>,
) -> Option<ConfigValue> {
    let given = given.filter(|g| !g.given().is_null());
    if given.is_none() {
        let (flag, example) = match kind {
            "byon" => ("hosts", "byon(hosts=\"10.0.0.1,10.0.0.2\")"),
            "host" => ("host", "host:10.0.0.1"),
            "single" => ("target", "single(target=localhost)"),
            _ => ("targets", "multi(targets=\"localhost,byon(hosts=10.0.0.1)\")"),
        };
        cx.error(way.span(), format!("location '{kind}' needs '{flag}'"))
            .help(format!("write such as `{example}`"));
    }
    given
}

/// A location within another one.
fn inner(cx: &mut Context<'_>, way: &mut Way<'_>, given: &Value) -> Option<LocationSpec> {
    match given {
        Value::String(text) => resolve(cx, way, text, ConfigMap::new()),
        Value::Object(map) if map.len() == 1 => {
            let (name, flags) = map.iter().next()?;
            let mut given = ConfigMap::new();
            if let Value::Object(flags) = flags {
                for (flag, value) in flags {
                    put(cx, way, &mut given, flag, value.clone());
                }
            }
            resolve(cx, way, name, given)
        }
        _ => {
            illegal(cx, way.span(), "what is in it must be a name, or a map with one name");
            None
        }
    }
}

fn several(cx: &mut Context<'_>, way: &mut Way<'_>, given: &Value) -> Option<Vec<LocationSpec>> {
    let items = match given {
        Value::Array(items) => items.clone(),
        Value::String(text) => text::split(text).into_iter().map(Value::from).collect(),
        one => vec![one.clone()],
    };
    if items.is_empty() {
        cx.error(way.flag("targets"), "location 'multi' needs at least one target");
        return None;
    }
    // All are looked at, so that all errors come at once.
    let found: Vec<Option<LocationSpec>> = items.iter().map(|item| inner(cx, way, item)).collect();
    found.into_iter().collect()
}

fn refuse(cx: &mut Context<'_>, way: &Way<'_>, prefix: &str, name: &str) {
    let span = way.span();
    let span = match way.at.as_map() {
        Some([(key, _)]) => key.span.clone(),
        _ => span,
    };
    if CLOUDS.contains(&prefix) {
        cx.error(span, format!("location '{name}' needs a cloud, which Brownstone does not manage"))
            .help("make the machines yourself and list them with `byon`");
    } else if CONTAINERS.contains(&prefix) {
        cx.error(span, format!("location '{name}' needs containers, which Brownstone does not manage"))
            .help("list machines with `byon`, or use `localhost`");
    } else if LATER.contains(&prefix) {
        cx.error(span, format!("location '{name}' is not in this release; it comes in a later one"))
            .help(format!("this release has {}", KINDS.join(", ")));
    } else {
        let around = cx.around;
        let wanted = name.strip_prefix("named:").unwrap_or(prefix);
        let items = items::names(&around.catalog, &[ItemKind::Location]);
        let near = cx.nearest(wanted, KINDS.iter().copied().chain(properties::names(around)).chain(items));
        let near = near.map(str::to_owned);
        let adding =
            cx.error(span, format!("Unknown location '{name}'")).label("expected the name of a location");
        match near {
            Some(near) => adding.nearest(Some(&near)),
            None => adding.help(
                "define it in brooklyn.cfg as `brooklyn.location.named.NAME`, or write `byon`, `localhost`",
            ),
        };
    }
}

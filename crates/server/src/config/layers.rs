//! The layered table: every value that somebody gave for a key, in order of precedence, with its origin.
//!
//! Defaults < etc/*.cfg < global properties < local properties < environment < command line.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::{fs, io};

use base::suggest;
use lang::diag::Position;
use lang::props;

use super::keys::{self, FAMILIES, Key, NOT_YET, Place, WITHOUT_EFFECT};
use super::problem::{Origin, Problem};

/// What the process was given besides files.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// `-D key=value`, in order.
    pub flags: Vec<(String, String)>,
}

impl Outside {
    /// The environment of this process, and these flags.
    pub fn of_process(flags: Vec<(String, String)>) -> Outside {
        let text = |s: std::ffi::OsString| s.into_string().ok();
        let env = std::env::vars_os().filter_map(|(k, v)| Some((text(k)?, text(v)?))).collect();
        Outside { env, flags }
    }
}

/// Every value given, and what is wrong with how it was given. No `Debug`: values may be passwords.
#[derive(Default)]
pub struct Layers {
    values: BTreeMap<String, Vec<(String, Origin)>>,
    /// What keeps the server from starting.
    pub errors: Vec<Problem>,
    /// What it goes on in spite of.
    pub warnings: Vec<Problem>,
    /// `${...}` that are not keys.
    variables: HashMap<&'static str, String>,
}

impl Layers {
    /// Reads all sources. `home` is the release folder.
    pub fn read(home: &Path, outside: &Outside) -> Layers {
        let mut layers = Layers::default();
        let path = |p: PathBuf| p.to_string_lossy().into_owned();
        let user_home = outside.env.get("HOME").cloned().unwrap_or_else(|| "/".to_owned());
        layers.variables = HashMap::from([
            ("karaf.home", path(home.to_owned())),
            ("karaf.base", path(home.to_owned())),
            ("karaf.etc", path(home.join("etc"))),
            ("karaf.data", path(home.join("data"))),
            ("user.home", user_home),
            ("user.name", user_name()),
        ]);
        for place in Place::ALL {
            layers.file(&home.join("etc").join(place.file()), Some(place), false);
        }
        // The two properties files are themselves named by keys, which flags and environment may set.
        let mut named = Vec::new();
        for key in ["globalBrooklynPropertiesFile", "localBrooklynPropertiesFile"] {
            let set_outside = outside.flag(key).or_else(|| outside.variable(key).map(|(_, value)| value));
            let set = set_outside.is_some() || layers.last(key).is_some();
            let raw = set_outside.or_else(|| layers.last(key).map(|(value, _)| value.clone()));
            let raw = raw.or_else(|| keys::find(key).map(|k| k.default.to_owned())).unwrap_or_default();
            let path = layers.path(&layers.expand(&raw), home);
            named.extend(path.map(|path| (path, set)));
        }
        for (path, set) in named {
            layers.file(&path, None, set);
        }
        for key in keys::KEYS {
            if let Some((name, value)) = outside.variable(key.name) {
                layers.add(key.name.to_owned(), &value, Origin::Env(name));
            }
        }
        for (key, value) in &outside.flags {
            layers.judge_name(key, None, &Origin::Flag);
            layers.add(key.clone(), value, Origin::Flag);
        }
        layers
    }

    fn file(&mut self, path: &Path, place: Option<Place>, must_exist: bool) {
        let at = |line| Origin::File { path: path.to_owned(), line };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound && !must_exist => return,
            Err(e) => {
                let text = format!("cannot be read: {e}; correct the path or the file's permissions");
                return self.errors.push(Problem { origin: at(1), text });
            }
        };
        let (entries, diagnostics) = props::parse(&path.to_string_lossy(), &text);
        for diagnostic in diagnostics {
            let line = Position::of(&text, diagnostic.span.start).line;
            let help = diagnostic.help.map(|h| format!("; {h}")).unwrap_or_default();
            self.errors.push(Problem { origin: at(line), text: format!("{}{help}", diagnostic.message) });
        }
        let mut seen: HashMap<String, u32> = HashMap::new();
        for entry in entries {
            let origin = at(entry.line);
            if let Some(first) = seen.insert(entry.key.clone(), entry.line) {
                let text = format!("{} is set again (first in line {first}); this line wins", entry.key);
                self.warnings.push(Problem { origin: origin.clone(), text });
            }
            self.judge_name(&entry.key, place, &origin);
            self.add(entry.key, &entry.value, origin);
        }
    }

    fn add(&mut self, key: String, value: &str, origin: Origin) {
        self.values.entry(key).or_default().push((value.trim().to_owned(), origin));
    }

    /// A key that nobody knows must be said where its author looks; the server starts in spite of it.
    fn judge_name(&mut self, name: &str, place: Option<Place>, origin: &Origin) {
        let text = match keys::find(name) {
            Some(key) => match place {
                Some(place) if place != key.place => {
                    format!("{name} belongs in etc/{}; it counts here too", key.place.file())
                }
                _ => return,
            },
            None if family(FAMILIES, name) => return,
            None if WITHOUT_EFFECT.contains(&name) => format!("{name} has no effect in this release"),
            None => {
                let near = suggest::nearest(name, keys::KEYS.iter().map(|k| k.name));
                match near {
                    Some(near) => format!("unknown key {name}: ignored; did you mean {near}?"),
                    None if family(NOT_YET, name) => format!("{name} has no effect in this release"),
                    None => format!("unknown key {name}: ignored"),
                }
            }
        };
        self.warnings.push(Problem { origin: origin.clone(), text });
    }

    fn last(&self, key: &str) -> Option<&(String, Origin)> {
        self.values.get(key).and_then(|given| given.last())
    }

    /// What holds for a key, with `${...}` resolved; `None` when it is not set or set to nothing.
    pub fn get(&self, key: &Key) -> Option<(String, Origin)> {
        let (raw, origin) = match self.last(key.name) {
            Some((value, origin)) => (value.clone(), origin.clone()),
            None => (key.default.to_owned(), Origin::Default),
        };
        let value = self.expand(&raw);
        (!value.is_empty()).then_some((value, origin))
    }

    /// What holds for a name that is in no table (of a family), with `${...}` resolved.
    pub(super) fn property(&self, name: &str) -> Option<String> {
        self.last(name).map(|(value, _)| self.expand(value)).filter(|value| !value.is_empty())
    }

    /// What was given for a key, the lowest layer first, as it was written.
    pub fn given(&self, key: &str) -> &[(String, Origin)] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    /// The keys that are set to something, each with the value that wins.
    pub fn effective(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().filter_map(|(key, given)| {
            given
                .last()
                .filter(|(value, _)| !value.is_empty())
                .map(|(value, _)| (key.as_str(), value.as_str()))
        })
    }

    /// All keys that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Replaces `${name}` by the variable or key of that name, and `${env:NAME}` by the environment; what is
    /// not known stays as it is. Keys may refer to keys, to a small depth.
    fn expand(&self, text: &str) -> String {
        self.expand_to(text, 4)
    }

    fn expand_to(&self, text: &str, depth: u8) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            match self.variable(name, depth) {
                Some(value) => out.push_str(&value),
                None => out.extend(["${", name, "}"]),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    fn variable(&self, name: &str, depth: u8) -> Option<String> {
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        let depth = depth.checked_sub(1)?;
        let raw = self.last(name).map(|(value, _)| value.as_str());
        let raw = raw.or_else(|| keys::find(name).map(|key| key.default))?;
        Some(self.expand_to(raw, depth))
    }

    /// A path as written: `~` is the user's home, a relative one lies below `base`; nothing is no path.
    pub fn path(&self, text: &str, base: &Path) -> Option<PathBuf> {
        if text.is_empty() {
            return None;
        }
        let user_home = self.variables.get("user.home").map_or("/", String::as_str);
        Some(match text.strip_prefix("~/") {
            Some(rest) => Path::new(user_home).join(rest),
            None => base.join(text),
        })
    }
}

/// The name of the user that this process runs as; its number where it has none.
fn user_name() -> String {
    let uid = nix::unistd::Uid::effective();
    let user = nix::unistd::User::from_uid(uid).ok().flatten();
    user.map_or_else(|| uid.to_string(), |user| user.name)
}

fn family(prefixes: &[&str], name: &str) -> bool {
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

impl Outside {
    fn flag(&self, key: &str) -> Option<String> {
        self.flags.iter().rev().find(|(k, _)| k == key).map(|(_, value)| value.clone())
    }

    /// A key in the environment: by its own name, or in capitals with `_` for all that is no letter or digit
    /// (`BROOKLYN_HA_HEARTBEATTIMEOUT`), where the key has a dot: `PERSISTMODE` may mean anything.
    fn variable(&self, key: &str) -> Option<(String, String)> {
        let capitals: String = key
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect();
        let names = [Some(key), key.contains('.').then_some(capitals.as_str())];
        names.into_iter().flatten().find_map(|name| Some((name.to_owned(), self.env.get(name)?.clone())))
    }
}

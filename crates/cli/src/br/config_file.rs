//! `~/.brooklyn_cli`: which server is meant and who asks. The stock's file, so that either program reads the other's.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base::Secret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use client::Login;
use serde::{Deserialize, Serialize};

use super::ended::Ended;
use crate::private_file;

/// What the file holds. The order of the fields is that of the file.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ConfigFile {
    auth_type: BTreeMap<String, String>,
    credentials: BTreeMap<String, String>,
    pub(super) skip_ssl_checks: bool,
    pub(super) target: String,
    /// Files of old releases: read, never written.
    #[serde(skip_serializing)]
    auth: BTreeMap<String, OldLogin>,
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct OldLogin {
    username: String,
    password: String,
}

impl ConfigFile {
    /// Reads the file; where there is none, nobody is logged in.
    pub(super) fn read() -> Result<ConfigFile, Ended> {
        let folder = std::env::var_os("BRCLI_HOME").filter(|home| !home.is_empty());
        let folder =
            folder.or_else(|| std::env::var_os("HOME")).map_or_else(|| PathBuf::from("."), PathBuf::from);
        ConfigFile::read_from(&folder.join(".brooklyn_cli"))
    }

    fn read_from(path: &Path) -> Result<ConfigFile, Ended> {
        let wrong = |why: String| Ended::failed(format!("{}: {why}", path.display()));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => String::new(),
            Err(e) => return Err(wrong(e.to_string())),
        };
        let mut file = if text.trim().is_empty() {
            ConfigFile::default()
        } else {
            serde_json::from_str::<ConfigFile>(&text).map_err(|e| {
                wrong(format!("this is not what `br login` writes: {e}; remove it and log in again"))
            })?
        };
        path.clone_into(&mut file.path);
        for (target, old) in std::mem::take(&mut file.auth) {
            if !file.credentials.contains_key(&target) {
                file.set_login(
                    &target,
                    &Login::Basic { user: old.username, password: Secret::new(old.password) },
                );
            }
        }
        Ok(file)
    }

    /// Who asks a server.
    pub(super) fn login(&self, target: &str) -> Result<Login, Ended> {
        let Some(held) = self.credentials.get(target) else { return Ok(Login::None) };
        if self.auth_type.get(target).is_some_and(|kind| kind == "Bearer") {
            return Ok(Login::Bearer(Secret::new(held.as_str())));
        }
        let damaged = || {
            Ended::failed(format!("{}: the login of {target} is damaged; log in again", self.path.display()))
        };
        let text = BASE64_STANDARD.decode(held).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(damaged)?;
        let (user, password) = text.split_once(':').ok_or_else(damaged)?;
        Ok(Login::Basic { user: user.to_owned(), password: Secret::new(password) })
    }

    /// Remembers who asks a server.
    pub(super) fn set_login(&mut self, target: &str, login: &Login) {
        let (kind, held) = match login {
            Login::Basic { user, password } => {
                ("Basic", BASE64_STANDARD.encode(format!("{user}:{}", password.reveal())))
            }
            Login::Bearer(token) => ("Bearer", token.reveal().to_owned()),
            Login::None => return,
        };
        self.auth_type.insert(target.to_owned(), kind.to_owned());
        self.credentials.insert(target.to_owned(), held);
    }

    /// Writes the file anew, for its owner alone.
    pub(super) fn write(&self) -> Result<(), Ended> {
        let wrong = |e: &dyn std::fmt::Display| Ended::failed(format!("{}: {e}", self.path.display()));
        let mut text = Vec::new();
        let mut writer = serde_json::Serializer::with_formatter(
            &mut text,
            serde_json::ser::PrettyFormatter::with_indent(b"    "),
        );
        self.serialize(&mut writer).map_err(|e| wrong(&e))?;
        private_file::write(&self.path, &text).map_err(|e| wrong(&e))
    }

    /// Forgets everything.
    pub(super) fn delete(&self) -> Result<(), Ended> {
        match fs::remove_file(&self.path) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                Err(Ended::failed(format!("{}: {e}", self.path.display())))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn said(login: &Login) -> String {
        match login {
            Login::Basic { user, password } => format!("{user}/{}", password.reveal()),
            Login::Bearer(token) => format!("bearer {}", token.reveal()),
            Login::None => "none".to_owned(),
        }
    }

    #[test]
    fn the_file_is_the_stocks_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".brooklyn_cli");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let mut file = ConfigFile::read_from(&path).unwrap();
        let login = Login::Basic { user: "admin".to_owned(), password: Secret::new("pass:word") };
        file.set_login("https://a", &login);
        "https://a".clone_into(&mut file.target);
        file.skip_ssl_checks = true;
        file.write().unwrap();
        let expected = "{\n    \"authType\": {\n        \"https://a\": \"Basic\"\n    },\n    \"credentials\": {\n        \
             \"https://a\": \"YWRtaW46cGFzczp3b3Jk\"\n    },\n    \"skipSslChecks\": true,\n    \"target\": \"https://a\"\n}";
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = ConfigFile::read_from(&path).unwrap();
        assert_eq!(said(&again.login("https://a").unwrap()), "admin/pass:word");
        assert_eq!(said(&again.login("https://b").unwrap()), "none");
        again.delete().unwrap();
        again.delete().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn files_of_old_releases_are_understood_and_damage_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".brooklyn_cli");
        let old = r#"{"auth":{"http://a":{"username":"u","password":"p"}},"target":"http://a"}"#;
        fs::write(&path, old).unwrap();
        assert_eq!(said(&ConfigFile::read_from(&path).unwrap().login("http://a").unwrap()), "u/p");
        fs::write(&path, r#"{"credentials":{"http://a":"?"},"target":"http://a"}"#).unwrap();
        let why = ConfigFile::read_from(&path).unwrap().login("http://a").unwrap_err().message;
        assert!(why.contains("the login of http://a is damaged"), "{why}");
        fs::write(&path, "nonsense").unwrap();
        let why = ConfigFile::read_from(&path).err().unwrap().message;
        assert!(why.contains(".brooklyn_cli: this is not what"), "{why}");
    }
}

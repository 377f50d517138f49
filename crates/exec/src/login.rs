//! The environment of a clean login and the tools that scripts run on. A script must not see what the server
//! happened to be started with (its passwords least of all).

use std::env;
use std::path::PathBuf;

use nix::unistd::{Uid, User};

use crate::error::StartError;

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What every script of this executor starts from.
#[derive(Debug)]
pub(crate) struct Login {
    /// PATH, HOME, USER, LANG, TMPDIR.
    pub(crate) env: Vec<(&'static str, String)>,
    bash: Option<PathBuf>,
    sh: Option<PathBuf>,
    setsid: Option<PathBuf>,
}

impl Login {
    /// Reads it from this process and the user database.
    pub(crate) fn of_this_process() -> Self {
        let user = User::from_uid(Uid::current()).ok().flatten();
        let var = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let home = var("HOME").or_else(|| user.as_ref().map(|user| user.dir.to_string_lossy().into_owned()));
        let name = user.map(|user| user.name).or_else(|| var("USER"));
        let path = var("PATH").unwrap_or_else(|| DEFAULT_PATH.to_owned());
        let find = |tool: &str| {
            path.split(':')
                .chain(DEFAULT_PATH.split(':'))
                .filter(|dir| dir.starts_with('/'))
                .map(|dir| PathBuf::from(dir).join(tool))
                .find(|file| file.is_file())
        };
        Self {
            bash: find("bash"),
            sh: find("sh"),
            setsid: find("setsid"),
            env: vec![
                ("HOME", home.unwrap_or_else(|| "/".to_owned())),
                ("USER", name.unwrap_or_else(|| Uid::current().to_string())),
                ("LANG", var("LANG").unwrap_or_else(|| "C.UTF-8".to_owned())),
                ("TMPDIR", var("TMPDIR").unwrap_or_else(|| "/tmp".to_owned())),
                ("PATH", path),
            ],
        }
    }

    /// The account's home.
    pub(crate) fn home(&self) -> PathBuf {
        let home = self.env.iter().find(|(name, _)| *name == "HOME");
        PathBuf::from(home.map_or("/", |(_, home)| home.as_str()))
    }

    /// The account's name.
    pub(crate) fn user(&self) -> &str {
        self.env.iter().find(|(name, _)| *name == "USER").map_or("", |(_, user)| user)
    }

    /// Where bash is.
    pub(crate) fn bash(&self) -> Result<&PathBuf, StartError> {
        self.bash.as_ref().ok_or_else(|| self.missing("bash"))
    }

    /// Where the POSIX shell is.
    pub(crate) fn sh(&self) -> Result<&PathBuf, StartError> {
        self.sh.as_ref().ok_or_else(|| self.missing("sh"))
    }

    /// Where `setsid` of util-linux is; without it a script shares the server's session, but not its group.
    pub(crate) fn setsid(&self) -> Option<&PathBuf> {
        self.setsid.as_ref()
    }

    fn missing(&self, tool: &'static str) -> StartError {
        let path = self.env.iter().find(|(name, _)| *name == "PATH");
        StartError::NoTool(tool, path.map(|(_, path)| path.clone()).unwrap_or_default())
    }
}

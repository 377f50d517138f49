//! Which servers, who asks, whom to trust: from the line, the environment, or an earlier `login`. A password is never
//! a word of the line, where other users and the shell's history would see it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::Secret;
use clap::Args;
use client::{Client, Login, Options, Patience, ServerUrl, Trust};
use serde::{Deserialize, Serialize};

use super::failed::Failed;
use crate::br::stock_login;
use crate::private_file;
use crate::terminal::ask_password;

/// How to reach the plane.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Servers")]
pub struct Connect {
    /// A server of the plane; any one will do, and several are better: the master among them is found and followed
    /// (in the variable with commas between them).
    #[arg(
        long = "server",
        short = 's',
        value_name = "URL",
        env = "BROWNSTONE_SERVERS",
        value_delimiter = ',',
        global = true
    )]
    pub(crate) servers: Vec<String>,
    /// Who asks. The password comes from `BROWNSTONE_PASSWORD`, --password-file, an earlier login, or is asked for.
    #[arg(long, short = 'u', value_name = "NAME", env = "BROWNSTONE_USER", global = true)]
    user: Option<String>,
    /// A file with the password, for its owner alone (mode 600).
    #[arg(long, value_name = "FILE", global = true)]
    password_file: Option<PathBuf>,
    /// The authority of the servers' certificates, in PEM; a server keeps it in data/ca.pem.
    #[arg(long, value_name = "FILE", env = "BROWNSTONE_CA_FILE", global = true)]
    ca_file: Option<PathBuf>,
    /// Trust any certificate. Whoever sits between can read the password.
    #[arg(long, global = true)]
    skip_verify: bool,
    /// How long to try, in seconds, while servers come and go.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, global = true)]
    wait: u64,
    /// As JSON, as the server says it.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What `login` keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Kept {
    pub(crate) servers: Vec<String>,
    user: String,
    password: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<PathBuf>,
    skip_verify: bool,
}

/// Where `login` keeps it.
pub(crate) fn kept_file() -> PathBuf {
    let named = std::env::var_os("BROWNSTONE_LOGIN_FILE").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
    named.unwrap_or_else(|| home().join(".brownstone_login"))
}

fn kept(path: &Path) -> Result<Kept, Failed> {
    match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Kept::default()),
        _ => {}
    }
    let text = private_file::read(path).map_err(Failed::usage)?;
    serde_json::from_str(&text).map_err(|e| {
        Failed::usage(format!("{}: not what `brownstone login` writes: {e}; log in again", path.display()))
    })
}

impl Connect {
    /// A client for these servers. Nothing is asked yet.
    pub(crate) fn client(&self) -> Result<Client, Failed> {
        self.client_within(Duration::from_secs(self.wait))
    }

    /// As `client`, for at most so long for each request.
    pub(crate) fn client_within(&self, total: Duration) -> Result<Client, Failed> {
        let kept = self.kept()?;
        let login = self.login(&kept)?;
        self.made(&kept, login, total)
    }

    /// What is remembered after a login with what stands on this line; the password is asked for where none is given.
    pub(crate) fn to_keep(&self) -> Result<(Kept, Client), Failed> {
        let user = self.user.clone().ok_or_else(|| Failed::usage("who logs in? --user NAME"))?;
        if self.servers.is_empty() {
            return Err(Failed::usage(
                "into which servers? `brownstone login URL`, several URLs for a plane of several",
            ));
        }
        let password = match self.given_password()? {
            Some(password) => password,
            None => asked(&user)?,
        };
        let whole = |path: &PathBuf| {
            fs::canonicalize(path).map_err(|e| Failed::usage(format!("{}: {e}", path.display())))
        };
        let keep = Kept {
            servers: self.servers.clone(),
            user: user.clone(),
            password: password.reveal().to_owned(),
            ca_file: self.ca_file.as_ref().map(whole).transpose()?,
            skip_verify: self.skip_verify,
        };
        let client = self.made(&keep, Login::Basic { user, password }, Duration::from_secs(self.wait))?;
        Ok((keep, client))
    }

    fn made(&self, kept: &Kept, login: Login, total: Duration) -> Result<Client, Failed> {
        let named = if self.servers.is_empty() { &kept.servers } else { &self.servers };
        if named.is_empty() {
            return Err(Failed::usage(
                "which servers? Name them with --server URL or in BROWNSTONE_SERVERS, or `brownstone login` once",
            ));
        }
        let servers: Result<Vec<ServerUrl>, _> = named.iter().map(|given| given.trim().parse()).collect();
        let servers = servers.map_err(|e| Failed::usage(e.to_string()))?;
        let patience = Patience { total, ..Patience::default() };
        let patience =
            Patience { silent: patience.silent.min(total), answer: patience.answer.min(total), ..patience };
        let options = Options { login, trust: self.trust(kept)?, patience };
        Client::new(servers, options).map_err(|e| Failed::usage(e.to_string()))
    }

    fn trust(&self, kept: &Kept) -> Result<Trust, Failed> {
        let ca_file = self.ca_file.as_ref().or(kept.ca_file.as_ref());
        if self.skip_verify || (kept.skip_verify && self.ca_file.is_none()) {
            return Ok(Trust::Anything);
        }
        let Some(path) = ca_file else { return Ok(Trust::System) };
        let pem = fs::read(path).map_err(|e| Failed::usage(format!("--ca-file {}: {e}", path.display())))?;
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(Failed::usage(format!(
                "--ca-file {}: it holds no certificate in PEM; a server keeps its authority in data/ca.pem",
                path.display()
            )));
        }
        Ok(Trust::Authorities(pem))
    }

    fn login(&self, kept: &Kept) -> Result<Login, Failed> {
        let is_same = self.user.as_ref().is_none_or(|user| *user == kept.user);
        let user = self.user.clone().or_else(|| Some(kept.user.clone()).filter(|user| !user.is_empty()));
        let Some(user) = user else {
            let target = self.servers.first().or(kept.servers.first());
            return Ok(target.and_then(|target| stock_login(target)).unwrap_or(Login::None));
        };
        let password = match self.given_password()? {
            Some(password) => password,
            None if is_same && !kept.password.is_empty() => Secret::new(kept.password.as_str()),
            None => asked(&user)?,
        };
        Ok(Login::Basic { user, password })
    }

    /// Whether a request could be made without asking for a password.
    pub(crate) fn has_password(&self) -> bool {
        let Ok(kept) = self.kept() else { return false };
        let is_known = !kept.password.is_empty() && self.user.as_ref().is_none_or(|user| *user == kept.user);
        let is_stocks =
            || self.servers.first().or(kept.servers.first()).is_some_and(|url| stock_login(url).is_some());
        is_known || matches!(self.given_password(), Ok(Some(_))) || is_stocks()
    }

    /// From a file, else from the environment.
    fn given_password(&self) -> Result<Option<Secret>, Failed> {
        if let Some(path) = &self.password_file {
            let text = private_file::read(path).map_err(Failed::usage)?;
            return Ok(Some(Secret::new(text.trim_end_matches(['\n', '\r']))));
        }
        Ok(std::env::var("BROWNSTONE_PASSWORD").ok().filter(|p| !p.is_empty()).map(Secret::new))
    }

    fn kept(&self) -> Result<Kept, Failed> {
        let mut kept = kept(&kept_file())?;
        // Logins of `br` count too, where there is none of ours.
        if kept.servers.is_empty()
            && self.servers.is_empty()
            && let Some(target) = crate::br::stock_target()
        {
            kept.servers.push(target.url);
            kept.skip_verify = target.skip_verify;
        }
        Ok(kept)
    }
}

fn asked(user: &str) -> Result<Secret, Failed> {
    let password = ask_password(&format!("Password of {user}: ")).map_err(|e| {
        Failed::usage(format!(
            "the password of {user} cannot be asked for here ({e}); set BROWNSTONE_PASSWORD, or name a file with \
             --password-file"
        ))
    })?;
    if password.reveal().is_empty() { Err(Failed::usage("no password was given")) } else { Ok(password) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        connect: Connect,
    }

    fn connect(line: &str) -> Connect {
        Line::parse_from(std::iter::once("x").chain(line.split_whitespace())).connect
    }

    #[test]
    fn several_servers_may_be_named_and_a_wrong_one_is_said() {
        let kept = Kept::default();
        let made = |line: &str| connect(line).made(&kept, Login::None, Duration::from_secs(1));
        let client = made("-s https://a:1 -s https://b:1/,https://c:1 --skip-verify").unwrap();
        let servers: Vec<String> = client.servers().iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["https://a:1", "https://b:1", "https://c:1"]);
        assert!(made("-s nonsense").unwrap_err().why.contains("nonsense"));
        assert!(made("").unwrap_err().why.contains("--server URL"));
        assert!(made("-s https://a:1 --ca-file /nope").unwrap_err().why.contains("--ca-file /nope"));
    }

    #[test]
    fn a_password_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        fs::write(&path, "hush\n").unwrap();
        let line = format!("--user u --password-file {}", path.display());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(connect(&line).given_password().unwrap_err().why.contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(connect(&line).given_password().unwrap().unwrap().reveal(), "hush");
    }
}

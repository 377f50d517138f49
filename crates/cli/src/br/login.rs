//! `login`, `version`, `access`.

use std::io::{self, BufRead, Write};

use base::Secret;
use client::Login;
use serde_json::Value;

use super::ended::Ended;
use super::flags::Parsed;
use super::session::{Failed, Session, print};
use crate::json::text;
use crate::terminal::ask_password;

const VERSION: &str = "/v1/server/version";

/// Remembers a server and who asks, and then sees whether it lets them in: in this order, as the stock does.
pub(super) fn login(session: &mut Session, parsed: &Parsed) -> Result<(), Ended> {
    let [url, more @ ..] = parsed.arguments.as_slice() else {
        return Err(Ended::usage("A URL must be provided as the first argument"));
    };
    let url = url.strip_suffix('/').unwrap_or(url);
    url.clone_into(&mut session.config.target);
    session.check_target()?;
    let login = match bearer(parsed) {
        Some(token) => Login::Bearer(token),
        None => who(session, url, more)?,
    };
    session.config.set_login(url, &login);
    session.config.skip_ssl_checks = parsed.is_set("skipSslChecks");
    session.config.write()?;
    session.reconnect();
    match session.json(VERSION) {
        Ok(said) => {
            print(&format!("Connected to Brooklyn version {} at {url}\n", text(&said, "version")));
            Ok(())
        }
        Err(Failed::Refused(answer)) if answer.status == 401 => Err(Ended::failed("Unauthorized")),
        Err(other) => Err(other.into()),
    }
}

/// `--authorization Bearer:TOKEN`, also with `authorization=` before it.
fn bearer(parsed: &Parsed) -> Option<Secret> {
    let given = parsed.value("authorization")?;
    let given = given.strip_prefix("authorization=").unwrap_or(&given);
    given.strip_prefix("Bearer:").map(Secret::new)
}

fn who(session: &Session, url: &str, given: &[String]) -> Result<Login, Ended> {
    let user = given.first().map_or("", String::as_str);
    let password = given.get(1).map_or("", String::as_str);
    if user.is_empty()
        && let known @ Login::Basic { .. } = session.config.login(url)?
    {
        return Ok(known);
    }
    let user = if user.is_empty() { ask_user()? } else { user.to_owned() };
    let password = if password.is_empty() {
        ask_password("Enter Password: ")
            .map_err(|e| Ended::failed(format!("the password cannot be asked for: {e}")))?
    } else {
        Secret::new(password)
    };
    Ok(Login::Basic { user, password })
}

fn ask_user() -> Result<String, Ended> {
    let asked = || -> io::Result<String> {
        print("Enter Username: ");
        io::stdout().flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    };
    match asked() {
        Ok(user) if !user.is_empty() => Ok(user),
        Ok(_) => Err(Ended::failed("EOF")),
        Err(e) => Err(Ended::failed(e.to_string())),
    }
}

pub(super) fn version(session: &mut Session) -> Result<(), Ended> {
    let said = session.json(VERSION)?;
    print(&format!("{}\n", text(&said, "version")));
    Ok(())
}

pub(super) fn access(session: &mut Session) -> Result<(), Ended> {
    let said = session.json("/v1/access")?;
    let allowed = said["locationProvisioningAllowed"] == Value::Bool(true);
    print(&format!("Location Provisioning Allowed: {allowed}\n"));
    Ok(())
}

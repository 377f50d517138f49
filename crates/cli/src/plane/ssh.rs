//! `ssh`: a shell on the machine of an entity, in the folder that it runs in.

use std::os::unix::process::CommandExt;
use std::process::Command;

use clap::Args;
use serde_json::Value;

use super::failed::Failed;
use super::session::{Place, Session};
use crate::json::text;

/// How to get there, and what to do there.
#[derive(Debug, Args)]
pub(super) struct Ssh {
    /// An option of `ssh`, such as `-i ~/.ssh/key`; may be given several times.
    #[arg(short = 'o', long = "option", value_name = "OPTION", allow_hyphen_values = true)]
    options: Vec<String>,
    /// A command instead of a shell.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl Ssh {
    pub(super) fn run(self, session: &mut Session, place: &Place) -> Result<(), Failed> {
        let state = session.json(&format!("{}/sensors/current-state", place.path()))?;
        let words = words(&state, &self.options, &self.command).ok_or_else(|| {
            let folder = match text(&state, "run.dir") {
                "" => String::new(),
                folder => format!("; it runs beside its server, in {folder}"),
            };
            Failed::refused(format!("{}: it has no machine that is reached over SSH{folder}", place.entity))
        })?;
        if session.look.json {
            session.show(&Value::from(words), |_| String::new());
            return Ok(());
        }
        let (program, arguments) = words.split_first().ok_or_else(|| Failed::refused("nothing to run"))?;
        // This process becomes `ssh`: its exit code is the command's.
        let error = Command::new(program).args(arguments).exec();
        Err(Failed::refused(format!("ssh cannot be run: {error}")))
    }
}

/// `host.sshAddress` is `user@host:port`. None where the entity has none.
fn words(state: &Value, options: &[String], command: &[String]) -> Option<Vec<String>> {
    let address = Some(text(state, "host.sshAddress")).filter(|address| !address.is_empty())?;
    // An address of version 6 stands in brackets when a port follows.
    let (account, port) = match address.rsplit_once(':') {
        Some((account, port)) if port.parse::<u16>().is_ok() => (account, port),
        _ => (address, "22"),
    };
    let account = account.replace(['[', ']'], "");
    if account.starts_with('-') {
        return None;
    }
    let mut words: Vec<String> = ["ssh", "-p", port].map(str::to_owned).to_vec();
    // `-i ~/.ssh/key` comes as one word, and `ssh` takes two.
    for option in options {
        let (name, value) = option.split_once(char::is_whitespace).unwrap_or((option, ""));
        words.extend(
            [name, value.trim_start()].into_iter().filter(|word| !word.is_empty()).map(str::to_owned),
        );
    }
    let folder = text(state, "run.dir");
    let inside = if folder.is_empty() { String::new() } else { format!("cd {} && ", quoted(folder)) };
    if command.is_empty() {
        words.extend(["-t".to_owned(), account, format!("{inside}exec \"${{SHELL:-/bin/sh}}\" -l")]);
    } else {
        words.extend([account, format!("{inside}{}", command.join(" "))]);
    }
    Some(words)
}

/// One word for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_address_of_the_entity_is_where_it_goes() {
        let state = json!({ "host.sshAddress": "me@10.0.0.7:2222", "run.dir": "/run/it's" });
        let run = words(&state, &[], &["ls".to_owned(), "-l".to_owned()]).unwrap();
        assert_eq!(run, ["ssh", "-p", "2222", "me@10.0.0.7", "cd '/run/it'\\''s' && ls -l"]);
        let shell = words(&json!({ "host.sshAddress": "me@host" }), &["-v".to_owned()], &[]).unwrap();
        assert_eq!(shell, ["ssh", "-p", "22", "-v", "-t", "me@host", "exec \"${SHELL:-/bin/sh}\" -l"]);
        let key = ["-i ~/.ssh/key".to_owned(), "-o ProxyCommand=nc %h %p".to_owned()];
        let with_key = words(&json!({ "host.sshAddress": "me@host" }), &key, &["ls".to_owned()]).unwrap();
        assert_eq!(with_key[3..7], ["-i", "~/.ssh/key", "-o", "ProxyCommand=nc %h %p"]);
        assert_eq!(words(&json!({}), &[], &[]), None);
        assert_eq!(words(&json!({ "host.sshAddress": "-oProxyCommand=x" }), &[], &[]), None);
    }
}

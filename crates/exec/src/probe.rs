//! Trying a machine: what a person would look at who wants to know why nothing starts there. It changes nothing.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use engine::effect::SshTarget;
use engine::input::Host;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::login::Login;
use crate::options::Options;
use crate::ssh::{Command, Patience, connect, text};
use crate::work::Context;

/// How long one look may take in all.
const PROBE_WAIT_MAX: Duration = Duration::from_secs(30);
/// How long it may take to open a connection.
const TCP_WAIT_MAX: Duration = Duration::from_secs(10);
/// What is looked at on the machine itself, in this order.
const LOOKS: [&str; 3] = ["sudo", "disk", "tools"];

/// One look at a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// `tcp`, `ssh`, `sudo`, `disk` or `tools`.
    pub name: &'static str,
    /// What was seen: good, bad, or, after something bad, not looked at.
    pub is_good: Option<bool>,
    /// In words.
    pub says: String,
}

impl Look {
    fn good(name: &'static str, says: impl Into<String>) -> Look {
        Look { name, is_good: Some(true), says: says.into() }
    }

    fn bad(name: &'static str, says: impl Into<String>) -> Look {
        Look { name, is_good: Some(false), says: says.into() }
    }
}

/// Looks at a machine over SSH; `host` is this server's own. All looks are told, those after a bad one as not done.
pub async fn probe_ssh(host: Host, target: Arc<SshTarget>) -> Vec<Look> {
    let began = Instant::now();
    let address = (target.address.as_str(), target.port);
    let tcp = match timeout(TCP_WAIT_MAX, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => Look::good("tcp", stream.peer_addr().map(|a| a.to_string()).unwrap_or_default()),
        Ok(Err(error)) => return from("tcp", &[], error.to_string()),
        Err(_) => return from("tcp", &[], format!("no answer within {} s", TCP_WAIT_MAX.as_secs())),
    };
    let context = Context {
        host,
        options: Options::default(),
        login: Login::of_this_process(),
        permit: Box::new(|_| Err("a look changes nothing".to_owned())),
        report: Box::new(|_, _| {}),
        stop: AtomicBool::new(false),
    };
    // One try: whoever asks wants to know now.
    let once = SshTarget { tries: 1, ..SshTarget::clone(&target) };
    let until = Patience::Until(began + PROBE_WAIT_MAX);
    let session = match timeout(PROBE_WAIT_MAX, connect(&context, &once, until)).await {
        Ok(Ok(session)) => Arc::new(session),
        Ok(Err(error)) => return from("ssh", &[tcp], error.to_string()),
        Err(_) => return from("ssh", &[tcp], format!("no login within {} s", PROBE_WAIT_MAX.as_secs())),
    };
    let ssh = Look::good("ssh", format!("logged in to {}", session.name));
    let command = Command::look("looking at the machine").script(include_str!("ssh/sh/probe.sh"));
    let asked = timeout(PROBE_WAIT_MAX, session.ask(&command, None)).await;
    session.close().await;
    let looks = match asked {
        Ok(answer) => answer.and_then(text).map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PROBE_WAIT_MAX.as_secs())),
    };
    told(vec![tcp, ssh], looks)
}

/// Looks at this server's own host.
pub async fn probe_here() -> Vec<Look> {
    let login = Login::of_this_process();
    let looks = match timeout(PROBE_WAIT_MAX, run_here(&login)).await {
        Ok(looks) => looks,
        Err(_) => Err(format!("no answer within {} s", PROBE_WAIT_MAX.as_secs())),
    };
    told(Vec::new(), looks)
}

async fn run_here(login: &Login) -> Result<String, String> {
    let bash = login.bash().map_err(|error| error.to_string())?;
    let mut command = tokio::process::Command::new(bash);
    command.args(["--noprofile", "--norc", "-s"]).env_clear().envs(login.env.iter().cloned());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|e| format!("bash cannot be started: {e}"))?;
    if let Some(mut input) = child.stdin.take() {
        let script = include_bytes!("ssh/sh/probe.sh");
        input.write_all(script).await.map_err(|e| format!("bash does not listen: {e}"))?;
    }
    let output = child.wait_with_output().await.map_err(|e| format!("bash cannot be heard: {e}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the machine itself told: `NAME good|bad WORDS`, one a line.
fn told(mut all: Vec<Look>, answer: Result<String, String>) -> Vec<Look> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return from(LOOKS[0], &all, why),
    };
    all.extend(LOOKS.map(|name| {
        let line = answer.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
        match line.map(|l| l.split_once(' ').unwrap_or((l, ""))) {
            Some(("good", says)) => Look::good(name, says),
            Some((_, says)) => Look::bad(name, says),
            None => Look::bad(name, "the machine did not tell"),
        }
    }));
    all
}

/// All looks, where this one was bad.
fn from(bad: &'static str, before: &[Look], why: String) -> Vec<Look> {
    let mut all = before.to_vec();
    all.push(Look::bad(bad, why));
    let names = ["tcp", "ssh"].into_iter().chain(LOOKS);
    let after = names.skip_while(|name| *name != bad).skip(1);
    all.extend(after.map(|name| Look { name, is_good: None, says: String::new() }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_something_bad_is_not_looked_at() {
        let all = from("ssh", &[Look::good("tcp", "")], "no".to_owned());
        let seen: Vec<_> = all.iter().map(|l| (l.name, l.is_good)).collect();
        let none = |name| (name, None);
        assert_eq!(
            seen,
            [("tcp", Some(true)), ("ssh", Some(false)), none("sudo"), none("disk"), none("tools")]
        );
    }

    #[test]
    fn lines_of_the_machine_are_read_and_a_missing_one_is_bad() {
        let all = told(Vec::new(), Ok("noise\nsudo good as root\ndisk bad 1 MiB free\n".to_owned()));
        let seen: Vec<_> = all.iter().map(|l| (l.is_good, l.says.as_str())).collect();
        let missing = (Some(false), "the machine did not tell");
        assert_eq!(seen, [(Some(true), "as root"), (Some(false), "1 MiB free"), missing]);
    }

    #[tokio::test]
    async fn this_host_has_what_scripts_need() {
        let all = probe_here().await;
        assert_eq!(all.iter().map(|l| l.name).collect::<Vec<_>>(), LOOKS);
        assert_eq!(all.last().and_then(|l| l.is_good), Some(true), "{all:?}");
    }

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_told() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let target = SshTarget {
            address: "127.0.0.1".to_owned(),
            port,
            user: None,
            logins: Vec::new(),
            host_keys: engine::effect::HostKeys::Any,
            connect_timeout: base::Span::secs(5),
            tries: 4,
            tries_timeout: base::Span::secs(5),
        };
        let all = probe_ssh(crate::host("x", "/tmp"), Arc::new(target)).await;
        assert_eq!((all[0].name, all[0].is_good), ("tcp", Some(false)), "{all:?}");
    }
}

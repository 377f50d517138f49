//! Logging in by password, against a server of the test's own: a real sshd would need an account for it.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;

use base::{Secret, Span};
use engine::effect::{HostKeys, Outcome, SshLogin, SshTarget, Work};
use russh::server::{Auth, Config, Handler, Msg, Response, Session, run_stream};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use tokio::io::copy;

use super::sshd::keygen;
use crate::bench::Bench;

/// How this server lets people in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Password,
    Interactive,
    /// It closes the connection when somebody has logged in.
    ThenCloses,
}

struct Server {
    way: Way,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl Handler for Server {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        let right = user == "me" && password == "right" && self.way != Way::Interactive;
        Ok(if right { Auth::Accept } else { refused() })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        let Some(mut response) = response else {
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            });
        };
        let right =
            response.next().is_some_and(|answer| &*answer == b"right") && self.way == Way::Interactive;
        Ok(if right { Auth::Accept } else { refused() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: russh::server::ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        if self.way == Way::ThenCloses {
            return Err(russh::Error::Disconnect);
        }
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let mut child = tokio::process::Command::new("sh")
            .args(["-c", std::str::from_utf8(command).unwrap()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        session.channel_success(id)?;
        let (handle, channel) = (session.handle(), self.channels.remove(&id).unwrap());
        tokio::spawn(async move {
            let (mut from, mut to) = tokio::io::split(channel.into_stream());
            let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
            let input = tokio::spawn(async move { copy(&mut from, &mut stdin).await });
            copy(&mut stdout, &mut to).await.unwrap();
            let code = child.wait().await.unwrap().code().unwrap_or(255);
            input.abort();
            handle.exit_status_request(id, code as u32).await.unwrap();
            handle.eof(id).await.unwrap();
            handle.close(id).await.unwrap();
        });
        Ok(())
    }
}

fn refused() -> Auth {
    let methods = [MethodKind::Password, MethodKind::KeyboardInteractive];
    Auth::Reject { proceed_with_methods: Some(MethodSet::from(&methods[..])), partial_success: false }
}

/// Serves until the test process ends.
fn serve(way: Way) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let dir = tempfile::tempdir().unwrap();
    keygen(&dir.path().join("host"), &["-t", "ed25519", "-N", ""]);
    let key = russh::keys::load_secret_key(dir.path().join("host"), None).unwrap();
    let config = Arc::new(Config {
        keys: vec![key],
        auth_rejection_time: std::time::Duration::ZERO,
        ..Config::default()
    });
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let server = Server { way, channels: HashMap::new() };
                let config = config.clone();
                tokio::spawn(async move {
                    if let Ok(session) = run_stream(config, stream, server).await {
                        // How it ended is what the test looks at from the other side.
                        let _ended = session.await;
                    }
                });
            }
        });
    });
    port
}

fn target(port: u16, password: &str) -> SshTarget {
    SshTarget {
        address: "127.0.0.1".to_owned(),
        port,
        user: Some("me".to_owned()),
        logins: vec![SshLogin::Password(Secret::new(password))],
        host_keys: HostKeys::Any,
        connect_timeout: Span::secs(10),
        tries: 2,
        tries_timeout: Span::secs(20),
    }
}

#[test]
fn a_password_is_given_as_the_machine_wants_it() {
    let bench = Bench::new();
    for (task, way) in [("password", Way::Password), ("interactive", Way::Interactive)] {
        let port = serve(way);
        bench.at(&target(port, "right"), task, Work::FindPorts { wishes: Vec::new() });
        assert_eq!(bench.next_of(task), Outcome::Ports(Vec::new()), "{task}");
        let wrong = format!("{task}-wrong");
        bench.at(&target(port, "hidden"), &wrong, Work::FindPorts { wishes: Vec::new() });
        let why = bench.failed(&wrong);
        assert!(why.ends_with("cannot be logged in to over SSH: password: not accepted"), "{why}");
    }
}

#[test]
fn a_machine_that_closes_after_the_login_is_told_so() {
    let bench = Bench::new();
    bench.at(&target(serve(Way::ThenCloses), "right"), "t1", Work::Script(bench.script("true")));
    let why = bench.failed("t1");
    assert!(why.contains("after the login") && why.contains("tried 2 times"), "{why}");
}

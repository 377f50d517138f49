//! Talks to the servers as a user would: HTTPS checked against the plane's own authority, with its login.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::plane::{Plane, Server};

/// The user that a plane begins with.
const USER: &str = "admin";

/// A login to the plane, and the program that carries requests.
pub(crate) struct Client {
    carrier: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    authority: String,
    password: String,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) body: String,
}

impl Client {
    /// Take the login that the plane's first server wrote down, and the authority to trust.
    pub(crate) fn log_in(plane: &Plane) -> Result<Self> {
        let password = first_of(plane, "data/initial-password")?.trim().to_owned();
        let authority = first_of(plane, "data/ca.pem")?;
        Self::new(authority, password)
    }

    fn new(authority: String, password: String) -> Result<Self> {
        let script = include_str!("client.mjs");
        let mut node = Command::new("node");
        node.args(["--input-type=module", "--eval", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        // In a group of its own, so that a Ctrl-C does not end it while servers are being stopped.
        let mut carrier =
            node.process_group(0).spawn().context("Node.js is needed and could not be started")?;
        let (Some(requests), Some(answers)) = (carrier.stdin.take(), carrier.stdout.take()) else {
            bail!("Node.js was started without its pipes");
        };
        Ok(Self { carrier, requests, answers: BufReader::new(answers), authority, password })
    }

    /// The login as `curl -u` takes it.
    pub(crate) fn login(&self) -> String {
        format!("{USER}:{}", self.password)
    }

    /// Read something.
    pub(crate) fn get(&mut self, server: &Server, path: &str) -> Result<Answer> {
        self.ask(&json!({ "method": "GET", "url": format!("{}{path}", server.url()) }))
    }

    /// Send a blueprint.
    pub(crate) fn post_yaml(&mut self, server: &Server, path: &str, yaml: &str) -> Result<Answer> {
        let url = format!("{}{path}", server.url());
        self.ask(&json!({ "method": "POST", "url": url, "type": "application/x-yaml", "body": yaml }))
    }

    fn ask(&mut self, request: &Value) -> Result<Answer> {
        let mut request = request.clone();
        request["ca"] = json!(self.authority);
        request["auth"] = json!(self.login());
        // The request goes through a pipe and not through arguments: it has the password in it.
        writeln!(self.requests, "{request}").context("the carrier of requests has ended")?;
        let mut line = String::new();
        self.answers.read_line(&mut line).context("the carrier of requests does not answer")?;
        let answer: Value = serde_json::from_str(&line).context("the carrier of requests has ended")?;
        match (answer["status"].as_u64(), answer["error"].as_str()) {
            (Some(status), _) => {
                Ok(Answer { status, body: answer["body"].as_str().unwrap_or_default().to_owned() })
            }
            (None, error) => {
                bail!("{}: {}", request["url"].as_str().unwrap_or_default(), error.unwrap_or("no answer"))
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Nothing is lost with it; an error means that it is gone already.
        let _ = self.carrier.kill();
        let _ = self.carrier.wait();
    }
}

impl Answer {
    /// The body as JSON, when the answer is a good one; otherwise what the server said.
    pub(crate) fn json(&self) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!("the server answered {}: {}", self.status, self.body.trim());
        }
        serde_json::from_str(&self.body).with_context(|| format!("this answer is not JSON: {}", self.body))
    }
}

/// The content of a file that one of the servers has.
fn first_of(plane: &Plane, name: &str) -> Result<String> {
    let read = |home: &Path| fs::read_to_string(home.join(name)).ok();
    match plane.servers.iter().find_map(|server| read(&server.home)) {
        Some(text) => Ok(text),
        None => bail!("no server of {} has written {name}", plane.dir.display()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_server_that_is_not_there_is_an_error_and_the_client_goes_on() {
        let mut client = Client::new(String::new(), "secret-word".to_owned()).unwrap();
        // A port that nobody listens on: taken and given back.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Server { home: "nowhere".into(), port };
        for _ in 0..2 {
            let error = format!("{:#}", client.get(&server, "/v1/server/ha/state").unwrap_err());
            assert!(error.contains("ECONNREFUSED"), "{error}");
            assert!(!error.contains("secret-word"), "{error}");
        }
    }

    #[test]
    fn an_answer_that_is_not_good_tells_what_the_server_said() {
        let answer = Answer { status: 403, body: "{\"message\": \"only on the master\"}".to_owned() };
        let error = answer.json().unwrap_err().to_string();
        assert!(error.contains("403") && error.contains("only on the master"), "{error}");
        assert_eq!(Answer { status: 200, body: "\"MASTER\"".to_owned() }.json().unwrap(), "MASTER");
    }
}

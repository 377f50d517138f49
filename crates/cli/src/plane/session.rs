//! What a command works with: a client that follows the master, and how the output looks.

use std::time::Duration;

use client::{Answer, Client, Request};
use serde_json::Value;

use super::connect::Connect;
use super::failed::Failed;
use super::look::{Look, print};

/// A command's way to the plane.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) look: Look,
}

/// An entity of an application; the application itself where no entity is named. Ids or names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) application: String,
    pub(crate) entity: String,
}

impl Place {
    pub(crate) fn path(&self) -> String {
        api::paths::entity(&self.application, &self.entity)
    }

    /// The path of something that the entity has.
    pub(crate) fn below(&self, folder: &str, leaf: &str) -> String {
        api::paths::below(&self.path(), folder, leaf)
    }
}

impl Session {
    pub(crate) fn open(connect: &Connect) -> Result<Session, Failed> {
        Ok(Session { client: connect.client()?, look: Look::of_stdout(connect.json) })
    }

    /// Asks the master; a refusal is a failure.
    pub(crate) fn send(&mut self, request: &Request) -> Result<Answer, Failed> {
        done(self.client.send(request)?)
    }

    /// Reads JSON; an empty answer is null.
    pub(crate) fn json(&mut self, path: &str) -> Result<Value, Failed> {
        parse(&self.send(&Request::get(path))?)
    }

    /// Reads text.
    pub(crate) fn text(&mut self, path: &str) -> Result<String, Failed> {
        Ok(self.send(&Request::get(path))?.text())
    }

    /// Writes a form; so long may the answer take.
    pub(crate) fn post_form(
        &mut self,
        path: &str,
        fields: &[(String, String)],
        within: Option<Duration>,
    ) -> Result<Answer, Failed> {
        let request = Request::post(path, FORM, form(fields));
        done(self.client.send_within(&request, within)?)
    }

    /// The JSON for programs, or what people see of it.
    pub(crate) fn show(&self, said: &Value, people: impl FnOnce(Look) -> String) {
        if self.look.json {
            print(&format!("{said}\n"));
        } else {
            print(&people(self.look));
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Fields as forms and queries have them.
pub(crate) fn form(fields: &[(String, String)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", crate::br::form_text(name), crate::br::form_text(value)))
        .collect();
    pairs.join("&")
}

pub(crate) fn done(answer: Answer) -> Result<Answer, Failed> {
    if answer.is_success() { Ok(answer) } else { Err(Failed::of_answer(&answer)) }
}

/// An answer as JSON; an empty one is null.
pub(crate) fn parse(answer: &Answer) -> Result<Value, Failed> {
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer.body).map_err(|e| Failed::refused(format!("the answer is no JSON: {e}")))
}

//! An effector that makes a request over HTTP. Parameters that have the name of one of its fields count before it.

use base::limits::VALUE_BYTES_MAX;
use base::{EntityId, Secret};
use model::spec::{ConfigValue, EffectorBody, HttpEffector};
use model::value::{Coerced, ValueType};
use serde_json::Value;

use super::Called;
use super::snippet::snippet;
use crate::adjunct::shown;
use crate::advance::Flow;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::dsl::url_encoded;
use crate::effect::{HttpRequest, HttpResponse, Machine, Outcome, Work};
use crate::limits::HTTP_TIMEOUT;
use crate::machine::{Try, fail, settled};
use crate::place::MachineRef;
use crate::state::Root;
use crate::task::Task;
use crate::web::part_of;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

impl Draft {
    /// Makes the request of the effector that the task belongs to.
    pub(crate) fn make_request(&mut self, task: &Task) -> Flow {
        settled(self.try_make_request(task))
    }

    fn try_make_request(&mut self, task: &Task) -> Try<Flow> {
        let called = self.called_effector(task)?;
        let request = Fields::of(&self.root, &called)?.request()?;
        let what = format!("asks {} {}", request.method, address(&request.url));
        let host = self.host();
        let here = MachineRef::default();
        Ok(self.act(task, (&here, host.as_ref()), Machine::Server, what, Work::Http(request)))
    }

    /// The server has answered, or could not be asked.
    pub(crate) fn on_answer(&mut self, task: &Task, outcome: Outcome) -> Flow {
        match outcome {
            Outcome::Http(answer) => settled(self.try_on_answer(task, &answer)),
            Outcome::Failed(why) => Flow::Fail(format!("effector '{}' failed: {why}", task.name)),
            // Nothing else answers a request.
            _ => Flow::Wait,
        }
    }

    fn try_on_answer(&mut self, task: &Task, answer: &HttpResponse) -> Try<Flow> {
        let called = self.called_effector(task)?;
        let fields = Fields::of(&self.root, &called)?;
        if !(200..300).contains(&answer.status) {
            let request = fields.request()?;
            return fail(format!(
                "effector '{}' failed: {} {} answered with status {}: {}",
                called.spec.name,
                request.method,
                address(&request.url),
                answer.status,
                snippet(&answer.body, &sent_with(&request))
            ));
        }
        let wrong = |why: String| Flow::Fail(format!("effector '{}': {why}", called.spec.name));
        let part = |path: &str| Ok(shown(&part_of(&answer.body, path).map_err(wrong)?));
        let path = fields.text("jsonPath", None)?.or_else(|| fields.http.json_path.clone());
        let result = match path {
            Some(path) => part(&path)?,
            None => whole(&answer.body),
        };
        // All are read before the first is set.
        let sensors = fields.http.sensors.iter().map(|(name, path)| Ok((name.clone(), part(path)?)));
        for (name, value) in sensors.collect::<Try<Vec<_>>>()? {
            self.on_set_sensor(&called.entity.id, &name, value.into()).map_err(|e| wrong(e.to_string()))?;
        }
        Ok(Flow::Done(result.into()))
    }
}

/// An answer as a result; of a very long one the beginning.
fn whole(body: &str) -> String {
    match body.char_indices().find(|(at, c)| at + c.len_utf8() > VALUE_BYTES_MAX) {
        None => body.to_owned(),
        Some((at, _)) => {
            format!("{}\n... ({} bytes in all; jsonPath takes a part of it)", &body[..at], body.len())
        }
    }
}

/// An address without what may be secret in it.
fn address(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let bare = &url[..end];
    let Some((scheme, rest)) = bare.split_once("://") else { return bare.to_owned() };
    let host_ends = rest.find('/').unwrap_or(rest.len());
    let host_begins = rest[..host_ends].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[host_begins..])
}

/// What a request holds that nobody may see.
fn sent_with(request: &HttpRequest) -> Vec<Secret> {
    let headers = request.headers.iter().map(|(_, value)| value.clone());
    headers.chain(request.login.iter().map(|(_, password)| password.clone())).collect()
}

/// What an effector says of its request, with what the call says before it.
struct Fields<'a> {
    root: &'a Root,
    entity: &'a EntityId,
    http: &'a HttpEffector,
    called: &'a Called,
}

impl<'a> Fields<'a> {
    fn of(root: &'a Root, called: &'a Called) -> Try<Self> {
        match &called.spec.body {
            EffectorBody::Http(http) => Ok(Self { root, entity: &called.entity.id, http, called }),
            _ => fail(format!("effector '{}' makes no request", called.spec.name)),
        }
    }

    fn read(&self, name: &str, value_type: ValueType, own: Option<&ConfigValue>) -> Try<Coerced> {
        let given = self.called.call.params.get(name).filter(|v| !v.is_null()).cloned().map(ConfigValue::new);
        match given.as_ref().or(own) {
            Some(value) => self.root.resolve_at(self.entity, name, value_type, value).or_else(unreadable),
            None => Ok(Coerced::Null),
        }
    }

    fn text(&self, name: &str, own: Option<&ConfigValue>) -> Try<Option<String>> {
        Ok(self.read(name, ValueType::Text, own)?.text())
    }

    fn request(&self) -> Try<HttpRequest> {
        let http = self.http;
        let Some(url) = self.text("uri", Some(&http.uri))?.filter(|url| !url.trim().is_empty()) else {
            return fail(format!("effector '{}' has no uri to ask", self.called.spec.name));
        };
        let verb = self.text("httpVerb", None)?.unwrap_or_else(|| http.verb.clone());
        let mut headers: Vec<(String, Secret)> =
            match self.read("headers", ValueType::Map, http.headers.as_ref())? {
                Coerced::Map(map) => {
                    map.into_iter().map(|(name, value)| (name, Secret::new(shown(&value)))).collect()
                }
                _ => Vec::new(),
            };
        let body = match self.read("httpPayload", ValueType::Any, http.payload.as_ref())?.into_json() {
            Value::Null => None,
            payload => Some(encoded(&payload, &mut headers)),
        };
        let password = self.text("httpPassword", http.password.as_ref())?.unwrap_or_default();
        let user = self.text("httpUsername", http.username.as_ref())?;
        Ok(HttpRequest {
            method: verb.to_ascii_uppercase(),
            url,
            headers,
            login: user.map(|user| (user, Secret::new(password))),
            body: body.map(|text| text.into_bytes().into()),
            timeout: HTTP_TIMEOUT,
            trust_all: true,
        })
    }
}

/// What is sent, by the content type that the headers say; without one it is JSON, and said so.
fn encoded(payload: &Value, headers: &mut Vec<(String, Secret)>) -> String {
    let said = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let form = said.is_some_and(|(_, value)| value.reveal().to_ascii_lowercase().starts_with(FORM));
    if said.is_none() {
        headers.push(("Content-Type".to_owned(), Secret::new(JSON)));
    }
    match payload {
        Value::Object(fields) if form => {
            let pair = |(name, value): (&String, &Value)| {
                format!("{}={}", url_encoded(name), url_encoded(&shown(value)))
            };
            fields.iter().map(pair).collect::<Vec<_>>().join("&")
        }
        other => shown(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_is_shown_without_login_and_query() {
        for (url, shown) in [
            ("http://host/path?token=abc", "http://host/path"),
            ("https://joe:secret@host:8443/a@b#x", "https://host:8443/a@b"),
            ("https://joe:secret@host", "https://host"),
            ("nonsense?x=1", "nonsense"),
        ] {
            assert_eq!(address(url), shown);
        }
    }

    #[test]
    fn a_payload_is_sent_as_its_content_type_says() {
        let form = || vec![("content-type".to_owned(), Secret::new(FORM))];
        let plain = || vec![("Content-Type".to_owned(), Secret::new("text/plain"))];
        for (payload, headers, sent) in [
            (json!({ "a": 1, "b": [true] }), Vec::new(), r#"{"a":1,"b":[true]}"#),
            (json!("as it is"), Vec::new(), "as it is"),
            (json!({ "a b": "c&d", "n": 1 }), form(), "a+b=c%26d&n=1"),
            (json!("a=b"), form(), "a=b"),
            (json!({ "a": 1 }), plain(), r#"{"a":1}"#),
        ] {
            let mut given = headers.clone();
            assert_eq!(encoded(&payload, &mut given), sent);
            assert_eq!(given.len(), 1, "one content type");
        }
    }

    #[test]
    fn a_very_long_answer_is_cut_and_says_so() {
        assert_eq!(whole("short"), "short");
        let long = whole(&"ä".repeat(VALUE_BYTES_MAX));
        assert!(
            long.ends_with("ä\n... (131072 bytes in all; jsonPath takes a part of it)"),
            "{}",
            long.len()
        );
        assert!(long.len() < VALUE_BYTES_MAX + 100);
    }
}

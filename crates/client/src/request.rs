//! What is asked of the plane, and what it answers.

use bytes::Bytes;

/// The verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Writes.
    Post,
    /// Writes.
    Put,
    /// Writes.
    Delete,
}

impl Method {
    /// Whether it only reads.
    pub fn is_read(self) -> bool {
        self == Method::Get
    }

    /// On the wire.
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// Under which key a write is done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyed {
    /// The client makes a key.
    ByClient,
    /// The caller has one, of 1 to 200 printable ASCII characters.
    With(String),
    /// None: a write whose outcome is not known is not repeated.
    No,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Path and query, from `/v1` on, encoded.
    pub path: String,
    /// What is wanted.
    pub accept: Option<&'static str>,
    /// What the body is.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: Bytes,
    /// Under which key; no matter for reads.
    pub keyed: Keyed,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Request {
    /// Reads.
    pub fn get(path: impl Into<String>) -> Request {
        Request { accept: Some("application/json, text/plain"), ..Request::bare(Method::Get, path.into()) }
    }

    /// Writes a body of some kind.
    pub fn post(path: impl Into<String>, content_type: &'static str, body: impl Into<Bytes>) -> Request {
        let bare = Request::bare(Method::Post, path.into());
        Request { content_type: Some(content_type), body: body.into(), ..bare }
    }

    /// Removes.
    pub fn delete(path: impl Into<String>) -> Request {
        Request::bare(Method::Delete, path.into())
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    fn bare(method: Method, path: String) -> Request {
        Request {
            method,
            path,
            accept: None,
            content_type: None,
            body: Bytes::new(),
            keyed: Keyed::ByClient,
            headers: Vec::new(),
        }
    }
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Its words, as `404 Not Found`.
    pub status_line: String,
    /// Names are lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The first header of a name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether the request was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What a refusal says: the `message` of Brooklyn's error body, else the body.
    pub fn message(&self) -> String {
        serde_json::from_slice::<api::error::ApiError>(&self.body).map_or_else(|_| self.text(), |e| e.message)
    }
}

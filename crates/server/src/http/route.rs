//! A route as a declaration: verb, path, what it says, who may, what it takes and what it answers stand together
//! in its resource's file.
//!
//! The declarations are data of our own rather than macros of a library: the same lines drive the 404, 405, 415,
//! 406, the role gate and the permission check ([`super::resource`]) and the description that others read
//! ([`super::openapi`]), so that it cannot be wrong about them.

use std::pin::Pin;

use api::Permission;
use api::shape::Shape;
use axum::http::{Method, StatusCode};

use super::answer::Answer;
use super::call::Call;
use super::negotiate::{AS_JSON, Consumes};

type Handler = Box<dyn Fn(Call) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync>;

/// One verb of one path.
pub struct Route {
    /// The verb; GET answers HEAD too.
    pub method: Method,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// What it does, in a few words.
    pub says: &'static str,
    /// What a user must be allowed to do; `None`: a login is enough.
    pub permission: Option<Permission>,
    /// Whether it needs a server that holds the state.
    pub needs_state: bool,
    /// Whether it is a write that every role takes.
    pub is_exempt: bool,
    /// Whether it needs no login.
    pub is_public: bool,
    /// Whether it opens a session.
    pub opens_session: bool,
    /// What it takes in its query.
    pub query: Vec<Field>,
    /// What it takes as a form.
    pub form: Vec<Field>,
    /// Which bodies it takes.
    pub consumes: Consumes,
    /// What such a body is.
    pub body: Option<Shape>,
    /// Which forms its answer has, best first; empty: it does not look at `Accept`.
    pub produces: &'static [&'static str],
    /// What it answers, refusals apart.
    pub answers: Vec<(StatusCode, Content)>,
    run: Handler,
}

/// One value of a query or a form.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub is_needed: bool,
    /// What kind it is.
    pub kind: Kind,
    /// What it is, in a few words.
    pub says: &'static str,
}

/// What kind a value of a query or a form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// A length of time: `20s`, `500ms`, `1m`, or milliseconds.
    Span,
}

/// What an answer holds.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// Raw text.
    Text,
    /// Bytes: a picture, a zip.
    Bytes,
    /// JSON of this type.
    Json(Shape),
}

/// What `limit` of a list of tasks means.
pub(super) const LIMIT: &str = "At most so many (default 200; 0 or less: all)";

impl Route {
    /// A route that needs a login, answers JSON and looks at no body.
    fn new<F>(method: Method, path: &'static str, says: &'static str, run: fn(Call) -> F) -> Route
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        Route {
            method,
            path,
            says,
            permission: None,
            needs_state: false,
            is_exempt: false,
            is_public: false,
            opens_session: false,
            query: Vec::new(),
            form: Vec::new(),
            consumes: Consumes::Nothing,
            body: None,
            produces: AS_JSON,
            answers: Vec::new(),
            run: Box::new(move |call| Box::pin(run(call))),
        }
    }

    /// GET.
    pub fn get<F>(path: &'static str, says: &'static str, run: fn(Call) -> F) -> Route
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::GET, path, says, run)
    }

    /// POST.
    pub fn post<F>(path: &'static str, says: &'static str, run: fn(Call) -> F) -> Route
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::POST, path, says, run)
    }

    /// PUT.
    pub fn put<F>(path: &'static str, says: &'static str, run: fn(Call) -> F) -> Route
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::PUT, path, says, run)
    }

    /// DELETE.
    pub fn delete<F>(path: &'static str, says: &'static str, run: fn(Call) -> F) -> Route
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::DELETE, path, says, run)
    }

    /// Needs this permission.
    #[must_use]
    pub fn needs(mut self, permission: Permission) -> Route {
        self.permission = Some(permission);
        self
    }

    /// Needs a server that holds the state.
    #[must_use]
    pub fn hot(mut self) -> Route {
        self.needs_state = true;
        self
    }

    /// Is taken in every role.
    #[must_use]
    pub fn exempt(mut self) -> Route {
        self.is_exempt = true;
        self
    }

    /// Needs no login.
    #[must_use]
    pub fn public(mut self) -> Route {
        self.is_public = true;
        self
    }

    /// Opens a session.
    #[must_use]
    pub fn opens_session(mut self) -> Route {
        self.opens_session = true;
        self
    }

    /// Takes a value in the query; `name?` may be left out.
    #[must_use]
    pub fn query(mut self, name: &'static str, kind: Kind, says: &'static str) -> Route {
        self.query.push(Field::new(name, kind, says));
        self
    }

    /// Takes a form with this value among others; `name?` may be left out.
    #[must_use]
    pub fn form(mut self, name: &'static str, kind: Kind, says: &'static str) -> Route {
        self.consumes = Consumes::Form;
        self.form.push(Field::new(name, kind, says));
        self
    }

    /// Takes bodies of this type in these forms.
    #[must_use]
    pub fn takes(mut self, consumes: Consumes, body: Shape) -> Route {
        self.consumes = consumes;
        self.body = Some(body);
        self
    }

    /// Answers in these forms.
    #[must_use]
    pub fn gives(mut self, produces: &'static [&'static str]) -> Route {
        self.produces = produces;
        self
    }

    /// Answers 200 with JSON of this type.
    #[must_use]
    pub fn ok(self, shape: Shape) -> Route {
        self.answers(StatusCode::OK, Content::Json(shape))
    }

    /// Answers with this status.
    #[must_use]
    pub fn answers(mut self, status: StatusCode, content: Content) -> Route {
        self.answers.push((status, content));
        self
    }

    /// Answers a call.
    pub(super) fn run(&self, call: Call) -> impl Future<Output = Answer> + Send + use<> {
        (self.run)(call)
    }
}

impl Field {
    fn new(name: &'static str, kind: Kind, says: &'static str) -> Field {
        let optional = name.strip_suffix('?');
        Field { name: optional.unwrap_or(name), is_needed: optional.is_none(), kind, says }
    }
}

//! Verbs and answers as JSON lines, for the pipe between a check and its children. The core's own types have no
//! wire form, since nothing else ever sends them anywhere.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

#[derive(Serialize, Deserialize)]
pub(super) enum Ask {
    Create { name: String, bytes: Vec<u8> },
    Read { name: String },
    PutOwn { name: String, bytes: Vec<u8> },
    List { prefix: String, after: Option<String>, max: usize },
    Delete { name: String },
}

#[derive(Serialize, Deserialize)]
pub(super) enum Reply {
    Created,
    Exists,
    Content(Option<Vec<u8>>),
    Done,
    Page { names: Vec<String>, more: bool },
    Unknown(Trouble),
    Failed(Trouble),
}

#[derive(Serialize, Deserialize)]
pub(super) struct Trouble {
    kind: Kind,
    text: String,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Kind {
    Full,
    Denied,
    Unfit,
    Unreachable,
}

impl Ask {
    pub(super) fn of(verb: &Verb) -> Ask {
        let text = |name: &Name| name.as_str().to_owned();
        match verb {
            Verb::Create { name, bytes } => Ask::Create { name: text(name), bytes: bytes.to_vec() },
            Verb::Read { name } => Ask::Read { name: text(name) },
            Verb::PutOwn { name, bytes } => Ask::PutOwn { name: text(name), bytes: bytes.to_vec() },
            Verb::List { prefix, after, max } => {
                Ask::List { prefix: text(prefix), after: after.as_ref().map(text), max: *max }
            }
            Verb::Delete { name } => Ask::Delete { name: text(name) },
        }
    }

    pub(super) fn verb(self) -> Option<Verb> {
        let name = |text: String| Name::parse(&text);
        Some(match self {
            Ask::Create { name: text, bytes } => Verb::Create { name: name(text)?, bytes: Arc::from(bytes) },
            Ask::Read { name: text } => Verb::Read { name: name(text)? },
            Ask::PutOwn { name: text, bytes } => Verb::PutOwn { name: name(text)?, bytes: Arc::from(bytes) },
            Ask::List { prefix, after, max } => {
                let after = match after {
                    Some(text) => Some(name(text)?),
                    None => None,
                };
                Verb::List { prefix: name(prefix)?, after, max }
            }
            Ask::Delete { name: text } => Verb::Delete { name: name(text)? },
        })
    }
}

impl Reply {
    pub(super) fn of(answer: Answer) -> Reply {
        match answer {
            Answer::Created => Reply::Created,
            Answer::Exists => Reply::Exists,
            Answer::Content(bytes) => Reply::Content(bytes.map(|bytes| bytes.to_vec())),
            Answer::Done => Reply::Done,
            Answer::Page { names, more } => {
                Reply::Page { names: names.iter().map(|name| name.as_str().to_owned()).collect(), more }
            }
            Answer::Unknown(fault) => Reply::Unknown(fault.into()),
            Answer::Failed(fault) => Reply::Failed(fault.into()),
        }
    }

    pub(super) fn answer(self) -> Answer {
        match self {
            Reply::Created => Answer::Created,
            Reply::Exists => Answer::Exists,
            Reply::Content(bytes) => Answer::Content(bytes.map(Arc::from)),
            Reply::Done => Answer::Done,
            Reply::Page { names, more } => {
                Answer::Page { names: names.iter().filter_map(|text| Name::parse(text)).collect(), more }
            }
            Reply::Unknown(trouble) => Answer::Unknown(trouble.into()),
            Reply::Failed(trouble) => Answer::Failed(trouble.into()),
        }
    }
}

impl From<Fault> for Trouble {
    fn from(Fault { kind, text }: Fault) -> Trouble {
        let kind = match kind {
            FaultKind::Full => Kind::Full,
            FaultKind::Denied => Kind::Denied,
            FaultKind::Unfit => Kind::Unfit,
            FaultKind::Unreachable => Kind::Unreachable,
        };
        Trouble { kind, text }
    }
}

impl From<Trouble> for Fault {
    fn from(Trouble { kind, text }: Trouble) -> Fault {
        let kind = match kind {
            Kind::Full => FaultKind::Full,
            Kind::Denied => FaultKind::Denied,
            Kind::Unfit => FaultKind::Unfit,
            Kind::Unreachable => FaultKind::Unreachable,
        };
        Fault { kind, text }
    }
}

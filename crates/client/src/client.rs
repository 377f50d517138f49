//! The loop that carries a request to the master: it asks, sends and waits as `pursuit` says.

use std::time::{Duration, Instant};

use api::server::HaSummary;
use tokio::runtime::Runtime;

use crate::account::Account;
use crate::key::write_key;
use crate::members::Members;
use crate::options::Options;
use crate::pursuit::{GaveUp, Heard, Pursuit, Reason, Step};
use crate::request::{Answer, Keyed, Request};
use crate::server_url::ServerUrl;
use crate::transport::{Failure, Transport};
use crate::verdict::{Repeatable, Verdict, of_answer, of_failure, says_unknown};

/// Where every server says who is who.
const STATES: &str = "/v1/server/ha/states";
/// The longest wait for the states: a server that hangs should not hold up the look at the others.
const STATES_WITHIN: Duration = Duration::from_secs(3);

/// So much of a refusal goes into the account.
const MESSAGE_CHARS_MAX: usize = 200;

/// Why no client can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is nobody to ask.
    #[error("no server was given")]
    NoServer,
    /// An option.
    #[error("{0}")]
    Option(String),
}

/// Talks to the master of a plane, whoever that is.
#[derive(Debug)]
pub struct Client {
    members: Members,
    options: Options,
    transport: Transport,
    runtime: Runtime,
    born: Instant,
}

impl Client {
    /// Knows these servers to begin with. Nothing is asked yet.
    pub fn new(servers: Vec<ServerUrl>, options: Options) -> Result<Client, Unusable> {
        if servers.is_empty() {
            return Err(Unusable::NoServer);
        }
        let transport = Transport::new(&options).map_err(Unusable::Option)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Unusable::Option(format!("no runtime: {e}")))?;
        Ok(Client { members: Members::new(servers), options, transport, runtime, born: Instant::now() })
    }

    /// The servers that it knows, those it was given first.
    pub fn servers(&self) -> Vec<ServerUrl> {
        self.members.all()
    }

    /// Who was master when it last heard.
    pub fn master(&self) -> Option<&ServerUrl> {
        self.members.master()
    }

    /// Sends a request to the master, again and again if it must be, until it is answered or it is given up. A
    /// refusal (400, 404, ...) is an answer.
    pub fn send(&mut self, request: &Request) -> Result<Answer, GaveUp> {
        self.send_within(request, None)
    }

    /// As `send`, for a request that takes its time: so long may one answer take.
    pub fn send_within(&mut self, request: &Request, within: Option<Duration>) -> Result<Answer, GaveUp> {
        let begun = self.now();
        let mut patience = self.options.patience;
        patience.total = patience.total.max(within.unwrap_or_default());
        let key = key_of(request);
        let repeatable = match &key {
            _ if request.method.is_read() => Repeatable::Read,
            Some(_) => Repeatable::Keyed,
            None => Repeatable::IfNotDone,
        };
        let mut may_be_done = false;
        let mut pursuit = Pursuit::new(&self.members, begun, patience);
        loop {
            let now = self.now();
            match pursuit.next(&self.members, now) {
                Step::Wait(wait) => std::thread::sleep(wait),
                Step::AskStates(server) => {
                    let heard = match self.ask_states(&server) {
                        Ok(heard) => heard,
                        Err(unauthorized) => return Ok(unauthorized),
                    };
                    let now = self.now();
                    pursuit.heard(&mut self.members, &server, heard, now);
                }
                Step::Send(server) => {
                    let sent =
                        self.runtime.block_on(self.transport.send(&server, request, key.as_deref(), within));
                    let (verdict, why) = match &sent {
                        Ok(answer) => (of_answer(answer, repeatable), told(answer)),
                        Err(failure) => (of_failure(failure, repeatable), failure.to_string()),
                    };
                    if let (Verdict::Final, Ok(answer)) = (&verdict, sent.as_ref()) {
                        return Ok(answer.clone());
                    }
                    may_be_done |= may_be_recorded(&sent);
                    pursuit.sent(&self.members, &server, &verdict, why);
                }
                Step::GiveUp(reason) => {
                    let is_write = !request.method.is_read() && reason != Reason::OutcomeUnknown;
                    return Err(GaveUp {
                        reason,
                        after: now.saturating_sub(begun),
                        account: pursuit.account,
                        unresolved: key.filter(|_| is_write && may_be_done),
                    });
                }
            }
        }
    }

    /// Sends a request to this server, once, whatever it is.
    pub fn send_to(&self, server: &ServerUrl, request: &Request) -> Result<Answer, Failure> {
        let key = key_of(request);
        self.runtime.block_on(self.transport.send(server, request, key.as_deref(), None))
    }

    /// Asks each server that is known, the given ones first, until one answers; which one that was.
    pub fn ask_any(&self, request: &Request) -> Result<(ServerUrl, Answer), GaveUp> {
        let begun = self.now();
        let mut account = Account::default();
        for server in self.members.all() {
            match self.send_to(&server, request) {
                Ok(answer) => return Ok((server, answer)),
                Err(failure) => account.add(&server, failure.to_string()),
            }
        }
        let after = self.now().saturating_sub(begun);
        Err(GaveUp { reason: Reason::NoServer, after, account, unresolved: None })
    }

    /// A refused login ends everything: all servers of a plane know the same users.
    fn ask_states(&self, server: &ServerUrl) -> Result<Heard, Answer> {
        let within = STATES_WITHIN.min(self.options.patience.answer);
        let request = Request::get(STATES);
        let asked = self.transport.send(server, &request, None, Some(within));
        let answer = match self.runtime.block_on(asked) {
            Ok(answer) => answer,
            Err(failure @ Failure::Untrusted(_)) => return Ok(Heard::Untrusted(failure.to_string())),
            Err(failure) => return Ok(Heard::Silence(failure.to_string())),
        };
        Ok(match answer.status {
            200 => match serde_json::from_slice::<HaSummary>(&answer.body) {
                Ok(states) => Heard::States(states),
                Err(e) => Heard::Nothing(format!("{STATES} is not understood: {e}")),
            },
            401 => return Err(answer),
            403 | 404 => {
                let role = answer.header("x-ha-role");
                Heard::Itself { is_master: role.is_none_or(|role| role == "MASTER") }
            }
            _ => Heard::Nothing(told(&answer)),
        })
    }

    fn now(&self) -> Duration {
        self.born.elapsed()
    }
}

/// The key of a write; a system without randomness gives none, and the write then is not repeated.
fn key_of(request: &Request) -> Option<String> {
    if request.method.is_read() {
        return None;
    }
    match &request.keyed {
        Keyed::ByClient => write_key(),
        Keyed::With(key) => Some(key.clone()),
        Keyed::No => None,
    }
}

/// Whether a write may be recorded although this came of it.
fn may_be_recorded(sent: &Result<Answer, Failure>) -> bool {
    match sent {
        Ok(answer) => answer.status == 503 && says_unknown(answer),
        Err(failure) => matches!(failure, Failure::Lost(_) | Failure::Late(_)),
    }
}

/// An answer that is not the last, in few words.
fn told(answer: &Answer) -> String {
    let role = answer.header("x-ha-role").map(|role| format!(", {role}")).unwrap_or_default();
    let message: String = answer.message().chars().take(MESSAGE_CHARS_MAX).collect();
    let message =
        if answer.is_success() || message.is_empty() { String::new() } else { format!(": {message}") };
    format!("{}{role}{message}", answer.status_line)
}

//! How to reach the servers: login, trust, and how long to try.

use std::time::Duration;

use base::Secret;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Login {
    /// Name and password.
    Basic {
        /// Who.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token.
    Bearer(Secret),
    /// Nobody: the server has its login switched off.
    None,
}

/// Which certificates are good.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Those of the authorities that this host trusts.
    System,
    /// Those of these authorities, in PEM, and no others.
    Authorities(Vec<u8>),
    /// All. Whoever sits between can read the password.
    Anything,
}

/// How long to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one answer.
    pub answer: Duration,
    /// For one request in all, with every repetition.
    pub total: Duration,
    /// While no server at all answers.
    pub silent: Duration,
    /// After which the list of servers is asked for again.
    pub refresh: Duration,
}

impl Default for Patience {
    /// Longer than a take-over after a lost host with the shipped timeout (30 s).
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            total: Duration::from_mins(1),
            silent: Duration::from_secs(5),
            refresh: Duration::from_secs(30),
        }
    }
}

/// How to reach the servers.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who asks.
    pub login: Login,
    /// Which certificates are good.
    pub trust: Trust,
    /// How long to try.
    pub patience: Patience,
}

//! Why something was not done on a machine.

/// In the words that a person gets to read.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SshError {
    /// There was a connection, and it broke.
    #[error("connection to {host} lost while {doing}")]
    Lost {
        /// `user@host:port`.
        host: String,
        /// What was under way.
        doing: String,
    },
    /// There was a connection, it broke, and no other one could be made.
    #[error("connection to {host} lost while {doing}; since then: {since}")]
    StaysAway {
        /// `user@host:port`.
        host: String,
        /// What was under way.
        doing: String,
        /// Why it could not be reached any more.
        since: String,
    },
    /// No connection could be made, as often as it was tried.
    #[error("{host} cannot be reached over SSH (tried {tries} times): {why}")]
    Unreachable {
        /// `user@host:port`.
        host: String,
        /// How often it was tried.
        tries: u32,
        /// Why the last try failed.
        why: String,
    },
    /// The machine is there, and who asks is not let in, or it is not the machine that is meant.
    #[error("{host} cannot be logged in to over SSH: {why}")]
    Login {
        /// `user@host:port`.
        host: String,
        /// Why.
        why: String,
    },
    /// There is a connection, and no answer came in time.
    #[error("{host} gave no answer within {secs}s while {doing}")]
    Silent {
        /// `user@host:port`.
        host: String,
        /// How long it was waited for.
        secs: u64,
        /// What was under way.
        doing: String,
    },
    /// The machine, or this server, says why.
    #[error("{0}")]
    Machine(String),
}

impl SshError {
    /// Whether the machine may be there again in a moment.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            SshError::Lost { .. }
                | SshError::StaysAway { .. }
                | SshError::Unreachable { .. }
                | SshError::Silent { .. }
        )
    }

    /// The same, with what was under way when the connection broke.
    pub(crate) fn after_loss(self, host: &str, doing: &str) -> SshError {
        match self {
            SshError::Machine(_) => self,
            SshError::StaysAway { since, .. } => {
                SshError::StaysAway { host: host.to_owned(), doing: doing.to_owned(), since }
            }
            since => SshError::StaysAway {
                host: host.to_owned(),
                doing: doing.to_owned(),
                since: since.to_string(),
            },
        }
    }
}

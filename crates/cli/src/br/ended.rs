//! How a command ends that did not succeed: its exit code and what it says where.

/// The end of a command.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: u8,
    /// Goes to standard output: what the stock says there too.
    pub(super) output: String,
    /// Goes to standard error.
    pub(super) message: String,
}

impl Ended {
    /// An argument is missing.
    pub(super) fn usage(message: impl Into<String>) -> Ended {
        Ended { code: 1, output: String::new(), message: message.into() }
    }

    /// Everything else that goes wrong.
    pub(super) fn failed(message: impl Into<String>) -> Ended {
        Ended { code: 2, output: String::new(), message: message.into() }
    }

    /// A flag that a command does not have.
    pub(super) fn wrong_flag(why: String, help: &str) -> Ended {
        Ended { code: 2, output: format!("Incorrect Usage: {why}\n\n{help}"), message: why }
    }

    /// A command that there is not.
    pub(super) fn no_topic(word: &str) -> Ended {
        Ended { code: 3, output: String::new(), message: format!("No help topic for '{word}'") }
    }
}

//! What is wrong with a pattern, a replacement or a search.

use fancy_regex::{CompileError, Error, ParseError, RuntimeError};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// Java would throw a `PatternSyntaxException`.
    #[error("the regular expression cannot be read: {why}")]
    Syntax {
        /// What is wrong with it.
        why: String,
    },
    /// It is too long, nested too deep, or stands for too much.
    #[error("the regular expression is too large: {why}")]
    TooLarge {
        /// Which limit it met.
        why: &'static str,
    },
    /// The text is too long, or would be.
    #[error("a text of more than {max} bytes is not searched or made (limit: TEXT_BYTES_MAX)", max = super::TEXT_BYTES_MAX)]
    TextTooLong,
    /// The search went back too often.
    #[error(
        "the regular expression takes too long on this text; repetitions within repetitions do that (limit: BACKTRACK_MAX)"
    )]
    TooMuchWork,
    /// There are more matches than are replaced.
    #[error("more than {max} matches are not replaced (limit: MATCHES_MAX)", max = super::MATCHES_MAX)]
    TooManyMatches,
    /// The replacement cannot be read.
    #[error("the replacement cannot be read: {why}")]
    Replacement {
        /// What is wrong with it.
        why: String,
    },
}

pub(super) fn syntax(why: impl Into<String>) -> RegexError {
    RegexError::Syntax { why: why.into() }
}

/// The engine's errors about a pattern. It counts in the translated pattern, so its places are not shown.
pub(super) fn at_compiling(error: Error) -> RegexError {
    match error {
        Error::ParseError(_, ParseError::RecursionExceeded) => {
            RegexError::TooLarge { why: "its groups are nested too deep" }
        }
        Error::ParseError(_, error) => syntax(error.to_string().to_lowercase()),
        Error::CompileError(error) => match *error {
            CompileError::InnerError(inner) if inner.size_limit().is_some() => too_large(),
            CompileError::InnerError(inner) => match inner.syntax_error() {
                Some(regex_syntax) => syntax(last_line(&regex_syntax.to_string())),
                None => too_large(),
            },
            CompileError::PatternTooComplex => too_large(),
            other => syntax(other.to_string().to_lowercase()),
        },
        other => at_work(other),
    }
}

fn too_large() -> RegexError {
    RegexError::TooLarge { why: "its repetitions stand for too much (limit: COMPILED_BYTES_MAX)" }
}

/// The engine draws the pattern above what it says about it.
fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or(text).trim_start_matches("error: ").to_owned()
}

/// The engine's errors during a search.
pub(super) fn at_work(error: Error) -> RegexError {
    match error {
        Error::RuntimeError(RuntimeError::BacktrackLimitExceeded | RuntimeError::StackOverflow) => {
            RegexError::TooMuchWork
        }
        other => syntax(other.to_string()),
    }
}

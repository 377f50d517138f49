//! Java's regular expressions: what `regexReplacement`, `regex:` predicates and templates mean by a pattern.
//!
//! Patterns are translated to those of `fancy-regex`, which has Java's look-around, back-references, atomic groups
//! and possessive quantifiers, and hands patterns without them to an engine of linear time. `java.tsv` holds what a
//! JDK answered. Different from Java: blocks (`\p{InGreek}`) are refused by name, and a backtracking that does not
//! end is an error instead of a thread that hangs.

mod class;
mod error;
mod flags;
mod replace;
mod translate;

use fancy_regex::{Regex as Engine, RegexBuilder};

pub use error::RegexError;

/// The longest pattern, in bytes.
pub const PATTERN_BYTES_MAX: usize = 16 * 1024;
/// The longest text that is searched or made, in bytes.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// How large a compiled pattern may be, in bytes.
pub const COMPILED_BYTES_MAX: usize = 1024 * 1024;
/// How often a search may go back before it is given up.
pub const BACKTRACK_MAX: usize = 1_000_000;
/// How many matches of one text are replaced.
pub const MATCHES_MAX: usize = 10_000;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Regex {
    /// Finds the pattern anywhere.
    find: Engine,
}

impl Regex {
    /// `Pattern.compile`.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        Ok(Self { find: compile(&translate::translate(pattern, false)?)? })
    }

    /// Whether the pattern is found somewhere in the text.
    pub fn find(&self, text: &str) -> Result<bool, RegexError> {
        bounded(text)?;
        self.find.is_match(text).map_err(error::at_work)
    }

    /// Java's `replaceAll`: `$1` and `${name}` in the replacement are groups, a backslash takes the next character
    /// as it is. As in Java, a bad replacement is an error only when there is something to replace.
    pub fn replace_all(&self, text: &str, replacement: &str) -> Result<String, RegexError> {
        replace::replace(&self.find, text, replacement, MATCHES_MAX)
    }

    /// The parts between the matches, as Java's `split` gives them with a negative limit.
    pub fn split(&self, text: &str) -> Result<Vec<String>, RegexError> {
        bounded(text)?;
        let mut parts = Vec::new();
        for part in self.find.split(text) {
            if parts.len() > MATCHES_MAX {
                return Err(RegexError::TooManyMatches);
            }
            parts.push(part.map_err(error::at_work)?.to_owned());
        }
        Ok(parts)
    }

    /// Java's `replaceFirst`.
    pub fn replace_first(&self, text: &str, replacement: &str) -> Result<String, RegexError> {
        replace::replace(&self.find, text, replacement, 1)
    }
}

/// A pattern that must match a text from its beginning to its end; `.` matches line ends too. This is what
/// predicates ask.
#[derive(Clone, Debug)]
pub struct FullRegex(Engine);

impl FullRegex {
    /// Compiles it.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let inner = translate::translate(pattern, true)?;
        compile(&format!("\\A(?:{inner})\\z")).map(Self)
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> Result<bool, RegexError> {
        bounded(text)?;
        self.0.is_match(text).map_err(error::at_work)
    }
}

fn compile(translated: &str) -> Result<Engine, RegexError> {
    let mut builder = RegexBuilder::new(translated);
    builder
        .backtrack_limit(BACKTRACK_MAX)
        .delegate_size_limit(COMPILED_BYTES_MAX)
        .delegate_dfa_size_limit(COMPILED_BYTES_MAX)
        .max_prog_size(COMPILED_BYTES_MAX);
    builder.build().map_err(error::at_compiling)
}

fn bounded(text: &str) -> Result<(), RegexError> {
    if text.len() > TEXT_BYTES_MAX { Err(RegexError::TextTooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

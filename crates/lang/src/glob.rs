//! Brooklyn's globs, as predicates use them: `*` is any text, `?` one character, `{a,b}` either; the rest is itself.

use crate::regex::{FullRegex, RegexError};

/// How deep braces may be nested.
const NESTED_MAX: usize = 20;

/// A glob that a whole text must match.
#[derive(Clone, Debug)]
pub struct Glob(FullRegex);

/// Why a glob cannot be read or applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// A brace has no partner.
    #[error("the glob `{glob}` has a `{brace}` without its partner")]
    Brace {
        /// The glob.
        glob: String,
        /// Which one.
        brace: char,
    },
    /// It is too large, or the text is.
    #[error("the glob cannot be matched: {0}")]
    Limit(#[from] RegexError),
}

impl Glob {
    /// Reads a glob.
    pub fn new(glob: &str) -> Result<Self, GlobError> {
        let fail = |brace| Err(GlobError::Brace { glob: glob.to_owned(), brace });
        let mut pattern = String::new();
        let mut open = 0;
        for c in glob.chars() {
            match c {
                '*' => pattern.push_str(".*"),
                '?' => pattern.push('.'),
                '{' if open == NESTED_MAX => return fail('{'),
                '{' => {
                    open += 1;
                    pattern.push_str("(?:");
                }
                '}' if open == 0 => return fail('}'),
                '}' => {
                    open -= 1;
                    pattern.push(')');
                }
                ',' if open > 0 => pattern.push('|'),
                c if c.is_alphanumeric() => pattern.push(c),
                c => pattern.extend(['\\', c]),
            }
        }
        if open > 0 { fail('{') } else { Ok(Self(FullRegex::new(&pattern)?)) }
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> Result<bool, GlobError> {
        Ok(self.0.matches(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_texts() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*", "a\nb/c", true),
            ("{a,b}.txt", "b.txt", true),
            ("{a,b}.txt", "c.txt", false),
            ("x{,y{1,2}*}", "xy2z", true),
            ("x{,y}", "x", true),
            ("a,b", "a,b", true),
            ("[ab].(x)$^\\", "[ab].(x)$^\\", true),
            ("[ab]", "a", false),
            ("é?", "é😀", true),
            ("", "", true),
        ] {
            assert_eq!(Glob::new(glob).and_then(|g| g.matches(text)), Ok(expected), "{glob} {text:?}");
        }
    }

    #[test]
    fn a_brace_needs_its_partner() {
        for (glob, message) in [
            ("{a", "the glob `{a` has a `{` without its partner"),
            ("a}", "the glob `a}` has a `}` without its partner"),
        ] {
            assert_eq!(Glob::new(glob).map(|_| ()).map_err(|e| e.to_string()), Err(message.to_owned()));
        }
        assert!(Glob::new(&"{".repeat(100)).is_err());
    }
}

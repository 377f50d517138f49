//! Inline flags: `(?i)`, `(?s-x:`.

use super::error::{RegexError, syntax};

/// The flags that change what the translation says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// `i`: capitals do not matter. The engine compares all letters so, Java only ASCII without `u`.
    pub(super) ignore_case: bool,
    /// `s`: a dot matches line ends too.
    pub(super) dot_all: bool,
    /// `m`: `^` and `$` match at line ends.
    pub(super) multi_line: bool,
    /// `x`: white space and comments do not count.
    pub(super) comments: bool,
    /// `d`: only `\n` ends a line.
    pub(super) unix_lines: bool,
}

impl Flags {
    /// With the flags of `text` (`i-s`) switched on and off.
    pub(super) fn with(mut self, text: &str) -> Result<Self, RegexError> {
        let mut on = true;
        for flag in text.chars() {
            match flag {
                '-' if on => on = false,
                'i' => self.ignore_case = on,
                's' => self.dot_all = on,
                'm' => self.multi_line = on,
                'x' => self.comments = on,
                'd' => self.unix_lines = on,
                'u' => {}
                'U' => {
                    return Err(syntax(
                        "the flag `U` is not supported; use classes such as \\p{IsAlphabetic}",
                    ));
                }
                other => return Err(syntax(format!("`{other}` is no flag that is known"))),
            }
        }
        Ok(self)
    }

    /// What the engine must be told when the flags change from `self` to `to`: the others are in the translation.
    pub(super) fn change(self, to: Self) -> String {
        let mut on = String::new();
        let mut off = String::new();
        for (before, after, letter) in
            [(self.ignore_case, to.ignore_case, 'i'), (self.multi_line, to.multi_line, 'm')]
        {
            if before != after {
                if after { on.push(letter) } else { off.push(letter) }
            }
        }
        if off.is_empty() { on } else { format!("{on}-{off}") }
    }
}

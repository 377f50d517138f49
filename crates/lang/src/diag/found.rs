//! Diagnostics as they are found, bounded: a hostile document must not fill the memory with its errors.

use super::{Diagnostic, Severity};

/// Errors kept of one text, and warnings kept of one text. More are counted only.
pub const KEPT_MAX: usize = 100;

/// What was found in a text up to now.
#[derive(Clone, Debug, Default)]
pub struct Found {
    kept: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Found {
    /// Takes one more. It can be completed through what is returned, unless there were too many already.
    pub fn push(&mut self, diagnostic: Diagnostic) -> Option<&mut Diagnostic> {
        let count = match diagnostic.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count > KEPT_MAX {
            return None;
        }
        self.kept.push(diagnostic);
        self.kept.last_mut()
    }

    /// Whether there was an error.
    pub fn failed(&self) -> bool {
        self.errors > 0
    }

    /// What was kept, in the order in which it was found.
    pub fn into_kept(self) -> Vec<Diagnostic> {
        self.kept
    }
}

impl Extend<Diagnostic> for Found {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

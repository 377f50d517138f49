//! What is to be said of an upload: errors and warnings in several documents, each with its item.

use std::fmt;
use std::sync::Arc;

use lang::diag::{Diagnostic, Found, KEPT_MAX, Located, Look, Position, render_in};

/// Shown in a message; more are counted.
const SHOWN_MAX: usize = 20;

/// A document that was read: its name and its text.
pub(super) type Document = Arc<(String, String)>;

/// An error or a warning, and the text that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    diagnostic: Diagnostic,
    item: Option<String>,
    document: Document,
}

impl Said {
    /// The error or warning; its message names the item.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.diagnostic
    }

    /// The item that it is about (`name:version`), where it is about one.
    pub fn item(&self) -> Option<&str> {
        self.item.as_deref()
    }

    /// With lines and columns.
    pub fn located(&self) -> Located {
        self.diagnostic.locate(&self.document.1)
    }

    /// With its snippet.
    pub fn rendered(&self, look: Look) -> String {
        render_in(&self.diagnostic, &self.document.1, look)
    }

    /// In one line, without anything of the text.
    pub fn one_line(&self) -> String {
        self.diagnostic.one_line(&self.document.1)
    }
}

/// What was said until now, bounded.
#[derive(Default)]
pub(super) struct Collected {
    said: Vec<Said>,
    errors: usize,
    warnings: usize,
}

impl Collected {
    /// Takes what was found in a document; `item` is put before each message.
    pub(super) fn take(&mut self, document: &Document, item: Option<&str>, found: Vec<Diagnostic>) {
        for mut diagnostic in found {
            let count = if diagnostic.is_error() { &mut self.errors } else { &mut self.warnings };
            *count += 1;
            if *count > KEPT_MAX {
                continue;
            }
            if let Some(item) = item {
                diagnostic.message = format!("item '{item}': {}", diagnostic.message);
            }
            self.said.push(Said { diagnostic, item: item.map(str::to_owned), document: document.clone() });
        }
    }

    /// Whether there was an error.
    pub(super) fn failed(&self) -> bool {
        self.errors > 0
    }

    /// A single error or warning.
    pub(super) fn push(&mut self, document: &Document, item: Option<&str>, diagnostic: Diagnostic) {
        let mut found = Found::default();
        found.push(diagnostic);
        self.take(document, item, found.into_kept());
    }

    /// Errors first, each in the order of its document.
    pub(super) fn into_said(mut self) -> Vec<Said> {
        self.said.sort_by(|a, b| {
            let place = |s: &Said| (s.diagnostic.severity, s.diagnostic.span.start);
            let ((a_severity, a_start), (b_severity, b_start)) = (place(a), place(b));
            let documents = a.document.0.cmp(&b.document.0);
            a_severity.cmp(&b_severity).then(documents).then(a_start.cmp(&b_start))
        });
        self.said
    }
}

/// Why an upload is refused: everything that there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    is_zip: bool,
    said: Vec<Said>,
}

impl Refused {
    pub(super) fn new(is_zip: bool, said: Vec<Said>) -> Self {
        Self { is_zip, said }
    }

    /// Errors, then warnings.
    pub fn items(&self) -> &[Said] {
        &self.said
    }

    /// The same with lines, columns and bytes: the JSON for editors.
    pub fn located(&self) -> Vec<Located> {
        self.said.iter().map(Said::located).collect()
    }

    /// All of them with their snippets.
    pub fn rendered(&self) -> String {
        let mut out: Vec<String> =
            self.said.iter().take(SHOWN_MAX).map(|s| s.rendered(Look::Plain)).collect();
        if self.said.len() > SHOWN_MAX {
            out.push(format!("... and {} more", self.said.len() - SHOWN_MAX));
        }
        out.join("\n\n")
    }

    /// What goes into `message` of the REST error: Brooklyn's words first, then all errors with their snippets.
    pub fn brooklyn_message(&self) -> String {
        format!("{self}\n\n{}", self.rendered())
    }
}

impl fmt::Display for Refused {
    /// One line for the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_zip {
            f.write_str("brooklyn-bom-yaml bundle installation error: ")?;
        }
        f.write_str("brooklyn-bom-bundle bundle installation error: ")?;
        let mut errors = self.said.iter().filter(|s| s.diagnostic.is_error());
        if let Some(Said { diagnostic, document, .. }) = errors.next() {
            let at = Position::of(&document.1, diagnostic.span.start);
            let (line, column) = (at.line, at.column);
            write!(f, "{} ({}, line {line}, column {column})", diagnostic.message, document.0)?;
        }
        match errors.count() {
            0 => Ok(()),
            1 => f.write_str(" and 1 more error"),
            n => write!(f, " and {n} more errors"),
        }
    }
}

impl std::error::Error for Refused {}

//! Diagnostics as text, in the manner of rustc: what, where, the line itself, what to do.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Diagnostic;
use super::locate::floor;

/// More than this many are counted, not shown: a broken document should not fill a terminal.
pub(super) const SHOWN_MAX: usize = 20;
/// Characters of a line on each side of the marked place that are shown.
const CONTEXT_BYTES: usize = 2000;

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing but text.
    Plain,
    /// With the colours of a terminal.
    Coloured,
}

/// One diagnostic as text (no colours), without a line feed at its end.
pub fn render(diagnostic: &Diagnostic, text: &str) -> String {
    render_in(diagnostic, text, Look::Plain)
}

/// One diagnostic as text, without a line feed at its end.
pub fn render_in(diagnostic: &Diagnostic, text: &str, look: Look) -> String {
    let (window, first_line, span) = window(text, &diagnostic.span);
    let mut mark = AnnotationKind::Primary.span(span);
    if let Some(label) = &diagnostic.label {
        mark = mark.label(label.as_str());
    }
    let level = if diagnostic.is_error() { Level::ERROR } else { Level::WARNING };
    let snippet =
        Snippet::source(window).line_start(first_line).path(diagnostic.source.as_str()).annotation(mark);
    let mut group = level.primary_title(diagnostic.message.as_str()).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match look {
        Look::Plain => Renderer::plain(),
        Look::Coloured => Renderer::styled(),
    };
    renderer.render(&[group])
}

/// All of them, errors first, each in the order of the text.
pub fn render_all(diagnostics: &[Diagnostic], text: &str) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| (d.severity, d.span.start));
    let mut out: Vec<String> = sorted.iter().take(SHOWN_MAX).map(|d| render(d, text)).collect();
    if sorted.len() > SHOWN_MAX {
        out.push(format!("... and {} more", sorted.len() - SHOWN_MAX));
    }
    out.join("\n\n")
}

/// The line of the place (of a long one only what is near), its number, and the place within it. A place that
/// spans lines is cut at the end of its first: the beginning is what the eye looks for.
fn window<'t>(text: &'t str, span: &Range<usize>) -> (&'t str, usize, Range<usize>) {
    let start = floor(text, span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let end = floor(text, span.end).clamp(start, line_end);
    let from = floor(text, start.saturating_sub(CONTEXT_BYTES)).max(line_start);
    let to = floor(text, end.saturating_add(CONTEXT_BYTES)).min(line_end);
    let number = text[..line_start].bytes().filter(|b| *b == b'\n').count() + 1;
    let end = end.min(to);
    (&text[from..to], number, start - from..end - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_shows_its_line_and_what_to_do() {
        let text = "services:\n- typ: BasicEntity\n";
        let d = Diagnostic::error("app.yaml", 12..15, "the service has no type")
            .label("expected `type`")
            .help("did you mean `type`?");
        assert_eq!(
            render(&d, text),
            "error: the service has no type
 --> app.yaml:2:3
  |
2 | - typ: BasicEntity
  |   ^^^ expected `type`
  |
  = help: did you mean `type`?"
        );
        assert_eq!(d.one_line(text), "app.yaml:2:3: error: the service has no type (did you mean `type`?)");
    }

    #[test]
    fn odd_places_and_long_lines_are_shown_too() {
        for (text, span) in [("", 0..0), ("a", 5..9), ("ü", 1..1), ("a\nb", 1..3), ("\n\n", 2..2)] {
            assert!(render(&Diagnostic::error("x", span, "m"), text).starts_with("error: m"));
        }
        let long = "x".repeat(1_000_000);
        assert!(render(&Diagnostic::error("x", 500_000..500_001, "m"), &long).len() < 1000);
    }
}

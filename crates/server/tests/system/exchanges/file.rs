//! Files of exchanges: what is asked, and what was answered when the file was last written. The form is told in
//! `tests/exchanges/README.md`.

use std::fmt::Write as _;

/// An exchange as its file has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    /// Lines of words before it.
    pub(crate) comment: Vec<String>,
    pub(crate) title: String,
    /// `@...` lines before the request.
    pub(crate) marks: Vec<(String, String)>,
    /// Verb and path.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) answer: Recorded,
    /// `@keep` lines: a name, and where in the answer its value stands.
    pub(crate) keeps: Vec<(String, String)>,
}

/// An answer as its file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Status and media type.
    pub(crate) status: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Exchange {
    pub(crate) fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn verb(&self) -> &str {
        self.line.split(' ').next().unwrap()
    }

    pub(crate) fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_else(|| panic!("{}: no path", self.title))
    }
}

impl Recorded {
    /// The status alone.
    pub(crate) fn code(&self) -> u16 {
        self.status.split(' ').next().unwrap().parse().unwrap_or(0)
    }
}

pub(crate) fn read(text: &str) -> Vec<Exchange> {
    let mut all: Vec<Exchange> = Vec::new();
    let mut comment: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("### ") {
            let mut one = Exchange { title: title.to_owned(), ..Exchange::default() };
            one.comment = std::mem::take(&mut comment);
            while let Some(mark) = lines.next_if(|l| l.starts_with('@')) {
                let (name, value) = mark[1..].split_once(' ').unwrap_or((&mark[1..], ""));
                one.marks.push((name.to_owned(), value.to_owned()));
            }
            lines.next().unwrap_or_else(|| panic!("{title}: no request")).clone_into(&mut one.line);
            while let Some(header) = lines.next_if(|l| l.contains(": ") && !l.starts_with([' ', '='])) {
                let (name, value) = header.split_once(": ").unwrap();
                one.headers.push((name.to_owned(), value.to_owned()));
            }
            one.body = body(&mut lines);
            if let Some(status) = lines.next_if(|l| l.starts_with("=>")) {
                status[2..].trim().clone_into(&mut one.answer.status);
                while let Some(header) =
                    lines.next_if(|l| l.contains(": ") && !l.starts_with([' ', '@', '#']))
                {
                    one.answer.headers.push(header.to_owned());
                }
                one.answer.body = body(&mut lines);
            }
            while let Some(keep) = lines.next_if(|l| l.starts_with("@keep ")) {
                let (name, place) = keep["@keep ".len()..].split_once(" = ").unwrap();
                one.keeps.push((name.to_owned(), place.to_owned()));
            }
            all.push(one);
        } else if !line.is_empty() {
            comment.push(line.to_owned());
        }
    }
    all
}

/// Indented lines, and empty ones between them.
fn body<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> String {
    let mut body = String::new();
    while let Some(line) = lines.next_if(|l| l.is_empty() || l.starts_with("    ")) {
        body.push_str(line.strip_prefix("    ").unwrap_or(line));
        body.push('\n');
    }
    body.trim_matches('\n').to_owned()
}

pub(crate) fn write(all: &[Exchange]) -> String {
    let mut text = String::new();
    for one in all {
        for line in &one.comment {
            let _ = writeln!(text, "{line}");
        }
        if !one.comment.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "### {}", one.title);
        for (name, value) in &one.marks {
            let _ = writeln!(text, "{}", format!("@{name} {value}").trim_end());
        }
        let _ = writeln!(text, "{}", one.line);
        for (name, value) in &one.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        indent(&mut text, &one.body);
        let _ = writeln!(text, "=> {}", one.answer.status);
        for header in &one.answer.headers {
            let _ = writeln!(text, "{header}");
        }
        indent(&mut text, &one.answer.body);
        for (name, place) in &one.keeps {
            let _ = writeln!(text, "@keep {name} = {place}");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end_matches('\n').len());
    text.push('\n');
    text
}

fn indent(text: &mut String, body: &str) {
    if body.is_empty() {
        return;
    }
    for line in body.lines() {
        let _ = writeln!(text, "{}", format!("    {line}").trim_end());
    }
}

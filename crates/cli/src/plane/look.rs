//! How things look: tables for people in the width of their terminal, colours where there are some, one JSON for
//! programs.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::os::fd::AsFd;

use serde_json::Value;

/// A column is not made narrower than this, however narrow the terminal.
const COLUMN_MIN: usize = 8;

/// What the output is shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) json: bool,
    /// The terminal's width in letters; none where there is no terminal, and nothing is cut.
    pub(crate) width: Option<usize>,
    pub(crate) colours: bool,
}

/// How a word is meant. The sixteen colours of the terminal are used, which its owner has chosen for dark or light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Busy,
    Bad,
    Faint,
}

impl Look {
    /// Of standard output.
    pub(crate) fn of_stdout(json: bool) -> Look {
        Look::of(std::io::stdout(), json)
    }

    /// Of standard error, where progress is shown.
    pub(crate) fn of_stderr() -> Look {
        Look::of(std::io::stderr(), false)
    }

    fn of(stream: impl IsTerminal + AsFd, json: bool) -> Look {
        let is_terminal = stream.is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let width = rustix::termios::tcgetwinsize(stream).ok().map(|size| usize::from(size.ws_col));
        let width = width.filter(|width| is_terminal && *width > 0);
        Look { json, width, colours: is_terminal && !no_colour }
    }

    /// A word in its tone.
    pub(crate) fn toned(self, tone: Tone, word: &str) -> String {
        let code = match tone {
            Tone::Plain => return word.to_owned(),
            _ if !self.colours => return word.to_owned(),
            Tone::Good => "32",
            Tone::Busy => "36",
            Tone::Bad => "1;31",
            Tone::Faint => "2",
        };
        format!("\x1b[{code}m{word}\x1b[0m")
    }

    /// A table without borders. Where it is too wide, the widest columns are cut, and end in `…`.
    pub(crate) fn table(self, header: &[&str], rows: &[Vec<String>]) -> String {
        let columns = header.len();
        let cell = |row: &[String], n: usize| row.get(n).map(|cell| one_line(cell)).unwrap_or_default();
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| (0..columns).map(|n| cell(row, n)).collect()).collect();
        let mut widths: Vec<usize> = header.iter().map(|h| h.chars().count()).collect();
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        self.fit(&mut widths);
        let mut out = String::new();
        let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
        self.line(&mut out, &header, &widths, |_| Tone::Faint);
        for row in &rows {
            self.line(&mut out, row, &widths, tone_of);
        }
        out
    }

    /// Names and values.
    pub(crate) fn card(self, pairs: &[(&str, String)]) -> String {
        let widest = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let mut out = String::new();
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            let label = self.toned(Tone::Faint, &format!("{name:widest$}"));
            let indent = " ".repeat(widest + 2);
            let value: String =
                value.trim_end().chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
            let value = value.replace('\n', &format!("\n{indent}"));
            // Writing to a text cannot fail.
            let _ = writeln!(out, "{label}  {}", self.toned(tone_of(&value), &value));
        }
        out
    }

    fn fit(self, widths: &mut [usize]) {
        let Some(most) = self.width else { return };
        let gaps = 2 * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > most {
            let Some(widest) = widths.iter_mut().max() else { return };
            if *widest <= COLUMN_MIN {
                return;
            }
            *widest -= 1;
        }
    }

    fn line(self, out: &mut String, cells: &[String], widths: &[usize], tone: fn(&str) -> Tone) {
        let mut line = String::new();
        for (n, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let shown = cut(cell, *width);
            let gap = if n + 1 == cells.len() { 0 } else { width - shown.chars().count() + 2 };
            line.push_str(&self.toned(tone(cell), &shown));
            line.extend(std::iter::repeat_n(' ', gap));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// What the server's words for states mean.
pub(crate) fn tone_of(word: &str) -> Tone {
    match word.to_ascii_lowercase().replace('_', "-").as_str() {
        "running" | "master" | "completed" | "true" | "hot-standby" | "standby" => Tone::Good,
        "starting" | "stopping" | "in progress" | "initializing" | "accepted" | "suspended" => Tone::Busy,
        "error" | "on-fire" | "failed" | "false" | "cancelled" => Tone::Bad,
        "stopped" | "created" | "terminated" | "null" | "-" => Tone::Faint,
        _ => Tone::Plain,
    }
}

/// How many lines the terminal has; none where there is no terminal.
pub(crate) fn rows_of_stdout() -> Option<usize> {
    let stdout = std::io::stdout();
    let rows = rustix::termios::tcgetwinsize(&stdout).ok().map(|size| usize::from(size.ws_row));
    rows.filter(|rows| stdout.is_terminal() && *rows > 0)
}

/// At most so many letters; what was cut ends in `…`. Addresses, classes and paths are told apart by their ends: they
/// begin with it.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let is_name = !text.contains(char::is_whitespace) && text.contains(['/', '.', ':']);
    if is_name {
        return ['…'].into_iter().chain(text.chars().skip(count + 1 - width.max(1))).collect();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}

/// A value for people: text as it is, what is missing as a dash.
pub(crate) fn value(of: &Value) -> String {
    match of {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Prints. A reader that goes (`| head`) has seen enough.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { json: false, width: None, colours: false };

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        vec![row(["a1", "a name that is long", "RUNNING"]), row(["b2", "two\nlines", "ON_FIRE"])]
    }

    #[test]
    fn a_table_fits_its_terminal_and_is_whole_elsewhere() {
        let header = ["ID", "NAME", "STATE"];
        assert_eq!(
            PLAIN.table(&header, &rows()),
            "ID  NAME                 STATE\na1  a name that is long  RUNNING\nb2  two lines            ON_FIRE\n"
        );
        let narrow = Look { width: Some(24), ..PLAIN };
        assert_eq!(
            narrow.table(&header, &rows()),
            "ID  NAME         STATE\na1  a name tha…  RUNNING\nb2  two lines    ON_FIRE\n"
        );
        for line in narrow.table(&header, &rows()).lines() {
            assert!(line.chars().count() <= 24, "{line}");
        }
    }

    #[test]
    fn what_is_told_apart_by_its_end_keeps_that() {
        assert_eq!(cut("https://10.0.0.1:8443/", 12), "…0.0.1:8443/");
        assert_eq!(cut("org.apache.brooklyn.BasicEntity", 12), "…BasicEntity");
        assert_eq!(cut("a sentence. And more", 12), "a sentence.…");
        assert_eq!(cut("a.b", 3), "a.b");
        assert_eq!(cut("a.b.c", 1), "…");
    }

    #[test]
    fn colours_say_what_words_say_too_and_take_no_room() {
        let coloured = Look { colours: true, ..PLAIN };
        let shown = coloured.table(&["STATE"], &[vec!["ON_FIRE".to_owned()], vec!["RUNNING".to_owned()]]);
        assert_eq!(shown, "\x1b[2mSTATE\x1b[0m\n\x1b[1;31mON_FIRE\x1b[0m\n\x1b[32mRUNNING\x1b[0m\n");
    }

    #[test]
    fn control_letters_of_a_server_do_not_reach_the_terminal() {
        let shown = PLAIN.table(&["NAME"], &[vec!["a\x1b[2Jb".to_owned()]]);
        assert_eq!(shown, "NAME\na [2Jb\n");
    }

    #[test]
    fn a_card_leaves_out_what_is_empty() {
        let card =
            PLAIN.card(&[("Id", "a".to_owned()), ("Longer", "1\n2".to_owned()), ("None", String::new())]);
        assert_eq!(card, "Id      a\nLonger  1\n        2\n");
    }
}

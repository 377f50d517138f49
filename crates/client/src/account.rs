//! What was tried where: the text that somebody reads whose request was given up.

use std::fmt;

use crate::server_url::ServerUrl;

/// So many different troubles are told; what goes on for minutes is mostly the same.
const LINES_MAX: usize = 20;

/// What was tried where, with what result, in order; the same twice is one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    lines: Vec<Line>,
    left_out: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    server: ServerUrl,
    what: String,
    times: usize,
}

impl Account {
    /// One more trial.
    pub(crate) fn add(&mut self, server: &ServerUrl, what: String) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.server == *server && line.what == what) {
            line.times += 1;
        } else if self.lines.len() < LINES_MAX {
            self.lines.push(Line { server: server.clone(), what, times: 1 });
        } else {
            self.left_out += 1;
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            write!(f, "\n  {}: {}", line.server, line.what)?;
            if line.times > 1 {
                write!(f, " ({} times)", line.times)?;
            }
        }
        if self.left_out > 0 {
            write!(f, "\n  and {} more", self.left_out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_twice_is_one_line_and_the_account_has_an_end() {
        let server: ServerUrl = "https://a:1".parse().unwrap();
        let mut account = Account::default();
        for _ in 0..3 {
            account.add(&server, "connection refused".to_owned());
        }
        assert_eq!(account.to_string(), "\n  https://a:1: connection refused (3 times)");
        for n in 0..100 {
            account.add(&server, n.to_string());
        }
        let said = account.to_string();
        assert_eq!((said.lines().count(), said.ends_with("and 81 more")), (LINES_MAX + 2, true), "{said}");
    }
}

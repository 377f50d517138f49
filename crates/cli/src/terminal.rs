//! The terminal: a password that nobody sees while it is typed.

use std::io::{self, BufRead, Write};

use base::Secret;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

/// Asks for a password. Only a terminal can be asked: what is piped in would have been visible before.
pub(crate) fn ask_password(prompt: &str) -> io::Result<Secret> {
    let stdin = io::stdin();
    let before = tcgetattr(&stdin)?;
    print!("{prompt}");
    io::stdout().flush()?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    quiet.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG);
    tcsetattr(&stdin, OptionalActions::Now, &quiet)?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    tcsetattr(&stdin, OptionalActions::Now, &before)?;
    println!();
    read?;
    Ok(Secret::new(line.trim_end_matches(['\n', '\r'])))
}

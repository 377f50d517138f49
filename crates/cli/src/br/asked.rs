//! Whether a line wants a command to run, or to be told about it. The stock's library takes `-h`, `--help`, `help` and
//! `h` behind every command, also behind those of `catalog`, so what stands there is never an argument.

use super::ended::Ended;
use super::flags::{Parsed, parse};
use super::grammar::{Command, find_in, is_help};
use super::help;

/// What a line wants of a command.
pub(super) enum Asked {
    Run(Parsed),
    Help(String),
}

/// Reads what stands behind a command.
pub(super) fn read(name: &str, command: &'static Command, words: &[String]) -> Result<Asked, Ended> {
    let wrong = |why| Ended::wrong_flag(why, &help::of(name, command));
    let parsed = parse(words, command.flags).map_err(wrong)?;
    let second = parsed.arguments.get(1).map(String::as_str);
    if parsed.is_set("help") {
        return topic(command, parsed.arguments.first().map(String::as_str))
            .map_err(|ended| Ended { code: 2, ..ended });
    }
    if is_help(parsed.first()) {
        return topic(command, second);
    }
    let Some(part) = find_in(command.parts, parsed.first()) else { return Ok(Asked::Run(parsed)) };
    let mut asked = read(name, part, &parsed.arguments[1..])?;
    if let Asked::Run(parsed) = &mut asked {
        parsed.arguments.insert(0, part.name.to_owned());
    }
    Ok(asked)
}

/// What is told about a command, or about the part of it that has this name.
fn topic(command: &'static Command, word: Option<&str>) -> Result<Asked, Ended> {
    let told = match word {
        None => command,
        Some(word) => find_in(command.parts, word).ok_or_else(|| Ended::no_topic(word))?,
    };
    Ok(Asked::Help(help::short(told)))
}

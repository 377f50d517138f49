//! Help, in the stock's layout and our words.

use std::fmt::Write;

use super::flags::Flag;
use super::grammar::{COMMANDS, Command, GLOBAL_FLAGS};

const SCOPES: &str = "\
   Words before a command say what it is about:
   - application APP   (app, a)        an application, by id or name
   - entity ENT        (ent, e)        an entity of it; without one, the application itself
   - effector NAME     (eff, f)        something that the entity can do
   - config KEY        (conf, con, c)  a configuration key of the entity
   - activity ID       (act, v)        a task
   For example: br app shop ent web effector restart invoke
";

/// What there is.
pub(super) fn all(name: &str) -> String {
    let mut out = format!(
        "NAME:\n   {name} - Brooklyn's command line\nUSAGE:\n   {name} [global options] [scope] command [options] [arguments]\n\nVERSION:\n   {} (follows br {})\n\nSCOPES:\n{SCOPES}\nCOMMANDS:\n",
        env!("CARGO_PKG_VERSION"),
        super::FOLLOWS
    );
    for command in COMMANDS {
        // Writing to a text cannot fail.
        let _ = writeln!(out, "   {:<16}{}", command.name, command.about);
    }
    let _ = writeln!(out, "   {:<16}Show help on a command", "help");
    out.push_str("\nGLOBAL OPTIONS:\n");
    options(&mut out, GLOBAL_FLAGS);
    out
}

/// All about one command.
pub(super) fn of(name: &str, command: &Command) -> String {
    let mut out = format!(
        "NAME:\n   {name} {} - {}\n\nUSAGE:\n   {name} {}\n\nOPTIONS:\n",
        command.name, command.about, command.usage
    );
    options(&mut out, command.flags);
    out
}

/// One command in a line, and each of its parts in another.
pub(super) fn short(command: &Command) -> String {
    let mut out =
        format!("NAME:\n   {} - {}\nUSAGE:\n   br {}\n", command.name, command.about, command.usage);
    if !command.parts.is_empty() {
        out.push_str("COMMANDS:\n");
    }
    for part in command.parts {
        // Writing to a text cannot fail.
        let _ = writeln!(out, "   {:<16}{}", part.name, part.about);
    }
    out
}

fn options(out: &mut String, flags: &[Flag]) {
    for flag in flags {
        let value = if flag.takes_value { " VALUE" } else { "" };
        let short = flag.short.map(|short| format!(", -{short}{value}")).unwrap_or_default();
        let _ = writeln!(out, "   {:<26}{}", format!("--{}{value}{short}", flag.name), flag.about);
    }
    let _ = writeln!(out, "   {:<26}show help", "--help, -h");
}

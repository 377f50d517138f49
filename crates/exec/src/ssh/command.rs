//! A script of `sh/` with its parameters, as it is streamed to a machine.

use super::error::SshError;

/// What a machine runs for each question. The account's own shell, whatever it is, starts a bash in the
/// environment of a clean login that reads its commands from standard input.
pub(super) const SHELL: &str = r#"exec sh -c 'exec env -i HOME="$HOME" USER="${USER:-$LOGNAME}" PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}" LANG="${LANG:-C.UTF-8}" TMPDIR="${TMPDIR:-/tmp}" bash --noprofile --norc -s'"#;

/// Stands before the answer: what an account's start-up files print stands before it and does not count.
pub(super) const MARK: &str = "@brownstone-answer@\n";

/// What is asked of a machine.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// For people: `starting the script launch`.
    pub(super) doing: String,
    /// Whether it is an action of its own, for which a permit is asked each time.
    pub(super) asks_permit: bool,
    parts: Vec<String>,
}

impl Command {
    /// Only looks.
    pub(crate) fn look(doing: impl Into<String>) -> Self {
        let parts = vec![format!("printf '%s' {}\n", quote(MARK))];
        Self { doing: doing.into(), asks_permit: false, parts }
    }

    /// Changes something.
    pub(super) fn change(doing: impl Into<String>) -> Self {
        Self { asks_permit: true, ..Self::look(doing) }
    }

    /// It is part of what was permitted before.
    pub(super) fn permitted(self) -> Self {
        Self { asks_permit: false, ..self }
    }

    /// Sets a parameter. A NUL byte, which no shell can hold, is the caller's to refuse.
    pub(super) fn set(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.parts.push(format!("{name}={}\n", quote(value.as_ref())));
        self
    }

    /// Sets a parameter to a list.
    pub(super) fn set_list<'a>(mut self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: Vec<String> = values.into_iter().map(quote).collect();
        self.parts.push(format!("{name}=({})\n", values.join(" ")));
        self
    }

    /// Adds a script.
    pub(crate) fn script(mut self, text: &str) -> Self {
        self.parts.push(text.to_owned());
        self
    }

    /// What goes over the channel.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.parts.concat().into_bytes()
    }
}

/// An answer as a text, unless it says that something is wrong.
pub(crate) fn text(answer: Vec<u8>) -> Result<String, SshError> {
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let error = match answer.strip_prefix("error ") {
        Some(error) => Some(error),
        None => answer.split_once("\nerror ").map(|(_, error)| error),
    };
    match error {
        Some(error) => Err(SshError::Machine(error.trim_end().to_owned())),
        None => Ok(answer),
    }
}

/// A text as one word of a shell, whatever is in it.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What follows a word at the beginning of a line of an answer.
pub(super) fn line<'a>(answer: &'a str, word: &str) -> Option<&'a str> {
    answer.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_a_parameter_arrives_as_it_is() {
        let nasty = "a'b\"c$HOME`id`\\ \n\r\t*?[!#~'' -n \u{1b}é\u{7f}&;|<>(){}";
        let command = Command::look("testing").set("x", nasty).set_list("l", ["", nasty, "-"]);
        let text = command.script("printf '%s\\0' \"$x\" \"${#l[@]}\" \"${l[1]}\"").parts.concat();
        let output = std::process::Command::new("bash").args(["-c", &text]).output().unwrap();
        let expected = format!("{MARK}{nasty}\0{}\0{nasty}\0", 3);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}

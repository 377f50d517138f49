//! What a script on a machine has written, as the machine sends it.

use engine::effect::{Captured, Streams};

use crate::capture::assemble;

/// Head and tail of both streams, and the exit code when the script has ended.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) exit_code: Option<i32>,
    pub(super) streams: Streams,
}

impl Written {
    /// What tells whether there is something new.
    pub(super) fn sizes(&self) -> String {
        format!("{} {}", self.streams.stdout.size, self.streams.stderr.size)
    }
}

/// Whether the answer of `collect.sh` is that there is nothing new.
pub(super) fn is_same(answer: &[u8]) -> bool {
    answer == b"same\n"
}

/// Reads the answer of `collect.sh`; `None`: it is no such answer.
pub(super) fn read(answer: &[u8], folder: &str) -> Option<Written> {
    let (line, rest) = line(answer)?;
    let exit_code = line.strip_prefix("exit ")?.parse().ok();
    let (stdout, rest) = stream(rest, "stdout", folder)?;
    let (stderr, _) = stream(rest, "stderr", folder)?;
    Some(Written { exit_code, streams: Streams { stdout, stderr } })
}

/// `NAME SIZE HEAD TAIL`, and then as many bytes.
fn stream<'a>(answer: &'a [u8], name: &str, folder: &str) -> Option<(Captured, &'a [u8])> {
    let (line, rest) = line(answer)?;
    let mut numbers = line.strip_prefix(name)?.split_ascii_whitespace().map(str::parse::<u64>);
    let (size, head, tail) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    let (head, rest) = rest.split_at_checked(head as usize)?;
    let (tail, rest) = rest.split_at_checked(tail as usize)?;
    let captured =
        Captured { file: format!("{folder}/{name}"), ..assemble(head.to_vec(), tail.to_vec(), size) };
    Some((captured, rest))
}

fn line(answer: &[u8]) -> Option<(&str, &[u8])> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&answer[..end]).ok()?, &answer[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_byte_by_byte_and_a_short_one_is_none() {
        let answer = b"exit 3\nstdout 3 3 0\n\xff\n\nstderr 2 2 0\nno";
        let written = read(answer, "/f").unwrap();
        assert_eq!((written.exit_code, written.sizes().as_str()), (Some(3), "3 2"));
        assert_eq!(written.streams.stdout.head, "\u{fffd}\n\n");
        assert_eq!(written.streams.stderr.file, "/f/stderr");
        assert_eq!(read(b"exit \nstdout 0 0 0\nstderr 0 0 0\n", "").unwrap().exit_code, None);
        for cut in 0..answer.len() {
            assert!(read(&answer[..cut], "/f").is_none(), "{cut}");
        }
    }
}

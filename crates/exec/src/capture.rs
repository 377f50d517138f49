//! Head and tail of what a script has written, read from its files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use base::limits::STREAM_KEEP_BYTES;
use engine::effect::Captured;

/// Reads head and tail of a stream. A file that cannot be read gives an empty head and says why in it: output
/// that is lost must not fail the script that wrote it.
pub(crate) fn capture(file: &Path) -> Captured {
    let name = file.to_string_lossy().into_owned();
    match read(file) {
        Ok(captured) => Captured { file: name, ..captured },
        Err(error) => {
            Captured { head: format!("(cannot read {name}: {error})"), file: name, ..Captured::default() }
        }
    }
}

fn read(file: &Path) -> io::Result<Captured> {
    let mut file = File::open(file)?;
    let size = file.metadata()?.len();
    let keep = STREAM_KEEP_BYTES as u64;

    let head = bytes(&mut file, 0, size.min(keep))?;
    let tail = if size > keep { bytes(&mut file, size - keep, keep)? } else { Vec::new() };
    Ok(assemble(head, tail, size))
}

/// Makes texts of the first and the last bytes of a stream of `size` bytes, which may overlap: each is as much as
/// is kept, and there is no tail where the head is all.
pub(crate) fn assemble(mut head: Vec<u8>, mut tail: Vec<u8>, size: u64) -> Captured {
    if !tail.is_empty() {
        head.truncate(whole_characters(&head));
        let tail_from = size.saturating_sub(tail.len() as u64);
        let after_head = head.len() as u64;
        if after_head >= tail_from {
            tail.drain(..((after_head - tail_from) as usize).min(tail.len()));
        } else {
            let broken = tail.iter().take(3).take_while(|byte| is_continuation(**byte)).count();
            tail.drain(..broken);
        }
    }
    let mut head = String::from_utf8_lossy(&head).into_owned();
    let mut tail = String::from_utf8_lossy(&tail).into_owned();
    // Binary output grows when its bytes are replaced; what goes into the log stays bounded all the same.
    head.truncate(head.floor_char_boundary(STREAM_KEEP_BYTES));
    tail.drain(..tail.ceil_char_boundary(tail.len().saturating_sub(STREAM_KEEP_BYTES)));
    Captured { head, tail, size, file: String::new() }
}

fn bytes(file: &mut File, from: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut buffer = Vec::with_capacity(count as usize);
    file.seek(SeekFrom::Start(from))?;
    file.take(count).read_to_end(&mut buffer)?;
    Ok(buffer)
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// The length of `bytes` without a character that the cut went through.
fn whole_characters(bytes: &[u8]) -> usize {
    let Some(back) = bytes.iter().rev().take(4).position(|byte| !is_continuation(*byte)) else {
        return bytes.len();
    };
    let start = bytes.len() - 1 - back;
    let wanted = match bytes[start] {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    if back + 1 < wanted { start } else { bytes.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content: &[u8]) -> Captured {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("stdout");
        std::fs::write(&file, content).unwrap();
        capture(&file)
    }

    #[test]
    fn short_output_is_kept_whole_and_has_no_tail() {
        assert_eq!(of(b"").head, "");
        let captured = of("grüße\n".as_bytes());
        assert_eq!((captured.head.as_str(), captured.tail.as_str(), captured.size), ("grüße\n", "", 8));
        assert_eq!(of(&vec![b'x'; STREAM_KEEP_BYTES]).tail, "");
    }

    #[test]
    fn output_that_fits_head_and_tail_loses_nothing_not_even_at_the_seam() {
        for shift in 0..4 {
            let text = format!("{}{}", "x".repeat(shift), "€".repeat(30_000));
            let captured = of(text.as_bytes());
            assert_eq!(format!("{}{}", captured.head, captured.tail), text, "shifted by {shift}");
        }
    }

    #[test]
    fn long_output_is_cut_in_the_middle_between_characters() {
        for shift in 0..4 {
            let text = format!("{}{}{}", "a".repeat(shift), "𝄞".repeat(100_000), "z".repeat(shift));
            let captured = of(text.as_bytes());
            assert!(text.starts_with(&captured.head) && text.ends_with(&captured.tail));
            assert!(captured.head.len() > STREAM_KEEP_BYTES - 4 && captured.head.len() <= STREAM_KEEP_BYTES);
            assert!(captured.tail.len() > STREAM_KEEP_BYTES - 4 && captured.tail.len() <= STREAM_KEEP_BYTES);
            assert_eq!(captured.size, text.len() as u64);
        }
    }

    #[test]
    fn binary_output_stays_within_the_bound() {
        let captured = of(&vec![0xFF; 500_000]);
        assert_eq!(captured.size, 500_000);
        assert!(captured.head.len() <= STREAM_KEEP_BYTES && captured.tail.len() <= STREAM_KEEP_BYTES);
        assert!(captured.head.chars().all(|c| c == '\u{FFFD}'));
    }

    #[test]
    fn output_that_is_gone_is_named() {
        let captured = capture(Path::new("/nonexistent/stdout"));
        assert!(captured.head.contains("cannot read /nonexistent/stdout"), "{}", captured.head);
    }
}

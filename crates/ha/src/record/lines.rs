//! The lines of a record behind its header: written with their sums, and read so that damage costs as little as it can.

use std::ops::Range;
use std::sync::Arc;

use base::Lsn;
use sha2::{Digest, Sha256};

use super::{FIRST_FORMAT, FORMAT, Flaw};

/// How much further on a line is looked for than it should stand: damage may have made one line of a few.
const SHIFT: usize = 8;

/// What was read of a record's operations.
#[derive(Default)]
pub(super) struct Lines {
    /// Those that can be read, in order.
    pub(super) ops: Vec<Arc<str>>,
    /// What cannot.
    pub(super) damage: Vec<Flaw>,
}

/// What a record's header says of its lines, or all that is known without it.
#[derive(Clone, Copy)]
pub(super) struct Meant {
    pub(super) lsn: Lsn,
    /// Format and number of operations; `None`: the header cannot be read.
    pub(super) told: Option<(u32, usize)>,
}

impl Meant {
    pub(super) fn read(self, lines: &[&[u8]]) -> Lines {
        match self.told {
            Some((FIRST_FORMAT, ops)) => read_first(lines, Some(ops)),
            Some((format, ops)) => self.read_placed(format, lines, Some(ops)),
            None => {
                let placed = self.read_placed(FORMAT, lines, None);
                // One record has one format: without its header, a line tells.
                if placed.ops.is_empty() { read_first(lines, None) } else { placed }
            }
        }
    }

    /// Format 2: each line says where it stands, so that what is missing is known by its place.
    fn read_placed(self, format: u32, lines: &[&[u8]], ops: Option<usize>) -> Lines {
        let mut read = Lines::default();
        let (mut next, mut unsound) = (1, 0);
        for bytes in lines {
            let last = (next + SHIFT).min(ops.unwrap_or(usize::MAX));
            let here = |line| Some((line, text(bytes, |text| op_sum(format, self.lsn, line, text))?));
            match (next..=last).find_map(here) {
                Some((line, text)) => {
                    read.gap(next..line, unsound);
                    read.ops.push(text.into());
                    (next, unsound) = (line + 1, 0);
                }
                None => unsound += 1,
            }
        }
        let end = ops.map_or(next + unsound, |ops| ops + 1);
        read.gap(next..end.max(next), unsound);
        read
    }
}

/// Format 1: a line is whatever has a sum that fits.
fn read_first(lines: &[&[u8]], ops: Option<usize>) -> Lines {
    let mut read = Lines::default();
    for (i, bytes) in lines.iter().enumerate() {
        match sound_text(bytes) {
            Some(text) => read.ops.push(text.into()),
            None => read.damage.push(Flaw::loss(format!("line {}: the sum does not fit", i + 2))),
        }
    }
    if let Some(ops) = ops.filter(|ops| *ops != lines.len()) {
        let what = format!("{} lines of {} are there", lines.len() + 1, ops + 1);
        read.damage.push(Flaw { what, loses: lines.len() < ops });
    }
    read
}

impl Lines {
    /// Between two lines that can be read, these are missing, and so many stand there that cannot be read.
    fn gap(&mut self, missing: Range<usize>, unsound: usize) {
        let foreign = unsound.saturating_sub(missing.len());
        for (i, line) in missing.enumerate() {
            let why = if i < unsound { "the sum does not fit" } else { "it is missing" };
            self.damage.push(Flaw::loss(format!("line {}: {why}", line + 1)));
        }
        if foreign > 0 {
            let what = format!("{foreign} lines stand in it that are not its own");
            self.damage.push(Flaw { what, loses: false });
        }
    }
}

/// A line with its sum.
pub(super) fn push_line(bytes: &mut Vec<u8>, sum: [u8; 16], text: &str) {
    bytes.extend_from_slice(&sum);
    bytes.push(b' ');
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'\n');
}

/// The text of a line whose sum covers nothing else, if it fits: a header, or an operation of format 1.
pub(super) fn sound_text(line: &[u8]) -> Option<&str> {
    text(line, line_sum)
}

fn text(line: &[u8], sum_of: impl Fn(&[u8]) -> [u8; 16]) -> Option<&str> {
    let (sum, text) = line.split_at_checked(17)?;
    (sum[16] == b' ' && sum[..16] == sum_of(text)).then(|| std::str::from_utf8(text).ok()).flatten()
}

/// The sum of an operation: from format 2 on it covers where the operation stands (the header is line 0).
pub(super) fn op_sum(format: u32, lsn: Lsn, line: usize, text: &[u8]) -> [u8; 16] {
    if format == FIRST_FORMAT {
        return line_sum(text);
    }
    let mut hash = Sha256::new();
    hash.update(lsn.0.to_be_bytes());
    hash.update((line as u64).to_be_bytes());
    hash.update(text);
    in_hex(&hash.finalize())
}

/// 64 bits of SHA-256 in hex: enough against accident, short to read.
pub(crate) fn line_sum(text: &[u8]) -> [u8; 16] {
    in_hex(&Sha256::digest(text))
}

fn in_hex(hash: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    for (two, byte) in out.as_chunks_mut::<2>().0.iter_mut().zip(hash) {
        *two = [byte >> 4, byte & 15].map(|half| b"0123456789abcdef"[usize::from(half)]);
    }
    out
}

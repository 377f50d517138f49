//! Fresh inputs out of old ones: a few random changes each, from a seed.

use base::Rng;

/// An input may not grow beyond this, in bytes.
const INPUT_BYTES_MAX: usize = 4096;
/// At most so many changes at once.
const CHANGES_MAX: u64 = 5;

/// Pieces that mean something to one reader or another.
const WORDS: [&str; 64] = [
    "${",
    "}",
    "$brooklyn:",
    "config(",
    "\")",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<#if ",
    "</#if>",
    "<#list ",
    " as x>",
    "<#else>",
    "</#list>",
    "<#assign ",
    "?",
    "!",
    "??",
    ".",
    "..",
    "&&",
    "==",
    "%s",
    "%-5d",
    "%2$",
    "%<",
    "\\",
    "\\u0041",
    "\"",
    "'",
    "&a ",
    "*a",
    "<<: ",
    "- ",
    ": ",
    "? ",
    "|\n",
    ">-\n",
    "\n  ",
    "\t",
    "# ",
    "---\n",
    "!!str ",
    "%YAML 1.1\n",
    "0x",
    "1:30",
    "1e400",
    ".inf",
    "null",
    "true",
    "{\"not\":",
    "\"regex\":\"",
    "\"when\":\"absent\"",
    "(?i)",
    "(?<n>",
    "\\1",
    "[^",
    "*+",
    "{2,3}",
    "\u{feff}",
    "😀",
];

/// A changed copy of one of the inputs.
pub(crate) fn mutate(rng: &mut Rng, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut input = pick(rng, inputs).clone();
    for _ in 0..=rng.below(CHANGES_MAX) {
        change(rng, &mut input, inputs);
        input.truncate(INPUT_BYTES_MAX);
    }
    input
}

fn pick<'a>(rng: &mut Rng, inputs: &'a [Vec<u8>]) -> &'a Vec<u8> {
    &inputs[rng.below(inputs.len() as u64) as usize]
}

/// A place in the input, its end included.
fn place(rng: &mut Rng, input: &[u8]) -> usize {
    rng.below(input.len() as u64 + 1) as usize
}

fn range(rng: &mut Rng, input: &[u8]) -> std::ops::Range<usize> {
    let start = place(rng, input);
    let len =
        if rng.one_in(4) { input.len() - start } else { (rng.below(8) as usize).min(input.len() - start) };
    start..start + len
}

fn change(rng: &mut Rng, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
    let at = place(rng, input);
    match rng.below(7) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << rng.below(8);
            }
        }
        1 => input.insert(at, rng.below(256) as u8),
        2 => {
            let cut = range(rng, input);
            input.drain(cut);
        }
        3 => {
            let copy = input[range(rng, input)].to_vec();
            input.splice(at..at, copy);
        }
        4 => {
            let other = pick(rng, inputs);
            let part = other[range(rng, other)].to_vec();
            input.splice(at..at, part);
        }
        _ => {
            let word = WORDS[rng.below(WORDS.len() as u64) as usize];
            input.splice(at..at, word.bytes());
        }
    }
}

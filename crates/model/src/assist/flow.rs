//! Maps in braces and lists in brackets (YAML's flow style; JSON is all of it), as far as they are written: what is not
//! closed ends where a line begins that cannot belong to it.

use std::ops::Range;

use super::outline::{Outline, Spot};

/// A map or a list that is open.
struct Open {
    is_map: bool,
    /// The node that it is the value of.
    node: Option<usize>,
    /// Where the key, item or value begins that is being read.
    from: usize,
    /// The key whose value that is.
    key: Option<usize>,
    /// Whether that was a map or a list, and has been read.
    is_read: bool,
}

impl Open {
    fn new(is_map: bool, node: Option<usize>, from: usize) -> Open {
        Open { is_map, node, from, key: None, is_read: false }
    }
}

/// What was read.
pub(super) struct Flow {
    /// Where it ends.
    pub(super) end: usize,
    /// What the place is, where it is within.
    pub(super) spot: Option<Spot>,
}

/// Reads the map or list that begins here with its brace or bracket. `node` is whose value it is, and `indent` that of
/// the line on which it begins.
pub(super) fn read(
    outline: &mut Outline<'_>,
    start: usize,
    node: Option<usize>,
    indent: usize,
    offset: usize,
) -> Flow {
    let text = outline.text().as_bytes();
    let mut reader = Reader { outline, offset, spot: None };
    let mut open = vec![Open::new(text.get(start) == Some(&b'{'), node, start + 1)];
    let mut at = start + 1;
    let end = loop {
        let Some(top) = open.last_mut() else { break at };
        let Some(byte) = text.get(at) else {
            reader.part(top, at);
            break at;
        };
        let is_blank = text[top.from..at].trim_ascii().is_empty();
        match byte {
            b'{' | b'[' if is_blank && !top.is_read => {
                let node = reader.holder(top, at);
                open.push(Open::new(*byte == b'{', node, at + 1));
            }
            b'}' | b']' => {
                reader.part(top, at);
                open.pop();
            }
            b',' => {
                reader.part(top, at);
                *top = Open::new(top.is_map, top.node, at + 1);
            }
            b':' if top.key.is_none() && !top.is_read && ends_key(text, top.from, at) => {
                reader.key(top, at);
            }
            b'"' | b'\'' if is_blank => at = quoted(text, at),
            b'#' if text[at - 1].is_ascii_whitespace() => {
                let end = line_end(text, at);
                reader.comment(at..end);
                if is_blank {
                    top.from = end;
                }
                at = end;
                continue;
            }
            b'\n' if is_left(text, at, indent) => {
                reader.part(top, at);
                break at;
            }
            _ => {}
        }
        at += 1;
    };
    let spot = reader.spot;
    let is_within = offset > start && (offset < end || end == text.len());
    Flow { end, spot: spot.or((is_within && offset <= end).then_some(Spot::Nowhere)) }
}

struct Reader<'o, 't> {
    outline: &'o mut Outline<'t>,
    offset: usize,
    spot: Option<Spot>,
}

impl Reader<'_, '_> {
    /// What stands there without the blanks around it.
    fn word(&self, from: usize, to: usize) -> Range<usize> {
        let raw = &self.outline.text()[from..to];
        let start = from + (raw.len() - raw.trim_start().len());
        start..start.max(from + raw.trim_end().len())
    }

    fn is_here(&self, from: usize, to: usize) -> bool {
        self.spot.is_none() && (from..=to).contains(&self.offset)
    }

    /// The word that an offer takes the place of.
    fn around(&self, word: &Range<usize>) -> Range<usize> {
        let here = self.offset;
        if word.is_empty() || here > word.end { here..here } else { word.start.min(here)..word.end }
    }

    /// A key ends with its colon.
    fn key(&mut self, top: &mut Open, colon: usize) {
        let word = self.word(top.from, colon);
        let map = if top.is_map { top.node } else { Some(self.outline.add(top.node, None, colon..colon)) };
        if self.is_here(top.from, colon) {
            self.spot = Some(Spot::Key(map, self.around(&word)));
        }
        let name = self.outline.text()[word].trim_matches(['"', '\'']).to_owned();
        top.key = Some(self.outline.add(map, Some(name), colon + 1..colon + 1));
        top.from = colon + 1;
    }

    /// A value, an item, or a key without a colon ends.
    fn part(&mut self, top: &Open, end: usize) {
        if top.is_read {
            return;
        }
        let word = self.word(top.from, end);
        let is_here = self.is_here(top.from, end);
        let around = self.around(&word);
        if let Some(key) = top.key {
            self.outline.set_value(key, word);
            self.spot = self.spot.take().or(is_here.then_some(Spot::Value(key, around)));
        } else if top.is_map {
            self.spot = self.spot.take().or(is_here.then_some(Spot::Key(top.node, around)));
        } else if is_here || !word.is_empty() {
            let item = self.outline.add(top.node, None, word);
            self.spot = self.spot.take().or(is_here.then_some(Spot::Key(Some(item), around)));
        }
    }

    /// What a map or a list that begins here belongs to.
    fn holder(&mut self, top: &mut Open, at: usize) -> Option<usize> {
        top.is_read = true;
        // Before it nothing can stand.
        if self.is_here(top.from, at) {
            self.spot = Some(Spot::Nowhere);
        }
        match top.key {
            Some(key) => Some(key),
            None if top.is_map => top.node,
            None => Some(self.outline.add(top.node, None, at..at)),
        }
    }

    fn comment(&mut self, range: Range<usize>) {
        if self.is_here(range.start + 1, range.end) {
            self.spot = Some(Spot::Nowhere);
        }
    }
}

/// Whether a colon ends a key: a blank, a bracket or nothing follows, or the key is quoted (as in JSON).
fn ends_key(text: &[u8], from: usize, colon: usize) -> bool {
    let key = text[from..colon].trim_ascii();
    let is_quoted = key.len() > 1 && key.first() == key.last() && matches!(key[0], b'"' | b'\'');
    let next = text.get(colon + 1);
    is_quoted || next.is_none_or(|b| b.is_ascii_whitespace() || b"{}[],".contains(b))
}

/// The end of a quoted text: its last byte. One that is not closed ends with its line.
fn quoted(text: &[u8], start: usize) -> usize {
    let quote = text[start];
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' => return at - 1,
            _ if *byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    text.len().saturating_sub(1).max(start)
}

fn line_end(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n)
}

/// Whether the next line with something in it stands no deeper than what the braces belong to, and closes nothing.
fn is_left(text: &[u8], newline: usize, indent: usize) -> bool {
    let mut at = newline + 1;
    while at < text.len() {
        let end = line_end(text, at);
        let line = &text[at..end];
        let blank = line.len() - line.trim_ascii_start().len();
        if let Some(first) = line.get(blank) {
            return blank <= indent && !matches!(first, b'}' | b']');
        }
        at = end + 1;
    }
    false
}

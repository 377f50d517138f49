//! What stands around a place of a blueprint that is being written: read line by line, because it is seldom whole YAML
//! at that moment.

use std::ops::Range;

use super::flow;

/// A key, or an item of a list, by the line on which it begins.
#[derive(Debug)]
pub(super) struct Node {
    /// In which it stands; none for those of the document itself.
    pub(super) parent: Option<usize>,
    /// Its key; none of an item of a list.
    pub(super) key: Option<String>,
    /// What stands behind the colon, or behind the dash where no key does.
    pub(super) value: Range<usize>,
}

/// Where the place is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// In a key, or where one may begin: in this map (none: that of the document), and what stands there of it.
    Key(Option<usize>, Range<usize>),
    /// In the value of this node; the word there.
    Value(usize, Range<usize>),
    /// In a text or a comment.
    Nowhere,
}

/// All keys and items of a text, by line.
pub(super) struct Outline<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    /// The place.
    offset: usize,
    /// Where braces or brackets end that were read.
    flow_end: usize,
    /// Indentation and number of those that are open at a line.
    open: Vec<(usize, usize)>,
}

impl<'t> Outline<'t> {
    /// Reads a text, and finds a place in it. A place behind the text is its end.
    pub(super) fn of(text: &'t str, offset: usize) -> (Outline<'t>, Spot) {
        let offset = text.floor_char_boundary(offset);
        let mut outline = Outline { text, nodes: Vec::new(), offset, flow_end: 0, open: Vec::new() };
        let mut spot = Spot::Nowhere;
        // Lines of a text that are deeper than this are a value's.
        let mut deeper_than = None;
        let mut start = 0;
        for line in text.split('\n') {
            let end = start + line.len();
            let here = (start..=end).contains(&offset).then_some(offset);
            let bare = line.trim_end();
            let indent = bare.len() - bare.trim_start().len();
            let in_text = deeper_than.is_some_and(|limit| bare.is_empty() || indent > limit);
            let in_flow = start < outline.flow_end;
            if !in_text && !in_flow {
                deeper_than = None;
                if let Some(found) = outline.line(start, bare, here) {
                    spot = found;
                }
                let last = outline.nodes.last().map(|n| outline.text_of(&n.value));
                let is_block = last.is_some_and(|v| v.starts_with(['|', '>'])) && outline.flow_end <= start;
                if !bare.trim_start().is_empty() && is_block {
                    deeper_than = Some(indent);
                }
            }
            start = end + 1;
        }
        (outline, spot)
    }

    /// Takes a line in; where the place is on it, what that is.
    fn line(&mut self, start: usize, line: &str, here: Option<usize>) -> Option<Spot> {
        let mut at = line.len() - line.trim_start().len();
        if line[at..].starts_with('#') || line.starts_with("---") {
            return None;
        }
        if line[at..].is_empty() {
            // A key may begin where the cursor stands.
            let here = here?;
            self.close(here - start, false);
            return Some(Spot::Key(self.innermost(), here..here));
        }
        while line[at..].starts_with("- ") || &line[at..] == "-" {
            self.close(at, true);
            let behind = line[at + 1..].len() - line[at + 1..].trim_start().len();
            let value = start + at + 1 + behind..start + line.len();
            self.push(at, None, value);
            at += 1 + behind;
        }
        let rest = &line[at..];
        if rest.starts_with(['{', '[']) {
            self.close(at, false);
            return self.flow(start + at, self.innermost(), line);
        }
        let Some(colon) = key_end(rest) else {
            let end = start + line.len();
            let word = here.filter(|h| *h > end).map_or(start + at..end, |h| h..h);
            // After a dash alone, or a word that becomes a key or is an item by itself.
            let here = here?;
            let is_item = self.open.last().is_some_and(|(_, n)| self.nodes[*n].key.is_none());
            if !is_item || line[..at].trim().is_empty() {
                self.close(at, false);
            }
            return (here >= start + at || rest.is_empty()).then(|| Spot::Key(self.innermost(), word));
        };
        self.close(at, false);
        let map = self.innermost();
        let key = rest[..colon].trim_matches(['"', '\'']).to_owned();
        let gap = rest[colon + 1..].len() - rest[colon + 1..].trim_start().len();
        let value = start + at + colon + 1 + gap..start + line.len();
        let node = self.push(at, Some(key), value.clone());
        if rest[colon + 1..].trim_start().starts_with(['{', '[']) {
            self.set_value(node, value.start..value.start);
            if let Some(spot) = self.flow(value.start, Some(node), line) {
                return Some(spot);
            }
        }
        let here = here?;
        if here <= start + at + colon {
            return Some(Spot::Key(map, start + at..start + at + colon));
        }
        let word =
            if value.is_empty() || here > value.end { here..here } else { value.start.min(here)..value.end };
        Some(Spot::Value(node, word))
    }

    /// Ends what a line with this indentation does not stand in.
    fn close(&mut self, indent: usize, is_dash: bool) {
        while let Some((open, node)) = self.open.last() {
            // A list may stand as deep as the key that it belongs to.
            let holds = *open < indent || (is_dash && *open == indent && self.nodes[*node].key.is_some());
            if holds {
                break;
            }
            self.open.pop();
        }
    }

    fn push(&mut self, indent: usize, key: Option<String>, value: Range<usize>) -> usize {
        let number = self.add(self.innermost(), key, value);
        self.open.push((indent, number));
        number
    }

    /// Reads braces or brackets; what the place is, where it is within.
    fn flow(&mut self, start: usize, node: Option<usize>, line: &str) -> Option<Spot> {
        let indent = line.len() - line.trim_start().len();
        let read = flow::read(self, start, node, indent, self.offset);
        self.flow_end = read.end;
        read.spot
    }

    /// One node more.
    pub(super) fn add(&mut self, parent: Option<usize>, key: Option<String>, value: Range<usize>) -> usize {
        self.nodes.push(Node { parent, key, value });
        self.nodes.len() - 1
    }

    /// Says where the value of a node stands.
    pub(super) fn set_value(&mut self, number: usize, value: Range<usize>) {
        self.nodes[number].value = value;
    }

    /// All of the text.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    fn innermost(&self) -> Option<usize> {
        self.open.last().map(|(_, node)| *node)
    }

    fn text_of(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// A node.
    pub(super) fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// The key of a node; nothing for an item.
    pub(super) fn key(&self, number: Option<usize>) -> &str {
        number.and_then(|n| self.nodes[n].key.as_deref()).unwrap_or_default()
    }

    /// What stands behind a node's colon, without quotes and comment.
    pub(super) fn value(&self, number: usize) -> &'t str {
        let value = self.text_of(&self.nodes[number].value);
        let value = value.split(" #").next().unwrap_or(value).trim();
        value.trim_matches(['"', '\''])
    }

    /// The value of a key of a map.
    pub(super) fn value_in(&self, map: Option<usize>, keys: &[&str]) -> Option<&'t str> {
        let of_map =
            |node: &Node| node.parent == map && keys.contains(&node.key.as_deref().unwrap_or_default());
        let number = self.nodes.iter().position(of_map)?;
        Some(self.value(number)).filter(|v| !v.is_empty())
    }

    /// The keys that a map has already.
    pub(super) fn keys_of(&self, map: Option<usize>) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(move |n| n.parent == map).filter_map(|n| n.key.as_deref())
    }
}

/// Where the colon behind a key is.
fn key_end(rest: &str) -> Option<usize> {
    let colon = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest[1..].find(quote).map(|at| at + 2)?,
        '{' | '[' | '#' => return None,
        _ => {
            let is_end =
                |(at, _): &(usize, &str)| rest[at + 1..].is_empty() || rest[at + 1..].starts_with(' ');
            rest.match_indices(':').find(is_end)?.0
        }
    };
    rest[colon..].starts_with(':').then_some(colon)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
name: shop
services:
- type: web  # a comment
  brooklyn.config:
    run: |
      key: not one
    port: 80
  brooklyn.children:
    - type: db
      name: \"d\"
";

    fn spot(marked: &str) -> (Vec<String>, Spot) {
        let offset = marked.find('^').unwrap();
        let text = marked.replacen('^', "", 1);
        let (outline, spot) = Outline::of(&text, offset);
        let inner = match &spot {
            Spot::Key(map, _) => *map,
            Spot::Value(node, _) => Some(*node),
            Spot::Nowhere => None,
        };
        let up = std::iter::successors(inner, |n| outline.node(*n).parent);
        (up.map(|n| outline.node(n).key.clone().unwrap_or("-".to_owned())).collect(), spot)
    }

    #[test]
    fn a_place_is_known_by_what_it_stands_in() {
        for (from, to, up) in [
            ("port: 80", "po^rt: 80", vec!["brooklyn.config", "-", "services"]),
            ("port: 80", "port: 8^0", vec!["port", "brooklyn.config", "-", "services"]),
            ("type: db", "type: ^db", vec!["type", "-", "brooklyn.children", "-", "services"]),
            ("name: shop", "na^me: shop", vec![]),
            ("      name: \"d\"\n", "      ^\n", vec!["-", "brooklyn.children", "-", "services"]),
            ("      name: \"d\"\n", "    ^\n", vec!["brooklyn.children", "-", "services"]),
            ("      name: \"d\"\n", "  ^\n", vec!["-", "services"]),
            ("      name: \"d\"\n", "- ^\n", vec!["-", "services"]),
            ("      name: \"d\"\n", "^\n", vec![]),
            ("    port: 80\n", "    po^\n", vec!["brooklyn.config", "-", "services"]),
        ] {
            assert_eq!(spot(&TEXT.replacen(from, to, 1)).0, up, "{to}");
        }
    }

    #[test]
    fn a_place_in_braces_is_known_by_what_it_stands_in() {
        let below = vec!["-", "services"];
        for (marked, up) in [
            ("services: [{ty^}]\n", below.clone()),
            ("services: [{type: ^}]\n", vec!["type", "-", "services"]),
            ("services: [{type: web, ^}]\n", below.clone()),
            ("services: [{type: web, a: {b: {c^}}}]\n", vec!["b", "a", "-", "services"]),
            ("services: [{type: web}, {na^me: x}]\n", below.clone()),
            ("services:\n- {type: web, brooklyn.config: {^}}\n", vec!["brooklyn.config", "-", "services"]),
            (
                "services:\n- type: web\n  brooklyn.config: {port: 8^0}\n",
                vec!["port", "brooklyn.config", "-", "services"],
            ),
            ("services: [\n  {type: web,\n   ^\n  }\n]\nname: x\n", below.clone()),
            ("services: [{type: web, ^\nname: x\n", below.clone()),
            ("services: [{type: web,\nna^me: x\n", vec![]),
            ("services: [{type: web}]\nna^\n", vec![]),
            ("{\"services\": [{\"type\":\"w^\"}]}", vec!["type", "-", "services"]),
            ("{\"a\": \"}, [\", \"b\": ^}", vec!["b"]),
            ("{a: [x, b: ^]}", vec!["b", "-", "a"]),
            ("locations: [a, ^]\n", vec!["-", "locations"]),
            ("a: {u: http://x:1/, v: ^}", vec!["v", "a"]),
        ] {
            assert_eq!(spot(marked).0, up, "{marked}");
        }
        for nowhere in ["a: {b: c # in ^a comment\n}", "a: {b: {c: d}^ }", "a: {b:  ^ {c: d}}"] {
            assert_eq!(spot(nowhere).1, Spot::Nowhere, "{nowhere}");
        }
    }

    #[test]
    fn what_follows_braces_is_read_as_before() {
        let (outline, _) = Outline::of("a: {b: 'c, d', e: >-}\n  f: g\nh: i\n", 0);
        assert!(outline.keys_of(None).eq(["a", "h"]));
        assert_eq!(outline.value_in(Some(0), &["b"]), Some("c, d"));
        assert_eq!(outline.value_in(None, &["a"]), None);
    }

    #[test]
    fn texts_and_comments_are_nowhere() {
        assert_eq!(spot(&TEXT.replace("not one", "n^ot one")).1, Spot::Nowhere);
        assert_eq!(spot("# a^\nname: x\n").1, Spot::Nowhere);
    }

    #[test]
    fn values_lose_quotes_and_comments() {
        let (outline, _) = Outline::of(TEXT, 0);
        let item = outline.nodes.iter().position(|n| n.key.is_none()).unwrap();
        assert_eq!(outline.value_in(Some(item), &["type"]), Some("web"));
        assert_eq!(outline.value_in(None, &["name"]), Some("shop"));
        assert!(outline.keys_of(Some(item)).eq(["type", "brooklyn.config", "brooklyn.children"]));
    }

    #[test]
    fn nothing_that_is_written_makes_it_fail() {
        let mut rng = base::Rng::from_seed(7);
        let letters = [
            "-",
            " ",
            ":",
            "\n",
            "a",
            "'",
            "\"",
            "{",
            "é",
            "#",
            "|",
            "services:",
            "- type: x\n",
            "}",
            "[",
            "]",
            ",",
            "{type: ",
            "\\",
        ];
        for _ in 0..3000 {
            let count = letters.len() as u64;
            let text: String = (0..rng.below(40)).map(|_| letters[rng.below(count) as usize]).collect();
            for offset in 0..=text.len() + 1 {
                let _ = Outline::of(&text, offset);
            }
        }
    }
}

//! JSON laid out for people, its keys in the order in which they came.

enum Node<'a> {
    Atom(&'a str),
    List(Vec<Node<'a>>),
    Map(Vec<(&'a str, Node<'a>)>),
}

/// What is longer stands on several lines.
const WIDTH: usize = 110;

/// Lays out a text that was JSON before words like `<ms>` came into it. `sorted`: what has no order of its own, lists
/// and maps by ids, is put in one. `without`: fields of the outermost map that are left out.
pub(crate) fn laid_out(text: &str, sorted: bool, without: &[&str]) -> String {
    let mut rest = text;
    let mut node = node(&mut rest);
    if sorted {
        sort(&mut node);
    }
    if let Node::Map(map) = &mut node {
        map.retain(|(key, _)| !without.contains(&key.trim_matches('"')));
    }
    let mut out = String::new();
    write(&node, 0, &mut out);
    out
}

/// Reads one value.
fn node<'a>(rest: &mut &'a str) -> Node<'a> {
    *rest = rest.trim_start();
    let ends = |rest: &mut &'a str, end: char| {
        *rest = rest.trim_start().trim_start_matches(',').trim_start();
        match rest.strip_prefix(end) {
            Some(after) => {
                *rest = after;
                true
            }
            None => false,
        }
    };
    match rest.chars().next() {
        Some('[') => {
            *rest = &rest[1..];
            let mut list = Vec::new();
            while !ends(rest, ']') {
                list.push(node(rest));
            }
            Node::List(list)
        }
        Some('{') => {
            *rest = &rest[1..];
            let mut map = Vec::new();
            while !ends(rest, '}') {
                let key = atom(rest);
                *rest = rest.trim_start().strip_prefix(':').unwrap();
                map.push((key, node(rest)));
            }
            Node::Map(map)
        }
        _ => Node::Atom(atom(rest)),
    }
}

fn atom<'a>(rest: &mut &'a str) -> &'a str {
    let bytes = rest.as_bytes();
    let mut end = 0;
    if bytes[0] == b'"' {
        end = 1;
        while bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        end += 1;
    } else {
        while end < bytes.len() && !b",]} \n\r\t".contains(&bytes[end]) {
            end += 1;
        }
    }
    let (atom, after) = rest.split_at(end);
    *rest = after;
    atom
}

fn sort(node: &mut Node<'_>) {
    match node {
        Node::Atom(_) => {}
        Node::List(list) => {
            list.iter_mut().for_each(sort);
            list.sort_by_key(compact);
        }
        Node::Map(map) => {
            for (_, value) in map.iter_mut() {
                sort(value);
            }
            if map.iter().any(|(key, _)| key.starts_with("\"<") || key.starts_with("\"{")) {
                map.sort_by_key(|(key, value)| format!("{key}{}", compact(value)));
            }
        }
    }
}

fn write(node: &Node<'_>, depth: usize, out: &mut String) {
    let short = compact(node);
    if short.len() + 2 * depth <= WIDTH {
        out.push_str(&short);
        return;
    }
    let mut block = |open: char, close: char, parts: Vec<(String, &Node<'_>)>| {
        out.push(open);
        for (i, (before, part)) in parts.iter().enumerate() {
            out.push_str(if i == 0 { "\n" } else { ",\n" });
            out.push_str(&"  ".repeat(depth + 1));
            out.push_str(before);
            write(part, depth + 1, out);
        }
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
        out.push(close);
    };
    match node {
        Node::Atom(atom) => out.push_str(atom),
        Node::List(list) => block('[', ']', list.iter().map(|n| (String::new(), n)).collect()),
        Node::Map(map) => block('{', '}', map.iter().map(|(k, n)| (format!("{k}: "), n)).collect()),
    }
}

fn compact(node: &Node<'_>) -> String {
    match node {
        Node::Atom(atom) => (*atom).to_owned(),
        Node::List(list) => format!("[{}]", list.iter().map(compact).collect::<Vec<_>>().join(", ")),
        Node::Map(map) => {
            let parts: Vec<String> = map.iter().map(|(k, n)| format!("{k}: {}", compact(n))).collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

#[test]
fn keys_keep_their_order_and_texts_their_marks() {
    let text = r#"{"b":[<ms>,{"x":null}],"a":"q\"},[","c":{}}"#;
    assert_eq!(laid_out(text, false, &[]), r#"{"b": [<ms>, {"x": null}], "a": "q\"},[", "c": {}}"#);
    assert_eq!(laid_out(r#"{"{z}":[2,1],"{a}":0,"c":1}"#, true, &["c"]), r#"{"{a}": 0, "{z}": [1, 2]}"#);
}

//! The forms of a line, as a table.

use super::*;

fn pairs(text: &str) -> Vec<(String, String, u32)> {
    let (entries, diagnostics) = parse("x.cfg", text);
    assert_eq!(diagnostics, [], "{text}");
    entries.into_iter().map(|e| (e.key, e.value, e.line)).collect()
}

#[test]
fn the_three_forms_of_a_line_are_read() {
    for (text, key, value) in [
        ("a=b", "a", "b"),
        ("a = b c ", "a", "b c "),
        ("a: b", "a", "b"),
        ("a:b", "a", "b"),
        ("a b", "a", "b"),
        ("a", "a", ""),
        ("a=", "a", ""),
        ("- highAvailabilityMode: MASTER", "highAvailabilityMode", "MASTER"),
        ("  -  persistenceDir: /mnt/x", "persistenceDir", "/mnt/x"),
        ("- a=b", "a", "b"),
        ("-a=b", "-a", "b"),
        ("url=http://x:1/?a=b", "url", "http://x:1/?a=b"),
        ("a\\ b\\=c=d", "a b=c", "d"),
        ("a=\\u00e9\\t\\x", "a", "é\tx"),
        ("a=\\ud83d\\ude00", "a", "😀"),
        ("a=b # no comment", "a", "b # no comment"),
        ("a==b", "a", "=b"),
    ] {
        assert_eq!(pairs(text), [(key.to_owned(), value.to_owned(), 1)], "{text}");
    }
}

#[test]
fn lines_are_counted_over_comments_and_continuations() {
    let text = "\u{feff}# c \\\n! d\n\na = 1,\\\n    2\\\\\r\nb=3\rc=4\\";
    assert_eq!(
        pairs(text),
        [("a".into(), "1,2\\".into(), 4), ("b".into(), "3".into(), 6), ("c".into(), "4".into(), 7)]
    );
}

#[test]
fn a_bad_line_is_named_and_the_others_count() {
    let text = "a=1\nb=\\u12\n=x\nc=3\n";
    let (entries, diagnostics) = parse("brooklyn.cfg", text);
    assert_eq!(entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    let shown: Vec<String> = diagnostics.iter().map(|d| d.one_line(text)).collect();
    assert_eq!(
        shown,
        [
            "brooklyn.cfg:2:3: error: `\\u` is not followed by four hexadecimal digits (write `\\\\` for a backslash)",
            "brooklyn.cfg:3:1: error: there is no key before the value",
        ]
    );
}

#[test]
fn key_spans_point_at_the_key() {
    let text = "# x\n - abc: d\n";
    let (entries, _) = parse("x", text);
    assert_eq!(&text[entries[0].key_span.clone()], "abc");
}

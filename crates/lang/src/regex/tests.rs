//! What a JDK 17 answered, and the bounds.

use super::*;

/// Each line, as JSON texts: pattern, text, replacement; then what `replaceAll` gave (`=` and the text, or `!` and
/// what was wrong), and whether the pattern matches the whole text with DOTALL.
const JAVA: &str = include_str!("java.tsv");

/// Where the engine differs and why that is accepted.
const DIFFERENT: [(&str, &str); 3] = [
    ("(?i)é", "letters beyond ASCII have their capitals too, as in Java with (?iu)"),
    ("(?U)\\w", "the flag U is refused by name"),
    ("\\2(a)", "a reference to a group that does not exist is an error, not a failure to match"),
];

fn json(text: &str) -> String {
    serde_json::from_str(text).unwrap()
}

#[test]
fn patterns_answer_as_in_java() {
    let mut wrong = Vec::new();
    for line in JAVA.lines() {
        let [pattern, text, replacement, replaced, full] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let (pattern, text, replacement) = (json(pattern), json(text), json(replacement));
        let given = match Regex::new(&pattern).and_then(|r| r.replace_all(&text, &replacement)) {
            Ok(text) => format!("={text}"),
            Err(RegexError::Replacement { .. }) => "!replacement".into(),
            Err(_) => "!syntax".into(),
        };
        let expected =
            replaced.strip_prefix('=').map_or(replaced.to_owned(), |text| format!("={}", json(text)));
        let matched = match FullRegex::new(&pattern).and_then(|r| r.matches(&text)) {
            Ok(matched) => matched.to_string(),
            Err(_) => "!syntax".into(),
        };
        let different = DIFFERENT.iter().any(|(known, _)| *known == pattern);
        if (given != expected || matched != full) != different {
            wrong.push(format!("{line}\n  gave {given:?} {matched}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), JAVA.lines().count(), wrong.join("\n"));
}

#[test]
fn errors_say_what_is_wrong() {
    for (pattern, message) in [
        ("a(b", "the regular expression cannot be read: a group is not closed"),
        ("a{b}", "the regular expression cannot be read: `{b}` is no count such as {2,3}; write \\{"),
        ("[a", "the regular expression cannot be read: a `[` is not closed"),
        ("\\y", "the regular expression cannot be read: `\\y` has no meaning"),
        (
            "\\p{InGreek}",
            "the regular expression cannot be read: the block \\p{InGreek} is not supported; use a script such as \\p{IsGreek}",
        ),
        ("[z-a]", "the regular expression cannot be read: the range z-a goes backwards"),
        ("\\p{IsNothing}", "the regular expression cannot be read: Unicode property not found"),
        ("*a", "the regular expression cannot be read: target of repeat operator is invalid"),
    ] {
        assert_eq!(
            Regex::new(pattern).map(|_| ()).map_err(|e| e.to_string()),
            Err(message.to_owned()),
            "{pattern}"
        );
    }
}

#[test]
fn work_and_size_are_bounded() {
    let hang = Regex::new("(a|aa)+\\1$").unwrap().find(&format!("{}b", "a".repeat(100)));
    assert_eq!(hang, Err(RegexError::TooMuchWork));
    let many = Regex::new("a").unwrap().replace_all(&"a".repeat(MATCHES_MAX + 1), "b");
    assert_eq!(many, Err(RegexError::TooManyMatches));
    let growing = Regex::new("a").unwrap().replace_all(&"a".repeat(5000), &"b".repeat(1000));
    assert_eq!(growing, Err(RegexError::TextTooLong));
    assert_eq!(Regex::new("a").unwrap().find(&"b".repeat(TEXT_BYTES_MAX + 1)), Err(RegexError::TextTooLong));
    for pattern in [
        "a".repeat(PATTERN_BYTES_MAX + 1),
        "((((a{100}){100}){100}){100}){100}".to_owned(),
        "(".repeat(10_000),
        "[".repeat(10_000),
    ] {
        let answer = Regex::new(&pattern);
        assert!(matches!(answer, Err(RegexError::TooLarge { .. })), "{pattern:.40}: {answer:?}");
    }
}

//! What a JDK 17 printed for some two thousand patterns, and the errors in words.

use serde_json::{Value, json};

use super::*;

/// Each line: the pattern and the arguments as JSON, then `=` and the text, or `!` and the exception.
const JAVA: &str = include_str!("java.tsv");

fn exception(error: &FormatError) -> &'static str {
    use FormatError as E;
    match error {
        E::UnknownConversion { .. } => "UnknownFormatConversionException",
        E::MissingArgument { .. } => "MissingFormatArgumentException",
        E::WrongType { .. } => "IllegalFormatConversionException",
        E::NoCharacter { .. } => "IllegalFormatCodePointException",
        E::FlagMismatch { .. } => "FormatFlagsConversionMismatchException",
        E::BadFlags { .. } => "IllegalFormatFlagsException",
        E::DuplicateFlag { .. } => "DuplicateFormatFlagsException",
        E::MissingWidth { .. } => "MissingFormatWidthException",
        E::BadWidth { .. } => "IllegalFormatWidthException",
        E::BadPrecision { .. } => "IllegalFormatPrecisionException",
        E::BadIndex { .. } => "IllegalFormatArgumentIndexException",
        E::Unsupported { .. } | E::TooLong => "",
    }
}

#[test]
fn every_pattern_gives_what_java_gives() {
    let mut wrong = Vec::new();
    for line in JAVA.lines() {
        let [pattern, args, expected] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let pattern: String = serde_json::from_str(pattern).unwrap();
        let args: Vec<Value> = serde_json::from_str(args).unwrap();
        let given = match format(&pattern, &args) {
            Ok(text) => format!("={text}"),
            Err(error) => format!("!{}", exception(&error)),
        };
        let expected = match expected.strip_prefix('=') {
            Some(text) => format!("={}", serde_json::from_str::<String>(text).unwrap()),
            None => expected.to_owned(),
        };
        if given != expected {
            wrong.push(format!("{line}\n  gave {given}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), JAVA.lines().count(), wrong.join("\n"));
}

#[test]
fn errors_say_what_is_wrong_and_never_the_argument() {
    for (pattern, args, message) in [
        ("%d", json!(["secret"]), "`%d` cannot print a java.lang.String"),
        ("%s %s", json!(["a"]), "there is no argument for `%s`: 1 given"),
        ("50% of", json!([]), "there is no argument for `% o`: 0 given"),
        ("100%", json!([]), "`%` is no conversion that is known; a percent sign itself is written `%%`"),
        ("%y", json!([1]), "`%y` is no conversion that is known; a percent sign itself is written `%%`"),
        ("%tY", json!([1]), "`%t` (a date) is not supported here"),
        ("%-d", json!([1]), "`%-d` needs a width for its flag `-` or `0`"),
        ("%99999999999d", json!([1]), "`%99999999999d` may not have this width (at most 10000)"),
    ] {
        let Value::Array(args) = args else { continue };
        assert_eq!(format(pattern, &args).map_err(|e| e.to_string()), Err(message.to_owned()), "{pattern}");
    }
}

#[test]
fn a_text_that_grows_too_long_is_refused() {
    let pattern = "%10000s".repeat(200);
    assert_eq!(format(&pattern, &vec![json!(1); 200]), Err(FormatError::TooLong));
}

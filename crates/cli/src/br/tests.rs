//! Whole lines that need no server: what is said to standard error, and the exit code.

use super::*;

fn ended(line: &str) -> Ended {
    let words: Vec<String> =
        std::iter::once("br").chain(line.split_whitespace()).map(str::to_owned).collect();
    try_run(&words).expect_err(line)
}

#[test]
fn what_is_no_command_ends_with_3() {
    for (line, word) in
        [("bogus", "bogus"), ("a", "a"), ("app X e", "e"), ("app X eff tell", "eff"), ("help nope", "nope")]
    {
        let ended = ended(line);
        assert_eq!((ended.code, ended.message), (3, format!("No help topic for '{word}'")), "{line}");
    }
}

#[test]
fn what_is_no_flag_ends_with_2_and_the_help_of_the_command() {
    let ended = ended("app X ent E effector F invoke -P a=b");
    assert_eq!((ended.code, ended.message.as_str()), (2, "flag provided but not defined: -P"));
    let expected = "Incorrect Usage: flag provided but not defined: -P\n\nNAME:\n   br invoke - ";
    assert!(ended.output.starts_with(expected), "{}", ended.output);
}

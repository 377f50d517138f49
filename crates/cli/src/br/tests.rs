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

#[test]
fn help_may_be_asked_for_behind_each_command_and_is_no_argument() {
    for line in [
        "app help",
        "deploy h",
        "help help",
        "help -h",
        "catalog -h add",
        "catalog help list",
        "help catalog",
    ]
    .into_iter()
    .chain(["catalog add --help", "catalog show -h", "catalog delete help", "app X ent E rename help"])
    {
        let words: Vec<String> =
            std::iter::once("br").chain(line.split_whitespace()).map(str::to_owned).collect();
        assert!(try_run(&words).is_ok(), "{line}");
    }
    for (line, code) in
        [("app -h foo", 2), ("catalog list -h e", 2), ("app help foo", 3), ("catalog h foo", 3)]
    {
        let ended = ended(line);
        let word = line.split_whitespace().next_back().unwrap();
        assert_eq!((ended.code, ended.message), (code, format!("No help topic for '{word}'")), "{line}");
    }
    let ended = ended("catalog add -bogus");
    assert_eq!((ended.code, ended.message.as_str()), (2, "flag provided but not defined: -bogus"));
    assert!(ended.output.contains("catalog add FILE|DIR|URL"), "{}", ended.output);
}

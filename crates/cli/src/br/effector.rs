//! Effectors: list, invoke; and start, stop, restart, which are effectors.

use std::fs;

use serde_json::Value;

use super::ended::Ended;
use super::entity::form_text;
use super::flags::Parsed;
use super::scope::Scope;
use super::session::{Session, print};
use super::table::Table;
use crate::json::{all, text};

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn list(session: &mut Session, scope: &Scope, name: &str) -> Result<(), Ended> {
    let said = session.json(&format!("{}/effectors", scope.path()))?;
    print(&table(all(&said), name));
    Ok(())
}

/// All, or the one of a name; an unknown name leaves the header alone.
fn table(effectors: &[Value], name: &str) -> String {
    let mut table = Table::new(&["Name", "Description", "Parameters"]);
    for effector in effectors.iter().filter(|e| name.is_empty() || text(e, "name") == name) {
        let parameters: Vec<&str> = all(&effector["parameters"]).iter().map(|p| text(p, "name")).collect();
        table.add(&[text(effector, "name"), text(effector, "description"), &parameters.join(",")]);
    }
    table.text()
}

pub(super) fn invoke(
    session: &mut Session,
    scope: &Scope,
    effector: &str,
    parsed: &Parsed,
) -> Result<(), Ended> {
    let wait = parsed.value("timeout").filter(|timeout| !timeout.is_empty());
    let query = wait.map(|timeout| format!("?timeout={}", form_text(&timeout))).unwrap_or_default();
    let path = format!("{}/effectors/{effector}{query}", scope.path());
    let body = form(&parsed.values("param"), |file| fs::read_to_string(file).unwrap_or_default());
    let answer = session.post(&path, FORM, body.into_bytes())?;
    if !answer.body.is_empty() {
        print(&format!("{}\n", answer.text()));
    }
    Ok(())
}

/// Names and values, in order of their names. As the stock has it: a file that cannot be read is an empty value, and
/// from the first one without `=` on, each is a nameless empty one.
fn form(given: &[String], read: impl Fn(&str) -> String) -> String {
    let mut pairs = vec![(String::new(), String::new()); given.len()];
    for (pair, word) in pairs.iter_mut().zip(given) {
        let Some((name, value)) = word.split_once('=') else { break };
        let value = value.strip_prefix('@').map_or_else(|| value.to_owned(), &read);
        *pair = (name.to_owned(), value);
    }
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let encoded: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", form_text(name), form_text(value))).collect();
    encoded.join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_effector_that_there_is_not_is_an_empty_list() {
        let effectors = [json!({ "name": "tell", "parameters": [{ "name": "A" }, { "name": "B" }] })];
        let header = "Name   | Description   | Parameters   \n";
        assert_eq!(table(&effectors, ""), format!("{header}tell   |               | A,B   \n"));
        assert_eq!(table(&effectors, "nope"), header);
    }

    #[test]
    fn parameters_are_a_form() {
        let given = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            form(&words, |file| format!("of {file}"))
        };
        assert_eq!(given(&[]), "");
        assert_eq!(given(&["b=x y=z", "a=@file"]), "a=of+file&b=x+y%3Dz");
        assert_eq!(given(&["a=1", "word", "c=2"]), "=&=&a=1");
    }
}

//! What `FreeMarker` 2.3.31 made of templates.

use super::*;

/// Each line: the template as JSON text, and its text (`=`), or `!` when it ended with an error.
const FREEMARKER: &str = include_str!("freemarker.tsv");

/// Not the same here: more than the last step of a path may be missing for a default, names with dots are found by
/// their parts (both are Brooklyn's models' affair), formats of numbers and special variables are refused by name.
const DIFFERENT: &[&str] = &[
    "${config.port} ${config['port']} ${config['db.user']} ${config.db.user}",
    "${gone!'x'} ${gone.deeper!'y'} ${(a.b.c)!n}",
    "${gone!\"x\"} ${gone.x!\"y\"}",
    "${map.gone.x!\"y\"}",
    "${n?string} ${n?string(\"0.00\")} ${yes?string(\"y\",\"n\")} ${n?string.computer}",
    "${.now?is_date?c}",
];

#[test]
fn templates_give_what_freemarker_gives() {
    let mut wrong = Vec::new();
    for line in FREEMARKER.lines() {
        let (template, expected) = line.split_once('\t').unwrap();
        let template: String = serde_json::from_str(template).unwrap();
        let given = match render(&template) {
            Ok(text) => format!("={text}"),
            Err(_) => "!".into(),
        };
        let expected = expected
            .strip_prefix('=')
            .map_or("!".to_owned(), |text| format!("={}", serde_json::from_str::<String>(text).unwrap()));
        if (given != expected) != DIFFERENT.contains(&template.as_str()) {
            wrong.push(format!("{line}\n  gave {given:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), FREEMARKER.lines().count(), wrong.join("\n"));
}

//! What each reader is asked with bytes from anywhere, and what must hold whatever they are. The test beside this
//! file runs them over the corpus and fresh inputs; `fuzz/` runs the same functions under libFuzzer.

use brownstone_lang::diag::{Diagnostic, render_all};
use brownstone_lang::dsl;
use brownstone_lang::format;
use brownstone_lang::glob::Glob;
use brownstone_lang::jsonpath::JsonPath;
use brownstone_lang::predicate::{self, Plain};
use brownstone_lang::props;
use brownstone_lang::regex::{FullRegex, Regex};
use brownstone_lang::template::{Lookup, Missing, Model, Template, Values};
use brownstone_lang::yaml::{self, Limits, Node};
use serde_json::{Value, json};

/// A reader and what it is fed with.
struct Target {
    /// Its name, and the folder of its corpus.
    name: &'static str,
    /// Panics when something does not hold.
    run: fn(&[u8]),
}

const TARGETS: [Target; 7] = [
    Target { name: "yaml", run: yaml_documents },
    Target { name: "properties", run: properties },
    Target { name: "dsl", run: expressions },
    Target { name: "template", run: templates },
    Target { name: "predicate", run: predicates },
    Target { name: "format", run: formats },
    Target { name: "patterns", run: patterns },
];

/// Feeds one reader.
pub(crate) fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.unwrap_or_else(|| panic!("there is no target {name}"));
    (target.run)(data);
}

/// Fewer values than for blueprints, so that an input takes milliseconds; the limits are met all the same.
const LIMITS: Limits = Limits { bytes: 64 * 1024, depth: 64, nodes: 5000, alias_bytes: 64 * 1024 };

/// A document is a tree whose places are in the text, or there are errors that can be shown.
fn yaml_documents(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    let (node, diagnostics) = yaml::parse("fuzz", text, &LIMITS);
    shown(&diagnostics, text);
    match node {
        Some(node) => places(&node, text),
        None => assert!(
            blank(text) || diagnostics.iter().any(Diagnostic::is_error),
            "neither a tree nor an error"
        ),
    }
}

fn shown(diagnostics: &[Diagnostic], text: &str) {
    let _ = render_all(diagnostics, text);
    for diagnostic in diagnostics {
        let _ = (diagnostic.locate(text), diagnostic.one_line(text));
    }
}

/// Whether there is nothing but comments and marks in it.
fn blank(text: &str) -> bool {
    text.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with(['#', '-', '.', '%', '\u{feff}']))
}

fn places(node: &Node, text: &str) {
    assert!(text.get(node.span.clone()).is_some(), "{:?} is no place of the text", node.span);
    match &node.value {
        yaml::Value::Seq(items) => items.iter().for_each(|item| places(item, text)),
        yaml::Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            places(key, text);
            places(value, text);
        }),
        yaml::Value::Float(number) => assert!(number.is_finite(), "a number that JSON cannot hold"),
        _ => {}
    }
}

/// Each line is an entry, a comment or an error; keys are where they say.
fn properties(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    let (entries, diagnostics) = props::parse("fuzz", text);
    shown(&diagnostics, text);
    for entry in entries {
        assert!(!entry.key.is_empty() && text.get(entry.key_span.clone()).is_some(), "{:?}", entry.key_span);
    }
}

/// What can be read as an expression prints, and reads back as the same; errors are within the text.
fn expressions(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    match dsl::parse_text(text) {
        Ok(Some(expr)) => {
            let printed = expr.to_text().unwrap_or_default();
            assert_eq!(dsl::parse_text(&printed), Ok(Some(expr)), "{printed}");
        }
        Ok(None) => {}
        Err(error) => assert!(error.at.start <= error.at.end && error.at.end <= text.len(), "{error:?}"),
    }
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    match dsl::parse_value(&value) {
        Ok(template) => {
            let printed = template.to_value();
            let again = dsl::parse_value(&printed).map(|t| t.to_value());
            assert_eq!(again, Ok(printed));
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
}

/// A model with values of all kinds, and one that is not ready.
struct World;

impl Model for World {
    fn lookup(&self, path: &[String]) -> Lookup {
        if path[0] == "slow" {
            return Lookup::Wait("a sensor".into());
        }
        let Value::Object(map) = json!({
            "name": "web", "n": 3, "flag": true, "list": [1, "b", null], "map": {"k": {"d": 1.5}}, "entity": {"id": "x"},
        }) else {
            return Lookup::Missing;
        };
        Values(map).lookup(path)
    }
}

/// A template that can be read comes to an end in every mode.
fn templates(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    match Template::parse(text) {
        Ok(template) => {
            for missing in [Missing::Error, Missing::Ignore, Missing::Blank] {
                let _ = template.render(&World, missing);
            }
            let _ = template.evaluate(&World);
        }
        Err(error) => assert!(error.line > 0 && error.at <= text.len(), "{error:?}"),
    }
}

/// A predicate that can be read says yes, no or why not, of any value.
fn predicates(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    let value = serde_json::from_str(text).unwrap_or_else(|_| json!({ "jsonpath": text, "when": "present" }));
    match predicate::parse(&value) {
        Ok(read) => {
            for subject in
                [json!(null), json!(5), json!("text"), json!([1, "b", {"k": 1}]), json!({"a": {"b": [1]}})]
            {
                let _ = read.test(&Plain(subject), None);
            }
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
}

/// A pattern for `formatString` gives a text or an error, whatever the arguments.
fn formats(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    let args = [
        json!("text"),
        json!(42),
        json!(-1.5),
        json!(null),
        json!(true),
        json!([1, {"a": 2}]),
        json!(u64::MAX),
    ];
    for from in 0..args.len() {
        let _ = format::format(text, &args[from..]);
    }
}

/// The first line is a pattern (regular, glob, path), the second a replacement, the rest a text.
fn patterns(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '\n');
    let (pattern, replacement, text) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default().chars().take(300).collect::<String>(),
    );
    if let Ok(regex) = Regex::new(pattern) {
        let _ = (regex.replace_all(&text, replacement), regex.split(&text));
    }
    let _ = FullRegex::new(pattern).map(|regex| regex.matches(&text));
    let _ = Glob::new(pattern).map(|glob| glob.matches(&text));
    let _ = JsonPath::new(pattern).map(|path| path.find(&json!({"a": [text, {"b": 1}]})));
}

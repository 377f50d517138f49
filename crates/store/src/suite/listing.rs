//! Checks about names and their lists.

use ha::verbs::Name;

use super::Failure;
use super::clients::Clients;

pub(super) fn evil_names_are_refused(_clients: &Clients) -> Result<(), Failure> {
    let evil = [
        "../climb",
        "a/../../b",
        "/etc/passwd",
        "a//b",
        "a/",
        ".hidden",
        "log/.stage",
        "a b",
        "a\nb",
        "a\0b",
        "a\\b",
        "caf\u{e9}",
        "\u{202e}txt.exe",
        "\u{1f3e0}",
        "CON:",
        "",
    ];
    match evil.iter().find(|text| Name::parse(text).is_some()) {
        None => Ok(()),
        Some(text) => Err(Failure::broken(format!("{text:?} passes as a name (a defect)"))),
    }
}

/// Names whose order by segments differs from their order as text, and neighbours of the listed folder.
const TAILS: [&str; 9] = [
    "list/log/0/00000000000000000001.json",
    "list/log/0/00000000000000000002.json",
    "list/log/0.ok",
    "list/log/0-x",
    "list/log/1/00000000000000004096.json",
    "list/log/10/a",
    "list/log/9",
    "list/logs/not-below",
    "list/log.json",
];
const BELOW: usize = 7;

pub(super) fn pages_are_in_order(clients: &Clients) -> Result<(), Failure> {
    let (one, _) = clients.pair();
    let mut all = Vec::new();
    for tail in TAILS {
        let name = clients.name(tail)?;
        one.put_own(&name, tail.as_bytes())?;
        all.push(name);
    }
    let prefix = clients.name("list/log")?;
    let mut expected = all[..BELOW].to_vec();
    expected.sort();
    for max in 1..=BELOW + 1 {
        let (mut got, mut pages) = (Vec::new(), 0);
        loop {
            let (names, more) = one.list(&prefix, got.last().cloned(), max)?;
            if names.len() > max || (names.is_empty() && more) {
                return Err(Failure::broken(format!(
                    "a page of {max} has {} names, more: {more}",
                    names.len()
                )));
            }
            got.extend(names);
            pages += 1;
            if !more || pages > BELOW {
                break;
            }
        }
        if got != expected {
            return Err(Failure::broken(format!("in pages of {max}: {got:?}, expected {expected:?}")));
        }
    }
    // `after` need not exist, and a folder that was never made is empty.
    let after = clients.name("list/log/0/00000000000000000001.nothing")?;
    let (names, _) = one.list(&prefix, Some(after), 1)?;
    if names[..] != all[1..2] {
        return Err(Failure::broken(format!("after a name that is not there came {names:?}")));
    }
    match one.list(&clients.name("list/never-made")?, None, 10)? {
        (names, false) if names.is_empty() => Ok(()),
        other => Err(Failure::broken(format!("a folder that was never made lists {other:?}"))),
    }
}

pub(super) fn created_is_listed(clients: &Clients) -> Result<(), Failure> {
    let (one, two) = clients.pair();
    let folder = clients.name("fresh")?;
    for i in 0..10 {
        let name = clients.name(&format!("fresh/{i:020}.ok"))?;
        one.create(&name, b"ok")?;
        let (names, _) = two.list(&folder, None, 100)?;
        if names.last() != Some(&name) || names.len() != i + 1 {
            return Err(Failure::broken(format!("{name} was created, but another client lists {names:?}")));
        }
    }
    Ok(())
}

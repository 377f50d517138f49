//! Secrets for blueprints: `brooklyn.external.NAME=CLASS` and `brooklyn.external.NAME.key=value`
//! (`brooklyn-blueprints.md` 2.5). Read once, when the server starts.

use std::collections::BTreeMap;
use std::path::Path;

use base::Secret;
use engine::{Externals, Provider};
use lang::diag::Position;
use lang::props;
use model::compile::location_key;

const PREFIX: &str = "brooklyn.external.";

/// What Brooklyn has without being told; its tutorials read it. The configuration counts before.
const DEMO: [(&str, &str); 2] = [
    ("brooklyn.external.brooklyn-demo-sample", "InPlaceExternalConfigSupplier"),
    ("brooklyn.external.brooklyn-demo-sample.hidden-brooklyn-password", "br00k11n"),
];

/// The providers that a server's configuration names. One that cannot be read says so where it is used.
pub fn externals<'a>(effective: impl Iterator<Item = (&'a str, &'a str)>) -> Externals {
    let mut classes = BTreeMap::new();
    let mut values: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    let mut locations = BTreeMap::new();
    for (key, value) in DEMO.into_iter().chain(effective) {
        if let Some(key) = location_key(key) {
            locations.insert(key.to_owned(), Secret::new(value));
        }
        match key.strip_prefix(PREFIX).map(|rest| rest.split_once('.')) {
            Some(Some((name, key))) => {
                values.entry(name).or_default().insert(key, value);
            }
            Some(None) => {
                classes.insert(&key[PREFIX.len()..], value);
            }
            None => {}
        }
    }
    let provider = |(name, class): (&str, &str)| {
        let given = values.get(name).cloned().unwrap_or_default();
        (name.to_owned(), provider(class, &given).unwrap_or_else(Provider::Broken))
    };
    Externals::new(classes.into_iter().map(provider).collect()).with_locations(locations)
}

fn provider(class: &str, given: &BTreeMap<&str, &str>) -> Result<Provider, String> {
    let secret = |(key, value): (&&str, &&str)| ((*key).to_owned(), Secret::new(*value));
    match class.trim().rsplit(['.', '$']).next().unwrap_or_default() {
        "InPlaceExternalConfigSupplier" => Ok(Provider::Values(given.iter().map(secret).collect())),
        "PropertiesFileExternalConfigSupplier" => {
            let url = given.get("propertiesUrl").ok_or("it has no propertiesUrl")?;
            read(url)
        }
        other => Err(format!(
            "{other} is not in this release; use InPlaceExternalConfigSupplier or PropertiesFileExternalConfigSupplier"
        )),
    }
}

/// A properties file on this host.
fn read(url: &str) -> Result<Provider, String> {
    let path = url.strip_prefix("file://").or_else(|| url.strip_prefix("file:")).unwrap_or(url);
    if path.contains("://") {
        return Err(format!("'{url}' is no file of this host"));
    }
    let text = std::fs::read_to_string(Path::new(path)).map_err(|e| format!("{path}: {e}"))?;
    let (entries, wrong) = props::parse(path, &text);
    // What is wrong with a line may show a secret: only its place is told.
    if let Some(wrong) = wrong.iter().find(|d| d.is_error()) {
        let line = Position::of(&text, wrong.span.start).line;
        return Err(format!("{path}: line {line} cannot be read"));
    }
    let secret = |e: props::Entry| (e.key, Secret::new(e.value));
    Ok(Provider::Values(entries.into_iter().map(secret).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_read_in_place_and_from_files_and_others_say_that_they_are_not_here() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secrets.properties");
        std::fs::write(&file, "user = admin\npassword = hunter2\n").unwrap();
        let package = "org.apache.brooklyn.core.config.external";
        for (class, key, value, wanted) in [
            ("InPlaceExternalConfigSupplier", "password", "hunter2".to_owned(), Ok(())),
            (
                "PropertiesFileExternalConfigSupplier",
                "propertiesUrl",
                format!("file://{}", file.display()),
                Ok(()),
            ),
            (
                "PropertiesFileExternalConfigSupplier",
                "propertiesUrl",
                "/no/such/file".to_owned(),
                Err("/no/such/file"),
            ),
            (
                "vault.VaultTokenExternalConfigSupplier",
                "token",
                "hunter2".to_owned(),
                Err("not in this release"),
            ),
        ] {
            let class = format!("{package}.{class}");
            match (provider(&class, &BTreeMap::from([(key, value.as_str())])), wanted) {
                (Ok(Provider::Values(values)), Ok(())) => {
                    assert_eq!(values.get("password").map(Secret::reveal), Some("hunter2"), "{class}");
                }
                (Err(why), Err(part)) => {
                    assert!(why.contains(part) && !why.contains("hunter2"), "{why}");
                }
                (found, _) => panic!("{class}: {found:?}"),
            }
        }
    }

    #[test]
    fn the_keys_of_a_provider_may_have_dots() {
        let given = [
            ("brooklyn.external.vault", "x.InPlaceExternalConfigSupplier"),
            ("brooklyn.external.vault.a.b", "1"),
            ("brooklyn.geoscaling", "no"),
        ];
        let shown = format!("{:?}", externals(given.into_iter()));
        assert!(
            shown.contains("\"vault\"") && shown.contains("\"a.b\"") && !shown.contains("geoscaling"),
            "{shown}"
        );
    }
}

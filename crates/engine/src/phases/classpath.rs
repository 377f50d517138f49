//! `classpath:` addresses: files of the bundles that an entity's texts stand in (`brooklyn-blueprints.md` 3.2).

use base::Version;
use model::catalog::{Bundle, BundleId};

use crate::effect::{BundleFile, Held};
use crate::entity::Entity;
use crate::machine::{Try, fail};
use crate::state::Root;

/// Whether an address names a file of a bundle.
pub(super) fn is_classpath(url: &str) -> bool {
    url.starts_with("classpath:")
}

/// `classpath://path` (or `classpath:path`): a file of the entity's bundles. `classpath:BUNDLE:VERSION:/path`: one of
/// that bundle.
pub(super) fn file(root: &Root, entity: &Entity, url: &str) -> Try<BundleFile> {
    let rest = url.strip_prefix("classpath:").unwrap_or(url);
    let named = (!rest.starts_with('/')).then(|| rest.splitn(3, ':').collect::<Vec<_>>());
    let (path, ids) = match named.as_deref() {
        Some([name, version, path]) => {
            let id = BundleId { name: (*name).to_owned(), version: Version::new(*version) };
            (*path, vec![id])
        }
        _ => (rest, entity.def.bundles.clone()),
    };
    let path = path.trim_start_matches('/');
    if path.is_empty() || path.split('/').any(|part| part == "..") {
        return fail(format!("'{url}' names no file of a bundle"));
    }
    if ids.is_empty() {
        return fail(format!(
            "'{url}' is a file of a catalog bundle, and {} stands in none; name the bundle \
             (classpath:BUNDLE:VERSION:/{path}), or put the blueprint into one",
            entity.described()
        ));
    }
    let held =
        |bundle: &std::sync::Arc<Bundle>| Held { bundle: bundle.id.clone(), source: bundle.source.clone() };
    let among: Vec<Held> = ids.iter().filter_map(|id| root.catalog.bundle(id)).map(held).collect();
    if among.is_empty() {
        let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
        return fail(format!(
            "'{url}' cannot be read: bundle {} is not in the catalog; add it again",
            names.join(", ")
        ));
    }
    Ok(BundleFile { path: path.to_owned(), among })
}

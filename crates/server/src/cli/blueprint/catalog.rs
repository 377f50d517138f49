//! BOMs from files and folders, for blueprints that name what is in them.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use base::WallMs;
use lang::diag::Look;
use lang::yaml::{self, Limits};
use model::Surroundings;
use model::catalog::add::{CATALOG_BOM, Content, Files, Said, Upload, read};
pub(super) use model::catalog::add::{Read, Refused};
use model::catalog::{BlobRef, Catalog};

/// Files of a folder that are listed at most, to find the nearest name.
const LISTED_MAX: usize = 10_000;

/// Whether a text is a catalog and no blueprint.
pub(super) fn is_bom(name: &str, text: &str) -> bool {
    let root = yaml::parse(name, text, &Limits::BLUEPRINT).0;
    root.is_some_and(|root| root.get("brooklyn.catalog").is_some())
}

/// What a BOM by itself says.
pub(super) fn of_text(name: &str, text: &str, around: &Surroundings) -> Result<Read, Refused> {
    upload(&Upload { source: name, content: Content::Bom(text) }, around)
}

/// What a folder says that is packed into a bundle as it is.
pub(super) fn of_folder(folder: &Path, around: &Surroundings) -> Result<Read, Refused> {
    let files = Folder(folder.to_owned());
    // It is not packed yet, so it has no bytes.
    let blob = BlobRef::new(String::new());
    let content = Content::Zip { files: &files, blob: &blob, bytes: 0 };
    upload(&Upload { source: CATALOG_BOM, content }, around)
}

fn upload(upload: &Upload<'_>, around: &Surroundings) -> Result<Read, Refused> {
    let mut fetch = |_: &str| Err("addresses are not fetched here, files of a folder are read".to_owned());
    let anonymous = format!("catalog-{}", around.catalog.bundles().count() + 1);
    read(upload, around, &mut fetch, &anonymous, WallMs(0))
}

/// Adds what `--catalog` names; the error is for people.
pub(super) fn add(around: &mut Surroundings, path: &Path) -> Result<(), String> {
    let unreadable = |path: &Path, e: io::Error| format!("{} cannot be read: {e}", path.display());
    let boms = if path.is_dir() && !path.join(CATALOG_BOM).is_file() {
        let entries = std::fs::read_dir(path).map_err(|e| unreadable(path, e))?;
        let mut boms: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "bom"))
            .collect();
        boms.sort();
        if boms.is_empty() {
            return Err(format!("{} has neither a {CATALOG_BOM} nor other *.bom files", path.display()));
        }
        boms
    } else {
        vec![path.to_owned()]
    };
    for bom in boms {
        let read = if bom.is_dir() {
            of_folder(&bom, around)
        } else {
            let text = super::read(&bom).map_err(|e| unreadable(&bom, e))?;
            of_text(&bom.display().to_string(), &text, around)
        };
        let bundle = read.map_err(|refused| refused.rendered())?.bundle;
        around.catalog.may_add(&bundle, false).map_err(|clash| format!("{}: {clash}", bom.display()))?;
        let mut catalog = Catalog::clone(&around.catalog);
        catalog.put(Arc::new(bundle));
        around.catalog = Arc::new(catalog);
    }
    Ok(())
}

/// A folder as the zip that it is to become.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let inside =
            Path::new(path).components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        let path = Some(self.0.join(path)).filter(|_| inside)?;
        super::read(&path).ok().map(String::into_bytes)
    }

    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut open = vec![self.0.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if names.len() >= LISTED_MAX {
                    return names;
                }
                if entry.file_type().is_ok_and(|t| t.is_dir()) {
                    open.push(path);
                } else if let Ok(name) = path.strip_prefix(&self.0) {
                    names.push(name.display().to_string());
                }
            }
        }
        names.sort();
        names
    }
}

/// Errors and warnings of an upload, as the rest of this command shows them.
pub(super) fn findings(result: &Result<Read, Refused>, look: Look) -> Vec<super::Finding> {
    let said = match result {
        Ok(read) => read.warnings.as_slice(),
        Err(refused) => refused.items(),
    };
    let finding = |s: &Said| super::Finding { located: s.located(), rendered: s.rendered(look) };
    said.iter().map(finding).collect()
}

//! Files under their own hash, and whether the state names one that is not there.

use std::collections::BTreeSet;

use engine::Root;
use model::catalog::BundleSource;
use model::catalog::add::sha256;

use super::Check;
use crate::source::{Trouble, parse};

impl Check<'_, '_> {
    pub(super) fn blobs(&mut self, root: Option<&Root>) -> Result<(), Trouble> {
        let names = self.source.list("blobs")?;
        let (mut sound, total) = (BTreeSet::new(), names.len() as u64);
        for (i, name) in names.into_iter().enumerate() {
            let Some(bytes) = self.source.read(&name)? else { continue };
            self.report.counts.blobs += 1;
            if sha256(&bytes) == name.leaf() {
                sound.insert(name);
            } else {
                let costs = "a bundle that is made from it cannot be used: remove the file and add the bundle again, by force";
                self.report.damage(&name, "its content is not what its name says", costs);
            }
            (self.progress)("blobs", i as u64 + 1, total);
        }
        for bundle in root.into_iter().flat_map(|r| r.catalog().bundles()) {
            if let BundleSource::Zip { blob, .. } = &bundle.source {
                let name = parse(&format!("blobs/{}", blob.as_str()))?;
                if !sound.contains(&name) && self.source.read(&name)?.is_none() {
                    let costs =
                        format!("the files of bundle {} are not there: add it again, by force", bundle.id);
                    self.report.damage(&name, "it is missing", costs);
                }
            }
        }
        Ok(())
    }
}

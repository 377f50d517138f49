//! Before which phase files are copied, and where they go.

use model::types::{ConfigDef, software_process as sp};
use serde::{Deserialize, Serialize};

use super::Latch;
use crate::place::Place;

/// Before which phase files are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before anything is installed.
    PreInstall,
    /// Before the installation.
    Install,
    /// Before customising.
    Customize,
    /// Before the launch.
    Runtime,
}

impl Stage {
    /// The name of the task that copies them.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::PreInstall => "copy-pre-install-resources",
            Stage::Install => "copy-install-resources",
            Stage::Customize => "copy-customize-resources",
            Stage::Runtime => "copy-runtime-resources",
        }
    }

    /// The keys of the files that are copied as they are, and of those that are filled in.
    pub(crate) fn keys(self) -> (&'static ConfigDef, &'static ConfigDef) {
        match self {
            Stage::PreInstall => (&sp::FILES_PRE_INSTALL, &sp::TEMPLATES_PRE_INSTALL),
            Stage::Install => (&sp::FILES_INSTALL, &sp::TEMPLATES_INSTALL),
            Stage::Customize => (&sp::FILES_CUSTOMIZE, &sp::TEMPLATES_CUSTOMIZE),
            Stage::Runtime => (&sp::FILES_RUNTIME, &sp::TEMPLATES_RUNTIME),
        }
    }

    /// What holds it up.
    pub(crate) const fn latch(self) -> Latch {
        match self {
            Stage::PreInstall => Latch::PreInstallResources,
            Stage::Install => Latch::InstallResources,
            Stage::Customize => Latch::CustomizeResources,
            Stage::Runtime => Latch::LaunchResources,
        }
    }

    /// Where a file goes that is given by a relative path.
    pub(crate) fn path(self, place: &Place, given: &str) -> String {
        let base = match self {
            Stage::Runtime => &place.run_dir,
            Stage::PreInstall | Stage::Install | Stage::Customize => &place.install_dir,
        };
        if given.starts_with('/') { given.to_owned() } else { format!("{base}/{given}") }
    }
}

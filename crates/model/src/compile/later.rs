//! Keys that Brooklyn reads and this release does not. Where leaving one out would deploy something else than was
//! asked for, it is refused; where it only tunes, a warning says so.

/// What happens to such a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Later {
    /// The blueprint is refused.
    Refused,
    /// The value is kept, nothing reads it.
    Ignored,
}

/// What is known about a key that no type reads here. A name that ends in a point stands for all that begin so.
pub(super) fn of(key: &str) -> Option<Later> {
    let fits = |known: &str| {
        known.strip_suffix('.').map_or(known == key, |p| {
            key.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    if REFUSED.iter().any(|k| fits(k)) {
        return Some(Later::Refused);
    }
    IGNORED.iter().any(|k| fits(k)).then_some(Later::Ignored)
}

const REFUSED: &[&str] = &[
    "brooklyn.locationsFilter",
    "download.addon.urls",
    "softwareProcess.lifecycleTasks",
    "install.workflow",
    "customize.workflow",
    "launch.workflow",
    "checkRunning.workflow",
    "stop.workflow",
];

const IGNORED: &[&str] = &[
    "provisioning.properties.",
    "requiredOpenLoginPorts",
    "inboundPorts.configRegex",
    "inboundPorts.autoInfer",
    "effector.add.openInboundPorts",
    "openIptables",
    "stopIptables",
    "dontRequireTtyForSudo",
    "expandedinstall.dir",
    "onbox.base.dir.skipResolution",
    "stop.wait.provisioning.timeout",
    "softwareProcess.maxSensorRebindDelay",
    "metrics.usage.retrieve",
];

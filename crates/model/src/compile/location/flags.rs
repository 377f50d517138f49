//! The flags that locations know (`brooklyn-blueprints.md` 9.2 to 9.5).

use super::super::context::Context;
use super::super::surroundings::LOCALHOST_OVER_SSH;
use crate::spec::ConfigMap;

/// Flags that mean something for every kind.
const COMMON: &[&str] = &[
    "name",
    "displayName",
    "user",
    "port",
    "password",
    "privateKeyFile",
    "privateKeyData",
    "privateKeyPassphrase",
    "strictHostKeyChecking",
    "knownHosts",
    "sshTries",
    "sshTriesTimeout",
    "sshRetryDelay",
    "connectTimeout",
    "sessionTimeout",
    "sshCacheExpiryDuration",
    "allocatePTY",
    "scriptDir",
    "scriptHeader",
    "authSudo",
    "runAsRoot",
    "osFamily",
    "privateAddresses",
    "tcpPortMappings",
    "count",
    "enabled",
    "iso3166",
    "latitude",
    "longitude",
    "onbox.base.dir",
    "localTempDir",
    "detectMachineDetails",
    LOCALHOST_OVER_SSH,
];

/// Flags of Brooklyn that have no effect here.
const WITHOUT_EFFECT: &[&str] = &[
    "sshToolClass",
    "sshExecutable",
    "scpExecutable",
    "execAsync",
    "noDeleteAfterExec",
    "byon.machineChooser",
    "machineChooser",
    "keep_machines",
];

/// Warns of flags that nothing reads, and refuses empty names.
pub(super) fn check(cx: &mut Context<'_>, at: &std::ops::Range<usize>, kind: &str, flags: &ConfigMap) {
    for (flag, value) in flags {
        let is_name = matches!(flag.as_str(), "name" | "displayName");
        if is_name && value.given().as_str().is_some_and(|t| t.trim().is_empty()) {
            cx.error(at.clone(), format!("the '{flag}' of location '{kind}' is empty"));
        }
        if WITHOUT_EFFECT.contains(&flag.as_str()) {
            cx.warning(
                at.clone(),
                format!("the flag '{flag}' of location '{kind}' has no effect in this release"),
            );
        } else if !COMMON.contains(&flag.as_str()) {
            let near = cx.nearest(flag, COMMON.iter().copied());
            cx.warning(at.clone(), format!("unknown flag '{flag}' of location '{kind}': it has no effect"))
                .nearest(near);
        }
    }
}

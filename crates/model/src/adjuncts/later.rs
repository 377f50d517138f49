//! Policies, enrichers and feeds that Brooklyn has and this release has not: recognised by name, so that their
//! refusal says why.

/// Why a name is refused.
#[derive(Clone, Copy)]
enum Why {
    /// Comes in a later release.
    Later,
    /// Its work is a Java function or class.
    Java,
    /// Needs what is not managed here.
    Needs(&'static str),
}

const NAMES: &[(Why, &[&str])] = &[
    (
        Why::Later,
        &[
            "workflow-policy",
            "WorkflowPolicy",
            "workflow-sensor",
            "WorkflowSensor",
            "SshCommandMembershipTrackingPolicy",
        ],
    ),
    (
        Why::Java,
        &[
            "Combiner",
            "FunctionSensor",
            "function-sensor",
            "JmxAttributeSensor",
            "LoadBalancingPolicy",
            "FollowTheSunPolicy",
            "JavaWebAppSoftwareProcessEnricher",
        ],
    ),
    (Why::Needs("a cloud's networks"), &["OnPublicNetworkEnricher", "OnSubnetNetworkEnricher"]),
    (Why::Needs("containers"), &["container-sensor", "ContainerSensor"]),
    (Why::Needs("Windows machines"), &["WinRmCommandSensor", "winrm-command-sensor"]),
];

/// Why `name`, without prefix and version, is refused; `None` when nothing is known about it.
pub(super) fn why_not(name: &str) -> Option<String> {
    let simple = name.rsplit('.').next().unwrap_or(name);
    let looks_java = name.contains('.') && simple.starts_with(|c: char| c.is_ascii_uppercase());
    let known =
        NAMES.iter().find(|(_, names)| names.contains(&name) || looks_java && names.contains(&simple));
    match known {
        Some((Why::Later, _)) => Some(format!("{simple} is not in this release; it comes in a later one")),
        Some((Why::Java, _)) => Some(java(simple)),
        Some((Why::Needs(what), _)) => {
            Some(format!("{simple} needs {what}, which Brownstone does not manage"))
        }
        // A misspelt class of Brooklyn's own is better served by the nearest name.
        None if looks_java && !["org.apache.brooklyn.", "brooklyn."].iter().any(|p| name.starts_with(p)) => {
            Some(java(name))
        }
        None => None,
    }
}

fn java(name: &str) -> String {
    format!("{name} needs Java, which Brownstone does not run")
}

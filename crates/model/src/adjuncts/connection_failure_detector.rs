//! `ConnectionFailureDetector`: says when an address does not accept connections, and when it does again.

use super::needs::{Wrong, given};
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};
use crate::spec::ConfigMap;

/// The address.
pub static ENDPOINT: ConfigDef = ConfigDef::new(
    "connectionFailureDetector.endpoint",
    ValueType::Text,
    "The address that is connected to, HOST:PORT",
)
.aliases(&["endpoint"]);

/// How often.
pub static PERIOD: ConfigDef =
    ConfigDef::new("connectionFailureDetector.pollPeriod", ValueType::Duration, "How often it is tried")
        .aliases(&["pollPeriod"])
        .default(DefaultValue::Text("1s"));

/// How long it must fail before it is told.
pub static FAILED_DELAY: ConfigDef = ConfigDef::new(
    "connectionFailureDetector.serviceFailedStabilizationDelay",
    ValueType::Duration,
    "How long it must fail before ha.connectionFailed tells it",
)
.aliases(&["serviceFailedStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// How long it must be well before it is told.
pub static RECOVERED_DELAY: ConfigDef = ConfigDef::new(
    "connectionFailureDetector.serviceRecoveredStabilizationDelay",
    ValueType::Duration,
    "How long it must go well before ha.connectionRecovered tells it",
)
.aliases(&["serviceRecoveredStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["connection-failure-detector", "ConnectionFailureDetector"],
    java_type: "org.apache.brooklyn.policy.ha.ConnectionFailureDetector",
    description: "Tells by ha.connectionFailed and ha.connectionRecovered whether an address accepts connections",
    config: &[&[&ENDPOINT, &PERIOD, &FAILED_DELAY, &RECOVERED_DELAY]],
    needs: &[&[&ENDPOINT]],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    let address = given(config, &ENDPOINT)?.text()?;
    let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
    let is_one = port.is_some_and(|port| port.parse::<u16>().is_ok());
    (!is_one).then(|| Wrong::new(&ENDPOINT, format!("must be HOST:PORT, but it is {address}")))
}

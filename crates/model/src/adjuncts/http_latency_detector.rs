//! `HttpLatencyDetector`: how fast a web server answers.

use super::needs::needs_java;
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// Where it asks.
pub static URL: ConfigDef =
    ConfigDef::new("latencyDetector.url", ValueType::Text, "The address that is asked").aliases(&["url"]);

/// Or which sensor says so.
pub static URL_SENSOR: ConfigDef = ConfigDef::new(
    "latencyDetector.urlSensor",
    ValueType::Any,
    "The sensor with the address that is asked, where `url` is not given",
)
.aliases(&["urlSensor"]);

/// What happens to that address.
pub static URL_POST_PROCESSING: ConfigDef = ConfigDef::new(
    "latencyDetector.urlPostProcessing",
    ValueType::Any,
    "A function of the address: needs Java, which Brownstone does not run",
)
.aliases(&["urlPostProcessing"]);

/// How often.
pub static PERIOD: ConfigDef =
    ConfigDef::new("latencyDetector.period", ValueType::Duration, "How often it asks")
        .aliases(&["period"])
        .default(DefaultValue::Text("1s"));

/// Over how long the mean goes.
pub static ROLLUP: ConfigDef = ConfigDef::new(
    "latencyDetector.rollup",
    ValueType::Duration,
    "Over how long the mean is taken; default: none is",
)
.aliases(&["rollup"]);

/// Whether it waits for the service.
pub static REQUIRE_UP: ConfigDef = ConfigDef::new(
    "latencyDetector.requireServiceUp",
    ValueType::Bool,
    "Whether it asks only while the entity's service is up",
)
.aliases(&["requireServiceUp"])
.default(DefaultValue::Bool(true));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["http-latency-detector", "HttpLatencyDetector"],
    java_type: "org.apache.brooklyn.policy.enricher.HttpLatencyDetector",
    description: "Sets web.request.latency.last and .windowed to how many milliseconds an address takes to answer",
    config: &[&[&URL, &URL_SENSOR, &URL_POST_PROCESSING, &PERIOD, &ROLLUP, &REQUIRE_UP]],
    needs: &[&[&URL, &URL_SENSOR]],
    check: Some(|config| needs_java(config, &URL_POST_PROCESSING)),
};

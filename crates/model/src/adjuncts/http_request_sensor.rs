//! `HttpRequestSensor`: a sensor that is taken out of what a web server answers.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType, feed};

/// Where to ask.
pub static URI: ConfigDef = ConfigDef::new("uri", ValueType::Text, "The address that is asked");

/// What is taken out of the answer.
pub static JSON_PATH: ConfigDef =
    ConfigDef::new("jsonPath", ValueType::Text, "The path of the value in the answer; `$` is all of it")
        .default(DefaultValue::Text("$"));

/// Who asks.
pub static USERNAME: ConfigDef = ConfigDef::new("username", ValueType::Text, "The user who asks");

/// What proves it.
pub static PASSWORD: ConfigDef = ConfigDef::new("password", ValueType::Text, "The user's password");

/// What is sent besides.
pub static HEADERS: ConfigDef = ConfigDef::new("headers", ValueType::Map, "Headers of the request");

/// Whether the password goes with the first request.
pub static PREEMPTIVE: ConfigDef = ConfigDef::new(
    "preemptiveBasicAuth",
    ValueType::Bool,
    "Whether user and password are sent at once, instead of when they are asked for",
)
.default(DefaultValue::Bool(false));

/// Whether it waits for the service.
pub static ONLY_IF_SERVICE_UP: ConfigDef = feed::only_if_service_up(false);

/// The feed.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Feed,
    names: &["http-request-sensor", "HttpRequestSensor"],
    java_type: "org.apache.brooklyn.core.sensor.http.HttpRequestSensor",
    description: "Sets a sensor to what a web server answers, again and again",
    config: &[
        &[&URI, &JSON_PATH, &USERNAME, &PASSWORD, &HEADERS, &PREEMPTIVE, &ONLY_IF_SERVICE_UP],
        feed::CONFIG,
        feed::POLLED,
    ],
    needs: &[],
    check: None,
};

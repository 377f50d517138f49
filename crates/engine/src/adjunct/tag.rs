//! The tag of which an entity has one adjunct at most: what its author gave it, or what its type has of itself.

use model::adjuncts::{
    by_wire_name, http_latency_detector, innate, service_failure_detector, service_restarter,
    ssh_machine_failure_detector,
};
use model::spec::{AdjunctSpec, ConfigValue};

use super::settings::named_sensor;
use crate::entity::Adjunct;

/// The tag of an adjunct.
pub(crate) fn unique_tag(spec: &AdjunctSpec) -> Option<String> {
    spec.unique_tag.clone().or_else(|| of_type(spec))
}

impl Adjunct {
    /// The tag of which its entity has one adjunct at most.
    pub fn unique_tag(&self) -> Option<String> {
        unique_tag(&self.spec)
    }
}

fn of_type(spec: &AdjunctSpec) -> Option<String> {
    let def = by_wire_name(spec.type_name.as_str())?;
    let is = |other| std::ptr::eq(def, other);
    let text = |key: &str| spec.config.get(key).map(ConfigValue::given)?.as_str().map(str::to_owned);
    if is(&raw const service_restarter::TYPE) {
        let key = &service_restarter::FAILURE_SENSOR;
        let given = spec.config.get(key.name).map(|v| v.given().clone());
        let sensor = named_sensor(&given.or_else(|| key.default.value())?)?;
        Some(format!("ServiceRestarter:{sensor}"))
    } else if is(&raw const ssh_machine_failure_detector::TYPE) {
        Some("failureDetector.sshMachine.tag".to_owned())
    } else if is(&raw const service_failure_detector::TYPE) {
        Some(innate::STATE_TAG.to_owned())
    } else if is(&raw const http_latency_detector::TYPE) {
        Some(format!("HttpLatencyDetector:{}", text(http_latency_detector::URL.name)?))
    } else {
        None
    }
}

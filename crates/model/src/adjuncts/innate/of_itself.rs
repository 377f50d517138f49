//! How an entity is by what it says itself, and what a group says of its size.

use super::super::enricher::{FROM_MEMBERS, SOURCE, SUPPRESS_DUPLICATES, TARGET};
use super::super::transformer::TRANSFORMATION;
use super::super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType, aggregator, transformer};
use super::{Innate, NO, STATE_HEARS, STATE_TAG, YES, def};

pub(super) static STATE: Innate = Innate {
    def: &def(
        "org.apache.brooklyn.core.entity.lifecycle.ServiceStateLogic.ComputeServiceState",
        &[&[&SUPPRESS_DUPLICATES]],
    ),
    tag: STATE_TAG,
    config: &[],
    hears: Some(STATE_HEARS),
    publishes: Some("service.state"),
};

pub(super) static IS_UP: Innate = Innate {
    def: &def(transformer::TYPE.java_type, transformer::TYPE.config),
    tag: "service.isUp if no service.notUp.indicators",
    config: &[
        (&TRANSFORMATION, DefaultValue::Text("whether there are none, once that is known")),
        (&SOURCE, DefaultValue::Text("Sensor: service.notUp.indicators (java.util.Map)")),
        (&TARGET, DefaultValue::Text("Sensor: service.isUp (java.lang.Boolean)")),
        (&SUPPRESS_DUPLICATES, YES),
    ],
    hears: Some("service.notUp.indicators"),
    publishes: Some("service.isUp"),
};

/// The same for what says itself that it is up when it was started: it has published nothing.
pub(super) static IS_UP_BESIDE: Innate =
    Innate { def: IS_UP.def, tag: IS_UP.tag, config: IS_UP.config, hears: IS_UP.hears, publishes: None };

pub(super) static PROCESS: Innate = Innate {
    def: &def(
        "org.apache.brooklyn.entity.software.base.SoftwareProcessImpl.UpdatingNotUpFromServiceProcessIsRunning",
        &[&[&SUPPRESS_DUPLICATES]],
    ),
    tag: "service-process-is-running-updating-not-up",
    config: &[],
    hears: Some("service.process.isRunning, service.isUp"),
    publishes: None,
};

pub(super) static DIAGNOSTICS: Innate = Innate {
    def: &def(
        "org.apache.brooklyn.entity.software.base.SoftwareProcessImpl.ServiceNotUpDiagnosticsCollector",
        &[&[&SUPPRESS_DUPLICATES]],
    ),
    tag: "service-not-up-diagnostics-collector",
    config: &[],
    hears: None,
    publishes: None,
};

/// Whether all members of a cluster are up. It is looked at whenever one of them changes.
pub(super) static ALL_UP: Innate = Innate {
    def: &AdjunctDef { kind: AdjunctKind::Feed, ..def("one-and-all-members-up", &[&[&ONLY_IF_UP]]) },
    tag: "one-and-all-members-up",
    config: &[(&ONLY_IF_UP, NO)],
    hears: Some("service.isUp on members"),
    publishes: Some("cluster.one_and_all.members.up"),
};

static ONLY_IF_UP: ConfigDef = ConfigDef::new(
    "feed.onlyIfServiceUp",
    ValueType::Bool,
    "Whether it looks only while the entity's service is up",
)
.default(NO);

/// How many a fabric has of what its members have.
pub(super) static SIZE: Innate = Innate {
    def: &def(aggregator::TYPE.java_type, aggregator::TYPE.config),
    tag: "aggregator:fabric.size",
    config: &[
        (&SOURCE, DefaultValue::Text("Sensor: group.members.count (java.lang.Integer)")),
        (&TARGET, DefaultValue::Text("Sensor: fabric.size (java.lang.Integer)")),
        (&aggregator::TRANSFORMATION, DefaultValue::Text("sum")),
        (&FROM_MEMBERS, YES),
    ],
    hears: Some("group.members.count on members"),
    publishes: Some("fabric.size"),
};

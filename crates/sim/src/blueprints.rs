//! What clients of a world deploy and upload. Each text is compiled once for all worlds of a process.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use base::{Version, WallMs};
use model::catalog::{Bundle, BundleId, BundleSource, Item, ItemId, ItemKind, ItemPlan};
use model::spec::AppSpec;

/// The first application: a script to call, numbers to give out, and a cluster that a policy resizes.
const FIRST: &str = "
name: Sim
location: localhost
services:
- type: org.apache.brooklyn.entity.stock.BasicEntity
  name: Hand
  brooklyn.initializers:
  - type: ssh-command-effector
    name: act
    command: echo acts
- type: org.apache.brooklyn.entity.stock.SequenceEntity
  name: Numbers
- type: cluster
  name: Workers
  brooklyn.config:
    cluster.initial.size: 1
    cluster.max.size: 3
    dynamiccluster.memberspec:
      $brooklyn:entitySpec:
        type: org.apache.brooklyn.entity.stock.BasicStartable
        name: Worker
  brooklyn.policies:
  - type: org.apache.brooklyn.policy.autoscaling.AutoScalerPolicy
    brooklyn.config: {metric: load, metricLowerBound: 10, metricUpperBound: 50, minPoolSize: 1, maxPoolSize: 3}
";

/// An application that comes and goes: one process.
const SMALL: &str = "
name: Small
location: localhost
services:
- type: vanilla-software-process
  name: Process
  brooklyn.config:
    launch.command: 'sleep 1000000 & echo $! > $PID_FILE'
";

fn compiled(text: &str) -> Arc<AppSpec> {
    match model::compile("sim.yaml", text, &model::Surroundings::default()) {
        Ok(spec) => Arc::new(spec),
        Err(problems) => panic!("the simulation's own blueprint is refused: {problems:?}"),
    }
}

/// The application that every world deploys first.
pub fn first() -> Arc<AppSpec> {
    static SPEC: LazyLock<Arc<AppSpec>> = LazyLock::new(|| compiled(FIRST));
    SPEC.clone()
}

/// One that is deployed and deleted again.
pub fn small() -> Arc<AppSpec> {
    static SPEC: LazyLock<Arc<AppSpec>> = LazyLock::new(|| compiled(SMALL));
    SPEC.clone()
}

/// The n-th bundle that is uploaded.
pub fn bundle(n: u64) -> Arc<Bundle> {
    let version = Version::new(format!("{n}.0"));
    let text = format!("brooklyn.catalog: {{bundle: sim, version: {n}.0}}\n");
    let item = Item {
        id: ItemId { name: "sim-item".to_owned(), version: version.clone() },
        kind: ItemKind::Entity,
        plan: ItemPlan {
            format: None,
            text: "type: org.apache.brooklyn.entity.stock.BasicEntity\n".to_owned(),
            line: 1,
            file: "catalog.bom".to_owned(),
        },
        display_name: None,
        description: None,
        icon_url: None,
        tags: Vec::new(),
        supertypes: Vec::new(),
        deprecated: false,
        disabled: false,
        metadata: BTreeMap::new(),
    };
    Arc::new(Bundle {
        id: BundleId { name: "sim".to_owned(), version },
        sum: format!("sum of {n}"),
        source: BundleSource::Bom(text),
        anonymous: false,
        icon_url: None,
        items: vec![item],
        added: WallMs(1),
    })
}

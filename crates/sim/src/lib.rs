//! A whole plane in one seeded world: `ha` and `engine` of N servers over a simulated store, with faults and
//! checkers; and the exhaustive model of the protocol with its mutants.
//!
//! [`swarm`] draws what a seed means, [`world`] runs it, [`store`] lies as real stores lie, [`check`] judges.

use std::sync::Arc;

use model::spec::AppSpec;

pub mod check;
#[path = "model/mod.rs"]
pub mod exhaustive;
pub mod store;
pub mod swarm;
pub mod world;

/// What every world deploys: an application with one entity below it.
pub fn blueprint() -> Arc<AppSpec> {
    let yaml = "name: Sim\nservices:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n  name: Below\n";
    match model::compile("sim.yaml", yaml, &model::Surroundings::default()) {
        Ok(spec) => Arc::new(spec),
        Err(problems) => panic!("the simulation's own blueprint is refused: {problems:?}"),
    }
}

//! `POST /v1/locations/{id}/test`: whether something could be started on each machine of a location. Ours.

use std::sync::Arc;

use api::Permission::AddLocation;
use api::location::{LocationCheck, MachineCheck, MachineLook};
use api::shape::one;
use engine::Reached;
use model::spec::LocationSpec;
use tokio::task::JoinSet;

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Route;
use crate::http::show::location;

/// Machines that are looked at in one request.
const MACHINES_TESTED_MAX: usize = 100;
/// Those that are looked at at the same time.
const AT_ONCE: usize = 16;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let says = "Look at each machine of a location: tcp, ssh, sudo, disk, tools; changes nothing";
    all.push(
        Route::post("/v1/locations/{location}/test", says, test)
            .needs(AddLocation)
            .exempt()
            .hot()
            .ok(one::<LocationCheck>()),
    );
}

async fn test(call: Call) -> Answer {
    let token = call.param("location");
    let machines = match location::find(call.root(), token) {
        Some(instance) => call.root().reached(Some(instance.owner()), instance.spec()),
        None => {
            let definition = location::definition(&call.surroundings(), token)
                .ok_or_else(|| Fail::not_found(format!("No location matching {token}")))?;
            let specs = specs_of(&call, &definition.id)?;
            specs.iter().try_fold(Vec::new(), |mut all, spec| {
                all.extend(call.root().reached(None, spec)?);
                Ok(all)
            })
        }
    };
    let machines = machines.map_err(|why| Fail::bad(format!("{token}: {why}")))?;
    if machines.len() > MACHINES_TESTED_MAX {
        return Err(Fail::bad(format!(
            "{token} has {} machines, and at most {MACHINES_TESTED_MAX} are looked at (MACHINES_TESTED_MAX)",
            machines.len()
        )));
    }
    let looked = look(machines).await?;
    let good = looked.iter().all(|m| m.good);
    json(&LocationCheck { good, machines: looked })
}

/// What a blueprint would get that names the definition.
fn specs_of(call: &Call, id: &str) -> Result<Vec<LocationSpec>, Fail> {
    let blueprint = serde_json::json!({ "location": id, "services": [{ "type": "BasicEntity" }] });
    let text = blueprint.to_string();
    let app = model::compile("location", &text, &call.surroundings()).map_err(|refused| {
        let why: Vec<&str> = refused.items().iter().map(|d| d.message.as_str()).collect();
        Fail::bad(why.join("; "))
    })?;
    Ok(app.root.locations.unwrap_or_default())
}

/// All machines, in their order.
async fn look(machines: Vec<Reached>) -> Result<Vec<MachineCheck>, Fail> {
    let host = exec::host("probe", "");
    let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut looks = JoinSet::new();
    for (n, machine) in machines.into_iter().enumerate() {
        let (host, places) = (host.clone(), Arc::clone(&places));
        looks.spawn(async move {
            let _place = places.acquire_owned().await;
            let checks = match machine.target {
                Ok(Some(target)) => exec::probe_ssh(host, Arc::new(target)).await,
                Ok(None) => exec::probe_here().await,
                Err(why) => vec![exec::Look { name: "config", is_good: Some(false), says: why }],
            };
            (n, told(machine.name, checks))
        });
    }
    let mut all = Vec::new();
    while let Some(looked) = looks.join_next().await {
        all.push(looked.map_err(|_| Fail::inside("a look at a machine failed"))?);
    }
    all.sort_by_key(|(n, _)| *n);
    Ok(all.into_iter().map(|(_, machine)| machine).collect())
}

fn told(machine: String, looks: Vec<exec::Look>) -> MachineCheck {
    let word = |good: Option<bool>| match good {
        Some(true) => "good",
        Some(false) => "bad",
        None => "skipped",
    };
    // An account without sudo can run all that needs none.
    let good = looks.iter().all(|l| l.name == "sudo" || l.is_good == Some(true));
    let checks = looks.into_iter().map(|l| MachineLook {
        name: l.name.to_owned(),
        result: word(l.is_good).to_owned(),
        says: l.says,
    });
    MachineCheck { machine, good, checks: checks.collect() }
}

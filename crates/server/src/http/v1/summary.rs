//! `GET /v1/summary` and `GET /v1/me`. Ours: what a page asks first, each in one answer.

use std::collections::BTreeMap;

use api::Permission::{self, SeeEntity};
use api::application::Status;
use api::entity::SelfLink;
use api::paths;
use api::shape::{many, one};
use api::summary::{ApplicationCounts, Me};
use engine::{Entity, Lifecycle, Root};
use ha::status::Role;

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get(
            "/v1/summary",
            "How many entities of each application are in which state, worst first",
            counts,
        )
        .needs(SeeEntity)
        .hot()
        .ok(many::<ApplicationCounts>()),
        Route::get("/v1/me", "Who asks, and what may be done here and now", me).ok(one::<Me>()),
    ]);
}

async fn counts(call: Call) -> Answer {
    let root = call.root();
    let mut all: Vec<ApplicationCounts> = root.apps().map(|app| of(root, app)).collect();
    all.sort_by_key(worst_first);
    json(&all)
}

fn of(root: &Root, app: &Entity) -> ApplicationCounts {
    let counts = root.counts(&app.id);
    let state = |state: &Lifecycle| (state.word().to_owned(), u64::from(counts.of(*state)));
    ApplicationCounts {
        id: app.id.to_string(),
        name: app.name.clone(),
        status: Status::of(app.state().map(Lifecycle::word), app.is_up()),
        service_up: app.is_up(),
        entities: u64::from(counts.total()),
        states: Lifecycle::ALL.iter().map(state).filter(|(_, n)| *n > 0).collect::<BTreeMap<_, _>>(),
        links: SelfLink { own: paths::application(app.id.as_str()) },
    }
}

/// What burns comes first, then what is not up, then what is on its way; alike ones by name.
fn worst_first(app: &ApplicationCounts) -> (u8, std::cmp::Reverse<u64>, String, String) {
    let rank = match app.status {
        Status::Error => 0,
        Status::Unknown => 1,
        Status::Stopping => 2,
        Status::Starting | Status::Accepted => 3,
        Status::Running if app.service_up == Some(false) => 1,
        Status::Running => 4,
        Status::Stopped | Status::Destroyed => 5,
    };
    let burning = app.states.get(Lifecycle::OnFire.word()).copied().unwrap_or(0);
    (rank, std::cmp::Reverse(burning), app.name.to_lowercase(), app.id.clone())
}

async fn me(call: Call) -> Answer {
    let account = call.visitor().map(|v| &v.login.account);
    let grants = account.map_or(api::Grants::Minimal, |a| a.grants);
    let may = Permission::ALL.iter().filter(|p| grants.allow(**p));
    let status = &call.view.status;
    json(&Me {
        user: account.and_then(|a| a.name.clone()),
        role: grants.word().to_owned(),
        entitlements: may.map(|p| p.id().to_owned()).collect(),
        hides_secrets: grants.hides_secrets(),
        server_role: call.role().word().to_owned(),
        writable: call.role() == Role::Master,
        master_uri: Some(status.master_uri.clone()).filter(|uri| !uri.is_empty()),
    })
}

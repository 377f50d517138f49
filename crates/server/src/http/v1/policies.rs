//! `.../policies`: Brooklyn's older way to policies, which `br` still takes.

use std::collections::BTreeMap;

use api::Permission::{AddPolicy, DeletePolicy, ModifyEntity, SeeEntity, StartPolicy, StopPolicy};
use api::adjunct::{PolicyConfigSummary, PolicySummary};
use api::application::Status;
use api::shape::{self, by_name, many};
use axum::http::StatusCode;
use model::adjuncts::AdjunctKind;
use serde_json::Value;

use super::adjuncts::{added, ids, remove, resume, set_value, shown, suspend};
use super::find;
use super::sensors::hides;
use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::negotiate::Consumes;
use crate::http::route::Content::{Nothing, Text};
use crate::http::route::Kind;
use crate::http::route::Route;
use crate::http::show::adjunct::{self as show, Beside};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ALL: &str = "/v1/applications/{app}/entities/{ent}/policies";
    const STATES: &str = "/v1/applications/{app}/entities/{ent}/policies/current-state";
    const ONE: &str = "/v1/applications/{app}/entities/{ent}/policies/{policy}";
    const START: &str = "/v1/applications/{app}/entities/{ent}/policies/{policy}/start";
    const STOP: &str = "/v1/applications/{app}/entities/{ent}/policies/{policy}/stop";
    const DESTROY: &str = "/v1/applications/{app}/entities/{ent}/policies/{policy}/destroy";
    const KEYS: &str = "/v1/applications/{app}/entities/{ent}/policies/{policy}/config";
    const SET: &str = "/v1/applications/{app}/entities/{ent}/policies/{policy}/config/current-state";
    const KEY: &str = "/v1/applications/{app}/entities/{ent}/policies/{policy}/config/{config}";
    let reads = [
        Route::get(ALL, "Its policies", list).ok(many::<PolicySummary>()),
        Route::get(STATES, "Which of its policies do something", states).ok(by_name::<bool>()),
        Route::get(ONE, "How one of them is", one).ok(shape::one::<Status>()),
        Route::get(KEYS, "Which config keys it has", keys).ok(many::<PolicyConfigSummary>()),
        Route::get(SET, "All values that are set, as texts", set_values).ok(by_name::<String>()),
        Route::get(KEY, "One value or its default, as text; 204 when there is none", value_of)
            .answers(StatusCode::OK, Text)
            .answers(StatusCode::NO_CONTENT, Nothing),
    ];
    all.extend(reads.map(|route| route.needs(SeeEntity).hot()));
    let acts = [
        Route::post(START, "Let it go on", start).needs(StartPolicy),
        Route::post(STOP, "Let it rest", stop).needs(StopPolicy),
        Route::post(DESTROY, "Take it away", destroy).needs(DeletePolicy),
    ];
    all.extend(acts.map(|route| route.hot().answers(StatusCode::NO_CONTENT, Nothing)));
    all.extend([
        Route::post(ALL, "Add a policy", add)
            .needs(AddPolicy)
            .hot()
            .query("type", Kind::Text, "Of which type")
            .takes(Consumes::Json, by_name::<Value>())
            .ok(shape::one::<PolicySummary>()),
        Route::post(KEY, "Set one value", set)
            .needs(ModifyEntity)
            .hot()
            .takes(Consumes::Json, shape::one::<Value>())
            .answers(StatusCode::OK, Nothing),
    ]);
}

async fn list(call: Call) -> Answer {
    let all = show::by_name(call.root(), find::entity(&call)?, Some(AdjunctKind::Policy));
    json(&all.iter().map(Beside::policy).collect::<Vec<_>>())
}

async fn states(call: Call) -> Answer {
    let all = show::by_name(call.root(), find::entity(&call)?, Some(AdjunctKind::Policy));
    let states: BTreeMap<&str, bool> =
        all.iter().map(|p| (p.adjunct.id.as_str(), !p.adjunct.suspended)).collect();
    json(&states)
}

async fn one(call: Call) -> Answer {
    json(&find::policy(&call)?.state())
}

async fn keys(call: Call) -> Answer {
    json(&find::policy(&call)?.policy_parameters())
}

async fn set_values(call: Call) -> Answer {
    json(&find::policy(&call)?.config(hides(&call)))
}

async fn value_of(call: Call) -> Answer {
    shown(&call, &find::policy(&call)?)
}

async fn add(mut call: Call) -> Answer {
    let added = added(&mut call, |kind| kind == AdjunctKind::Policy).await?;
    json(&find::adjunct_by_id(&call, &added)?.policy())
}

async fn start(call: Call) -> Answer {
    resume(&call, ids(&find::policy(&call)?)?).await
}

async fn stop(call: Call) -> Answer {
    suspend(&call, ids(&find::policy(&call)?)?).await
}

async fn destroy(call: Call) -> Answer {
    remove(&call, ids(&find::policy(&call)?)?).await
}

async fn set(mut call: Call) -> Answer {
    let given = call.json().await?;
    set_value(&call, find::policy(&call)?, given).await
}

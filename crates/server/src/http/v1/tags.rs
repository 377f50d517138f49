//! `.../tags` and `.../tag`: reading and changing the tags of an entity.

use api::Permission::{ModifyEntity, SeeEntity};
use api::shape::{self, many};
use axum::http::StatusCode;
use engine::effect::Reply;
use engine::input::{Command, TagEdit};
use serde_json::Value;

use super::find;
use crate::http::answer::{Answer, json, no_content, result};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::Consumes;
use crate::http::route::Content::Nothing;
use crate::http::route::Route;
use crate::http::show::entity;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ALL: &str = "/v1/applications/{app}/entities/{ent}/tags";
    const ADD: &str = "/v1/applications/{app}/entities/{ent}/tag/add";
    const DELETE: &str = "/v1/applications/{app}/entities/{ent}/tag/delete";
    const UPSERT: &str = "/v1/applications/{app}/entities/{ent}/tag/upsert/{tagKey}";
    const GET: &str = "/v1/applications/{app}/entities/{ent}/tag/get/{tagKey}";
    let reads = [
        Route::get(ALL, "Its tags", tags).ok(many::<Value>()),
        Route::get(
            GET,
            "The value of the tag that is a map with this key alone; 204 when there is none",
            get,
        )
        .ok(shape::one::<Value>())
        .answers(StatusCode::NO_CONTENT, Nothing),
    ];
    all.extend(reads.map(|route| route.needs(SeeEntity).hot()));
    let writes = [
        Route::post(ADD, "One more tag", add).answers(StatusCode::NO_CONTENT, Nothing),
        Route::post(DELETE, "One tag less; whether it was there", delete).ok(shape::one::<bool>()),
        Route::post(
            UPSERT,
            "A tag that is a map with this key alone, in the place of an earlier one",
            upsert,
        )
        .answers(StatusCode::NO_CONTENT, Nothing),
    ];
    all.extend(
        writes.map(|route| route.needs(ModifyEntity).hot().takes(Consumes::Json, shape::one::<Value>())),
    );
}

async fn tags(call: Call) -> Answer {
    json(&entity::tags(call.root(), find::entity(&call)?))
}

async fn get(call: Call) -> Answer {
    match find::entity(&call)?.tag(call.param("tagKey")) {
        None | Some(Value::Null) => Ok(no_content()),
        Some(value) => result(StatusCode::OK, value),
    }
}

async fn add(mut call: Call) -> Answer {
    let tag = tag(&mut call).await?;
    edit(&call, TagEdit::Add(tag)).await?;
    Ok(no_content())
}

async fn delete(mut call: Call) -> Answer {
    let tag = tag(&mut call).await?;
    match edit(&call, TagEdit::Remove(tag)).await? {
        Reply::Value(was_there) => json(&was_there),
        _ => Err(Fail::inside("the core answered something else than whether the tag was there")),
    }
}

async fn upsert(mut call: Call) -> Answer {
    let value = call.json().await?;
    let key = call.param("tagKey").to_owned();
    edit(&call, TagEdit::Put { key, value }).await?;
    Ok(no_content())
}

async fn tag(call: &mut Call) -> Result<Value, Fail> {
    let tag = call.json().await?;
    if tag.is_null() { Err(Fail::bad("Expected a tag: any JSON value but null")) } else { Ok(tag) }
}

async fn edit(call: &Call, edit: TagEdit) -> Result<Reply, Fail> {
    let entity = find::entity(call)?.id.clone();
    let body = match &edit {
        TagEdit::Add(value) | TagEdit::Remove(value) | TagEdit::Put { value, .. } => value.to_string(),
    };
    call.ask(Command::EditTags { entity, edit }, body.as_bytes()).await
}

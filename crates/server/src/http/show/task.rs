//! Tasks: summaries, the long status text, streams.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use api::adjunct::ADJUNCT_STUB_TYPE;
use api::entity::ENTITY_STUB_TYPE;
use api::paths;
use api::task::{StreamLink, TaskLink, TaskLinkMetadata, TaskLinks, TaskSummary};
use engine::Root;
use engine::effect::Captured;
use engine::input::Caller;
use engine::{Status, Task};
use serde_json::{Value, json};

use super::secrets::{lines, suppress};
use super::text;

/// Characters of a result that the long status text shows.
const RESULT_CHARS_MAX: usize = 512;
/// Contents of a stream that stand in its tag.
const TAG_STREAM_CHARS_MAX: usize = 80;

/// How much of a task is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Detail {
    /// All.
    Full,
    /// No result and no long status: lists of an entity.
    Brief,
}

/// A task.
pub(in crate::http) fn summary(root: &Root, task: &Task, detail: Detail) -> TaskSummary {
    let id = task.id.as_str();
    let entity = task.entity.as_ref().map(base::EntityId::as_str);
    let app = task.entity.as_ref().and_then(|e| root.entity(e)).map(|e| e.app.as_str());
    let blocking = root.blocking_task(&task.id).filter(|_| !task.is_ended());
    let full = detail == Detail::Full;
    TaskSummary {
        id: id.to_owned(),
        display_name: task.name.clone(),
        description: task.description.clone(),
        entity_id: entity.map(str::to_owned),
        entity_display_name: task.entity_name.clone(),
        tags: tags(root, task, app),
        submit_time_utc: Some(task.submitted_at.0),
        start_time_utc: Some(task.submitted_at.0),
        end_time_utc: task.ended_at.map(|at| at.0),
        current_status: task.status.word().to_owned(),
        result: (full && task.is_ended() && !task.result.is_null()).then(|| task.result.clone()),
        is_error: matches!(task.status, Status::Failed | Status::Cancelled),
        is_cancelled: task.status == Status::Cancelled,
        children: root.sub_tasks(&task.id).map(link).collect(),
        submitted_by_task: task.parent.as_ref().and_then(|p| root.task(p)).map(link),
        blocking_task: blocking.map(link),
        blocking_details: task.blocked_on.clone().filter(|_| !task.is_ended()),
        detailed_status: full.then(|| long_status(root, task)),
        streams: streams(task),
        links: TaskLinks::new(id, app.zip(entity)),
    }
}

/// The same without secrets: by their names in results and parameters, by lines in texts.
pub(in crate::http) fn hide(task: TaskSummary) -> TaskSummary {
    TaskSummary {
        result: task.result.map(|r| suppress("", r)),
        tags: task.tags.into_iter().map(|tag| suppress("", tag)).collect(),
        detailed_status: task.detailed_status.map(|text| lines(&text)),
        ..task
    }
}

/// A link to a task.
fn link(task: &Task) -> TaskLink {
    TaskLink {
        link: paths::task(task.id.as_str()),
        metadata: TaskLinkMetadata {
            id: task.id.to_string(),
            task_name: Some(task.name.clone()),
            entity_id: task.entity.as_ref().map(ToString::to_string),
            entity_display_name: task.entity_name.clone(),
        },
    }
}

fn tags(root: &Root, task: &Task, app: Option<&str>) -> Vec<Value> {
    let Some(entity) = &task.entity else {
        // Only an expunge tells, in Brooklyn, what it is and who asked for it; the end of an application does not.
        let expunge = task.caller.as_ref().filter(|c| c.uri.ends_with("/expunge"));
        return expunge.map_or_else(Vec::new, |c| vec![entitlement(task, c), "DESTRUCTION".into()]);
    };
    let stub = json!({ "type": ENTITY_STUB_TYPE, "id": entity.as_str() });
    let wrapped = |kind: &str| json!({ "wrappingType": kind, "entity": stub });
    let mut tags = Vec::new();
    let by_user = asked(root, task);
    if let Some(call) = &task.call {
        tags.push("EFFECTOR".into());
        tags.push(json!({
            "entityId": entity.as_str(), "effectorName": call.effector, "effectorParams": call.params
        }));
        tags.push(wrapped("targetEntity"));
    }
    if task.parent.is_some() {
        tags.push("SUB-TASK".into());
    } else if by_user.is_none() {
        tags.push("TOP-LEVEL".into());
    } else if task.call.is_none() {
        tags.push("NON-TRANSIENT".into());
    } else if by_user.is_some_and(is_deployment) {
        tags.push(wrapped("callerEntity"));
        tags.push("inessential".into());
    }
    tags.push(wrapped("contextEntity"));
    tags.push(json!({ "type": "org.apache.brooklyn.api.mgmt.ManagementContext" }));
    if let Some(adjunct) = task.caller.as_ref().and_then(|c| c.uri.strip_prefix("adjunct:")) {
        let policy = json!({ "type": ADJUNCT_STUB_TYPE, "id": adjunct, "entityId": entity.as_str() });
        tags.push(json!({ "wrappingType": "contextAdjunct", "object": policy }));
    } else if let Some(caller) = by_user {
        // Brooklyn notes it when the request comes in, and again when an effector is called.
        let times = if task.call.is_some() { 2 } else { 1 };
        tags.extend(std::iter::repeat_n(entitlement(task, caller), times));
    }
    if let (Some(by), Some(app)) = (&task.interrupted, app) {
        tags.push(json!({"interrupted": {
            "applicationId": app, "master": by.master, "term": by.term, "at": by.at, "why": by.why,
            "step": by.step,
        }}));
    }
    for (name, stream) in &task.streams {
        let whole = stream_text(stream);
        let short = whole.chars().count() <= TAG_STREAM_CHARS_MAX;
        let contents = if short { whole.as_str() } else { "<contents-too-large>" };
        tags.push(json!({"streamType": name, "streamContents": contents, "streamSize": stream.size}));
    }
    tags
}

/// Who asked over HTTP for a task, or for the one that it is a part of.
fn asked<'r>(root: &'r Root, task: &'r Task) -> Option<&'r Caller> {
    let mut parts = std::iter::successors(Some(task), |t| t.parent.as_ref().and_then(|p| root.task(p)));
    let caller = parts.find_map(|t| t.caller.as_ref())?;
    caller.uri.starts_with('/').then_some(caller)
}

/// Whether a request was one that deploys an application.
fn is_deployment(caller: &Caller) -> bool {
    let below = caller.uri.strip_prefix("/v1/applications");
    below.is_some_and(|rest| !rest.trim_matches('/').contains('/'))
}

/// The tag that says who asked for a task.
fn entitlement(task: &Task, caller: &Caller) -> Value {
    json!({"entitlementContext": {
        "user": caller.user, "sourceIp": caller.source, "requestUri": caller.uri, "attributes": {},
        "requestUniqueIdentifier": task.id.as_str().get(..6).unwrap_or(task.id.as_str()),
    }})
}

fn streams(task: &Task) -> BTreeMap<String, StreamLink> {
    let link = |(name, stream): (&String, &std::sync::Arc<Captured>)| {
        (name.clone(), StreamLink::new(task.id.as_str(), name, stream.size))
    };
    task.streams.iter().map(link).collect()
}

/// What was kept of a stream; a gap says how much is missing and where the whole lies.
pub(in crate::http) fn stream_text(stream: &Captured) -> String {
    let kept = (stream.head.len() + stream.tail.len()) as u64;
    if stream.tail.is_empty() && stream.size <= kept {
        return stream.head.clone();
    }
    let mut whole = stream.head.clone();
    if stream.size > kept {
        let _ = write!(whole, "\n[... {} bytes left out", stream.size - kept);
        if !stream.file.is_empty() {
            let _ = write!(whole, "; the whole is in {}", stream.file);
        }
        whole.push_str(" ...]\n");
    }
    whole.push_str(&stream.tail);
    whole
}

/// The long status, in Brooklyn's paragraphs.
fn long_status(root: &Root, task: &Task) -> String {
    let mut parts = Vec::new();
    let took = task.ended_at.map(|at| text::duration(at.0.saturating_sub(task.submitted_at.0)));
    let took = took.unwrap_or_default();
    match task.status {
        Status::Completed => {
            parts.push(format!("Completed after {took}"));
            parts.push(match text::java(&task.result) {
                _ if task.result.is_null() => "No return value (null)".to_owned(),
                result => format!("Result: {}", result.chars().take(RESULT_CHARS_MAX).collect::<String>()),
            });
        }
        Status::Failed => parts.push(format!("Failed after {took}: {}", text::java(&task.result))),
        Status::Cancelled => parts.push(format!("Cancelled after {took}")),
        Status::InProgress => match root.blocking_task(&task.id) {
            Some(other) => parts.push(format!("Waiting on: Task[{}]@{}", other.name, other.id)),
            None => parts.push(format!("In progress: {}", task.step_for_people())),
        },
    }
    if let Some(by) = &task.interrupted {
        parts.push(format!(
            "Interrupted at step {}: it was a task of master {} (term {}), whose reign ended: {}",
            by.step, by.master, by.term, by.why
        ));
    }
    if let Some(process) = &task.process {
        parts.push(format!(
            "Script still runs on host {} as process group {}; cancel this task to end it",
            process.host.name, process.pgid
        ));
    }
    parts.push(format!("Known as: Task[{}]@{}", task.name, task.id));
    if let Some(parent) = task.parent.as_ref().and_then(|p| root.task(p)) {
        parts.push(format!("Submitted by: Task[{}]@{}", parent.name, parent.id));
    }
    let mut children = String::from("Children:");
    let mut any = false;
    for child in root.sub_tasks(&task.id) {
        any = true;
        let _ = write!(children, "\n  Task[{}]@{}: {}", child.name, child.id, child.status.word());
    }
    if any {
        parts.push(children);
    }
    parts.join("\n\n")
}

/// An entity's list: what goes on first, then what changed last. Where not all fit, the first of each name comes before the
/// second of any.
pub(in crate::http) fn ordered<'a>(tasks: impl Iterator<Item = &'a Task>, limit: usize) -> Vec<&'a Task> {
    let mut all: Vec<&Task> = tasks.collect();
    all.sort_by_key(|t| {
        let changed = t.ended_at.unwrap_or(t.submitted_at);
        (t.is_ended(), std::cmp::Reverse((changed, t.seq)))
    });
    let mut names = std::collections::BTreeSet::new();
    let firsts: Vec<bool> = all.iter().map(|t| names.insert(t.name.as_str())).collect();
    let (mut room, mut others) = (limit, limit.saturating_sub(names.len()));
    let mut keep = |is_first: bool| {
        let room = if is_first { &mut room } else { &mut others };
        let fits = *room > 0;
        *room -= usize::from(fits);
        fits
    };
    all.into_iter().zip(firsts).filter(|(_, is_first)| keep(*is_first)).map(|(task, _)| task).collect()
}

//! Paths that answers point to. Links are server-relative and carry the `/v1` prefix.

use std::fmt::Write;

/// The prefix of everything that is Apache Brooklyn's.
pub const V1: &str = "/v1";
/// Who is who, in one answer.
pub const HA_CLUSTER: &str = "/ha/cluster";
/// How much a server logs.
pub const LOG_LEVELS: &str = "/v1/server/log/levels";
/// Hands the master's chair over, now or at a time.
pub const HA_SWITCHOVER: &str = "/ha/switchover";
/// Hands it over to whoever is best.
pub const HA_STEP_DOWN: &str = "/ha/step-down";
/// Pauses automatic fail-over.
pub const HA_PAUSE: &str = "/ha/pause";
/// Ends that pause.
pub const HA_RESUME: &str = "/ha/resume";
/// Who ruled, why, and how it ended.
pub const HA_HISTORY: &str = "/ha/history";
/// A write that changes nothing, and an end as by kill -9.
pub const HA_DRILL: &str = "/ha/drill";
/// "Look at the store now", between servers.
pub const HA_NUDGE: &str = "/ha/nudge";
/// The signature of a nudge.
pub const NUDGE_SIGNATURE: &str = "x-brownstone-signature";

/// `/v1/applications/A`.
pub fn application(app: &str) -> String {
    let mut path = String::from("/v1/applications/");
    push_segment(&mut path, app);
    path
}

/// `/v1/applications/A/entities/E`.
pub fn entity(app: &str, entity: &str) -> String {
    let mut path = application(app);
    path.push_str("/entities/");
    push_segment(&mut path, entity);
    path
}

/// `/v1/applications/A/entities/E/adjuncts/X`.
pub fn adjunct(app: &str, of: &str, adjunct: &str) -> String {
    below(&entity(app, of), "adjuncts", adjunct)
}

/// `/v1/locations/L`.
pub fn location(location: &str) -> String {
    below(V1, "locations", location)
}

/// `/v1/activities/T`.
pub fn task(task: &str) -> String {
    let mut path = String::from("/v1/activities/");
    push_segment(&mut path, task);
    path
}

/// One more segment below a path.
pub fn below(path: &str, folder: &str, leaf: &str) -> String {
    segment(&format!("{path}/{folder}"), leaf)
}

/// One more segment.
pub fn segment(path: &str, leaf: &str) -> String {
    let mut longer = format!("{path}/");
    push_segment(&mut longer, leaf);
    longer
}

/// Percent-encodes one segment as Brooklyn does: `/` and blanks are encoded, `:` and the like stay.
fn push_segment(path: &mut String, segment: &str) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_encoded_one_by_one() {
        assert_eq!(entity("a1", "b2"), "/v1/applications/a1/entities/b2");
        assert_eq!(
            below(&entity("a", "b"), "sensors", "x/y z:1"),
            "/v1/applications/a/entities/b/sensors/x%2Fy%20z:1"
        );
    }
}

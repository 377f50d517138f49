//! The bucket's lifecycle rules: one that deletes or archives what lies below the path makes numbers free again that
//! must stay taken, and takes records away.

use std::time::Duration;

use object_store::client::{HttpRequest, HttpRequestBody};
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use reqwest::Method;

use ha::verbs::{Fault, FaultKind};

use super::Inner;
use super::seen::element;

/// How long the question may be asked after it was signed.
const SIGNED_FOR: Duration = Duration::from_mins(1);

/// What a rule of the bucket does to this plane. A service that has no such rules, or a key that may not read them
/// (s3:GetLifecycleConfiguration), says nothing.
pub(super) async fn harm(inner: &Inner) -> Option<Fault> {
    let rules = tokio::time::timeout(inner.patience, ask(inner)).await.ok()??;
    let rule = harmful(&rules, &inner.prefix)?;
    let text = format!(
        "the lifecycle rule {rule:?} of {} deletes or archives objects below {:?}: remove it, or give it another prefix",
        inner.shown, inner.prefix
    );
    Some(Fault { kind: FaultKind::Unfit, text })
}

async fn ask(inner: &Inner) -> Option<String> {
    let question = SignedUrlOptions::default().with_query([("lifecycle", "")]);
    let url = inner.s3.signed_url_opts(Method::GET, &Path::default(), SIGNED_FOR, &question).await.ok()?;
    let mut request = HttpRequest::new(HttpRequestBody::empty());
    *request.uri_mut() = url.as_str().parse().ok()?;
    let response = inner.http.execute(request).await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    let body = response.into_body().bytes().await.ok()?;
    Some(String::from_utf8_lossy(&body).into_owned())
}

/// The name of the first rule that reaches objects below `prefix` and takes them away.
fn harmful(rules: &str, prefix: &str) -> Option<String> {
    rules.split("<Rule>").skip(1).find_map(|rule| {
        let of = |name| element(rule, name).unwrap_or_default();
        // Rules for objects with a tag pass ours by: they have none.
        if of("Status") != "Enabled" || rule.contains("<Tag>") {
            return None;
        }
        let reach = of("Prefix");
        let reaches = prefix.starts_with(&reach) || reach.starts_with(prefix);
        // An expiration without a time is of delete markers that nothing lies below; these may go.
        let takes = ["Expiration", "Transition"].into_iter().any(|action| {
            element(rule, action).is_some_and(|when| when.contains("<Days>") || when.contains("<Date>"))
        });
        (reaches && takes).then(|| of("ID"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(inner: &str) -> String {
        format!("<LifecycleConfiguration><Rule><ID>sweep</ID>{inner}</Rule></LifecycleConfiguration>")
    }

    #[test]
    fn a_rule_is_harmful_when_it_reaches_the_path_and_takes_what_is_current() {
        let on = "<Status>Enabled</Status>";
        let days = "<Expiration><Days>30</Days></Expiration>";
        let of = |inner: &str| harmful(&rule(inner), "plane/");
        for reach in
            ["<Prefix></Prefix>", "", "<Filter><Prefix>pl</Prefix></Filter>", "<Prefix>plane/log/</Prefix>"]
        {
            assert_eq!(of(&format!("{reach}{on}{days}")).as_deref(), Some("sweep"), "{reach}");
        }
        let archived =
            format!("{on}<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>");
        assert!(of(&archived).is_some());
        let dated = format!("{on}<Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration>");
        assert!(of(&dated).is_some());
        let harmless = [
            format!("<Prefix>other/</Prefix>{on}{days}"),
            format!("<Status>Disabled</Status>{days}"),
            format!("<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>{on}{days}"),
            format!(
                "{on}<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"
            ),
            format!(
                "{on}<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
            ),
            format!(
                "{on}<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
            ),
        ];
        for inner in harmless {
            assert_eq!(of(&inner), None, "{inner}");
        }
        assert_eq!(harmful("<html>", ""), None);
    }
}

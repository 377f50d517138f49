//! What came over the wire for one request. `object_store` gives its own reading of it; which status and which
//! code it was, and whether the request was sent at all, is noted below it.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::Pin;

use futures_util::StreamExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService, ReqwestConnector,
};

/// Bytes of an error's body that are read.
const ERROR_BODY_MAX: usize = 16 * 1024;
/// Characters of a service's own message that are shown.
const MESSAGE_MAX: usize = 300;
/// A signed request to the service has this header; one for credentials has not.
const SIGNED: &str = "x-amz-content-sha256";

/// What came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// A request to the bucket may have reached the service.
    pub(super) sent: bool,
    /// The status of its answer.
    pub(super) status: Option<u16>,
    /// S3's word for what went wrong.
    pub(super) code: Option<String>,
    /// And its sentence.
    pub(super) message: Option<String>,
}

tokio::task_local! {
    static SEEN: RefCell<Seen>;
}

/// Runs a request, and gives what came over the wire for it.
pub(super) async fn watched<T>(request: impl Future<Output = T>) -> (T, Seen) {
    SEEN.scope(RefCell::default(), async {
        let outcome = request.await;
        (outcome, SEEN.with(|seen| seen.borrow().clone()))
    })
    .await
}

fn note(change: impl FnOnce(&mut Seen)) {
    // Outside of a verb (the client fetches credentials ahead, say) nobody asks.
    let _ = SEEN.try_with(|seen| change(&mut seen.borrow_mut()));
}

/// Makes clients that note what they see.
#[derive(Debug, Default)]
pub(super) struct Connector(ReqwestConnector);

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Watched(self.0.connect(options)?)))
    }
}

#[derive(Debug)]
struct Watched(HttpClient);

impl HttpService for Watched {
    fn call<'life, 'call>(
        &'life self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'call>>
    where
        'life: 'call,
        Self: 'call,
    {
        Box::pin(async move {
            if !request.headers().contains_key(SIGNED) {
                return self.0.execute(request).await;
            }
            note(|seen| *seen = Seen { sent: true, ..Seen::default() });
            match self.0.execute(request).await {
                Ok(response) if response.status().is_success() => {
                    note(|seen| seen.status = Some(response.status().as_u16()));
                    if is_anothers(&response) {
                        let why = io::Error::other("a page for people, or not the bytes that lie there");
                        return Err(HttpError::new(HttpErrorKind::Decode, why));
                    }
                    Ok(response)
                }
                Ok(response) => refused(response).await,
                Err(error) => {
                    if error.kind() == HttpErrorKind::Connect {
                        note(|seen| seen.sent = false);
                    }
                    Err(error)
                }
            }
        })
    }
}

/// What a proxy answers in place of S3 may have all that S3's answers have. But nothing that is written here is HTML or
/// packed, and a part of an object is never asked for: folded as they come, such bytes would be a damaged record.
fn is_anothers(response: &HttpResponse) -> bool {
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().trim().to_ascii_lowercase()
    };
    let is_page = header("content-type").starts_with("text/html");
    // Some services repeat how an object was sent to them.
    let is_packed = !["", "identity", "aws-chunked"].contains(&header("content-encoding").as_str());
    is_page || is_packed || response.status().as_u16() == 206
}

/// Notes what a refusal says, and gives it on with its body.
async fn refused(response: HttpResponse) -> Result<HttpResponse, HttpError> {
    let (parts, body) = response.into_parts();
    note(|seen| seen.status = Some(parts.status.as_u16()));
    let mut text = Vec::new();
    let mut chunks = body.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        text.extend_from_slice(&chunk?);
        if text.len() > ERROR_BODY_MAX {
            text.truncate(ERROR_BODY_MAX);
            break;
        }
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    note(|seen| {
        seen.code = element(&text, "Code");
        seen.message = element(&text, "Message");
    });
    Ok(HttpResponse::from_parts(parts, HttpResponseBody::from(text)))
}

/// The text of the first element of that name: S3's errors are flat.
pub(super) fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.chars().take(MESSAGE_MAX).filter(|c| !c.is_control()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_packed_bytes_and_parts_are_no_answers_of_a_bucket() {
        let with = |name: &'static str, value: &str| {
            let mut answer = HttpResponse::new(HttpResponseBody::from(String::new()));
            answer.headers_mut().insert(name, value.parse().unwrap());
            answer
        };
        assert!(is_anothers(&with("content-type", "text/HTML; charset=utf-8")));
        assert!(is_anothers(&with("content-encoding", "gzip")));
        let mut part = with("content-range", "bytes 0-1/4");
        assert!(!is_anothers(&part), "it is the status that says so");
        *part.status_mut() = 206.try_into().unwrap();
        assert!(is_anothers(&part));
        for sound in ["identity", "aws-chunked"] {
            assert!(!is_anothers(&with("content-encoding", sound)));
        }
        assert!(!is_anothers(&with("content-type", "application/xml")));
    }
}

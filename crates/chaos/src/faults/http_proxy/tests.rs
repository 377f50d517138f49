use std::sync::Mutex;

use super::*;

const TEXT: &str = "what the bucket says";

/// A bucket that has done these requests, behind a proxy.
async fn world() -> (HttpProxy, Arc<Mutex<Vec<String>>>) {
    let done = Arc::new(Mutex::new(Vec::new()));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let noted = done.clone();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let noted = noted.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                noted.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
                async { io::Result::Ok(whole(Response::new(Bytes::from(TEXT)))) }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(near), service),
            );
        }
    });
    (HttpProxy::start(port).await.unwrap(), done)
}

fn client() -> reqwest::Client {
    // The first of several in one process does it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn at(proxy: &HttpProxy) -> String {
    format!("http://127.0.0.1:{}/log/1", proxy.port)
}

#[tokio::test]
async fn a_put_whose_sender_has_given_up_reaches_the_bucket_and_again_when_that_is_drawn() {
    let (proxy, done) = world().await;
    for (again, times) in [(None, 1), (Some(Duration::ZERO), 3)] {
        let put = Request::put(format!("http://{}/log/1", proxy.shared.bucket));
        let put = put.body(Full::new(Bytes::from("mine"))).unwrap();
        count(&proxy.shared.counts.kept);
        let (asker, sender) = oneshot::channel();
        drop(sender);
        proxy.shared.keep(put, Duration::ZERO, again, asker).await;
        assert_eq!(*done.lock().unwrap(), vec!["PUT /log/1"; times]);
    }
    assert_eq!(proxy.tampered(), Tampered { late: 2, landed: 2, twice: 1, falsified: 0 });
    assert_eq!(proxy.kept(), 0);
}

#[tokio::test]
async fn who_still_waits_for_a_put_that_was_kept_is_answered_by_the_bucket() {
    let (proxy, done) = world().await;
    proxy.set(Tamper::Late { one_in: 1, at_most: Duration::from_millis(2) }, 4);
    let answer = client().put(at(&proxy)).body("mine").send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), TEXT);
    while proxy.kept() > 0 {
        tokio::task::yield_now().await;
    }
    let Tampered { late, twice, .. } = proxy.tampered();
    assert_eq!((late, done.lock().unwrap().len() as u64), (0, 1 + twice));
}

#[tokio::test]
async fn what_is_no_put_is_never_kept() {
    let (proxy, done) = world().await;
    proxy.set(Tamper::Late { one_in: 1, at_most: Duration::from_hours(1) }, 4);
    let answer = client().get(at(&proxy)).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), TEXT);
    assert_eq!(*done.lock().unwrap(), ["GET /log/1"]);
}

#[tokio::test]
async fn answers_are_falsified_and_all_requests_but_those_of_too_many_are_done() {
    let (proxy, done) = world().await;
    proxy.set(Tamper::Answers { one_in: 1 }, 4);
    let (mut too_many, client) = (0, client());
    for _ in 0..40 {
        // A body that ends early is seen when it is read.
        let text = match client.get(at(&proxy)).send().await {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        assert_ne!(text, TEXT);
        too_many += usize::from(text.contains("SlowDown"));
    }
    assert!(too_many > 0);
    assert_eq!(done.lock().unwrap().len(), 40 - too_many);
    assert_eq!(proxy.tampered().falsified, 40);
    proxy.set(Tamper::Nothing, 0);
    let answer = client.get(at(&proxy)).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), TEXT);
}

//! What the server itself does: requests, texts from elsewhere, passwords.

use std::fs;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use base::{Secret, Span};
use engine::effect::{HttpRequest, HttpResponse, Machine, Outcome, Work};

use crate::bench::{Bench, key, options};
use crate::web::{head, reply, serve};

impl Bench {
    fn ask_server(&self, task: &str, work: Work) {
        self.executor.run(key(task), Machine::Server, work).unwrap();
    }

    fn http(&self, task: &str, request: HttpRequest) -> HttpResponse {
        self.ask_server(task, Work::Http(request));
        match self.next_of(task) {
            Outcome::Http(response) => response,
            other => panic!("{other:?}"),
        }
    }

    fn fetch(&self, task: &str, url: &str, bytes_max: usize) -> Outcome {
        self.ask_server(task, Work::Fetch { url: url.to_owned(), bytes_max });
        self.next_of(task)
    }
}

fn get(url: String) -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        url,
        headers: Vec::new(),
        login: None,
        body: None,
        timeout: Span::secs(20),
        trust_all: true,
    }
}

#[test]
fn a_request_goes_out_as_it_was_made_and_any_status_is_an_answer() {
    let address = serve(|request, stream| {
        let lower = request.to_lowercase();
        let right = request.starts_with("PUT /a?b=c HTTP/1.1")
            && lower.contains("authorization: basic bwu6chc=")
            && lower.contains("x-own: 1")
            && request.ends_with("\r\n\r\nbody");
        reply(stream, if right { "418 No Coffee" } else { "500 Wrong" }, "X-Pot: Tea\r\n", b"sh\xffort");
    });
    let bench = Bench::new();
    let response = bench.http(
        "t",
        HttpRequest {
            method: "PUT".to_owned(),
            headers: vec![("X-Own".to_owned(), Secret::new("1"))],
            login: Some(("me".to_owned(), Secret::new("pw"))),
            body: Some(Arc::from(&b"body"[..])),
            ..get(format!("http://{address}/a?b=c"))
        },
    );
    assert_eq!((response.status, response.body.as_str()), (418, "sh\u{fffd}ort"));
    assert!(response.headers.contains(&("x-pot".to_owned(), "Tea".to_owned())), "{:?}", response.headers);
    assert!(response.took > Span::ZERO);
}

#[test]
fn redirects_are_followed_but_not_to_another_scheme() {
    let address = serve(|request, stream| match request.split(' ').nth(1).unwrap() {
        "/near" => reply(stream, "302 Found", "Location: /there\r\n", b""),
        "/there" => reply(stream, "200 OK", "", b"arrived"),
        "/round" => reply(stream, "302 Found", "Location: /round\r\n", b""),
        _ => reply(stream, "302 Found", "Location: https://127.0.0.1:1/\r\n", b""),
    });
    let bench = Bench::new();
    let near = bench.http("near", get(format!("http://{address}/near")));
    assert_eq!((near.status, near.body.as_str()), (200, "arrived"));
    assert_eq!(bench.http("far", get(format!("http://{address}/far"))).status, 302);
    bench.ask_server("round", Work::Http(get(format!("http://{address}/round"))));
    assert!(bench.failed("round").contains("more than 10 redirects"));
}

#[test]
fn what_takes_too_long_or_is_too_long_fails_and_says_so_without_secrets() {
    let address = serve(|request, stream| match request.split(' ').nth(1).unwrap() {
        "/long" => reply(stream, "200 OK", "", &vec![b'x'; 1024 * 1024 + 1]),
        // Neither answers nor closes until the client does.
        _ => drop(stream.read(&mut [0])),
    });
    let bench = Bench::new();
    let begin = Instant::now();
    let request = HttpRequest {
        timeout: Span::millis(200),
        login: Some(("me".to_owned(), Secret::new("hidden"))),
        ..get(format!("http://u:hidden@{address}/still?token=hidden"))
    };
    bench.ask_server("still", Work::Http(request));
    let why = bench.failed("still");
    assert_eq!(why, format!("GET http://{address}/still?...: there was no whole answer within 200ms"));
    assert!(begin.elapsed() < Duration::from_secs(10));
    bench.ask_server("long", Work::Http(get(format!("http://{address}/long"))));
    assert!(bench.failed("long").contains("longer than 1048576 bytes"));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    bench.ask_server("nobody", Work::Http(get(format!("http://{nobody}/?token=hidden"))));
    let why = bench.failed("nobody");
    assert!(why.contains("Connection refused") && !why.contains("hidden"), "{why}");
    bench.ask_server("no-scheme", Work::Http(get("file:///etc/passwd".to_owned())));
    assert!(bench.failed("no-scheme").contains("only http and https"));
}

#[test]
fn requests_are_under_way_at_the_same_time() {
    // Each answer waits until all have come: one after the other they would never end.
    let all = Arc::new(Barrier::new(50));
    let address = serve(move |_, stream| {
        all.wait();
        reply(stream, "200 OK", "", b"");
    });
    let bench = Bench::new();
    for n in 0..50 {
        bench.ask_server(&format!("t{n}"), Work::Http(get(format!("http://{address}/"))));
    }
    for _ in 0..50 {
        assert!(matches!(bench.next().1, Outcome::Http(response) if response.status == 200));
    }
}

#[test]
fn a_certificate_of_anybody_is_accepted_only_where_that_is_wanted() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = stream.unwrap();
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            if !head(&mut tls).is_empty() {
                reply(&mut tls, "200 OK", "", b"hello");
            }
        }
    });
    let bench = Bench::new();
    assert_eq!(bench.http("any", get(url.clone())).body, "hello");
    bench.ask_server("known", Work::Http(HttpRequest { trust_all: false, ..get(url) }));
    assert!(bench.failed("known").to_lowercase().contains("certificate"));
}

#[test]
fn a_text_is_read_over_http_and_from_files_up_to_its_bound() {
    let address = serve(|request, stream| match request.split(' ').nth(1).unwrap() {
        "/text" => reply(stream, "200 OK", "", "grüße".as_bytes()),
        _ => reply(stream, "404 Not Found", "", b"nothing here"),
    });
    let bench = Bench::new();
    let text = Outcome::Fetched("grüße".to_owned());
    assert_eq!(bench.fetch("web", &format!("http://{address}/text"), 7), text);
    assert!(matches!(bench.fetch("web2", &format!("http://{address}/text"), 6),
        Outcome::Failed(why) if why.contains("longer than 6 bytes")));
    assert!(matches!(bench.fetch("web3", &format!("http://{address}/none"), 99),
        Outcome::Failed(why) if why.contains("404")));

    let file = bench.dir.path().join("a file");
    fs::write(&file, "grüße").unwrap();
    let url = format!("file://{}", file.display());
    assert_eq!(bench.fetch("file", &url, 7), text);
    assert!(
        matches!(bench.fetch("file2", &url, 6), Outcome::Failed(why) if why.contains("longer than 6 bytes"))
    );
    fs::write(&file, b"ab\xff").unwrap();
    assert!(matches!(bench.fetch("file3", &url, 9), Outcome::Failed(why) if why.contains("from byte 2 on")));
    for (n, url) in ["file:///nowhere", "file:///etc", "ftp://host/x", "no address"].iter().enumerate() {
        assert!(matches!(bench.fetch(&format!("bad{n}"), url, 9), Outcome::Failed(_)), "{url}");
    }
}

#[test]
fn a_password_is_drawn_and_what_is_for_a_machine_is_refused() {
    let bench = Bench::new();
    bench.ask_server("p", Work::Password { groups: vec!["ab".to_owned(), "12".to_owned()], length: 8 });
    match bench.next_of("p") {
        Outcome::Password(password) => assert_eq!(password.reveal().len(), 8),
        other => panic!("{other:?}"),
    }
    bench.ask_server("s", Work::Script(bench.script("true")));
    assert!(bench.failed("s").contains("work for a machine"));
}

#[test]
fn without_permit_nothing_is_asked_and_a_cancelled_request_ends() {
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = asked.clone();
    let address = serve(move |_, stream| {
        seen.fetch_add(1, Ordering::Relaxed);
        drop(stream.read(&mut [0]));
    });
    let refuses = Bench::with(options(), |_| Err("not now".to_owned()));
    refuses.ask_server("t", Work::Http(get(format!("http://{address}/"))));
    assert!(refuses.failed("t").contains("not now"));
    assert_eq!(asked.load(Ordering::Relaxed), 0);

    let bench = Bench::new();
    bench.ask_server("t", Work::Http(get(format!("http://{address}/"))));
    crate::bench::until(|| (asked.load(Ordering::Relaxed) == 1).then_some(()));
    // The same key again is the same work.
    bench.ask_server("t", Work::Http(get(format!("http://{address}/"))));
    bench.executor.cancel(&key("t")).unwrap();
    assert_eq!(bench.failed("t"), "it was cancelled");
    assert_eq!(bench.next_within(Duration::from_millis(50)), None);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

//! Single steps on this host: what it is, free ports, files.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use engine::effect::{FileContent, FileToPut, Outcome, PortRange, Work};

use crate::bench::{Bench, options};
use crate::web::{reply, serve};

fn file(path: &std::path::Path, content: FileContent, mode: u32) -> FileToPut {
    FileToPut { path: path.to_str().unwrap().to_owned(), content, mode }
}

fn bytes(text: &str) -> FileContent {
    FileContent::Bytes(Arc::from(text.as_bytes()))
}

#[test]
fn this_host_is_described_with_the_base_directory_that_is_wished() {
    let bench = Bench::new();
    bench.run("t1", Work::Describe { base_dir: None });
    assert_eq!(bench.next_of("t1"), Outcome::Described(bench.host.clone()));
    bench.run("t2", Work::Describe { base_dir: Some("/srv/x".to_owned()) });
    let Outcome::Described(host) = bench.next_of("t2") else { panic!() };
    assert_eq!(host.base_dir, "/srv/x");
    bench.run("t3", Work::Describe { base_dir: Some("~/x".to_owned()) });
    let Outcome::Described(host) = bench.next_of("t3") else { panic!() };
    assert!(host.base_dir.starts_with('/') && host.base_dir.ends_with("/x"), "{}", host.base_dir);
    bench.run("t4", Work::Describe { base_dir: Some("x".to_owned()) });
    assert!(bench.failed("t4").contains("not an absolute path"));
}

#[test]
fn ports_that_are_found_are_free_and_different() {
    let bench = Bench::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let only = vec![PortRange { from: port, to: port }];
    let wish = vec![PortRange { from: port, to: port }, PortRange { from: 20000, to: 30000 }];
    bench.run("t1", Work::FindPorts { wishes: vec![wish.clone(), wish] });
    let Outcome::Ports(ports) = bench.next_of("t1") else { panic!() };
    assert!(ports.len() == 2 && ports[0] != ports[1] && !ports.contains(&port), "{ports:?}");
    for port in ports {
        TcpListener::bind(("0.0.0.0", port)).unwrap();
    }
    bench.run("t2", Work::FindPorts { wishes: vec![only] });
    assert_eq!(bench.failed("t2"), format!("no port is free of {port}"));
}

#[test]
fn files_are_put_with_their_folders_and_modes() {
    let address = serve(|_, stream| reply(stream, "200 OK", "", &vec![7; 300_000]));
    let bench = Bench::new();
    let (one, two) = (bench.dir.path().join("a/b/one"), bench.dir.path().join("a/two"));
    fs::create_dir(bench.dir.path().join("a")).unwrap();
    fs::write(&two, "old").unwrap();
    let url = FileContent::Url(format!("http://{address}/"));
    bench.run(
        "t1",
        Work::Put { files: vec![file(&one, bytes("#!/bin/sh\n"), 0o700), file(&two, url, 0o600)] },
    );
    assert_eq!(bench.next_of("t1"), Outcome::Done);
    assert_eq!(fs::read_to_string(&one).unwrap(), "#!/bin/sh\n");
    assert_eq!(fs::read(&two).unwrap(), vec![7; 300_000]);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&one), mode(&two)), (0o700, 0o600));
}

#[test]
fn a_file_that_cannot_be_whole_leaves_all_as_it_was() {
    let address = serve(|_, stream| {
        use std::io::Write;
        // Promises more than it sends.
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc").unwrap();
    });
    let bench = Bench::new();
    let (one, two) = (bench.dir.path().join("one"), bench.dir.path().join("two"));
    fs::write(&two, "old").unwrap();
    let url = FileContent::Url(format!("http://{address}/"));
    bench.run("t1", Work::Put { files: vec![file(&one, bytes("new"), 0o600), file(&two, url, 0o600)] });
    assert!(matches!(bench.next_of("t1"), Outcome::Failed(_)));
    let names = |dir| fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(names(bench.dir.path()), ["two"]);
    assert_eq!(fs::read_to_string(&two).unwrap(), "old");

    let refuses = Bench::with(options(), |_| Err("not now".to_owned()));
    let path = refuses.dir.path().join("deep/one");
    refuses.run("t1", Work::Put { files: vec![file(&path, bytes("new"), 0o600)] });
    assert_eq!(refuses.failed("t1"), "not now");
    assert!(names(refuses.dir.path()).is_empty());
    bench.run("t2", Work::Put { files: vec![file("relative".as_ref(), bytes(""), 0o600)] });
    assert!(bench.failed("t2").contains("not the absolute path"));
}

//! Single steps on a machine over SSH: what it is, free ports, files, removal.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

use engine::effect::{FileContent, FileToPut, Outcome, PortRange, Work};

use super::sshd::Sshd;
use crate::bench::{Bench, options};
use crate::web::{reply, serve};

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_machine_is_described_and_only_what_lies_below_its_base_is_removed() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let base = bench.dir.path().join("base");
    bench.over_ssh(&sshd, "d", Work::Describe { base_dir: Some(text(&base)) });
    let Outcome::Described(host) = bench.next_of("d") else { panic!() };
    assert_eq!(host.boot, bench.host.boot);
    assert_eq!((host.base_dir.as_str(), host.address.as_str()), (&*text(&base), "127.0.0.1"));
    bench.over_ssh(&sshd, "default", Work::Describe { base_dir: None });
    let Outcome::Described(host) = bench.next_of("default") else { panic!() };
    assert_eq!(host.base_dir, text(&sshd.dir.path().join("home/brooklyn-managed-processes")));
    assert!(Path::new(&host.base_dir).is_dir());
    bench.over_ssh(&sshd, "d2", Work::Describe { base_dir: Some("x".to_owned()) });
    assert!(bench.failed("d2").contains("not an absolute path"));

    let other = bench.dir.path().join("other");
    fs::create_dir_all(base.join("app/run/deep")).unwrap();
    fs::create_dir_all(other.join("sub")).unwrap();
    symlink(&other, base.join("out")).unwrap();
    symlink(&other, base.join("app/run/link")).unwrap();
    for (n, dir) in [
        text(&other),
        text(&base),
        format!("{}/.", base.display()),
        format!("{}/../other", base.display()),
        text(&base.join("out")),
        text(&base.join("out/sub")),
        "relative".to_owned(),
        "/".to_owned(),
        String::new(),
    ]
    .into_iter()
    .enumerate()
    {
        bench.over_ssh(&sshd, &format!("no{n}"), Work::RemoveDir { dir: dir.clone() });
        assert!(bench.failed(&format!("no{n}")).contains("is not removed"), "{dir}");
    }
    for task in ["r1", "again"] {
        bench.over_ssh(&sshd, task, Work::RemoveDir { dir: text(&base.join("app/run")) });
        assert_eq!(bench.next_of(task), Outcome::Done);
    }
    assert!(!base.join("app/run").exists() && base.join("app").exists() && other.join("sub").exists());
}

#[test]
fn ports_that_are_found_are_free_and_different() {
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let wish = vec![PortRange { from: port, to: port }, PortRange { from: 20000, to: 30000 }];
    bench.over_ssh(&sshd, "t1", Work::FindPorts { wishes: vec![wish.clone(), wish] });
    let Outcome::Ports(ports) = bench.next_of("t1") else { panic!() };
    assert!(ports.len() == 2 && ports[0] != ports[1] && !ports.contains(&port), "{ports:?}");
    bench.over_ssh(&sshd, "t2", Work::FindPorts { wishes: vec![vec![PortRange { from: port, to: port }]] });
    assert!(bench.failed("t2").starts_with(&format!("no port is free of {port} on ")));
}

#[test]
fn files_of_any_size_and_content_are_put_with_their_folders_and_modes() {
    let content: Vec<u8> = (0..20_000_000_u32).map(|n| (n % 251) as u8).collect();
    let large = content.clone();
    let address = serve(move |_, stream| reply(stream, "200 OK", "", &large));
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let (one, two) = (bench.dir.path().join("a b/it's/one"), bench.dir.path().join("two"));
    let bytes: Vec<u8> = (0..=255).collect();
    let put = |path: &Path, content, mode| FileToPut { path: text(path), content, mode };
    let files = vec![
        put(&one, FileContent::Bytes(Arc::from(bytes.as_slice())), 0o700),
        put(&two, FileContent::Url(format!("http://{address}/")), 0o600),
    ];
    bench.over_ssh(&sshd, "t1", Work::Put { files });
    assert_eq!(bench.next_of("t1"), Outcome::Done);
    assert_eq!(fs::read(&one).unwrap(), bytes);
    assert!(fs::read(&two).unwrap() == content);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&one), mode(&two)), (0o700, 0o600));
}

#[test]
fn a_file_that_cannot_be_whole_leaves_all_as_it_was() {
    // Promises more than it sends.
    let address =
        serve(|_, stream| stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc").unwrap());
    let (bench, sshd) = (Bench::new(), Sshd::new());
    let (one, two) = (bench.dir.path().join("one"), bench.dir.path().join("two"));
    fs::write(&two, "old").unwrap();
    let put = |path: &Path, content| FileToPut { path: text(path), content, mode: 0o600 };
    let files = vec![
        put(&one, FileContent::Bytes(Arc::from(&b"new"[..]))),
        put(&two, FileContent::Url(format!("http://{address}/"))),
    ];
    bench.over_ssh(&sshd, "t1", Work::Put { files });
    bench.failed("t1");
    let names: Vec<_> =
        fs::read_dir(bench.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["two"]);
    assert_eq!(fs::read_to_string(&two).unwrap(), "old");

    let refuses = Bench::with(options(), |_| Err("not now".to_owned()));
    let files = vec![put(&one, FileContent::Bytes(Arc::from(&b"new"[..])))];
    refuses.over_ssh(&sshd, "t2", Work::Put { files });
    assert_eq!(refuses.failed("t2"), "not now");
    assert!(!one.exists());
}

//! Ceph's S3 gateway over a cluster of one: a monitor, a store of objects in memory, and the gateway. Two who create
//! one name meet in the store of objects, which makes a name exclusively: a sound PUT with If-None-Match, as many run
//! it in earnest. (Not in a versioned bucket: there each PUT makes an object of its own, and the condition is not
//! looked at. Seen with 16.2.)

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{CREDENTIAL, IDENTITY, free_port};

/// One cluster has one; it says nothing here.
const FSID: &str = "6f1f6a8e-5b0c-4c33-9d0c-1a7c1f1e0001";
/// The store of objects.
const OSD: &str = "6f1f6a8e-5b0c-4c33-9d0c-1a7c1f1e0002";

/// What is needed to run its programs.
pub(super) struct Ceph {
    root: PathBuf,
    dir: PathBuf,
}

impl Ceph {
    /// Unpacked below `tools`; its files go to `dir`.
    pub(super) fn new(tools: &Path, dir: &Path) -> Ceph {
        Ceph { root: tools.join("ceph"), dir: dir.to_owned() }
    }

    pub(super) fn gateway(&self) -> PathBuf {
        self.root.join("usr/bin/radosgw")
    }

    /// Starts the cluster with its gateway on that port; the order is that of dependence. Or what was said by a program
    /// that failed.
    pub(super) fn start(&self, port: u16, children: &mut Vec<Child>) -> Result<(), String> {
        let monitor = free_port();
        self.configure(monitor);
        let at = |name: &str| self.dir.join(name).into_os_string();
        let address = format!("[v1:127.0.0.1:{monitor}]");
        self.run("monmaptool", &["--create", "--fsid", FSID, "--addv", "a", &address], &[at("monmap")])?;
        self.run("osdmaptool", &["--createsimple", "1", "--with-default-pool"], &[at("osdmap")])?;
        self.run(
            "ceph-mon",
            &["--mkfs", "-i", "a"],
            &["--monmap".into(), at("monmap"), "--osdmap".into(), at("osdmap")],
        )?;
        children.push(self.spawn("ceph-mon", &["-f", "-i", "a"]));
        self.run("ceph-osd", &["--mkfs", "-i", "0", "--osd-uuid", OSD], &[])?;
        children.push(self.spawn("ceph-osd", &["-f", "-i", "0"]));
        let listen = format!("beast endpoint=127.0.0.1:{port} tcp_nodelay=1");
        children.push(self.spawn("radosgw", &["-f", "-n", "client.rgw", "--rgw-frontends", &listen]));
        Ok(())
    }

    /// Makes the user that the tests are.
    pub(super) fn enrol(&self) -> Result<(), String> {
        let key = ["--access-key", IDENTITY, "--secret-key", CREDENTIAL];
        let user = ["-n", "client.rgw", "user", "create", "--uid", IDENTITY, "--display-name", IDENTITY];
        self.run("radosgw-admin", &[&user[..], &key].concat(), &[])
    }

    fn configure(&self, monitor: u16) {
        for folder in ["mon", "osd", "rgw"] {
            fs::create_dir_all(self.dir.join(folder)).unwrap();
        }
        let (dir, lib) = (self.dir.display(), self.libraries());
        let lib = lib.display();
        // One copy of everything, no keys among its own programs, no waiting for others to vote, and a day of a
        // lifecycle rule lasts two seconds. The store of objects is in the map from the start and tells the monitor
        // nothing of itself: one that does so before it has the monitor's map is refused (`wrong fsid`), and ends.
        let text = format!(
            "[global]
fsid = {FSID}
mon host = [v1:127.0.0.1:{monitor}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
keyring = /dev/null
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false
osd objectstore = memstore
osd class load list = *
osd class default list = *
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
mon tick interval = 1
paxos propose interval = 0.05
paxos min wait = 0.01
rgw enable apis = s3
rgw lc debug interval = 2
plugin dir = {lib}/ceph
erasure code dir = {lib}/ceph/erasure-code
osd class dir = {lib}/rados-classes
mon data = {dir}/mon
osd data = {dir}/osd
rgw data = {dir}/rgw
run dir = {dir}
crash dir = {dir}
log file = {dir}/$name.log
admin socket =
pid file =
"
        );
        fs::write(self.dir.join("ceph.conf"), text).unwrap();
    }

    fn libraries(&self) -> PathBuf {
        let found = fs::read_dir(self.root.join("usr/lib")).unwrap().map(|entry| entry.unwrap().path());
        found.into_iter().find(|path| path.to_string_lossy().ends_with("-linux-gnu")).unwrap()
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let lib = self.libraries();
        let deep = self.root.join("lib").join(lib.file_name().unwrap());
        let path = std::env::join_paths([lib.clone(), lib.join("ceph"), deep]).unwrap();
        let log = File::options().create(true).append(true).open(self.dir.join("log")).unwrap();
        let mut command = Command::new(self.root.join("usr/bin").join(program));
        command.args(args).env("LD_LIBRARY_PATH", path).env("CEPH_CONF", self.dir.join("ceph.conf"));
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        command
    }

    fn run(&self, program: &str, args: &[&str], more: &[OsString]) -> Result<(), String> {
        let status = self.command(program, args).args(more).status().unwrap();
        let said = || fs::read_to_string(self.dir.join("log")).unwrap_or_default();
        if status.success() { Ok(()) } else { Err(format!("{program} {args:?}: {status}\n{}", said())) }
    }

    fn spawn(&self, program: &str, args: &[&str]) -> Child {
        self.command(program, args).spawn().unwrap()
    }
}

//! What is managed while masters are killed: applications of several kinds, and what is asked of them.

use crate::support::site::Site;
use crate::support::sshd::Sshd;

/// What the processes are called, before the run directory of the one to whom each belongs.
pub(super) const MARK: &str = "managed-while-killing";

/// More machines than this has no farm.
pub(super) const MACHINES: u8 = 3;

/// The ports of which every entity of kind [`Kind::Ports`] wants one. No other test uses them.
pub(super) const PORTS: std::ops::RangeInclusive<u16> = 18_410..=18_415;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Three processes, each after the one that it needs.
    Tiers,
    /// A cluster of local processes.
    Crowd,
    /// Processes that listen on ports of one range.
    Ports,
    /// A cluster over SSH, of which every member has a machine of its own.
    Farm,
}

impl Kind {
    pub(super) const ALL: [Kind; 4] = [Kind::Tiers, Kind::Crowd, Kind::Ports, Kind::Farm];

    pub(super) fn is_cluster(self) -> bool {
        matches!(self, Kind::Crowd | Kind::Farm)
    }

    /// How many processes it has from the start.
    pub(super) fn size(self) -> usize {
        match self {
            Kind::Tiers => 3,
            Kind::Crowd | Kind::Ports | Kind::Farm => 2,
        }
    }

    pub(super) fn yaml(self, name: &str, site: &Site, sshd: &Sshd) -> String {
        let local = "location: localhost\n";
        match self {
            Kind::Tiers => format!(
                "name: {name}\n{local}services:\n{}{}{}",
                process("store", "", SLEEPS),
                process(
                    "app",
                    "AFTER: $brooklyn:entity(\"store\").attributeWhenReady(\"service.isUp\")",
                    SLEEPS
                ),
                process(
                    "page",
                    "AFTER: $brooklyn:entity(\"app\").attributeWhenReady(\"service.isUp\")",
                    SLEEPS
                )
            ),
            Kind::Ports => ports(name, 2),
            Kind::Crowd => format!("name: {name}\n{local}{}", cluster(2)),
            Kind::Farm => {
                let base = format!("    onbox.base.dir: {}\n", site.path().join("remote").display());
                format!("name: {name}\n{}{base}{}", sshd.location(), cluster(2))
            }
        }
    }
}

/// So many processes that listen on a port each.
pub(super) fn ports(name: &str, many: usize) -> String {
    let (from, to) = (PORTS.start(), PORTS.end());
    let one = |n| {
        let process =
            process(&format!("listener-{n}"), "PORT: $brooklyn:attributeWhenReady(\"web.port\")", LISTENS);
        format!(
            "{process}  brooklyn.parameters:\n  - name: web.port\n    type: port\n    default: {from}-{to}\n"
        )
    };
    let all: String = (0..many).map(one).collect();
    format!("name: {name}\nlocation: localhost\nservices:\n{all}")
}

/// The mark is an argument of the process itself, and of nothing that it starts on the way.
const SLEEPS: &str = "exec -a \"$MARK $RUN_DIR\" sleep 100000";
const LISTENS: &str = "exec $(python3 -c \"import sys; print(sys.executable)\") -c \"import socket, time
      s = socket.create_server((\\\"127.0.0.1\\\", $PORT))
      time.sleep(100000)\" \"$MARK $RUN_DIR\"";

/// A process of which every phase takes a moment, so that a kill meets each of them.
fn process(name: &str, env: &str, runs: &str) -> String {
    format!(
        "- type: vanilla-software-process\n  id: {name}\n  name: {name}\n  brooklyn.config:\n    shell.env:\n      \
         MARK: {MARK}\n      {env}\n    softwareProcess.serviceProcessIsRunningPollPeriod: 1s\n    customize.command: \
         sleep 0.1\n    launch.command: |\n      sleep 0.3\n      nohup bash -c '{runs}' > \
         out.log 2>&1 &\n      echo $! > $PID_FILE\n      sleep 0.1\n"
    )
}

fn cluster(size: usize) -> String {
    let member = process("member", "", SLEEPS).replace("\n  ", "\n        ");
    let member = member.replacen("- type", "        type", 1).replacen("\n          id: member", "", 1);
    format!(
        "services:\n- type: cluster\n  name: cluster\n  brooklyn.config:\n    cluster.initial.size: {size}\n    \
         dynamiccluster.memberspec:\n      $brooklyn:entitySpec:\n{member}"
    )
}

//! The smallest plane: a real engine whose steps count as durable at once, in a role that the test sets.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use base::{Lsn, Moment, Mono, NodeId, PlaneId, Span, Term, WallMs};
use engine::effect::Effect;
use engine::input::{Caller, Command, Host, Input, Reign, RequestId, WriteKey};
use engine::{Root, step};
use ha::config::Mode;
use ha::status::{NodeView, Role, Status};
use node::interface::{Response, View};
use tokio::sync::watch;

use crate::http::plane::{Asked, Plane};

pub(super) const NOW: Mono = Mono(100_000_000);
pub(super) const WALL: WallMs = WallMs(1_784_052_418_123);

pub(super) struct Small {
    root: Mutex<Root>,
    view: ArcSwap<View>,
    changed: watch::Sender<Lsn>,
    pub(super) nudged: AtomicUsize,
    pub(super) lifted: AtomicUsize,
    pub(super) killed: AtomicUsize,
    /// Writes wait while it is shut.
    pub(super) open: watch::Sender<bool>,
}

impl Small {
    pub(super) fn new(role: Role) -> Small {
        let host = Host {
            id: "h".into(),
            name: "host".into(),
            boot: "b".into(),
            address: "127.0.0.1".into(),
            base_dir: "/nowhere".into(),
        };
        let reign = Reign { term: Term(3), node: "aB3dE5fG".into(), host, why: "test".into(), seed: 7 };
        let at = Moment { now: NOW, wall: WALL };
        let root = step(&Root::empty(), at, Input::TookOver(reign)).root;
        let holds = !matches!(role, Role::Standby | Role::Initializing | Role::Failed);
        let view = View { root: holds.then(|| root.clone()), version: 1, lsn: Lsn(1), status: status(role) };
        Small {
            root: Mutex::new(root),
            changed: watch::Sender::new(view.lsn),
            view: ArcSwap::from_pointee(view),
            nudged: AtomicUsize::new(0),
            lifted: AtomicUsize::new(0),
            killed: AtomicUsize::new(0),
            open: watch::Sender::new(true),
        }
    }

    /// Nobody is seen to be master any more.
    pub(super) fn lose_master(&self) {
        let old = self.view.load_full();
        self.publish(
            old.root.clone(),
            Status { master: None, master_uri: String::new(), ..old.status.clone() },
        );
    }

    fn publish(&self, root: Option<Root>, status: Status) {
        let lsn = self.view.load().lsn.next();
        // Its own file has every order at once, as its steps count as durable.
        let orders_told = root.as_ref().map_or(0, |root| root.orders().serial);
        let status = Status { orders_told, ..status };
        self.view.store(Arc::new(View { root, version: lsn.0, lsn, status }));
        self.changed.send_replace(lsn);
    }
}

fn status(role: Role) -> Status {
    let node = |id: &str, port: u16, role, priority| NodeView {
        id: NodeId::new(id),
        uri: format!("https://10.0.0.{port}:8443/"),
        role,
        priority,
        local: WALL,
        remote: WallMs(WALL.0 - 123),
        term: Term(3),
        head: Lsn(9),
        behind: 0,
        version: "0.1.0".into(),
        host: "host".into(),
        why: String::new(),
    };
    let rules = matches!(role, Role::Master | Role::Suspended);
    let other = if rules { Role::HotStandby } else { Role::Master };
    let nodes = vec![node("aB3dE5fG", 11, role, 10), node("hJ7kL9mN", 12, other, 0)];
    let master = usize::from(!rules);
    Status {
        plane: Some(PlaneId::new("k7RwQ2mX")),
        node: Some(NodeId::new("aB3dE5fG")),
        // A suspended master is one whose lease ran out after its last step: nobody told it yet.
        role: Some(if role == Role::Suspended { Role::Master } else { role }),
        lease_until: rules.then(|| if role == Role::Master { NOW + Span::secs(20) } else { NOW }),
        term: Term(3),
        master: Some(nodes[master].id.clone()),
        master_uri: nodes[master].uri.clone(),
        nodes,
        priority: 10,
        timeout: Span::secs(30),
        poll: Span::secs(1),
        history: vec![(role, WALL)],
        ..Status::default()
    }
}

impl Plane for Small {
    fn view(&self) -> Arc<View> {
        self.view.load_full()
    }

    fn now(&self) -> Mono {
        NOW
    }

    fn wall(&self) -> WallMs {
        WALL
    }

    fn ask(&self, caller: Caller, key: Option<WriteKey>, command: Command) -> Asked<'_> {
        Box::pin(async move {
            self.open.subscribe().wait_for(|open| *open).await.unwrap();
            let status = self.view.load().status.clone();
            if status.role_at(NOW) != Role::Master {
                return Response::NotMaster;
            }
            let mut root = self.root.lock().unwrap();
            let request = RequestId(1);
            let input = Input::Command { request, caller, key, command };
            let done = step(&root, Moment { now: NOW, wall: WALL }, input);
            *root = done.root.clone();
            let hands_over = done.effects.iter().any(|e| matches!(e, Effect::HandOver { .. }));
            let status = if hands_over {
                Status { term: status.term.next(), ..self::status(Role::HotStandby) }
            } else {
                status
            };
            self.publish(Some(done.root), status);
            let reply = done.effects.into_iter().find_map(|effect| match effect {
                Effect::Reply { reply, .. } => Some(reply),
                _ => None,
            });
            match reply {
                Some(reply) => Response::Recorded { reply, lsn: self.view.load().lsn, until: Mono(u64::MAX) },
                None => Response::Broken("no reply".into()),
            }
        })
    }

    fn set_mode(&self, mode: Mode) -> Role {
        let old = self.view.load_full();
        let role = match mode {
            Mode::Auto | Mode::Master => Role::Master,
            Mode::Standby => Role::Standby,
            Mode::HotStandby => Role::HotStandby,
            Mode::HotBackup => Role::HotBackup,
            Mode::Disabled => Role::Failed,
        };
        self.publish(old.root.clone(), status(role));
        old.status.role_at(NOW)
    }

    fn set_priority(&self, priority: i64) -> i64 {
        let old = self.view.load_full();
        self.publish(old.root.clone(), Status { priority, ..old.status.clone() });
        old.status.priority
    }

    fn nudge(&self) {
        self.nudged.fetch_add(1, Ordering::Relaxed);
    }

    fn clear_nodes(&self, _: Option<NodeId>) {}

    fn lift_pause(&self, _: String) {
        self.lifted.fetch_add(1, Ordering::Relaxed);
    }

    fn kill(&self) {
        self.killed.fetch_add(1, Ordering::Relaxed);
    }

    fn stop(&self, _serving: std::time::Duration) {
        let old = self.view.load_full();
        self.publish(old.root.clone(), status(Role::Terminated));
    }

    fn stopping(&self) -> bool {
        self.view.load().status.role == Some(Role::Terminated)
    }

    fn changed(&self) -> watch::Receiver<Lsn> {
        self.changed.subscribe()
    }
}

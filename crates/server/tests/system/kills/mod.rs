//! Masters are killed at random instants while real applications are deployed, stopped and resized. `KILL_ROUNDS`
//! and `KILL_SEED` ask for more rounds and for other ones (CONTRIBUTING.md).

mod apps;
mod checks;
mod view;
mod world;

use reqwest::Method;

use apps::{Kind, PORTS, ports};
use view::Seen;
use world::{App, World};

use crate::support::site::until;

/// What `./check` has time for.
const ROUNDS: u64 = 25;
/// More applications than this are not kept, so that a round stays short.
const APPS_MAX: usize = 3;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn masters_killed_at_random_instants_run_nothing_twice_and_leave_nothing() {
    let (seed, rounds) = (setting("KILL_SEED", 1), setting("KILL_ROUNDS", ROUNDS));
    eprintln!("KILL_SEED={seed} KILL_ROUNDS={rounds}");
    let mut world = World::new(seed);
    for round in 1..=rounds {
        eprintln!("round {round}");
        world.round();
    }
    while let Some(app) = world.apps.pop() {
        world.remove(&app.id);
    }
    assert!(world.processes().is_empty(), "{:?}", world.processes());
    world.takes_every_port();
    world.end();
}

impl World {
    fn round(&mut self) {
        let kinds: Vec<Kind> = self.apps.iter().map(|a| a.kind).collect();
        let at = self.pick(self.apps.len());
        let new = self.apps.len() < APPS_MAX && (kinds.len() < 2 || self.rng.one_in(2));
        if new {
            self.deploy_and_kill();
        } else {
            let app = self.apps[at].clone();
            match self.rng.below(3) {
                0 => self.delete_and_kill(at, &app),
                1 if app.kind.is_cluster() => self.resize_and_kill(&app),
                _ => self.stop_one_and_kill(&app),
            }
        }
        self.is_consistent();
        self.mend();
        self.is_consistent();
        self.stands_by();
    }

    fn pick(&mut self, of: usize) -> usize {
        if of == 0 { 0 } else { self.rng.below(of as u64) as usize }
    }

    fn deploy_and_kill(&mut self) {
        let at = self.pick(Kind::ALL.len());
        let kind = Kind::ALL[at];
        let (name, yaml) = self.yaml(kind);
        eprintln!("  deploys {name}, {kind:?}");
        let answer = self.kill_while(|w| w.send(Method::POST, "/v1/applications", &yaml));
        let found = self.entities().into_iter().find(|e| e.name == name && e.app == e.id);
        match (&answer, found) {
            (_, Some(app)) => self.apps.push(App { name, kind, id: app.id }),
            (Ok(reply), None) => assert_ne!(reply.status, 201, "{name} was acknowledged and is not there"),
            (Err(_), None) => eprintln!("  it was killed before it could take that"),
        }
    }

    fn delete_and_kill(&mut self, at: usize, app: &App) {
        eprintln!("  removes {}", app.name);
        let path = format!("/v1/applications/{}", app.id);
        // Whether it was answered or not: it is there, or gone for good.
        let _ = self.kill_while(|w| w.send(Method::DELETE, &path, ""));
        if self.of_app(&app.id).is_empty() {
            self.is_gone(&app.id);
            self.apps.remove(at);
        }
    }

    fn resize_and_kill(&mut self, app: &App) {
        let size = 1 + self.rng.below(3);
        eprintln!("  resizes {} to {size}", app.name);
        let of = self.of_app(&app.id);
        let cluster = of.iter().find(|e| e.name == "cluster").unwrap();
        let path = format!("{}/effectors/resize?timeout=0", cluster.path());
        let _ = self.kill_while(|w| w.send(Method::POST, &path, &format!("{{\"desiredSize\": {size}}}")));
    }

    fn stop_one_and_kill(&mut self, app: &App) {
        let of: Vec<_> = self.of_app(&app.id).into_iter().filter(Seen::is_process).collect();
        let at = self.pick(of.len());
        eprintln!("  stops {} of {}", of[at].name, app.name);
        let path = format!("{}/effectors/stop?timeout=0", of[at].path());
        let _ = self.kill_while(|w| w.send(Method::POST, &path, "{}"));
    }

    /// What does not run is started again or removed, as its user would do it.
    fn mend(&mut self) {
        for app in self.apps.clone() {
            let all = self.of_app(&app.id);
            if all.iter().all(|e| ["RUNNING", ""].contains(&e.state().as_str()))
                && all[0].state() == "RUNNING"
            {
                self.runs(&app);
            } else if self.rng.one_in(3) {
                eprintln!("  removes {}", app.name);
                self.remove(&app.id);
                self.apps.retain(|a| a.id != app.id);
            } else {
                self.start_again(&app);
            }
        }
    }

    /// What does not run is started. Where a script of an interrupted task may still run that is refused, and the
    /// text says what to do: cancel the task first.
    fn start_again(&self, app: &App) {
        eprintln!("  starts {} again", app.name);
        self.start_processes(app);
        let of = self.of_app(&app.id);
        if of.iter().any(|e| e.is_process() && e.state() != "RUNNING") {
            self.cancel_interrupted(app);
            self.start_processes(app);
        }
        self.start(&of[0], "");
        self.runs(app);
    }

    fn start(&self, e: &Seen, wait: &str) {
        let path = format!("{}/effectors/start{wait}", e.path());
        let reply = self.send(Method::POST, &path, "{}").unwrap();
        assert_eq!(reply.status, 202, "{} {reply:?}", e.name);
    }

    /// Starts what does not run, all at once since they wait for each other, and waits for what becomes of that.
    fn start_processes(&self, app: &App) {
        let of = self.of_app(&app.id);
        for e in of.iter().filter(|e| e.is_process() && e.state() != "RUNNING") {
            self.start(e, "?timeout=0");
        }
        let rests = |e: &Seen| ["RUNNING", "ON_FIRE"].contains(&e.state().as_str());
        self.reaches(app, "every start has ended", |of| {
            let fails = of.iter().any(|e| e.is_process() && e.state() == "ON_FIRE");
            let waits = |e: &&Seen| e.state() == "STARTING" && fails;
            of.iter().filter(|e| e.is_process() && !waits(e)).all(rests)
        });
    }

    fn cancel_interrupted(&self, app: &App) {
        for task in self.interrupted(&app.id) {
            let path = format!("/v1/activities/{task}/cancel");
            until("nothing is left of an interrupted task", || {
                let reply = self.send(Method::POST, &path, "").unwrap();
                assert_eq!(reply.status, 200, "{reply:?}");
                reply.body == "false"
            });
        }
    }

    fn remove(&self, app: &str) {
        let reply = self.send(Method::DELETE, &format!("/v1/applications/{app}"), "").unwrap();
        assert_eq!(reply.status, 202, "{reply:?}");
        until("it is removed", || self.of_app(app).is_empty());
        self.is_gone(app);
    }

    /// No port was leaked: as many as there are can be had.
    fn takes_every_port(&mut self) {
        let yaml = ports("every-port", PORTS.count());
        let reply = self.send(Method::POST, "/v1/applications", &yaml).unwrap();
        assert_eq!(reply.status, 201, "{reply:?}");
        let begun: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        let id = begun["entityId"].as_str().unwrap().to_owned();
        let app = App { name: "every-port".to_owned(), kind: Kind::Ports, id };
        self.runs(&app);
        self.remove(&app.id);
    }
}

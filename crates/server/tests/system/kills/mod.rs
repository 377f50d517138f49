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
const ROUNDS: u64 = 15;
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
        if !self.start_processes(app) {
            self.cancel_interrupted(app);
            assert!(self.start_processes(app), "{}", self.failures(&self.of_app(&app.id)));
        }
        let task = self.start(&self.of_app(&app.id)[0]);
        self.reaches(app, "the start has ended", |_| self.status(&task) != "In progress");
        self.runs(app);
    }

    /// Begins a start; its task, nothing where it had nothing to do.
    fn start(&self, e: &Seen) -> String {
        let path = format!("{}/effectors/start?timeout=0", e.path());
        let reply = self.send(Method::POST, &path, "{}").unwrap();
        assert_eq!(reply.status, 202, "{} {reply:?}", e.name);
        let task: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_default();
        task["id"].as_str().unwrap_or_default().to_owned()
    }

    fn status(&self, task: &str) -> String {
        let whole = if task.is_empty() {
            "Completed".into()
        } else {
            self.json(&format!("/v1/activities/{task}"))["currentStatus"].clone()
        };
        whole.as_str().unwrap_or_default().to_owned()
    }

    /// Starts what does not run and is not about to, all at once since they wait for each other, until that is done
    /// or one has failed; whether all of it is done.
    fn start_processes(&self, app: &App) -> bool {
        let of = self.of_app(&app.id);
        let rests = |e: &&Seen| e.is_process() && !["RUNNING", "STARTING"].contains(&e.state().as_str());
        let tasks: Vec<String> = of.iter().filter(rests).map(|e| self.start(e)).collect();
        let mut fails = false;
        self.reaches(app, "every start has ended", |of| {
            let all: Vec<String> = tasks.iter().map(|task| self.status(task)).collect();
            fails = all.iter().any(|s| s == "Failed");
            let runs = of.iter().filter(|e| e.is_process()).all(|e| e.state() == "RUNNING");
            fails || (runs && all.iter().all(|s| s == "Completed"))
        });
        !fails
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

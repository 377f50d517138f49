//! Whole ways of requests, told as scripts: what happens at each server, and which steps that must lead to.

use std::collections::BTreeMap;

use super::*;
use crate::members::tests::{states, url};

/// A plane as a client meets it: what each server says and does.
struct World {
    members: Members,
    says: BTreeMap<ServerUrl, Heard>,
    does: BTreeMap<ServerUrl, Verdict>,
    now: Duration,
}

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(1),
    answer: Duration::from_secs(1),
    total: Duration::from_mins(1),
    silent: Duration::from_secs(5),
    refresh: Duration::from_secs(30),
};

impl World {
    fn new(given: &[&str]) -> World {
        let given = given.iter().map(|name| url(name)).collect();
        World {
            members: Members::new(given),
            says: BTreeMap::new(),
            does: BTreeMap::new(),
            now: Duration::ZERO,
        }
    }

    fn says(&mut self, name: &str, heard: Heard) {
        self.says.insert(url(name), heard);
    }

    fn does(&mut self, name: &str, verdict: Verdict) {
        self.does.insert(url(name), verdict);
    }

    fn dies(&mut self, name: &str) {
        self.says(name, Heard::Silence("connection refused".to_owned()));
        self.does(name, Verdict::Later);
    }

    /// Runs a request to its end; the steps as words (`?a` asks, `!a` sends). Between two waits `change` may act.
    fn run(&mut self, mut change: impl FnMut(&mut World, usize)) -> (String, Option<Reason>, Account) {
        let mut pursuit = Pursuit::new(&self.members, self.now, PATIENCE);
        let mut words = Vec::new();
        let mut waits = 0;
        loop {
            match pursuit.next(&self.members, self.now) {
                Step::AskStates(server) => {
                    words.push(format!("?{}", short(&server)));
                    let heard = self.says.get(&server).cloned();
                    let heard = heard.unwrap_or(Heard::Silence("connection refused".to_owned()));
                    pursuit.heard(&mut self.members, &server, heard, self.now);
                }
                Step::Send(server) => {
                    words.push(format!("!{}", short(&server)));
                    let verdict = self.does.get(&server).cloned().unwrap_or(Verdict::Final);
                    if verdict == Verdict::Final {
                        return (words.join(" "), None, pursuit.account);
                    }
                    pursuit.sent(&self.members, &server, &verdict, "no".to_owned());
                }
                Step::Wait(wait) => {
                    self.now += wait;
                    waits += 1;
                    words.push("..".to_owned());
                    change(self, waits);
                }
                Step::GiveUp(reason) => return (words.join(" "), Some(reason), pursuit.account),
            }
        }
    }

    fn steps(&mut self) -> String {
        self.run(|_, _| {}).0
    }
}

fn short(server: &ServerUrl) -> String {
    server.as_str().trim_start_matches("https://").trim_end_matches(":8443").to_owned()
}

fn pair() -> World {
    let mut world = World::new(&["a", "b"]);
    world.says("a", Heard::States(states("a", "a", "a=MASTER b=HOT_STANDBY")));
    world.says("b", Heard::States(states("b", "a", "a=MASTER b=HOT_STANDBY")));
    world
}

fn b_rules(world: &mut World) {
    world.says("b", Heard::States(states("b", "b", "a=FAILED b=MASTER")));
    world.does("b", Verdict::Final);
}

#[test]
fn the_first_request_asks_who_rules_and_the_next_goes_there() {
    let mut world = pair();
    assert_eq!(world.steps(), "?a !a");
    assert_eq!(world.steps(), "!a");
    world.now += PATIENCE.refresh;
    assert_eq!(world.steps(), "?a !a", "the list is old");
}

#[test]
fn any_of_the_servers_tells_who_rules() {
    let mut world = pair();
    world.members = Members::new(vec![url("b")]);
    assert_eq!(world.steps(), "?b !a");
}

#[test]
fn a_dead_master_is_followed_while_the_others_still_name_it() {
    let mut world = pair();
    world.steps();
    world.dies("a");
    let (steps, reason, _) = world.run(|world, waits| {
        if waits == 2 {
            b_rules(world);
        }
    });
    assert_eq!((steps.as_str(), reason), ("!a ?a ?b .. ?a ?b .. ?a ?b !b", None));
    assert_eq!(world.steps(), "!b");
}

#[test]
fn a_server_that_is_no_longer_master_says_who_is() {
    let mut world = pair();
    world.steps();
    world.says("a", Heard::States(states("a", "b", "a=HOT_STANDBY b=MASTER")));
    world.does("a", Verdict::Elsewhere(Some("https://b:8443/".to_owned())));
    b_rules(&mut world);
    assert_eq!(world.steps(), "!a ?b !b");
}

#[test]
fn a_server_that_nobody_gave_becomes_master_and_is_found() {
    let mut world = World::new(&["a"]);
    world.says("a", Heard::States(states("a", "a", "a=MASTER c=HOT_STANDBY")));
    assert_eq!(world.steps(), "?a !a");
    world.dies("a");
    world.says("c", Heard::States(states("c", "c", "a=FAILED c=MASTER")));
    assert_eq!(world.steps(), "!a ?a ?c !c");
}

#[test]
fn a_suspended_master_is_waited_for() {
    let mut world = pair();
    world.steps();
    world.does("a", Verdict::Later);
    let (steps, reason, _) = world.run(|world, waits| {
        if waits == 2 {
            world.does("a", Verdict::Final);
        }
    });
    assert_eq!((steps.as_str(), reason), ("!a ?a !a .. ?a !a .. ?a !a", None));
}

#[test]
fn waits_grow_to_a_second_and_the_request_is_given_up_when_its_time_is_over() {
    let mut world = World::new(&["a"]);
    world.says("a", Heard::States(states("a", "", "a=STANDBY b=FAILED")));
    let (steps, reason, account) = world.run(|_, _| {});
    assert_eq!(reason, Some(Reason::NoMaster));
    assert!(world.now >= PATIENCE.total && world.now < PATIENCE.total + WAIT_MAX, "{:?}", world.now);
    assert!(steps.matches("..").count() < 70, "{steps}");
    assert!(account.to_string().contains("https://a:8443: knows no master ("), "{account}");
}

#[test]
fn where_nobody_answers_it_is_given_up_sooner() {
    let mut world = World::new(&["a", "b"]);
    let (_, reason, account) = world.run(|_, _| {});
    assert_eq!(reason, Some(Reason::NoServer));
    assert!(world.now >= PATIENCE.silent && world.now < PATIENCE.silent + 2 * WAIT_MAX, "{:?}", world.now);
    let said = account.to_string();
    assert!(
        said.contains("https://a:8443: connection refused (") && said.contains("https://b:8443"),
        "{said}"
    );
}

#[test]
fn waiting_does_not_mend_a_certificate() {
    let mut world = World::new(&["a", "b"]);
    for name in ["a", "b"] {
        world.says(name, Heard::Untrusted("unknown issuer".to_owned()));
    }
    let (steps, reason, _) = world.run(|_, _| {});
    assert_eq!((steps.as_str(), reason), ("?a ?b", Some(Reason::NoServer)));
}

#[test]
fn a_write_that_may_have_been_done_ends_there() {
    let mut world = pair();
    world.does("a", Verdict::OutcomeUnknown);
    let (steps, reason, _) = world.run(|_, _| {});
    assert_eq!((steps.as_str(), reason), ("?a !a", Some(Reason::OutcomeUnknown)));
}

#[test]
fn a_server_that_hides_the_states_is_the_master_when_it_says_so() {
    let mut world = World::new(&["a", "b"]);
    world.says("a", Heard::Itself { is_master: false });
    world.says("b", Heard::Itself { is_master: true });
    assert_eq!(world.steps(), "?a ?b !b");
    assert_eq!(world.steps(), "!b");
}

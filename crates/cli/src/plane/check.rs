//! `ha check`: the plane in one line, as monitoring programs read it: a word, what is so, and numbers after a bar.

use std::time::Duration;

use api::cluster::Cluster;
use clap::Args;
use client::{Client, Request, ServerUrl};

use super::connect::Connect;
use super::failed::Failed;
use super::look::print;
use super::session::done;

/// How long each server may take to answer: a check that hangs is worse than one that complains.
const WITHIN: Duration = Duration::from_secs(10);

/// From when on something is worth a warning.
#[derive(Clone, Copy, Debug, Args)]
pub struct Check {
    /// Warn with fewer standbys than this that could take over.
    #[arg(long, value_name = "N", default_value_t = 1)]
    standbys: usize,
    /// Warn when a hot standby is more records behind than this.
    #[arg(long, value_name = "N", default_value_t = 100)]
    lag: u64,
}

/// The four words of the convention; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Ok = 0,
    Warning = 1,
    Critical = 2,
    Unknown = 3,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Ok => "OK",
            Level::Warning => "WARNING",
            Level::Critical => "CRITICAL",
            Level::Unknown => "UNKNOWN",
        }
    }
}

/// Asks every server; the exit code.
pub(super) fn run(check: &Check, connect: &Connect) -> u8 {
    let (level, line) = match connect.client_within(WITHIN) {
        Ok(client) => judge(*check, &ask(&client)),
        Err(failed) => (Level::Unknown, failed.why.replace('\n', " ")),
    };
    if connect.json {
        print(&format!("{}\n", serde_json::json!({ "level": level.word(), "line": line })));
    } else {
        print(&format!("{} - {line}\n", level.word()));
    }
    level as u8
}

fn ask(client: &Client) -> Vec<(ServerUrl, Result<Cluster, String>)> {
    let asked = client.servers().into_iter().map(|server| {
        let said = client.send_to(&server, &Request::get(api::paths::HA_CLUSTER));
        let said = said.map_err(Failed::from).and_then(done).map_err(|failed| failed.why);
        let said =
            said.and_then(|a| serde_json::from_slice(&a.body).map_err(|e| format!("not understood: {e}")));
        (server, said)
    });
    asked.collect()
}

/// What the servers say, in one line.
fn judge(check: Check, asked: &[(ServerUrl, Result<Cluster, String>)]) -> (Level, String) {
    let answers: Vec<&Cluster> = asked.iter().filter_map(|(_, said)| said.as_ref().ok()).collect();
    let silent: Vec<String> = asked
        .iter()
        .filter_map(|(server, said)| said.as_ref().err().map(|why| format!("{server}: {why}")))
        .collect();
    // Who rules knows best; else the one that knows the newest term.
    let rules = |said: &&&Cluster| said.role == "MASTER";
    let best = answers.iter().find(rules).or_else(|| answers.iter().max_by_key(|said| said.term));
    let Some(best) = best else {
        return (
            Level::Unknown,
            format!("no server tells how the plane is: {}", silent.join("; ")).replace('\n', " "),
        );
    };
    let mut found: Vec<(Level, String)> = Vec::new();
    let masters: Vec<&str> =
        answers.iter().filter(|said| said.role == "MASTER").filter_map(|said| said.own.as_deref()).collect();
    let named = best.nodes.iter().find(|node| node.role == "MASTER");
    match (masters.len(), named) {
        (0 | 1, Some(master)) => {
            found.push((Level::Ok, format!("{} is master at {}", master.id, master.uri)));
        }
        (0 | 1, None) => found.push((Level::Critical, "the plane has no master".to_owned())),
        _ => found.push((
            Level::Critical,
            format!("several servers say that they are master: {}", masters.join(", ")),
        )),
    }
    let standbys: Vec<_> =
        best.nodes.iter().filter(|node| matches!(node.role.as_str(), "STANDBY" | "HOT_STANDBY")).collect();
    let plural = if standbys.len() == 1 { "" } else { "s" };
    let enough = if standbys.len() < check.standbys { Level::Warning } else { Level::Ok };
    found.push((enough, format!("{} standby{plural} can take over", standbys.len())));
    if let Some(pause) = &best.paused {
        let why = if pause.why.is_empty() { String::new() } else { format!(" ({})", pause.why) };
        found.push((Level::Warning, format!("automatic fail-over is paused by {}{why}", pause.by)));
    }
    let lag =
        standbys.iter().filter(|node| node.role == "HOT_STANDBY").map(|node| node.lag).max().unwrap_or(0);
    if lag > check.lag {
        found.push((Level::Warning, format!("a hot standby is {lag} records behind")));
    }
    if !best.store_trouble.is_empty() {
        found.push((Level::Warning, format!("the store: {}", best.store_trouble)));
    }
    if !best.damage.is_empty() {
        found.push((Level::Warning, format!("{} damaged files in the store", best.damage.len())));
    }
    for node in best.nodes.iter().filter(|node| node.role == "FAILED") {
        found.push((Level::Warning, format!("{} has failed{}", node.id, reason(&node.why))));
    }
    for why in silent {
        found.push((Level::Warning, format!("no answer from {why}")));
    }
    let level = found.iter().map(|(level, _)| *level).max().unwrap_or(Level::Ok);
    // What is wrong comes first.
    found.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    let words: Vec<String> = found.into_iter().map(|(_, words)| words).collect();
    let numbers = format!(
        "standbys={};{}: lag={lag};{} nodes={} term={}",
        standbys.len(),
        check.standbys,
        check.lag,
        best.nodes.len(),
        best.term
    );
    // A bar would begin the numbers.
    (level, format!("{} | {numbers}", words.join(", ").replace(['\n', '|'], " ")))
}

fn reason(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(" ({why})") }
}

#[cfg(test)]
mod tests {
    use api::cluster::{ClusterNode, LogPosition};

    use super::*;

    const CHECK: Check = Check { standbys: 1, lag: 100 };

    /// `a=MASTER b=HOT_STANDBY:7`: ids, roles, records behind; as the first of them sees it.
    fn cluster(nodes: &str) -> Cluster {
        let node = |(n, word): (usize, &str)| {
            let (id, role) = word.split_once('=').unwrap();
            let (role, lag) = role.split_once(':').unwrap_or((role, "0"));
            ClusterNode {
                id: id.to_owned(),
                uri: format!("https://{id}:8443/"),
                role: role.to_owned(),
                term: 3,
                priority: 0,
                head: 9,
                lag: lag.parse().unwrap(),
                linked: false,
                last_beat: 0,
                seen_at: 0,
                version: "1".to_owned(),
                host: "h".to_owned(),
                why: String::new(),
                own: n == 0,
                master: role == "MASTER",
            }
        };
        let nodes: Vec<ClusterNode> = nodes.split_whitespace().enumerate().map(node).collect();
        Cluster {
            plane: None,
            own: Some(nodes[0].id.clone()),
            role: nodes[0].role.clone(),
            why: String::new(),
            term: 3,
            master: None,
            master_uri: None,
            lease_remaining_ms: None,
            log: LogPosition { applied: 9, head: 9, lag: 0, floor: 1, format: 1 },
            paused: None,
            switchover: None,
            nodes,
            damage: Vec::new(),
            store_trouble: String::new(),
            history: Vec::new(),
            timeout_ms: 30_000,
            poll_ms: 1000,
            now: 0,
        }
    }

    type Said = Result<Cluster, String>;

    fn judged(said: &[Said]) -> (Level, String) {
        let servers = ["https://a:8443", "https://b:8443"].map(|url| url.parse::<ServerUrl>().unwrap());
        let asked: Vec<_> = servers.into_iter().zip(said.iter().cloned()).collect();
        judge(CHECK, &asked)
    }

    #[test]
    fn a_good_plane_is_one_line_with_numbers_after_the_bar() {
        let (level, line) =
            judged(&[Ok(cluster("a=MASTER b=HOT_STANDBY:7")), Ok(cluster("b=HOT_STANDBY a=MASTER"))]);
        assert_eq!(level, Level::Ok);
        assert_eq!(
            line,
            "a is master at https://a:8443/, 1 standby can take over | standbys=1;1: lag=7;100 nodes=2 term=3"
        );
    }

    #[test]
    fn the_table_of_troubles() {
        let silent = || Err::<Cluster, String>("connection refused".to_owned());
        let mut damaged = cluster("a=MASTER b=STANDBY");
        "no space | left".clone_into(&mut damaged.store_trouble);
        let mut paused = cluster("a=MASTER b=STANDBY");
        paused.paused = Some(api::chair::PauseShown {
            since: 1,
            until: None,
            why: "switch work".to_owned(),
            by: "admin".to_owned(),
        });
        let table: [(&[Said], Level, &str); 8] = [
            (&[Ok(paused)], Level::Warning, "automatic fail-over is paused by admin (switch work)"),
            (&[Ok(cluster("a=MASTER"))], Level::Warning, "0 standbys can take over"),
            (
                &[Ok(cluster("a=MASTER b=HOT_STANDBY:101"))],
                Level::Warning,
                "a hot standby is 101 records behind",
            ),
            (&[Ok(damaged)], Level::Warning, "the store: no space   left"),
            (&[Ok(cluster("a=STANDBY b=FAILED"))], Level::Critical, "the plane has no master"),
            (
                &[Ok(cluster("a=MASTER b=STANDBY")), Ok(cluster("b=MASTER a=FAILED"))],
                Level::Critical,
                "several servers say that they are master: a, b",
            ),
            (
                &[Ok(cluster("a=MASTER b=STANDBY")), silent()],
                Level::Warning,
                "no answer from https://b:8443: connection refused",
            ),
            (&[silent(), silent()], Level::Unknown, "no server tells how the plane is"),
        ];
        for (said, level, words) in table {
            let (got, line) = judged(said);
            assert_eq!(got, level, "{line}");
            assert!(line.starts_with(words), "{words}\n{line}");
            assert_eq!(line.matches('|').count(), usize::from(level != Level::Unknown), "{line}");
        }
    }
}

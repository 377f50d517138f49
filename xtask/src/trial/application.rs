//! Deploys the example and finds what a person wants to look at: its process, its counter, its page.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::client::Client;
use super::plane::{Plane, Server};
use super::signals::Signals;

/// How long the example may take to start.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// Where a trial's folder keeps what was deployed, for `./try --stop`.
const NOTE: &str = "application.json";

/// The example as it runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Application {
    pub(crate) id: String,
    /// Where its process works.
    pub(crate) run_dir: PathBuf,
}

/// Deploy the example on the master, unless the plane has it already, and wait until it runs.
pub(crate) fn deploy(
    plane: &Plane,
    client: &mut Client,
    yaml: &str,
    signals: &Signals,
) -> Result<Application> {
    let [master, _] = &plane.servers;
    let known = client.get(master, "/v1/applications")?.json()?;
    let id = if let Some(id) = deployed(&known) {
        println!("the example of the earlier trial is still deployed");
        id
    } else {
        println!("deploying examples/hello.yaml");
        let task = client.post_yaml(master, "/v1/applications", yaml)?.json()?;
        let id = task["entityId"].as_str().context("the answer to the deployment names no application")?;
        id.to_owned()
    };
    until_running(master, &id, client, signals)?;
    let entities = client.get(master, &format!("/v1/applications/{id}/entities"))?.json()?;
    let child = entities[0]["id"].as_str().context("the application has no entity")?;
    let sensor = format!("/v1/applications/{id}/entities/{child}/sensors/run.dir");
    let run_dir = client.get(master, &sensor)?.json()?;
    let run_dir = run_dir.as_str().context("the sensor run.dir is not a text")?;
    Ok(Application { id, run_dir: PathBuf::from(run_dir) })
}

/// What the folder of a trial noted of its application.
pub(crate) fn recall(dir: &Path) -> Option<Application> {
    let note: Value = serde_json::from_str(&fs::read_to_string(dir.join(NOTE)).ok()?).ok()?;
    Some(Application {
        id: note["id"].as_str()?.to_owned(),
        run_dir: PathBuf::from(note["runDir"].as_str()?),
    })
}

impl Application {
    /// Note it in the folder of the trial.
    pub(crate) fn remember(&self, dir: &Path) -> Result<()> {
        let note = json!({ "id": self.id, "runDir": self.run_dir });
        fs::write(dir.join(NOTE), note.to_string()).context("the application cannot be noted")
    }

    /// The pid of its process, while that runs.
    pub(crate) fn process(&self) -> Option<u32> {
        let pid = self.file("pid.txt")?.parse().ok()?;
        Path::new(&format!("/proc/{pid}")).is_dir().then_some(pid)
    }

    /// The address of its page, where python3 serves one.
    pub(crate) fn page(&self) -> Option<String> {
        self.file("url")
    }

    /// The file that it counts in.
    pub(crate) fn counter(&self) -> PathBuf {
        self.run_dir.join("count")
    }

    fn file(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.run_dir.join(name)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// The id of the example among the applications.
fn deployed(applications: &Value) -> Option<String> {
    let mut all = applications.as_array().into_iter().flatten();
    let hello = all.find(|one| one["spec"]["name"] == "hello" || one["name"] == "hello")?;
    hello["id"].as_str().map(str::to_owned)
}

fn until_running(master: &Server, id: &str, client: &mut Client, signals: &Signals) -> Result<()> {
    let started = Instant::now();
    loop {
        let application = client.get(master, &format!("/v1/applications/{id}"))?.json()?;
        let status = application["status"].as_str().unwrap_or("unknown").to_owned();
        match status.as_str() {
            "RUNNING" => return Ok(()),
            "ERROR" | "ON_FIRE" => {
                bail!("the example did not start ({status}); look at {} for the reason", master.url())
            }
            _ if started.elapsed() > PATIENCE => {
                bail!("the example does not run after {} s ({status})", PATIENCE.as_secs())
            }
            _ => {}
        }
        signals.check()?;
        sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_an_earlier_trial_is_found_by_its_name() {
        let list =
            json!([{ "id": "a", "spec": { "name": "other" } }, { "id": "b", "spec": { "name": "hello" } }]);
        assert_eq!(deployed(&list).as_deref(), Some("b"));
        assert_eq!(deployed(&json!([])), None);
    }

    #[test]
    fn what_was_deployed_is_remembered_and_its_process_found() {
        let dir = tempfile::tempdir().unwrap();
        let application = Application { id: "x".to_owned(), run_dir: dir.path().join("run") };
        application.remember(dir.path()).unwrap();
        assert_eq!(recall(dir.path()).as_ref(), Some(&application));
        assert_eq!((application.process(), application.page()), (None, None));

        fs::create_dir(&application.run_dir).unwrap();
        fs::write(application.run_dir.join("pid.txt"), format!("{}\n", std::process::id())).unwrap();
        fs::write(application.run_dir.join("url"), "http://127.0.0.1:1/\n").unwrap();
        assert_eq!(application.process(), Some(std::process::id()));
        assert_eq!(application.page().as_deref(), Some("http://127.0.0.1:1/"));
        assert_eq!(recall(&application.run_dir), None);
    }
}

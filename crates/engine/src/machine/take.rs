//! Taking a machine: it is recorded as the entity's, asked what host it is, and then said where things lie on it.

use std::sync::Arc;

use model::types::{Behaviour, software_process};

use super::{Try, fail, settled};
use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::Work;
use crate::entity::Entity;
use crate::input::Host;
use crate::names;
use crate::phases::fill_in_path;
use crate::place::{MachineRef, Place, Reach};
use crate::script;
use crate::task::Task;

impl Draft {
    pub(crate) fn take_machine(&mut self, task: &Task) -> Flow {
        settled(self.try_take_machine(task))
    }

    fn try_take_machine(&mut self, task: &Task) -> Try<Flow> {
        let (entity, here) = self.here(task)?;
        self.site(&entity)?;
        let machine = match &entity.machine {
            Some(machine) => machine.clone(),
            None => Arc::new(self.obtain(task, &entity)?),
        };
        if entity.machine.is_none() {
            let machine = Some(machine.clone());
            self.record(Change::MachineSet { entity: entity.id.clone(), machine });
        }
        let base_dir = self.base_dir(&entity, &machine)?;
        if machine.reach == Reach::Local && base_dir.as_ref().is_none_or(|dir| !dir.starts_with("~/")) {
            let host = Host { base_dir: base_dir.unwrap_or_else(|| here.base_dir.clone()), ..here };
            return self.settle_in(task, host);
        }
        let what = format!("asks {} which host it is", machine.described(Some(&here)));
        let way = self.way_to(&machine)?;
        Ok(self.act(task, (&machine, None), way, what, Work::Describe { base_dir }))
    }

    /// Which host the machine is has come out.
    pub(crate) fn machine_described(&mut self, task: &Task, host: Host) -> Flow {
        settled(self.settle_in(task, host))
    }

    /// Below which folder things are to lie, where the entity or the location says so.
    fn base_dir(&self, entity: &Entity, machine: &MachineRef) -> Try<Option<String>> {
        let key = &software_process::BASE_DIR;
        match self.root.config_text(&entity.id, key).or_else(unreadable)? {
            Some(dir) => Ok(Some(dir)),
            None => self.flags_of(machine)?.text(key.name),
        }
    }

    /// Records where the entity's things lie on its machine.
    fn settle_in(&mut self, task: &Task, host: Host) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let Some(machine) = entity.machine.as_deref().cloned() else {
            return fail("the machine was given back");
        };
        let base = &host.base_dir;
        let text = |key| match self.root.config_text(&entity.id, key).or_else(unreadable)? {
            Some(text) => fill_in_path(&self.root, &entity, base, key, &text).map(Some),
            None => Ok(None),
        };
        let run_dir = text(&software_process::RUN_DIR)?.unwrap_or_else(|| script::run_dir(base, &entity));
        let install_dir = match text(&software_process::INSTALL_DIR)? {
            Some(dir) => dir,
            None => format!("{base}/installs/{}", script::install_label(&self.root, &entity)?),
        };
        for dir in [&run_dir, &install_dir] {
            if !dir.starts_with('/') || dir.split('/').any(|part| part == "..") {
                return fail(format!(
                    "'{dir}' is no absolute path; correct run.dir, install.dir or onbox.base.dir"
                ));
            }
        }
        let ports = entity.held_place().filter(|p| p.host.is_same_host(&host)).map(|p| p.ports.clone());
        let place = Place { machine, host, run_dir, install_dir, ports: ports.unwrap_or_default() };
        let id = &entity.id;
        if entity.process.as_ref().is_some_and(|p| !p.host.is_same_boot(&place.host)) {
            self.record(Change::ProcessSet { entity: id.clone(), process: None });
        }
        for (name, value) in self.sensors_of(&entity, &place)? {
            self.update_sensor(id, name, value.into());
        }
        if entity.place.as_deref() != Some(&place) {
            self.record(Change::PlaceSet { entity: id.clone(), place: Some(Arc::new(place)) });
        }
        for map in [names::NOT_UP, names::PROBLEMS] {
            self.note(id, map, names::HOST, None);
        }
        Ok(Flow::Next)
    }

    fn sensors_of(&self, entity: &Entity, place: &Place) -> Try<Vec<(&'static str, String)>> {
        let (name, address) = shown_address(&place.machine, &place.host);
        let inside = self.flags_of(&place.machine)?.first("privateAddresses")?;
        let mut sensors = vec![
            ("host.name", name.clone()),
            ("host.address", address.clone()),
            ("host.subnet.hostname", name),
            ("host.subnet.address", inside.unwrap_or(address)),
            ("run.dir", place.run_dir.clone()),
            ("install.dir", place.install_dir.clone()),
        ];
        if entity.behaviour() == Behaviour::Process {
            sensors.push(("softwareprocess.pid.file", place.pid_file()));
        }
        if let Some(address) = place.machine.reach.address() {
            sensors.push(("host.sshAddress", address));
        }
        let location = place.machine.from.as_ref().and_then(|from| self.root.location(from));
        let location = location.map_or_else(|| "localhost".to_owned(), super::obtain::shown);
        sensors.push(("softwareservice.provisioningLocation", location));
        Ok(sensors)
    }
}

/// The name and the address to show: what the location says of a machine counts before what it says of itself.
fn shown_address(machine: &MachineRef, host: &Host) -> (String, String) {
    match &machine.reach {
        Reach::Local => (host.name.clone(), host.address.clone()),
        Reach::Ssh { address, .. } if is_ip(address) => (host.name.clone(), address.clone()),
        Reach::Ssh { address, .. } => (address.clone(), host.address.clone()),
    }
}

fn is_ip(address: &str) -> bool {
    address.contains(':') || address.chars().all(|c| c.is_ascii_digit() || c == '.')
}

//! How the machines of a location are reached, for whoever wants to try that before anything runs there.

use base::EntityId;
use model::spec::{LocationKind, LocationSpec};

use super::Try;
use super::obtain::{localhost, machines_of};
use super::target::{Flags, parts_of};
use crate::advance::Flow;
use crate::effect::SshTarget;
use crate::place::Reach;
use crate::state::Root;

/// One machine of a location.
#[derive(Clone, Debug)]
pub struct Reached {
    /// `user@address:port`, or `localhost`.
    pub name: String,
    /// How it is logged in to; none where it is this server's own host. Or why that cannot be said.
    pub target: Result<Option<SshTarget>, String>,
}

impl Root {
    /// All machines of a location. `owner`: whose it is; none of a definition, in which expressions mean nothing.
    pub fn reached(&self, owner: Option<&EntityId>, spec: &LocationSpec) -> Result<Vec<Reached>, String> {
        let mut all = Vec::new();
        match add(&Flags::none(self, owner), spec, &mut all) {
            Ok(()) => Ok(all),
            Err(flow) => Err(why(flow)),
        }
    }
}

fn add(above: &Flags<'_>, spec: &LocationSpec, all: &mut Vec<Reached>) -> Try<()> {
    let flags = above.with(&spec.flags);
    let one = |flags: &Flags<'_>, reach: &Reach| {
        let target = match reach {
            Reach::Local => Ok(None),
            Reach::Ssh { .. } => flags.ssh_target(reach).map(Some).map_err(why),
        };
        Reached { name: reach.address().unwrap_or_else(|| "localhost".to_owned()), target }
    };
    match &spec.kind {
        LocationKind::Localhost => {
            let reach = localhost(&flags)?;
            all.push(one(&flags, &reach));
        }
        LocationKind::Byon { .. } => {
            let machines = machines_of(spec, &flags)?;
            all.extend(machines.iter().map(|(reach, own)| one(&flags.with(own), reach)));
        }
        LocationKind::Single(_) | LocationKind::Multi(_) => {
            for part in parts_of(spec) {
                add(&flags, part, all)?;
            }
        }
    }
    Ok(())
}

fn why(flow: Flow) -> String {
    match flow {
        Flow::Fail(why) => why,
        _ => "a flag of the location waits for something that is not known yet".to_owned(),
    }
}

//! Whether servers of a plane are alive: whether one of their files changes while one looks.

use std::thread;
use std::time::Duration;

use ha::files::{FileRole, NodeFile};
use ha::verbs::Name;

use crate::source::{Source, Trouble};

/// Others than the master beat every 10 s, a master at least every second.
const WATCH: Duration = Duration::from_millis(10_500);
const STEP: Duration = Duration::from_millis(250);

/// The servers that may be alive, for people: those that have not said that they ended, and beat while one looks.
pub(crate) fn living(source: Source<'_>) -> Result<Vec<String>, Trouble> {
    let before = open(source)?;
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let mut waited = Duration::ZERO;
    while waited < WATCH {
        thread::sleep(STEP);
        waited += STEP;
        let now = open(source)?;
        let risen = now.iter().filter(|(name, file)| {
            let beat = |f: &NodeFile| (f.incarnation, f.beat, f.role);
            before.iter().find(|(n, _)| n == name).is_none_or(|(_, old)| beat(old) != beat(file))
        });
        let risen: Vec<String> = risen.map(|(_, f)| format!("{} ({})", f.node, f.uri)).collect();
        if !risen.is_empty() {
            return Ok(risen);
        }
    }
    Ok(Vec::new())
}

fn open(source: Source<'_>) -> Result<Vec<(Name, NodeFile)>, Trouble> {
    let mut open = Vec::new();
    for name in source.list("nodes")? {
        if let Some(Ok(file)) = source.file::<NodeFile>(&name)?
            && !file.ended
            && file.role != FileRole::Terminated
        {
            open.push((name, file));
        }
    }
    Ok(open)
}

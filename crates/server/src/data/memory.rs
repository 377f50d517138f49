//! What a server remembers of itself between its lives: `data/node.json`.
//!
//! It is bound to this path on this host: a folder that was copied or moved is another server.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base::{Incarnation, NodeId, Rng};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::file::{read_if_there, write_private};
use super::host::bound_to;

/// Who this server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its id in the plane.
    pub node: NodeId,
    /// The identity of its data folder: peers see by it that a restart is the same server.
    pub home: String,
    /// The highest number of a life that it began.
    pub incarnation: Incarnation,
    /// The priority that was set at run time.
    #[serde(default)]
    pub priority: Option<i64>,
    /// The store in which it was last part of a plane.
    #[serde(default)]
    pub store: Option<String>,
    /// The folder that this holds for.
    path: PathBuf,
    /// The host that this holds for.
    machine: String,
}

/// The file, with what it says.
#[derive(Debug)]
pub struct Memory {
    file: PathBuf,
    /// The store of this life.
    store: Option<String>,
    /// What it says.
    pub identity: Identity,
}

impl Memory {
    /// Reads it, or begins anew when there is none or it is another folder's. The lock must be held.
    pub fn open(data: &Path) -> io::Result<Memory> {
        let file = data.join("node.json");
        let path = fs::canonicalize(data)?;
        let machine = bound_to();
        if let Some(text) = read_if_there(&file)? {
            match serde_json::from_str::<Identity>(&text) {
                Ok(identity) if identity.path == path && identity.machine == machine => {
                    return Ok(Memory { file, store: None, identity });
                }
                Ok(other) => {
                    info!("this folder was copied or moved, so it is not {} but a new server", other.node);
                }
                Err(error) => {
                    warn!(%error, "{} cannot be read: this is a new server of the plane", file.display());
                }
            }
        }
        let mut rng = Rng::from_seed(random_u64()?);
        let identity = Identity {
            node: NodeId::draw(&mut rng),
            home: format!("{:016x}", random_u64()?),
            incarnation: Incarnation(0),
            priority: None,
            store: None,
            path,
            machine,
        };
        let memory = Memory { file, store: None, identity };
        memory.save()?;
        Ok(memory)
    }

    /// This life is to be in that store. It is kept once there is a plane in it.
    pub fn use_store(&mut self, store: String) {
        self.store = Some(store);
    }

    /// Keeps the number of a life, which a server has when it is part of a plane, and where that plane is.
    pub fn keep_incarnation(&mut self, incarnation: Incarnation) -> io::Result<()> {
        self.identity.incarnation = self.identity.incarnation.max(incarnation);
        self.identity.store = self.store.take().or(self.identity.store.take());
        self.save()
    }

    /// Keeps a priority.
    pub fn keep_priority(&mut self, priority: i64) -> io::Result<()> {
        self.identity.priority = Some(priority);
        self.save()
    }

    fn save(&self) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(&self.identity).map_err(io::Error::other)?;
        text.push('\n');
        write_private(&self.file, text.as_bytes())
    }
}

/// From the operating system: never the same twice.
pub fn random_u64() -> io::Result<u64> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_| io::Error::other("the system gave no random bytes"))?;
    Ok(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_knows_itself_again_and_a_copy_is_another_one() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("a");
        fs::create_dir(&data).unwrap();
        let mut first = Memory::open(&data).unwrap();
        assert_eq!(first.identity.node.as_str().len(), 8);
        first.use_store("/mnt/plane".to_owned());
        assert_eq!(first.identity.store, None);
        first.keep_incarnation(Incarnation(7)).unwrap();
        assert_eq!(first.identity.store.as_deref(), Some("/mnt/plane"));
        first.keep_incarnation(Incarnation(3)).unwrap();
        first.keep_priority(-2).unwrap();
        let again = Memory::open(&data).unwrap();
        assert_eq!(again.identity, first.identity);
        assert_eq!((again.identity.incarnation, again.identity.priority), (Incarnation(7), Some(-2)));

        let copy = dir.path().join("b");
        fs::create_dir(&copy).unwrap();
        fs::copy(data.join("node.json"), copy.join("node.json")).unwrap();
        let other = Memory::open(&copy).unwrap();
        assert_ne!(other.identity.node, first.identity.node);
        assert_ne!(other.identity.home, first.identity.home);
    }
}

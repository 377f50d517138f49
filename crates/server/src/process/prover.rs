//! Proof of death: what the parent writes when it has seen that its server is gone (`ha-anchors.md` 6.2, 13).
//!
//! It says of a term that it is over, and of the server's life that it has ended, so that standbys need not wait
//! for silence. It writes only over what is certainly that server's: its own file of that very life, and the end
//! of a term that its own claim shows.

use std::sync::Arc;

use base::{Incarnation, NodeId, Term};
use ha::files::{self, EndFile, EndWhy, FileRole, NodeFile, TermFile};
use ha::names::{self, Folder};
use ha::verbs::{Answer, Name, Verb};
use serde::de::DeserializeOwned;
use store::Store;
use store::place::Place;

use crate::driver::{clock, send_nudge};
use crate::keys::PeerKey;

/// Tries of a call that fails for the moment.
const TRIES: u32 = 5;

/// What the parent knows of its server's life.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) node: NodeId,
    pub(super) uid: String,
    pub(super) store: Place,
    pub(super) tell_peers: bool,
    /// The last claim that it was about to make.
    pub(super) claim: Option<(Term, Incarnation)>,
}

/// Records the end of that life; what could not be done, for people.
pub(super) fn prove(life: &Life) -> Result<(), String> {
    // Opening makes a folder that is missing; one that vanished must not come back empty.
    if let Place::Folder(folder) = &life.store
        && !folder.join(names::plane().as_str()).exists()
    {
        return Ok(());
    }
    let store = &*life.store.open_for_server(&life.node)?;
    let Some(name) = names::node(&life.node) else { return Ok(()) };
    let own = read::<NodeFile>(store, &name)?.filter(|file| file.uid == life.uid);
    if let Some((term, incarnation)) = life.claim {
        end_term(store, life, term, incarnation, own.as_ref())?;
    }
    let Some(mut own) = own else { return Ok(()) };
    if !own.ended {
        own.ended = true;
        own.role = FileRole::Terminated;
        own.at = clock::wall();
        "its process is gone".clone_into(&mut own.why);
        put(store, &Verb::PutOwn { name, bytes: files::to_bytes(&own) })?;
    }
    if life.tell_peers
        && let Some(key) = PeerKey::find(store)
    {
        send_nudge(&key, &peers(store, &life.node));
    }
    Ok(())
}

/// Only the owner of a term may be said to have lost it: the claim may never have been made, or another node's
/// may stand there.
fn end_term(
    store: &dyn Store,
    life: &Life,
    term: Term,
    incarnation: Incarnation,
    own: Option<&NodeFile>,
) -> Result<(), String> {
    let Some(claim) = read::<TermFile>(store, &names::term(term))? else { return Ok(()) };
    if claim.node != life.node || claim.incarnation != incarnation {
        return Ok(());
    }
    let end = EndFile {
        plane: claim.plane,
        term,
        node: life.node.clone(),
        incarnation,
        beat: own.filter(|file| file.incarnation == incarnation).map_or(0, |file| file.beat),
        why: EndWhy::HostProof,
        by: format!("the parent process of {}", life.node),
        hand_over: None,
        at: clock::wall(),
    };
    put(store, &Verb::Create { name: names::term_end(term), bytes: files::to_bytes(&end) })
}

/// Where the other servers of the plane are.
fn peers(store: &dyn Store, own: &NodeId) -> Vec<String> {
    let Some(prefix) = Name::parse(Folder::Nodes.as_str()) else { return Vec::new() };
    let list = Verb::List { prefix, after: None, max: base::limits::NODES_MAX };
    let Answer::Page { names, .. } = store.run(&list) else { return Vec::new() };
    let files = names.iter().filter_map(|name| read::<NodeFile>(store, name).ok().flatten());
    files.filter(|file| file.node != *own && !file.ended).map(|file| file.uri).collect()
}

fn read<T: DeserializeOwned>(store: &dyn Store, name: &Name) -> Result<Option<T>, String> {
    match again(store, &Verb::Read { name: name.clone() })? {
        Answer::Content(Some(bytes)) => {
            let bytes: Arc<[u8]> = bytes;
            serde_json::from_slice(&bytes).map(Some).map_err(|e| format!("{name}: {e}"))
        }
        _ => Ok(None),
    }
}

fn put(store: &dyn Store, verb: &Verb) -> Result<(), String> {
    again(store, verb).map(|_| ())
}

fn again(store: &dyn Store, verb: &Verb) -> Result<Answer, String> {
    let mut last = String::new();
    for _ in 0..TRIES {
        match store.run(verb) {
            Answer::Unknown(fault) | Answer::Failed(fault) => last = fault.text,
            answer => return Ok(answer),
        }
    }
    Err(last)
}

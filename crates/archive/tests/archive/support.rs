//! Planes in memory for the tests, and stores that change, or fail, at a moment of one's choice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base::{Incarnation, Lsn, NodeId, PlaneId, Term, WallMs};
use engine::{Change, Root};
use ha::files::{
    self, EndFile, EndWhy, FileRole, LeaderFile, NodeFile, OkFile, PartRef, PlaneFile, TermFile,
};
use ha::names;
use ha::pack::{Packing, base_name, pack_name};
use ha::record::{self, Chain, FORMAT, Header, Kind};
use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};
use store::Store;
use store::mem::MemStore;

/// Names and bytes.
pub(crate) type Files = BTreeMap<Name, Arc<[u8]>>;

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn store_of(files: &Files) -> MemStore {
    let store = MemStore::new();
    for (name, bytes) in files {
        store.run(&Verb::PutOwn { name: name.clone(), bytes: Arc::clone(bytes) });
    }
    store
}

pub(crate) fn quiet(_: &str, _: u64, _: u64) {}

/// A folder as it was recorded.
pub(crate) fn recorded(format: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planes").join(format);
    let mut files = Files::new();
    collect(&root, &root, &mut files);
    files
}

fn collect(root: &Path, folder: &PathBuf, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let text = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name(&text), fs::read(&path).unwrap().into());
        }
    }
}

/// A small plane with a file of each kind, written as servers write it.
pub(crate) struct Small {
    pub(crate) files: Files,
    plane: PlaneFile,
    chain: Chain,
    root: Root,
    lsn: Lsn,
}

impl Small {
    /// Six records in one term; what checkpoint 3 covers was pruned: record 2 lies in a pack, above base 1.
    pub(crate) fn new() -> Small {
        let plane = PlaneFile { plane: PlaneId::new("p"), era: 1, layout: files::LAYOUT };
        let chain = Chain::genesis(&plane.plane, plane.era);
        let mut small =
            Small { files: Files::new(), plane: plane.clone(), chain, root: Root::empty(), lsn: Lsn(0) };
        small.put(names::plane(), files::to_bytes(&plane));
        let claim = TermFile {
            term: Term(1),
            plane: plane.plane.clone(),
            node: NodeId::new("n1"),
            incarnation: Incarnation(5),
            uid: "u".into(),
            uri: "x".into(),
            why: "w".into(),
            at: WallMs(1),
            gap_ms: None,
            lease_ms: None,
        };
        small.put(names::term(Term(1)), files::to_bytes(&claim));
        let end = EndFile {
            plane: plane.plane.clone(),
            term: Term(1),
            node: NodeId::new("n1"),
            incarnation: Incarnation(5),
            beat: 3,
            why: EndWhy::Exit,
            by: "n1".into(),
            hand_over: None,
            at: WallMs(9),
        };
        small.put(names::term_end(Term(1)), files::to_bytes(&end));
        small.append(Kind::Fence, &[]);
        small.mark();
        for at in 2..=6 {
            small.note(at);
            if at == 3 || at == 5 {
                small.mark();
            }
        }
        let base = small.files.remove(&names::ckpt_ok(Lsn(1))).unwrap();
        small.put(base_name(Lsn(1), WallMs(3)), base);
        let mut packing = Packing::default();
        packing.push(Lsn(2), small.files.remove(&names::record(Lsn(2))).unwrap());
        small.put(pack_name(Lsn(2), Lsn(2), WallMs(3)), packing.to_bytes(WallMs(3)));
        small.beat();
        let hint = LeaderFile { term: Term(1), node: NodeId::new("n1"), uri: "x".into() };
        small.put(names::leader(), files::to_bytes(&hint));
        let key: Arc<[u8]> = b"secret".as_slice().into();
        small.put(name("keys/peer.key.sum"), format!("{}\n", Chain::sum(&key)).into_bytes().into());
        small.put(name("keys/peer.key"), key);
        small.put(
            name("blobs/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"),
            b"foo".as_slice().into(),
        );
        small
    }

    fn put(&mut self, name: Name, bytes: Arc<[u8]>) {
        self.files.insert(name, bytes);
    }

    /// One more record, which notes something.
    pub(crate) fn note(&mut self, at: u64) {
        let change = Change::Noted { what: "n".into(), at: WallMs(at * 1000) };
        self.append(Kind::Data, &[change]);
    }

    fn append(&mut self, kind: Kind, changes: &[Change]) {
        self.lsn = self.lsn.next();
        let header = Header {
            format: FORMAT,
            lsn: self.lsn,
            term: Term(1),
            kind,
            node: NodeId::new("n1"),
            incarnation: Incarnation(5),
            uid: "u".into(),
            prev: self.chain,
            ops: changes.len(),
        };
        let ops: Vec<String> = changes.iter().map(engine::Change::encode).collect();
        for change in changes {
            self.root.apply(change).unwrap();
        }
        let bytes = record::encode(&header, &ops);
        self.chain = self.chain.next(&bytes);
        self.put(names::record(self.lsn), bytes);
    }

    /// A checkpoint here.
    pub(crate) fn mark(&mut self) {
        let (folder, floor) = (format!("n1-5-{}", self.lsn), self.lsn);
        let mut parts = Vec::new();
        for (i, part) in self.root.checkpoint_parts().enumerate().collect::<Vec<_>>() {
            parts.push(PartRef { bytes: part.len() as u64, sum: Chain::sum(&part) });
            self.put(names::ckpt_part(floor, &folder, i).unwrap(), part.into());
        }
        let ok = OkFile {
            floor,
            chain: self.chain,
            term: Term(1),
            data_term: Term(1),
            format: FORMAT,
            folder,
            parts,
        };
        self.put(names::ckpt_ok(floor), files::to_bytes(&ok));
    }

    /// The server's file, as far as it is now.
    pub(crate) fn beat(&mut self) {
        let floor = self.files.keys().filter_map(|n| names::number(n.leaf(), ".ok")).max().unwrap();
        let file = NodeFile {
            plane: self.plane.plane.clone(),
            era: 1,
            node: NodeId::new("n1"),
            incarnation: Incarnation(5),
            uid: "u".into(),
            term: Term(1),
            follows: Term(1),
            role: FileRole::Terminated,
            beat: 3,
            lease_ms: 1600,
            head: self.lsn,
            floor: Lsn(floor),
            ended: true,
            uri: "x".into(),
            version: "0".into(),
            priority: 0,
            home: "h".into(),
            boot: "b".into(),
            host: "h".into(),
            at: WallMs(9),
            why: String::new(),
            orders: base::Orders::default(),
            hand_over: None,
            formats: FORMAT,
        };
        self.put(names::node(&NodeId::new("n1")).unwrap(), files::to_bytes(&file));
    }

    /// What a living master does next: records, a checkpoint, a beat, and pruning what two checkpoints cover.
    pub(crate) fn lived_on(mut self) -> Files {
        for at in 7..=9 {
            self.note(at);
        }
        self.mark();
        self.beat();
        let mut packing = Packing::default();
        for lsn in 3..=5 {
            packing.push(Lsn(lsn), self.files.remove(&names::record(Lsn(lsn))).unwrap());
        }
        self.put(pack_name(Lsn(3), Lsn(5), WallMs(9)), packing.to_bytes(WallMs(9)));
        let old: Vec<Name> =
            self.files.keys().filter(|n| names::ckpt_floor(n) == Some(Lsn(3))).cloned().collect();
        for name in old {
            self.files.remove(&name);
        }
        self.files
    }
}

/// A store in which something happens before the n-th call.
pub(crate) struct Happening {
    pub(crate) inner: MemStore,
    calls: AtomicUsize,
    at: usize,
    what: Mutex<Option<Files>>,
}

impl Happening {
    pub(crate) fn new(before: &Files, at: usize, after: Files) -> Happening {
        Happening { inner: store_of(before), calls: AtomicUsize::new(0), at, what: Mutex::new(Some(after)) }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Store for Happening {
    fn run(&self, verb: &Verb) -> Answer {
        if self.calls.fetch_add(1, Ordering::SeqCst) == self.at
            && let Some(after) = self.what.lock().unwrap().take()
        {
            // What is new comes first, as in a plane: nothing is pruned before it is covered.
            for (name, bytes) in &after {
                self.inner.run(&Verb::PutOwn { name: name.clone(), bytes: Arc::clone(bytes) });
            }
            for folder in ["log", "ckpt", "hist", "terms", "nodes"] {
                let list = Verb::List { prefix: name(folder), after: None, max: 1000 };
                let Answer::Page { names, .. } = self.inner.run(&list) else { panic!("no page") };
                for gone in names.into_iter().filter(|n| !after.contains_key(n)) {
                    self.inner.run(&Verb::Delete { name: gone });
                }
            }
        }
        self.inner.run(verb)
    }

    fn describe(&self) -> String {
        "memory".into()
    }
}

/// A store that is gone after so many writes: power was lost.
pub(crate) struct Failing {
    pub(crate) inner: Arc<dyn Store>,
    left: AtomicUsize,
}

impl Failing {
    pub(crate) fn after(inner: Arc<dyn Store>, writes: usize) -> Failing {
        Failing { inner, left: AtomicUsize::new(writes) }
    }
}

impl Store for Failing {
    fn run(&self, verb: &Verb) -> Answer {
        let writes = matches!(verb, Verb::Create { .. } | Verb::PutOwn { .. } | Verb::Delete { .. });
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            return Answer::Failed(Fault { kind: FaultKind::Denied, text: "power is off".into() });
        }
        if writes {
            self.left.store(left - 1, Ordering::SeqCst);
        }
        self.inner.run(verb)
    }

    fn describe(&self) -> String {
        "memory".into()
    }
}

//! The server itself: everything in the order in which it may fail, each failure with its exit code.
//!
//! Configuration (2), lock, ports (4), store and keys (3), driver, HTTP, ready. The ports are taken before the
//! store is touched; connections that come meanwhile wait.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ha::input::Exit;
use ha::status::Role;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{dup2_stdin, dup2_stdout};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tracing::{error, info, warn};

use super::words::{Ready, Word, say};
use super::{Options, files, first_catalog, listen, plane_store};
use crate::bundles::{Blobs, BundleStore};
use crate::config::{self, Loaded, Login, Origin, Outside, Persist, Settings, Tls};
use crate::data::{Data, Lock, Memory, host_id, random_u64};
use crate::driver::{self, Handle, Parts, Prover, clock};
use crate::http::{self, App, Front};
use crate::keys::{self, CertificateSlot, LinkTls, PlaneKeys};
use crate::levels::Levels;
use crate::logs;
use crate::metrics::{self, Counted, Metrics};
use crate::peer::{Ends, Links, keep_link};

/// How long the parent is kept waiting for the first word of the node's state after the port answers.
const FIRST_STATE: Duration = Duration::from_secs(2);
/// How long the parent is kept waiting for what is wrong with the first catalog.
const FIRST_CATALOG: Duration = Duration::from_secs(5);
/// The longest that a reading nobody waits for is unrecorded on a folder, where a record costs little (`persistPeriod`
/// can only shorten it).
const READING_DELAY_MAX: base::Span = base::Span::millis(200);
/// Threads that answer requests.
const WEB_THREADS: usize = 2;

/// Why the server ends.
struct End {
    code: u8,
    reason: String,
}

impl End {
    fn new(code: u8, reason: impl std::fmt::Display) -> End {
        End { code, reason: reason.to_string() }
    }
}

impl From<Exit> for End {
    fn from(exit: Exit) -> End {
        let code = exit.code();
        let reason = match exit {
            Exit::Stopped => "stopped".to_owned(),
            Exit::Failed(why) | Exit::BadConfig(why) => why,
            Exit::Unfit(why) => format!("the plane's folder cannot be used: {why}"),
        };
        End { code, reason }
    }
}

/// The parent holds its signals back, and a process inherits that; nothing else runs yet. One stays held back: a file that would
/// grow beyond what `ulimit -f` allows is an error of the write, and no end of the server.
fn hear_signals() -> nix::Result<()> {
    let mut heard = SigSet::all();
    heard.remove(Signal::SIGXFSZ);
    heard.thread_unblock()?;
    SigSet::from(Signal::SIGXFSZ).thread_block()
}

/// Runs the server until it ends; the exit code.
pub fn child(options: &Options, to_console: bool) -> u8 {
    if let Err(error) = hear_signals() {
        eprintln!("signals cannot be heard: {error}");
    }
    let data = Data::of(&options.home);
    let (lock, mut parent) = match inherit(&data) {
        Ok(inherited) => inherited,
        Err(end) => {
            eprintln!("{}", end.reason);
            return end.code;
        }
    };
    let end = serve(options, &data, &mut parent, to_console);
    if end.code == 0 {
        info!("{}", end.reason);
    } else {
        error!(code = end.code, "{}", end.reason);
    }
    parent.say(&Word::Over { code: end.code, reason: end.reason });
    drop(lock);
    end.code
}

/// The pipe to the parent. It may be gone: the server goes on without it.
struct Parent {
    pipe: Option<File>,
}

impl Parent {
    fn say(&mut self, word: &Word) {
        if let Some(pipe) = &mut self.pipe
            && say(pipe, word).is_err()
        {
            // Gone, or stopped for so long that the pipe is full.
            warn!("the parent process is gone: a sudden end of this server shows only in its silence");
            self.pipe = None;
        }
    }

    fn another(&self) -> Parent {
        Parent { pipe: self.pipe.as_ref().and_then(|pipe| pipe.try_clone().ok()) }
    }
}

impl Prover for Parent {
    fn claims(&mut self, term: base::Term, incarnation: base::Incarnation) {
        self.say(&Word::Claim { term, incarnation });
    }
}

/// Lock and pipe come as standard input and output. Both are taken away from there, so that no process that this
/// server starts keeps them open.
fn inherit(data: &Data) -> Result<(Lock, Parent), End> {
    let failed =
        |e: &dyn std::fmt::Display| End::new(1, format!("what the parent handed down cannot be used: {e}"));
    let lock = Lock::handed_down(&data.lock()).map_err(|e| End::new(2, e))?;
    let pipe = File::from(io::stdout().as_fd().try_clone_to_owned().map_err(|e| failed(&e))?);
    // The driver writes to it and must never wait.
    fcntl(&pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(|e| failed(&e))?;
    let null = File::options().read(true).write(true).open("/dev/null").map_err(|e| failed(&e))?;
    dup2_stdin(&null).map_err(|e| failed(&e))?;
    dup2_stdout(&null).map_err(|e| failed(&e))?;
    Ok((lock, Parent { pipe: Some(pipe) }))
}

fn serve(options: &Options, data: &Data, parent: &mut Parent, to_console: bool) -> End {
    let levels = match logs::start(&data.logs(), to_console) {
        Ok(levels) => levels,
        Err(error) => {
            let folder = data.logs();
            return End::new(1, format!("the log files in {} cannot be written: {error}", folder.display()));
        }
    };
    let outside = Outside::of_process(options.flags.clone());
    let loaded = match config::load(&options.home, &outside) {
        Ok(loaded) => loaded,
        Err(bad) => return End::new(2, bad),
    };
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WEB_THREADS)
        .max_blocking_threads(8)
        .thread_name("web")
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let end = runtime.block_on(run(loaded, outside, data, parent, levels)).unwrap_or_else(|end| end);
            // A thread that hangs must not keep the process from ending.
            runtime.shutdown_background();
            end
        }
        Err(error) => End::new(1, format!("no threads to serve with: {error}")),
    }
}

async fn run(
    loaded: Loaded,
    outside: Outside,
    data: &Data,
    parent: &mut Parent,
    levels: Arc<Levels>,
) -> Result<End, End> {
    let Loaded { mut settings, layers, warnings } = loaded;
    let mut memory = Memory::open(data.root())
        .map_err(|e| End::new(1, format!("{} cannot be used: {e}", data.root().display())))?;
    let slot = CertificateSlot::new();
    let bound = listen::listen(&mut settings.web, &slot)
        .await
        .map_err(|e| End::new(e.code(), format!("{e}{}", e.next())))?;
    settings.ports_are_known();

    let node = settings.node_id.as_ref().unwrap_or(&memory.identity.node);
    let opened = plane_store::open(&settings, data, node, memory.identity.store.as_deref())
        .map_err(|why| End::new(3, why))?;
    if settings.persist != Persist::Disabled {
        memory.use_store(plane_store::name(&settings));
    }
    let PlaneKeys { authority, peer, login, first_login } = opened.keys;
    let certificate = match &settings.web.tls {
        Tls::Plane => keys::of_plane(&authority, data, &settings.node_uri).map_err(|e| End::new(1, e))?,
        Tls::Pkcs12 { store, password } => keys::from_pkcs12(store, password).map_err(|e| End::new(2, e))?,
        Tls::Pem { chain, key } => keys::from_pem(chain, key).map_err(|e| End::new(2, e))?,
    };
    slot.set(certificate);
    let auth = config::login::options(&layers, login).map_err(|e| End::new(2, e))?;
    let surroundings = config::surroundings(&layers);
    let own = http::Own {
        properties: arc_swap::ArcSwap::from_pointee(config::shown(&settings, &layers)),
        logs: Some(data.logs()),
        levels: Some(levels),
        read_again: Some(read_again(settings.home.clone(), outside, settings.node_uri.clone())),
    };
    let externals = config::externals::externals(layers.effective());
    // Passwords of users are not needed any more.
    drop(layers);

    let config = node_config(&settings, &memory, externals).map_err(|e| End::new(1, e))?;
    parent.say(&Word::Life {
        node: config.ha.node.clone(),
        uid: config.ha.uid.clone(),
        store: (settings.proof_of_death && settings.persist != Persist::Disabled)
            .then(|| settings.store.clone()),
        tell_peers: settings.peer_link,
    });
    info!(
        node = %config.ha.node, mode = ?settings.mode, uri = settings.node_uri, timeout = %settings.timeout,
        "starting version {}", config.ha.version
    );
    let links = settings
        .peer_link
        .then(|| {
            LinkTls::make(&authority, &config.ha.node).map(|tls| Links::new(config.ha.node.clone(), tls))
        })
        .transpose()
        .map_err(|e| End::new(1, e))?;
    let metrics = Arc::new(Metrics::default());
    let store: Arc<dyn store::Store> = Arc::new(Counted::new(opened.store, Arc::clone(&metrics)));
    let no_threads = |e: io::Error| End::new(1, format!("no threads to run with: {e}"));
    let bundles = BundleStore::new(Blobs::start(Arc::clone(&store)).map_err(no_threads)?);
    let running = driver::start(Parts {
        config,
        store: Arc::clone(&store),
        bundles: Arc::new(bundles.clone()),
        memory,
        prover: Box::new(parent.another()),
        surroundings: Arc::new(surroundings.clone()),
        peer: settings.peer_link.then(|| peer.clone()),
        links: links.clone(),
    })
    .map_err(no_threads)?;

    let (stop_web, stop) = watch::channel(false);
    tokio::spawn(metrics::watch(Arc::new(running.handle.clone()), Arc::clone(&metrics)));
    let wrong = first_catalog::give(running.handle.clone(), settings.catalog.clone(), surroundings.clone());
    let options = http::Options {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("BROWNSTONE_COMMIT").map(str::to_owned),
        public_headers: settings.public_headers,
        auth,
        nudge_key: settings.peer_link.then(|| peer.bytes().to_vec()),
        links: links.clone(),
        surroundings,
        bundles,
        store,
        metrics,
        own,
        capacity: http::Capacity::of_files(files::raise()),
    };
    let link = links.map(|links| Ends { links, node: running.handle.clone() });
    if let Some(link) = &link {
        tokio::spawn(keep_link(link.clone()));
    }
    let web = start_web(bound, &settings, options, &running.handle, link, &stop);
    stop_on_signals(&running.handle).map_err(|e| End::new(1, e))?;
    let mut exit = running.exit;
    if let Some(end) = first_state(&running.handle, &mut exit).await {
        return Ok(end);
    }
    let mut warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    if running.handle.role() == Role::Master {
        // A plane that has its catalog already tells nothing, at once.
        let wrong = tokio::time::timeout(FIRST_CATALOG, wrong).await;
        warnings.extend(wrong.ok().and_then(Result::ok).unwrap_or_default());
    }
    let view = running.handle.view();
    let state = running.handle.role().brooklyn_word();
    parent.say(&Word::Ready(Ready {
        pid: std::process::id(),
        uri: settings.node_uri.clone(),
        local: config::address::local_uri(&settings.web),
        state: state.to_owned(),
        why: view.status.why.clone(),
        warnings,
        first_login,
    }));
    info!("Started Brownstone console at {}", settings.node_uri);
    let end = exit.await.map_or_else(|_| End::new(1, "the driver's thread ended without a word"), End::from);
    running.handle.served().await;
    // What is being answered comes to its end.
    stop_web.send_replace(true);
    for task in web {
        // A listener that panicked has said so.
        let _ = task.await;
    }
    Ok(end)
}

/// Reads the configuration as it was read at the start: bad files change nothing. `node_uri`: where clients reach the
/// server, which a file that does not say so cannot know: a port 0 has become one.
fn read_again(
    home: PathBuf,
    outside: Outside,
    node_uri: String,
) -> Box<dyn Fn() -> Result<http::Configured, String> + Send + Sync> {
    Box::new(move || {
        let mut loaded = config::load(&home, &outside).map_err(|bad| bad.to_string())?;
        if matches!(loaded.settings.node_uri_from, Origin::Derived(_)) {
            loaded.settings.node_uri.clone_from(&node_uri);
        }
        for warning in &loaded.warnings {
            warn!("{warning}");
        }
        Ok(http::Configured {
            properties: config::shown(&loaded.settings, &loaded.layers),
            surroundings: config::surroundings(&loaded.layers),
        })
    })
}

/// Waits until the node knows what it is, for a short while: a start that fails at once should be told so.
async fn first_state(handle: &Handle, exit: &mut oneshot::Receiver<Exit>) -> Option<End> {
    let mut changed = handle.changed();
    let known = async {
        // TERMINATED is followed by the reason.
        while matches!(handle.role(), Role::Initializing | Role::Terminated)
            && changed.changed().await.is_ok()
        {}
    };
    tokio::select! {
        ended = exit => {
            Some(ended.map_or_else(|_| End::new(1, "the driver's thread ended without a word"), End::from))
        }
        _ = tokio::time::timeout(FIRST_STATE, known) => None,
    }
}

fn start_web(
    bound: Vec<http::Bound>,
    settings: &Settings,
    options: http::Options,
    handle: &Handle,
    link: Option<Ends>,
    stop: &watch::Receiver<bool>,
) -> Vec<tokio::task::JoinHandle<()>> {
    if settings.login == Login::Off {
        warn!("login is switched off: whoever reaches {} may do everything", settings.node_uri);
    }
    let app = App::new(Arc::new(handle.clone()), options);
    tokio::spawn(app.watch());
    let front = Front::new(&app);
    bound
        .into_iter()
        .map(|bound| tokio::spawn(bound.serve(front.clone(), link.clone(), stop.clone())))
        .collect()
}

/// SIGTERM and SIGINT end the server gracefully; a terminal that closes does not end it.
fn stop_on_signals(handle: &Handle) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move { while hangup.recv().await.is_some() {} });
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut asked = signal(kind)?;
        let handle = handle.clone();
        tokio::spawn(async move {
            while asked.recv().await.is_some() {
                handle.stop();
            }
        });
    }
    Ok(())
}

fn node_config(
    settings: &Settings,
    memory: &Memory,
    externals: engine::Externals,
) -> io::Result<node::interface::Config> {
    let known = &memory.identity;
    let host = exec::host(&host_id(&known.home), &settings.base_dir.to_string_lossy());
    let ha = ha::config::Config {
        node: settings.node_id.clone().unwrap_or_else(|| known.node.clone()),
        uid: format!("{:016x}", random_u64()?),
        home: known.home.clone(),
        boot: host.boot.clone(),
        host: host.name.clone(),
        uri: settings.node_uri.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: settings.mode,
        persist: match settings.persist {
            Persist::Auto | Persist::Disabled => ha::config::Persist::Auto,
            Persist::Rebind => ha::config::Persist::Rebind,
            Persist::Clean => ha::config::Persist::Clean,
        },
        priority: known.priority.unwrap_or(settings.priority),
        hot_standby: settings.hot_standby,
        timeout: settings.timeout,
        store: settings.store.kind(),
        strict_ack: settings.strict_ack,
        poll: settings.poll,
        beat: settings.beat,
        list_period: settings.store.kind().list_period(),
        incarnation_seen: known.incarnation,
        wall_secs: clock::wall().0 / 1000,
        prune_after: base::Span::secs(300).max(settings.timeout * 2),
        history: settings.history,
        formats: ha::record::FORMAT,
        format_calm: ha::config::FORMAT_CALM,
        checkpoint_records: base::limits::CHECKPOINT_RECORDS,
        seed: random_u64()?,
    };
    let reading_delay = match settings.store.kind() {
        ha::config::Store::Folder => settings.persist_period.min(READING_DELAY_MAX),
        // Each record is billed.
        ha::config::Store::Bucket => settings.persist_period,
    };
    Ok(node::interface::Config { ha, host, reading_delay, seed: random_u64()?, externals })
}

//! The catalog that a plane begins with: `etc/default.catalog.bom`, read once in the plane's life by its first
//! master, through the log like any other write. What is wrong in it is told, and stops nothing.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::input::{Caller, Command};
use ha::status::Role;
use model::Surroundings;
use model::catalog::Bundle;
use model::catalog::add::{Content, Upload, read};
use node::interface::Response;
use tokio::sync::oneshot;
use tracing::{error, info};

use crate::bundles;
use crate::driver::{Handle, clock};

/// What the bundle is called whose file gives no name.
const NAME: &str = "default-catalog";

/// Waits in the background for this server to be master of a plane without a catalog, and gives it one. What is wrong
/// with the file is sent when that is known; nothing is sent when there was nothing to do.
pub(super) fn give(handle: Handle, file: PathBuf, around: Surroundings) -> oneshot::Receiver<Vec<String>> {
    let (told, problems) = oneshot::channel();
    tokio::spawn(async move {
        let mut changed = handle.changed();
        loop {
            let view = handle.view();
            if view.root.as_ref().is_some_and(|root| root.catalog_begun().is_some()) {
                return;
            }
            if view.root.is_some() && handle.role() == Role::Master {
                let (bundle, wrong) = read_file(&file, &around).await;
                if begin(&handle, bundle, wrong.clone()).await {
                    // Nobody may listen any more.
                    let _ = told.send(wrong);
                    return;
                }
            }
            if changed.changed().await.is_err() {
                return;
            }
        }
    });
    problems
}

/// Whether the plane has its catalog now.
async fn begin(handle: &Handle, bundle: Option<Arc<Bundle>>, mut problems: Vec<String>) -> bool {
    let caller = Caller { user: "default.catalog.bom".to_owned(), ..Caller::default() };
    let ask = |bundle, problems| handle.ask(caller.clone(), None, Command::BeginCatalog { bundle, problems });
    let items = bundle.as_ref().map_or(0, |b| b.items.len());
    match ask(bundle, problems.clone()).await {
        Response::Recorded { reply: engine::effect::Reply::Refused(why), .. } => {
            error!("the first catalog is refused: {why}");
            problems.push(why.to_string());
            matches!(ask(None, problems).await, Response::Recorded { .. })
        }
        Response::Recorded { .. } => {
            info!(items, "the plane has its first catalog");
            true
        }
        // Whoever is master next gives it.
        _ => false,
    }
}

/// What the file says, or what is wrong with it.
async fn read_file(file: &Path, around: &Surroundings) -> (Option<Arc<Bundle>>, Vec<String>) {
    let (file, around) = (file.to_owned(), around.clone());
    let mut fetch = bundles::fetch();
    let read = tokio::task::spawn_blocking(move || {
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return (None, Vec::new()),
            Err(error) => return (None, vec![format!("{}: {error}", file.display())]),
        };
        // A file of comments only is an empty catalog, and no mistake.
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return (None, Vec::new());
        }
        let source = file.display().to_string();
        let upload = Upload { source: &source, content: Content::Bom(&text) };
        let lines = |said: &[model::catalog::add::Said]| {
            said.iter().map(model::catalog::add::Said::one_line).collect::<Vec<_>>()
        };
        match read(&upload, &around, &mut fetch, NAME, clock::wall()) {
            Ok(read) => (Some(Arc::new(read.bundle)), lines(&read.warnings)),
            Err(refused) => (None, lines(refused.items())),
        }
    });
    let (bundle, problems) =
        read.await.unwrap_or_else(|_| (None, vec!["reading the first catalog failed inside".to_owned()]));
    for problem in &problems {
        error!("{problem}");
    }
    (bundle, problems)
}

//! Files written on this host, each whole or not at all.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use engine::effect::FileToPut;
use tokio::fs::{self, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::folder::{make_dir, name_of};
use crate::limits::FETCH_TIME_MAX;
use crate::net::Job;
use crate::server::Source;

/// Writes them beside their places first, and puts them there when all are whole.
pub(super) async fn put(job: &Job, files: Vec<FileToPut>) -> Result<(), String> {
    let mut written = Vec::new();
    let result = async {
        for file in &files {
            let path = Path::new(&file.path);
            let temp = beside(path, job)?;
            written.push((temp.clone(), path));
            timeout(FETCH_TIME_MAX, write(job, file, &temp))
                .await
                .map_err(|_| format!("{} was not written within {FETCH_TIME_MAX:?}", file.path))??;
        }
        job.permit()?;
        for (temp, path) in &written {
            fs::rename(temp, path).await.map_err(|error| cannot(path, &error))?;
        }
        Ok(())
    };
    let result = result.await;
    if result.is_err() {
        for (temp, _) in &written {
            // It may never have been made, or stands in its place already.
            let _removed = fs::remove_file(temp).await;
        }
    }
    result
}

async fn write(job: &Job, file: &FileToPut, temp: &Path) -> Result<(), String> {
    let mut source = Source::of(job, &file.content).await?;
    job.permit()?;
    if let Some(folder) = temp.parent() {
        make_dir(folder).map_err(|error| error.to_string())?;
    }
    let failed = |error: io::Error| cannot(Path::new(&file.path), &error);
    let mut options = OpenOptions::new();
    let mut out =
        options.write(true).create(true).truncate(true).mode(0o600).open(temp).await.map_err(failed)?;
    while let Some(piece) = source.next().await? {
        out.write_all(&piece).await.map_err(failed)?;
    }
    out.set_permissions(PermissionsExt::from_mode(file.mode & 0o777)).await.map_err(failed)?;
    out.sync_all().await.map_err(failed)
}

/// A name beside the file, of this work alone.
fn beside(path: &Path, job: &Job) -> Result<PathBuf, String> {
    match path.file_name() {
        Some(name) if path.is_absolute() => {
            Ok(path.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), name_of(&job.key))))
        }
        _ => Err(format!("{:?} is not the absolute path of a file", path.display().to_string())),
    }
}

fn cannot(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", path.display())
}

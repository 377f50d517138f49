//! The two log files that Brooklyn's users know: `brooklyn.info.log` and `brooklyn.debug.log`.
//!
//! One line an event: UTC time, level, crate, module, thread, message, fields. A file that is full is put aside;
//! ten are kept. Nothing here knows secrets: those are types that do not print.

use std::fmt::{self, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{panic, thread};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, error};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::levels::Levels;

/// INFO and above.
pub const INFO_FILE: &str = "brooklyn.info.log";
/// All that is logged: DEBUG and above, unless another level is set ([`Levels`]).
pub const DEBUG_FILE: &str = "brooklyn.debug.log";

/// A file larger than this is put aside.
const FILE_BYTES_MAX: u64 = 100 * 1024 * 1024;
/// Files that are kept of each.
const FILES_KEPT: u32 = 10;
/// A longer line is cut: a message may hold what a stranger sent.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// Begins logging to the files of this folder, and to standard error besides.
pub fn start(folder: &Path, to_console: bool) -> io::Result<Arc<Levels>> {
    let info = Rotating::open(folder.join(INFO_FILE))?;
    let debug = Rotating::open(folder.join(DEBUG_FILE))?;
    let levels = Arc::<Levels>::default();
    let layer =
        Lines { info: Mutex::new(info), debug: Mutex::new(debug), levels: Arc::clone(&levels), to_console };
    // A process logs to one place: the first one counts.
    tracing_subscriber::registry().with(layer).try_init().map_err(|e: TryInitError| io::Error::other(e))?;
    // A defect that a thread dies of must stand where people look; by default it goes to standard error only.
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |defect| {
        error!("a defect: {defect}");
        default(defect);
    }));
    Ok(levels)
}

struct Lines {
    info: Mutex<Rotating>,
    debug: Mutex<Rotating>,
    levels: Arc<Levels>,
    to_console: bool,
}

impl<S: Subscriber> Layer<S> for Lines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= self.levels.of(metadata.target())
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = line(event);
        write(&self.debug, &line);
        if *event.metadata().level() <= Level::INFO {
            write(&self.info, &line);
            if self.to_console {
                // A console that is gone loses lines that the files have.
                let _ = io::stderr().write_all(line.as_bytes());
            }
        }
    }
}

fn write(to: &Mutex<Rotating>, line: &str) {
    let mut file = to.lock().unwrap_or_else(PoisonError::into_inner);
    // A full disk must not stop the server; what is lost here is seen by its absence.
    let _ = file.write(line.as_bytes());
}

fn line(event: &Event<'_>) -> String {
    let metadata = event.metadata();
    let (krate, module) = metadata.target().split_once("::").unwrap_or((metadata.target(), ""));
    let mut line = format!(
        "{:.3} - {:<5} {krate} {module} [{}] ",
        Timestamp::now(),
        metadata.level().as_str(),
        thread::current().name().unwrap_or("-")
    );
    let mut fields = Fields::default();
    event.record(&mut fields);
    line.push_str(&fields.message);
    line.push_str(&fields.others);
    if line.len() > LINE_BYTES_MAX {
        line.truncate((0..=LINE_BYTES_MAX).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0));
        line.push_str(" ... (cut)");
    }
    // One event, one line: what a stranger sent cannot pretend to be another event.
    let mut line = line.replace('\r', "\\r").replace('\n', "\n    ");
    line.push('\n');
    line
}

#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.others, " {name}={value:?}"),
        };
    }
}

/// A file that is put aside when it is full: `x.log` becomes `x.log.1`, and so on.
struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
    max: u64,
}

impl Rotating {
    fn open(path: PathBuf) -> io::Result<Rotating> {
        Rotating::open_with(path, FILE_BYTES_MAX)
    }

    fn open_with(path: PathBuf, max: u64) -> io::Result<Rotating> {
        let file = OpenOptions::new().create(true).append(true).mode(0o640).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Rotating { path, file, size, max })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.size > 0 && self.size + bytes.len() as u64 > self.max {
            self.put_aside()?;
        }
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn put_aside(&mut self) -> io::Result<()> {
        let numbered = |n: u32| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{n}"));
            PathBuf::from(name)
        };
        for n in (1..FILES_KEPT).rev() {
            match fs::rename(numbered(n), numbered(n + 1)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        fs::rename(&self.path, numbered(1))?;
        *self = Rotating::open_with(std::mem::take(&mut self.path), self.max)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_is_put_aside_and_the_oldest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.log");
        let mut log = Rotating::open_with(path.clone(), 10).unwrap();
        for i in 0..15 {
            log.write(format!("line {i:02}\n").as_bytes()).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "line 14\n");
        assert_eq!(fs::read_to_string(dir.path().join("x.log.1")).unwrap(), "line 13\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), FILES_KEPT as usize + 1);
    }
}

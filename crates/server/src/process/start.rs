//! `server start`: starts the parent in the background and waits until the server answers, or has died.

use std::fs::{self, File, OpenOptions};
use std::io::{self, PipeReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Options;
use super::exit_code::meaning;
use super::words::{Ready, Word, take_words};
use crate::data::Data;

/// How much of the log is shown when a server has ended.
const TAIL_LINES: usize = 20;
/// What the processes write to their standard error goes here, up to this size.
const CONSOLE_BYTES_MAX: u64 = 1024 * 1024;

/// This program, to be started again.
pub(super) fn program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// Starts a server in the background; the exit code: 0 once it answers, 1 when it does not, whatever the reason.
pub fn start(options: &Options) -> u8 {
    match try_start(options) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("{why}");
            1
        }
    }
}

fn try_start(options: &Options) -> Result<u8, String> {
    let unfit = |dir: &Path, e: io::Error| {
        format!(
            "the server keeps its own files in {}, which cannot be used: {e}; make it a folder that this user can \
             write to",
            dir.display()
        )
    };
    let data = Data::open(&options.home).map_err(|e| unfit(&options.home.join("data"), e))?;
    let console = console(&data).map_err(|e| unfit(&data.logs(), e))?;
    let log_begins = length(&info_log(&data));
    let (words, to_starter) = io::pipe().map_err(|e| format!("no pipe: {e}"))?;
    let mut command = Command::new(program().map_err(|e| format!("the program cannot be found: {e}"))?);
    command.args(["server", "run", "--detached"]).args(options.arguments());
    if let Some(dir) = &options.launch_dir {
        command.arg("--launch-dir").arg(dir);
    }
    let mut parent = command
        .stdin(Stdio::null())
        .stdout(Stdio::from(to_starter))
        .stderr(Stdio::from(console))
        .spawn()
        .map_err(|e| format!("the server cannot be started: {e}"))?;
    // The command holds an end of the pipe too.
    drop(command);
    match first_word(words).map_err(|e| format!("the server cannot be heard: {e}"))? {
        Some(Word::Ready(ready)) => {
            show(&ready);
            Ok(0)
        }
        Some(Word::NotStarted { reason }) => {
            // It holds no lock; its end is not worth waiting for.
            Err(reason)
        }
        Some(Word::Over { code, reason }) => {
            eprintln!("{reason}");
            show_tail(&data, log_begins);
            eprintln!("the server ended with exit code {code} ({})", meaning(code));
            // It has said that it ends; its pid files are gone when it has.
            let _ = parent.wait();
            Ok(1)
        }
        _ => {
            let status = parent.wait().map_err(|e| format!("the server cannot be waited for: {e}"))?;
            eprintln!("the server died while it started ({status})");
            show_tail(&data, log_begins);
            Ok(1)
        }
    }
}

/// The first word that is meant for the starter; nothing when the pipe ends before.
fn first_word(mut words: PipeReader) -> io::Result<Option<Word>> {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = words.read(&mut buffer)?;
        if n == 0 {
            return Ok(None);
        }
        heard.extend_from_slice(&buffer[..n]);
        let word =
            take_words(&mut heard).into_iter().find(|w| !matches!(w, Word::Life { .. } | Word::Claim { .. }));
        if word.is_some() {
            return Ok(word);
        }
    }
}

/// Says that a server answers.
pub(super) fn show(ready: &Ready) {
    for warning in &ready.warnings {
        eprintln!("warning: {warning}");
    }
    println!("{} is {} (pid {})", ready.uri, ready.state, ready.pid);
    if !ready.why.is_empty() {
        println!("{}", ready.why);
    }
    if let Some(login) = &ready.first_login {
        // The one place where it is shown; it is kept in data/initial-password.
        println!(
            "login: {} / {}   (shown once; kept in data/initial-password)",
            login.user,
            login.password.reveal()
        );
    }
}

fn console(data: &Data) -> io::Result<File> {
    let path = data.logs().join("console.log");
    let full = length(&path) > CONSOLE_BYTES_MAX;
    OpenOptions::new().create(true).append(!full).write(true).truncate(full).mode(0o600).open(path)
}

fn info_log(data: &Data) -> PathBuf {
    data.logs().join(crate::logs::INFO_FILE)
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

/// The end of what this start wrote to the log.
fn show_tail(data: &Data, begins: u64) {
    let path = info_log(data);
    let Ok(bytes) = fs::read(&path) else { return };
    // A log that was begun anew since is this start's.
    let from = usize::try_from(begins).ok().filter(|from| *from <= bytes.len()).unwrap_or(0);
    let text = String::from_utf8_lossy(&bytes[from..]).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    if !lines.is_empty() {
        eprintln!("the end of {}:", path.display());
        for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
            eprintln!("  {line}");
        }
    }
}

//! Running other programs: what runs is printed first, and a failure names the whole command line.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long output is still read after the program itself has ended. A daemon that it left behind may hold
/// the pipe open for ever.
const LINGER: Duration = Duration::from_secs(2);

/// Lines that may wait for their reader.
const LINES_WAITING_MAX: usize = 1024;

/// The command line as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Run to its end with its output shown; anything but exit 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Run to its end and return what it wrote to standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}): {}", shown(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Run to its end, handing over each line of standard output and error in the order they were written.
pub(crate) fn stream(mut command: Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    println!("$ {}", shown(&command));
    let (reader, writer) = std::io::pipe().context("no pipe for the output")?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| cannot_start(&command))?;
    drop(command); // It holds our ends of the pipe, which would otherwise never read as closed.

    let (sender, lines) = sync_channel(LINES_WAITING_MAX);
    std::thread::spawn(move || send_lines(reader, &sender));
    let mut ended_at = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => each(&line),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                if ended_at.is_none() && child.try_wait()?.is_some() {
                    ended_at = Some(Instant::now());
                }
                if ended_at.is_some_and(|at| at.elapsed() > LINGER) {
                    break;
                }
            }
        }
    }
    Ok(child.wait()?)
}

/// The program of this name on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

fn cannot_start(command: &Command) -> String {
    format!("`{}` could not be started; is it installed?", command.get_program().to_string_lossy())
}

fn send_lines(reader: std::io::PipeReader, sender: &SyncSender<String>) {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while let Ok(1..) = reader.read_until(b'\n', &mut bytes) {
        let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned();
        if sender.send(line).is_err() {
            return;
        }
        bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn stream_hands_over_both_outputs_in_order() {
        let mut lines = Vec::new();
        let status =
            stream(sh("echo one; echo two >&2; printf three; exit 3"), |line| lines.push(line.to_owned()));
        assert_eq!(lines, ["one", "two", "three"]);
        assert_eq!(status.unwrap().code(), Some(3));
    }

    #[test]
    fn stream_ends_although_a_daemon_holds_the_pipe() {
        let started = Instant::now();
        let status = stream(sh("sleep 30 & exit 0"), |_| {});
        assert!(status.unwrap().success());
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_failure_names_the_command_line_and_what_it_said() {
        let error = capture(&mut sh("echo why >&2; exit 1")).unwrap_err().to_string();
        assert!(error.contains("exit 1") && error.contains("why"), "{error}");
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err().to_string();
        assert!(error.contains("is it installed"), "{error}");
    }
}

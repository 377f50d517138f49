//! Starts a script as a process that does not depend on this server: its own session and group, files instead
//! of pipes, and a wrapper that leaves the exit code on disk.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use engine::effect::{ProcessRef, Script, WorkKey};
use nix::sys::signal::Signal;

use crate::error::StartError;
use crate::folder::{Folder, make_dir};
use crate::poller::pidfd;
use crate::process::{signal_own_group, stat};
use crate::work::Context;

/// `$1` is bash, `$2` the folder. The wrapper outlives a SIGTERM to the group (the script does not inherit a
/// handler) and so sees how the script took it; what it says itself ("Terminated") goes nowhere.
/// First it says which process it is, unless somebody has decided meanwhile that it never begins: only one of both
/// can make the file `process`.
const WRAPPER: &str = r#"trap : HUP INT TERM
set -C
read -r stat </proc/$$/stat
echo "$stat" >"$2/process" || exit 126
set +C
(exec "$1" "$2/script.sh" >>"$2/stdout" 2>>"$2/stderr")
code=$?
echo "$code" >"$2/exit"
exit "$code""#;

/// A script that runs.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) child: Child,
    pub(crate) pidfd: Option<OwnedFd>,
    pub(crate) process: ProcessRef,
    pub(crate) folder: Folder,
}

/// Writes the script and starts it. An error means that nothing runs.
pub(crate) fn launch(context: &Context, key: &WorkKey, script: &Script) -> Result<Launched, StartError> {
    context.permit(key).map_err(StartError::Refused)?;
    check_env(&script.env)?;
    let cwd = Path::new(&script.cwd);
    if !cwd.is_absolute() {
        return Err(StartError::Relative(script.cwd.clone()));
    }
    make_dir(cwd)?;
    for dir in &script.make_dirs {
        make_dir(&cwd.join(dir))?;
    }
    let folder = Folder::make(cwd, key)?;
    let started = folder.fill(&script.text).and_then(|()| {
        // Writing may have taken long on a busy disk; the lease may have run out meanwhile.
        context.permit(key).map_err(StartError::Refused)?;
        let child = command(context, script, &folder)?
            .spawn()
            .map_err(|source| StartError::Spawn { cwd: script.cwd.clone(), source })?;
        identify(context, child, script)
    });
    match started {
        Ok((child, process)) => Ok(Launched { pidfd: pidfd(process.pid).ok(), child, process, folder }),
        Err(error) => {
            folder.discard();
            Err(error)
        }
    }
}

fn command(context: &Context, script: &Script, folder: &Folder) -> Result<Command, StartError> {
    let (bash, sh) = (context.login.bash()?, context.login.sh()?);
    let mut command = if let Some(setsid) = context.login.setsid() {
        let mut command = Command::new(setsid);
        command.arg(sh);
        command
    } else {
        let mut command = Command::new(sh);
        command.process_group(0);
        command
    };
    command
        .args(["-c", WRAPPER, "brownstone"])
        .args([bash.as_path(), folder.path()])
        .env_clear()
        .envs(context.login.env.iter().map(|(name, value)| (name, value)))
        .envs(script.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&script.cwd)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command)
}

/// Reads what tells the process from any other one. It is not collected yet, so its number is its own.
fn identify(context: &Context, mut child: Child, script: &Script) -> Result<(Child, ProcessRef), StartError> {
    let pid = child.id() as i32;
    let found = stat(pid).and_then(|stat| stat.ok_or_else(|| io::Error::other("/proc does not show it")));
    match found {
        Ok(stat) => {
            // Its group is its own as soon as `setsid` has run, which may be a moment from now.
            let process =
                ProcessRef { host: context.host.clone(), pid, pgid: pid, start_ticks: stat.start_ticks };
            Ok((child, process))
        }
        Err(source) => {
            signal_own_group(pid, Signal::SIGKILL);
            if let Err(error) = child.wait() {
                tracing::warn!(pid, %error, "a process that could not be identified was killed, not collected");
            }
            Err(StartError::Spawn { cwd: script.cwd.clone(), source })
        }
    }
}

/// Names that a shell cannot hold would vanish on the way to the script without a word.
pub(crate) fn check_env(env: &[(String, String)]) -> Result<(), StartError> {
    for (name, value) in env {
        let shell_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
        if !shell_name || value.contains('\0') {
            return Err(StartError::BadEnv(name.clone()));
        }
    }
    Ok(())
}

//! `server stop`: asks the server to end and waits until it and its parent have.

use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Options;
use super::pids::Running;
use crate::data::{Data, Held, Lock};

/// A graceful end has bounds of its own, well below this.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks at the lock.
const LOOK: Duration = Duration::from_millis(10);

/// Stops the server of a release folder; the exit code.
pub fn stop(options: &Options) -> u8 {
    let data = Data::of(&options.home);
    let running = Running::read(&data);
    let held = || Lock::probe(&data.lock());
    match held() {
        Ok(Held::Yes) => {}
        Ok(Held::No) => {
            if let Some(stale) = running {
                stale.remove_pid_files();
            }
            println!("not running");
            return 0;
        }
        Err(error) => {
            eprintln!("{error}");
            return 1;
        }
    }
    let Some(running) = running else {
        eprintln!("a server is starting in this folder; try again");
        return 1;
    };
    if running.is_alive()
        && let Err(error) = kill(Pid::from_raw(running.pid as i32), Signal::SIGTERM)
    {
        eprintln!("the server (pid {}) cannot be asked to stop: {error}", running.pid);
        return 1;
    }
    let deadline = Instant::now() + PATIENCE;
    while matches!(held(), Ok(Held::Yes)) {
        if Instant::now() > deadline {
            eprintln!(
                "the server (pid {}) has not ended in {} s; `kill -9 {}` ends it, and loses nothing that was \
                 acknowledged",
                running.pid,
                PATIENCE.as_secs(),
                running.pid
            );
            return 1;
        }
        thread::sleep(LOOK);
    }
    running.remove_pid_files();
    println!("stopped (pid {})", running.pid);
    0
}

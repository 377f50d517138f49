//! What is wrong with a disk at the moment. Every call passes here before it reaches the real folder.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use fuser::Errno;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trouble {
    #[default]
    None,
    /// Each call takes so long.
    Slow(Duration),
    /// Nothing new can be written.
    Full,
    /// Every call fails.
    Io,
    /// No call comes back until the trouble is over.
    Hang,
}

/// What a call wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Look,
    /// It needs room.
    Grow,
    /// It changes something without needing room.
    Change,
}

#[derive(Default)]
pub(crate) struct Switch {
    now: Mutex<Trouble>,
    changed: Condvar,
}

impl Switch {
    pub(crate) fn set(&self, trouble: Trouble) {
        *self.now.lock().expect("nobody panics while holding it") = trouble;
        self.changed.notify_all();
    }

    /// Waits and refuses as the trouble has it.
    pub(super) fn pass(&self, wish: Wish) -> Result<(), Errno> {
        let mut now = self.now.lock().expect("nobody panics while holding it");
        while *now == Trouble::Hang {
            now = self.changed.wait(now).expect("nobody panics while holding it");
        }
        let trouble = *now;
        drop(now);
        match trouble {
            Trouble::None | Trouble::Hang => Ok(()),
            Trouble::Slow(time) => {
                std::thread::sleep(time);
                Ok(())
            }
            Trouble::Full if wish == Wish::Grow => Err(Errno::ENOSPC),
            Trouble::Full => Ok(()),
            Trouble::Io => Err(Errno::EIO),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_full_disk_refuses_what_grows_only_and_a_broken_one_everything() {
        let switch = Switch::default();
        assert!(switch.pass(Wish::Grow).is_ok());
        switch.set(Trouble::Full);
        assert_eq!(switch.pass(Wish::Grow).unwrap_err().code(), Errno::ENOSPC.code());
        assert!(switch.pass(Wish::Look).is_ok() && switch.pass(Wish::Change).is_ok());
        switch.set(Trouble::Io);
        assert_eq!(switch.pass(Wish::Look).unwrap_err().code(), Errno::EIO.code());
    }

    #[test]
    fn what_hangs_goes_on_when_it_is_healed() {
        let switch = Arc::new(Switch::default());
        switch.set(Trouble::Hang);
        let (said, heard) = std::sync::mpsc::channel();
        let other = switch.clone();
        std::thread::spawn(move || said.send(other.pass(Wish::Look).is_ok()));
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err());
        switch.set(Trouble::None);
        assert!(heard.recv_timeout(Duration::from_secs(30)).unwrap());
    }
}

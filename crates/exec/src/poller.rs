//! Waiting for many processes at once: pidfds in one epoll, and a bell that other threads ring.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The bell's token; work counts from 0.
const BELL: u64 = u64::MAX;

/// Wakes the reactor.
#[derive(Clone, Debug)]
pub(crate) struct Bell(Arc<OwnedFd>);

impl Bell {
    /// Rings it. Ringing twice wakes once.
    pub(crate) fn ring(&self) {
        // Fails only when it has been rung 2^64 times unheard.
        let _rung = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }
}

/// An epoll with a bell.
#[derive(Debug)]
pub(crate) struct Poller {
    epoll: OwnedFd,
    bell: Bell,
}

impl Poller {
    pub(crate) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let bell = Bell(Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?));
        epoll::add(&epoll, &*bell.0, epoll::EventData::new_u64(BELL), epoll::EventFlags::IN)?;
        Ok(Self { epoll, bell })
    }

    pub(crate) fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// From now on `wait` tells `token` when the process behind `pidfd` has ended.
    pub(crate) fn add(&self, pidfd: &OwnedFd, token: u64) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, pidfd, epoll::EventData::new_u64(token), epoll::EventFlags::IN)?)
    }

    /// Must come before the pidfd is closed: a child that is between fork and exec still holds a copy.
    pub(crate) fn remove(&self, pidfd: &OwnedFd) {
        if let Err(error) = epoll::delete(&self.epoll, pidfd) {
            tracing::debug!(%error, "a pidfd was not in the epoll");
        }
    }

    /// Sleeps until a process ends, the bell rings or the time is up; gives the tokens of ended processes.
    pub(crate) fn wait(&self, at_most: Option<Duration>, ended: &mut Vec<u64>) -> io::Result<()> {
        let timeout = at_most.map(|time| Timespec {
            tv_sec: time.as_secs().min(3600) as i64,
            tv_nsec: i64::from(time.subsec_nanos()),
        });
        // Not kept: the type may not move to another thread.
        let mut ready = Vec::with_capacity(64);
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut ready), timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &ready {
            match event.data.u64() {
                BELL => {
                    let _count = rustix::io::read(&*self.bell.0, &mut [0_u8; 8]);
                }
                token => ended.push(token),
            }
        }
        Ok(())
    }
}

/// A descriptor of the process that has this number now.
pub(crate) fn pidfd(pid: i32) -> io::Result<OwnedFd> {
    let pid = Pid::from_raw(pid).filter(|_| pid > 0).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

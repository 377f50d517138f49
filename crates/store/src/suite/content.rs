//! Checks about bytes: replaced as a whole, and given back as they are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::Failure;
use super::clients::Clients;

pub(super) fn replaced_is_read_by_others(clients: &Clients) -> Result<(), Failure> {
    let (one, two) = clients.pair();
    let name = clients.name("nodes/abcdefgh.json")?;
    for beat in 0..30 {
        // Longer and shorter in turn: nothing of the old content may remain.
        let bytes = format!("beat {beat} {}", "x".repeat((beat % 3) * 100));
        one.put_own(&name, bytes.as_bytes())?;
        two.holds(&name, bytes.as_bytes())?;
    }
    Ok(())
}

/// Rounds of replacing while others read.
const ROUNDS: u8 = 20;
/// Many pages, so that a file written in place would be caught half-way.
const WHOLE_BYTES: usize = 64 * 1024;

pub(super) fn replacing_is_whole(clients: &Clients) -> Result<(), Failure> {
    let (one, two) = clients.pair();
    let name = clients.name("whole/own.json")?;
    one.put_own(&name, &vec![b'a'; WHOLE_BYTES])?;
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !ended.load(Ordering::Acquire) {
                let found = two.read(&name)?.unwrap_or_default();
                let first = found.first().copied();
                if found.len() != WHOLE_BYTES || found.iter().any(|byte| Some(*byte) != first) {
                    let what =
                        format!("{name} was read half replaced ({} of {WHOLE_BYTES} bytes)", found.len());
                    return Err(Failure::broken(what));
                }
            }
            Ok(())
        });
        let written = (0..ROUNDS).try_for_each(|n| one.put_own(&name, &vec![b'a' + n; WHOLE_BYTES]));
        ended.store(true, Ordering::Release);
        let read = reader.join().unwrap_or_else(|_| Err(Failure::broken("the reader panicked (a defect)")));
        written.and(read)
    })
}

pub(super) fn bytes_come_back(clients: &Clients) -> Result<(), Failure> {
    let (one, two) = clients.pair();
    let every: Vec<u8> = (0..=255).collect();
    let torn = "{\"lsn\":7,\"ops\":[\"\u{1f3e0}".as_bytes();
    let large: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    // The torn text is cut inside a character: it must be neither repaired nor refused.
    let cases = [("empty", &[][..]), ("every", &every), ("torn", &torn[..torn.len() - 1]), ("large", &large)];
    for (what, bytes) in cases {
        let created = clients.name(&format!("bytes/{what}.created"))?;
        let put = clients.name(&format!("bytes/{what}.put"))?;
        if !one.create(&created, bytes)? {
            return Err(Failure::broken(format!("{created} is new, but \"exists\"")));
        }
        one.put_own(&put, bytes)?;
        two.holds(&created, bytes)?;
        two.holds(&put, bytes)?;
    }
    Ok(())
}

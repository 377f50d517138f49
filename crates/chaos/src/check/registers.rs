//! Registers: what was acknowledged stays, what was refused never shows, and what is read never goes back.

use std::collections::BTreeMap;

use super::{Broken, Promise, last_look, shown};
use crate::history::{At, Event, MASTER, Read, Told, Write};

#[derive(Default)]
struct Register<'a> {
    writes: Vec<&'a Write>,
    reads: Vec<&'a Read>,
}

pub(super) fn check(history: &[Event]) -> Vec<Broken> {
    let mut all: BTreeMap<&str, Register<'_>> = BTreeMap::new();
    for event in history {
        match event {
            Event::Write(w) => all.entry(&w.register).or_default().writes.push(w),
            Event::Read(r) => all.entry(&r.register).or_default().reads.push(r),
            _ => {}
        }
    }
    let mut broken = Vec::new();
    let lives = lives(history);
    for (name, register) in &mut all {
        register.writes.sort_by_key(|w| w.asked.began);
        register.reads.sort_by_key(|r| r.asked.began);
        reads_are_of_writes(name, register, &mut broken);
        masters_reads_are_new(name, register, &mut broken);
        standbys_reads_go_on(name, register, &lives, &mut broken);
        if let Some(end) = last_look(history) {
            the_end_is_right(name, register, end.registers.get(*name).copied(), end.at, &mut broken);
        }
    }
    broken
}

/// Whatever is read was written before, by a write that was not refused.
fn reads_are_of_writes(name: &str, register: &Register<'_>, broken: &mut Vec<Broken>) {
    let written: BTreeMap<u64, &Write> = register.writes.iter().map(|w| (w.value, *w)).collect();
    for read in &register.reads {
        let Some(value) = read.value else { continue };
        let what = match written.get(&value) {
            None => "nobody has written",
            Some(w) if w.told == Told::Refused => "was refused",
            Some(w) if w.asked.began > read.asked.ended => "was written only later",
            Some(_) => continue,
        };
        let at = shown(read.asked.ended);
        let what = format!("{name}: {value}, which {what}, was read of node {} at {at}", read.asked.node);
        broken.push(Broken::new(Promise::NothingDoubled, read.asked.ended, what));
    }
}

/// A master's read shows what was acknowledged before it was asked, and what anybody had read before.
fn masters_reads_are_new(name: &str, register: &Register<'_>, broken: &mut Vec<Broken>) {
    // Everything by the time from which it must be seen.
    let mut known: Vec<(At, u64, bool)> = Vec::new();
    let recorded = register.writes.iter().filter(|w| w.told == Told::Recorded);
    known.extend(recorded.map(|w| (w.asked.ended, w.value, true)));
    known.extend(register.reads.iter().filter_map(|r| Some((r.asked.ended, r.value?, false))));
    known.sort_unstable();
    let (mut next, mut acknowledged, mut seen) = (0, 0, 0);
    for read in register.reads.iter().filter(|r| r.asked.role.as_deref() == Some(MASTER)) {
        while let Some((at, value, is_write)) = known.get(next).filter(|k| k.0 <= read.asked.began) {
            let _ = at;
            let best = if *is_write { &mut acknowledged } else { &mut seen };
            *best = (*best).max(*value);
            next += 1;
        }
        let value = read.value.unwrap_or(0);
        let older = match () {
            () if value < acknowledged => format!("{acknowledged} was acknowledged"),
            () if value < seen => format!("{seen} was read"),
            () => continue,
        };
        let (at, node) = (shown(read.asked.ended), read.asked.node);
        let what = format!("{name}: the master (node {node}) showed {value} at {at} after {older}");
        broken.push(Broken::new(Promise::ReadsGoOn, read.asked.ended, what));
    }
}

/// When each node did not answer: a new life may have begun there.
fn lives(history: &[Event]) -> BTreeMap<usize, Vec<At>> {
    let mut lives: BTreeMap<usize, Vec<At>> = BTreeMap::new();
    for event in history {
        if let Event::State(state) = event
            && state.asked.role.is_none()
        {
            lives.entry(state.asked.node).or_default().push(state.asked.ended);
        }
    }
    lives
}

/// One who follows goes on, too, as long as he lives. One who has started again follows from wherever he has got to.
fn standbys_reads_go_on(
    name: &str,
    register: &Register<'_>,
    lives: &BTreeMap<usize, Vec<At>>,
    broken: &mut Vec<Broken>,
) {
    let mut of_life: BTreeMap<(usize, usize), Vec<&Read>> = BTreeMap::new();
    for read in register.reads.iter().filter(|r| r.asked.role.as_deref() == Some("HOT_STANDBY")) {
        let node = read.asked.node;
        let life = lives.get(&node).map_or(0, |all| all.partition_point(|at| *at <= read.asked.began));
        of_life.entry((node, life)).or_default().push(read);
    }
    for ((node, _), reads) in of_life {
        let mut ended: Vec<(At, u64)> = reads.iter().map(|r| (r.asked.ended, r.value.unwrap_or(0))).collect();
        ended.sort_unstable();
        let (mut next, mut seen) = (0, 0);
        for read in reads {
            while let Some((_, value)) = ended.get(next).filter(|e| e.0 <= read.asked.began) {
                seen = seen.max(*value);
                next += 1;
            }
            let value = read.value.unwrap_or(0);
            if value < seen {
                let at = shown(read.asked.ended);
                let what = format!("{name}: standby {node} showed {value} at {at} after {seen}");
                broken.push(Broken::new(Promise::ReadsGoOn, read.asked.ended, what));
            }
        }
    }
}

/// In the end there is the last that was acknowledged, or the one of unknown outcome behind it.
fn the_end_is_right(
    name: &str,
    register: &Register<'_>,
    value: Option<u64>,
    at: At,
    broken: &mut Vec<Broken>,
) {
    let value = value.unwrap_or(0);
    for write in register.writes.iter().filter(|w| w.told == Told::Recorded && w.value > value) {
        let done = shown(write.asked.ended);
        let what = format!("{name}: {} was acknowledged at {done}; in the end it is {value}", write.value);
        broken.push(Broken::new(Promise::NothingLost, write.asked.ended, what));
    }
    let known = |w: &&Write| w.value == value && w.told != Told::Refused;
    if value != 0 && !register.writes.iter().any(known) {
        let what = format!("{name}: in the end it is {value}, which was refused or never written");
        broken.push(Broken::new(Promise::NothingDoubled, at, what));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;
    use crate::history::{Asked, State};

    #[test]
    fn what_goes_on_is_right() {
        let history = [
            write(0, 1, Told::Recorded),
            read(10, Some(1)),
            write(20, 2, Told::Refused),
            read(22, Some(1)),
            write(30, 3, Told::Unknown),
            read(31, Some(3)),
            end(Some(3), 0, &[]),
        ];
        assert_eq!(broken(&history), []);
        // The last one may as well not have happened.
        assert_eq!(
            broken(&[write(0, 1, Told::Recorded), write(30, 3, Told::Unknown), end(Some(1), 0, &[])]),
            []
        );
    }

    #[test]
    fn an_acknowledged_write_that_is_gone_is_lost() {
        for left in [None, Some(1)] {
            let history = [write(0, 1, Told::Recorded), write(10, 2, Told::Recorded), end(left, 0, &[])];
            let lost = broken(&history).iter().filter(|p| **p == Promise::NothingLost).count();
            assert_eq!(lost, if left.is_some() { 1 } else { 2 });
        }
    }

    #[test]
    fn a_refused_write_must_not_show() {
        let refused = write(0, 1, Told::Refused);
        assert_eq!(broken(&[refused.clone(), read(10, Some(1))]), [Promise::NothingDoubled]);
        assert_eq!(broken(&[refused, end(Some(1), 0, &[])]), [Promise::NothingDoubled]);
        assert_eq!(broken(&[read(10, Some(9))]), [Promise::NothingDoubled]);
        assert_eq!(broken(&[read(10, Some(9)), write(20, 9, Told::Recorded)]), [Promise::NothingDoubled]);
    }

    #[test]
    fn a_master_shows_what_was_acknowledged_and_what_was_read() {
        let history = [write(0, 1, Told::Recorded), write(10, 2, Told::Recorded), read(20, Some(1))];
        assert_eq!(broken(&history), [Promise::ReadsGoOn]);
        // It was asked before the second was acknowledged.
        let history = [write(0, 1, Told::Recorded), write(10, 2, Told::Recorded), read(12, Some(1))];
        assert_eq!(broken(&history), []);
        let history =
            [write(0, 1, Told::Recorded), write(10, 2, Told::Unknown), read(20, Some(2)), read(30, Some(1))];
        assert_eq!(broken(&history), [Promise::ReadsGoOn]);
        assert_eq!(broken(&[write(0, 1, Told::Recorded), read(20, None)]), [Promise::ReadsGoOn]);
    }

    #[test]
    fn a_standby_may_lag_but_not_go_back() {
        let writes = [write(0, 1, Told::Recorded), write(10, 2, Told::Recorded)];
        let standby = |began, value| read_by(by(asked(began, began + 5), 2, "HOT_STANDBY", 1), Some(value));
        let with = |reads: &[Event]| broken(&[&writes[..], reads].concat());
        assert_eq!(with(&[standby(20, 1), standby(30, 2)]), []);
        assert_eq!(with(&[standby(20, 2), standby(30, 1)]), [Promise::ReadsGoOn]);
        // It was started again in between.
        let silent = Event::State(State { asked: Asked { node: 2, role: None, ..asked(26, 28) } });
        assert_eq!(with(&[standby(20, 2), silent, standby(30, 1)]), []);
    }
}

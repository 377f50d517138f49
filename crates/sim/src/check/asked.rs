//! What clients asked for and what they were told, and what a whole history says about it.

use std::collections::BTreeMap;

use base::Lsn;
use engine::effect::Reply;
use node::interface::Response;

use super::history::History;
use super::{Checker, Rule};

/// What a client wants, by what can be checked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// One more element of a set: a sensor of its own.
    Element(String),
    /// A register gets this value: nobody else writes the same.
    Register(String, u64),
    /// A client's next number. Sent again with one key until it is acknowledged.
    Number {
        /// The client's sensor.
        sensor: String,
        /// The number.
        number: u64,
    },
    /// The next number of the sequence.
    Next,
    /// A script on the host of whoever rules.
    Act,
    /// Anything else that is sent again with one key until it is answered.
    Other(&'static str),
    /// Anything else, sent once.
    Once(&'static str),
}

/// One wish, from its first sending to its answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What.
    pub wish: Wish,
    /// The key with which it is sent again.
    pub key: Option<String>,
    /// When it was asked for first, in true time.
    pub asked: u64,
    /// When it was answered for good, and how; nothing while nobody knows.
    pub answered: Option<(u64, Verdict)>,
    /// What was answered.
    pub reply: Option<Reply>,
}

/// An answer, by what may be true afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the history for good.
    Recorded(Lsn),
    /// It is not, and never will be.
    Not,
    /// Nobody knows.
    Unknown,
}

impl Verdict {
    /// What a response means.
    pub fn of(response: &Response) -> Verdict {
        match response {
            Response::Recorded { lsn, .. } => Verdict::Recorded(*lsn),
            Response::Unknown => Verdict::Unknown,
            Response::NotMaster | Response::NotRecorded | Response::Overloaded | Response::Broken(_) => {
                Verdict::Not
            }
        }
    }
}

/// A read of a register from whoever ruled.
#[derive(Clone, Debug)]
pub struct Read {
    /// Which register.
    pub register: String,
    /// When, in true time: it takes no time.
    pub at: u64,
    /// What it showed.
    pub value: Option<u64>,
}

impl Asked {
    /// At which record it was refused. That uses up no key: a copy that is still on its way may be done at a later one.
    pub fn refused(&self) -> Option<Lsn> {
        match (self.answered, &self.reply) {
            (Some((_, Verdict::Recorded(lsn))), Some(Reply::Refused(_))) => Some(lsn),
            _ => None,
        }
    }

    fn done(&self) -> Option<(u64, Lsn)> {
        match self.answered {
            Some((at, Verdict::Recorded(lsn))) if self.refused().is_none() => Some((at, lsn)),
            _ => None,
        }
    }
}

/// One operation on a register, with its place in the one history.
struct Placed {
    asked: u64,
    /// `None`: nobody was told that it is over.
    over: Option<u64>,
    /// A write's place is even, the reads of its value come right after it.
    place: u64,
    what: String,
}

impl Checker {
    /// Everything that was ever answered, against the one history.
    pub fn judge(&mut self, history: &History, reads: &[Read]) {
        self.elements(history);
        self.registers(history, reads);
        self.numbers(history);
        self.keyed(history);
        self.real_time();
    }

    /// Set-full: what was acknowledged is there, what was denied is not.
    fn elements(&mut self, history: &History) {
        let mut wrong = Vec::new();
        for asked in &self.asked {
            let Wish::Element(sensor) = &asked.wish else { continue };
            let there = history.sensors.contains_key(sensor);
            match asked.answered {
                Some((_, Verdict::Recorded(lsn))) if !there && asked.refused().is_none() => {
                    wrong.push(format!("acknowledged write {sensor} (record {lsn}) is lost"));
                }
                Some((_, Verdict::Not)) if there => {
                    wrong.push(format!("{sensor} was answered as not recorded, and is there"));
                }
                _ => {}
            }
        }
        self.all_wrong(Rule::SetFull, wrong);
    }

    /// Linearizable registers: the log's order explains every write, known or not, and every read.
    fn registers(&mut self, history: &History, reads: &[Read]) {
        let mut places: BTreeMap<(&str, u64), u64> = BTreeMap::new();
        for (name, values) in history.sensors.iter().filter(|(name, _)| name.starts_with('r')) {
            for (at, (_, value)) in values.iter().enumerate() {
                places.insert((name, *value), 2 * (at as u64 + 1));
            }
        }
        let mut of: BTreeMap<&str, Vec<Placed>> = BTreeMap::new();
        let mut wrong = Vec::new();
        for asked in &self.asked {
            let Wish::Register(name, value) = &asked.wish else { continue };
            let Some(place) = places.get(&(name.as_str(), *value)) else {
                if let Some((_, lsn)) = asked.done() {
                    wrong.push(format!("acknowledged write {name}={value} (record {lsn}) is lost"));
                }
                continue;
            };
            let over = asked.done().map(|(at, _)| at);
            let what = format!("write {name}={value}");
            of.entry(name).or_default().push(Placed { asked: asked.asked, over, place: *place, what });
        }
        for read in reads {
            let place = match read.value {
                None => 1,
                Some(value) => match places.get(&(read.register.as_str(), value)) {
                    Some(place) => place + 1,
                    None => {
                        wrong.push(format!(
                            "{}={value} was read at {} and is in no record",
                            read.register, read.at
                        ));
                        continue;
                    }
                },
            };
            let what = format!("read of {}={:?}", read.register, read.value);
            let placed = Placed { asked: read.at, over: Some(read.at), place, what };
            of.entry(&read.register).or_default().push(placed);
        }
        for operations in of.values_mut() {
            wrong.extend(not_in_real_time(operations));
        }
        self.all_wrong(Rule::Register, wrong);
    }

    /// Each client's numbers have no hole, and none stands twice.
    fn numbers(&mut self, history: &History) {
        let mut wrong = Vec::new();
        for (name, values) in history.sensors.iter().filter(|(name, _)| name.starts_with('c')) {
            for (at, (lsn, value)) in values.iter().enumerate() {
                if *value != at as u64 + 1 {
                    wrong.push(format!("record {lsn} sets {name} to {value}, its write number {}", at + 1));
                    break;
                }
            }
        }
        for asked in &self.asked {
            if let (Wish::Number { sensor, number }, Some((_, lsn))) = (&asked.wish, asked.done())
                && history.sensors.get(sensor).is_none_or(|all| (all.len() as u64) < *number)
            {
                wrong.push(format!("acknowledged number {number} of {sensor} (record {lsn}) is lost"));
            }
        }
        self.all_wrong(Rule::Numbers, wrong);
    }

    /// What was sent again with one key was done once: the history has the key, and nothing that has none.
    fn keyed(&mut self, history: &History) {
        let mut wrong = Vec::new();
        for asked in self.asked.iter().filter(|a| a.key.is_some()) {
            let Some(key) = &asked.key else { continue };
            let known = history.keys.get(key);
            match (asked.done(), known) {
                (Some((_, lsn)), None) => {
                    wrong.push(format!(
                        "{:?} ({key}) was acknowledged at record {lsn}, and its key is not kept",
                        asked.wish
                    ));
                }
                (Some(_), Some((_, reply))) if Some(reply) != asked.reply.as_ref() => {
                    wrong
                        .push(format!("{key} was answered {:?}, and its record says {reply:?}", asked.reply));
                }
                (None, Some((done, _))) if asked.refused().is_some_and(|at| *done <= at) => {
                    wrong.push(format!("{:?} ({key}) was refused at a repeat, and was done", asked.wish));
                }
                _ => {}
            }
        }
        let calls = |what: &Wish| {
            let keys = self.asked.iter().filter(|a| a.wish == *what).filter_map(|a| a.key.as_ref());
            keys.filter(|k| history.keys.contains_key(*k)).count()
        };
        for (what, wish) in [("incrementAndGet", Wish::Next), ("act", Wish::Act)] {
            let (done, wanted) = (history.calls.get(what).copied().unwrap_or(0), calls(&wish));
            if done != wanted {
                wrong.push(format!("{what} was called {done} times for {wanted} keys"));
            }
        }
        let last = history.sequence;
        let increments = history.calls.get("incrementAndGet").copied().unwrap_or(0) as u64;
        if last.is_some_and(|last| last != increments + 1) {
            wrong.push(format!("the sequence stands at {last:?} after {increments} calls"));
        }
        self.all_wrong(Rule::Once, wrong);
    }

    /// Real-time order over all: what was acknowledged before another was asked for lies at or before it. A repeat
    /// with a key is answered by a later record than the one that did it, and says nothing here.
    fn real_time(&mut self) {
        let mut all: Vec<Placed> = Vec::new();
        for asked in self.asked.iter().filter(|a| a.key.is_none()) {
            if let Some((at, lsn)) = asked.done() {
                let what = format!("{:?}", asked.wish);
                all.push(Placed { asked: asked.asked, over: Some(at), place: lsn.0, what });
            }
        }
        let wrong = not_in_real_time(&mut all);
        self.all_wrong(Rule::Register, wrong);
    }
}

/// Whatever was over before another began must not lie behind it.
fn not_in_real_time(operations: &mut [Placed]) -> Option<String> {
    let mut over: Vec<&Placed> = operations.iter().filter(|o| o.over.is_some()).collect();
    over.sort_by_key(|o| o.over);
    let mut begun: Vec<&Placed> = operations.iter().collect();
    begun.sort_by_key(|o| o.asked);
    let (mut ended, mut last): (usize, Option<&Placed>) = (0, None);
    for operation in begun {
        while let Some(one) = over.get(ended).filter(|o| o.over.is_some_and(|at| at < operation.asked)) {
            if last.is_none_or(|l| l.place < one.place) {
                last = Some(one);
            }
            ended += 1;
        }
        if let Some(earlier) = last.filter(|l| l.place > operation.place) {
            return Some(format!(
                "{} was over before {} began, and lies behind it",
                earlier.what, operation.what
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use engine::effect::Refusal;

    use super::*;

    fn asked(wish: Wish, key: Option<&str>, asked: u64, answered: Option<(u64, Verdict)>) -> Asked {
        let reply = answered.map(|_| Reply::Done);
        Asked { wish, key: key.map(str::to_owned), asked, answered, reply }
    }

    #[expect(clippy::unnecessary_wraps, reason = "one of the answers that may be missing")]
    fn recorded(at: u64, lsn: u64) -> Option<(u64, Verdict)> {
        Some((at, Verdict::Recorded(Lsn(lsn))))
    }

    /// A history in which one sensor was set to these values, one record each.
    fn history(sensor: &str, values: &[u64]) -> History {
        let mut history = History::default();
        let all = values.iter().enumerate().map(|(i, v)| (Lsn(i as u64 + 1), *v)).collect();
        history.sensors.insert(sensor.to_owned(), all);
        history
    }

    fn found(asked: Vec<Asked>, history: &History, reads: &[Read]) -> Vec<Rule> {
        let mut checker = Checker { asked, ..Checker::default() };
        checker.judge(history, reads);
        checker.violations.iter().map(|v| v.rule).collect()
    }

    fn write(value: u64, from: u64, answered: Option<(u64, Verdict)>) -> Asked {
        asked(Wish::Register("r0".to_owned(), value), None, from, answered)
    }

    fn read(at: u64, value: Option<u64>) -> Read {
        Read { register: "r0".to_owned(), at, value }
    }

    #[test]
    fn a_lost_element_is_found_and_an_unknown_one_may_be_either() {
        let element = |answer| vec![asked(Wish::Element("e1".to_owned()), None, 1, answer)];
        assert_eq!(found(element(recorded(2, 1)), &History::default(), &[]), [Rule::SetFull]);
        assert_eq!(found(element(Some((2, Verdict::Not))), &history("e1", &[1]), &[]), [Rule::SetFull]);
        for history in [History::default(), history("e1", &[1])] {
            assert_eq!(found(element(Some((2, Verdict::Unknown))), &history, &[]), []);
        }
    }

    #[test]
    fn a_stale_read_and_one_that_goes_back_are_found() {
        let writes = || vec![write(7, 1, recorded(2, 1)), write(8, 3, recorded(4, 2))];
        let both = history("r0", &[7, 8]);
        assert_eq!(found(writes(), &both, &[read(5, Some(8))]), []);
        assert_eq!(found(writes(), &both, &[read(5, Some(7))]), [Rule::Register], "stale");
        assert_eq!(found(writes(), &both, &[read(5, None)]), [Rule::Register], "nothing at all");
        assert_eq!(found(writes(), &both, &[read(5, Some(9))]), [Rule::Register], "never recorded");
        let unknown = || vec![write(7, 1, recorded(2, 1)), write(8, 3, None)];
        assert_eq!(found(unknown(), &both, &[read(5, Some(7)), read(6, Some(8))]), []);
        assert_eq!(found(unknown(), &both, &[read(5, Some(8)), read(6, Some(7))]), [Rule::Register], "back");
    }

    #[test]
    fn a_hole_in_a_clients_numbers_is_found_and_a_number_that_stands_twice() {
        let number =
            || vec![asked(Wish::Number { sensor: "c1".to_owned(), number: 3 }, None, 1, recorded(2, 9))];
        assert_eq!(found(number(), &history("c1", &[1, 2, 3]), &[]), []);
        assert_eq!(found(number(), &history("c1", &[1, 3]), &[])[0], Rule::Numbers);
        assert_eq!(found(number(), &history("c1", &[1, 2, 2, 3]), &[]), [Rule::Numbers]);
        assert_eq!(found(number(), &history("c1", &[1, 2]), &[]), [Rule::Numbers], "the last one is lost");
    }

    #[test]
    fn a_call_that_was_done_twice_for_one_key_is_found() {
        let next = || vec![asked(Wish::Next, Some("k"), 1, recorded(2, 1))];
        let mut once = History::default();
        once.keys.insert("k".to_owned(), (Lsn(1), Reply::Done));
        once.calls.insert("incrementAndGet".to_owned(), 1);
        once.sequence = Some(2);
        assert_eq!(found(next(), &once, &[]), []);
        assert_eq!(found(next(), &History::default(), &[]), [Rule::Once], "the key is not kept");
        once.calls.insert("incrementAndGet".to_owned(), 2);
        once.sequence = Some(3);
        assert_eq!(found(next(), &once, &[]), [Rule::Once]);
    }

    #[test]
    fn a_refusal_of_what_was_done_before_is_found_and_one_whose_copy_is_done_later_is_fine() {
        for (refused_at, wrong) in [(4, vec![]), (5, vec![Rule::Once]), (6, vec![Rule::Once])] {
            let mut refused = asked(Wish::Other("stop"), Some("k"), 1, recorded(2, refused_at));
            refused.reply = Some(Reply::Refused(Refusal::Conflict("it runs elsewhere".to_owned())));
            let mut done = History::default();
            done.keys.insert("k".to_owned(), (Lsn(5), Reply::Done));
            assert_eq!(found(vec![refused], &done, &[]), wrong, "refused at {refused_at}");
        }
    }
}

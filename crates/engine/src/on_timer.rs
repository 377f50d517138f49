//! A timer that was asked for is due.

use crate::draft::Draft;
use crate::input::TimerId;

impl Draft {
    pub(crate) fn on_timer(&mut self, id: &TimerId) {
        match id {
            TimerId::Step(task) => self.ready.push_back(task.clone()),
            TimerId::Poll(entity) => self.poll(entity),
            TimerId::Adjunct(adjunct) => self.adjunct_timer(adjunct),
            TimerId::TakeOver => self.take_over_more(),
            // Every step begins with what an earlier one has left.
            TimerId::GoOn => {}
        }
    }
}

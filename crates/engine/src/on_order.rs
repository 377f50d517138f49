//! Orders about the master's chair: recorded, so that they hold whoever is master when they matter.

use base::limits::{PLAN_DAYS_MAX, REASON_CHARS_MAX};
use base::orders::{Pause, Planned};
use base::{NodeId, Orders, WallMs};

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Effect, Refusal, Reply};
use crate::input::{Caller, Order};

impl Draft {
    pub(crate) fn on_order(&mut self, caller: &Caller, order: Order) -> Result<Reply, Refusal> {
        let mut orders = (**self.root.orders()).clone();
        let now = self.wall();
        let by = caller.user.clone();
        match order {
            Order::Probe => return Ok(Reply::Done),
            Order::Resume if orders.pause.is_none() => return Ok(Reply::Done),
            Order::Resume => orders.pause = None,
            Order::Pause { until, why } => {
                if let Some(until) = until {
                    is_ahead("until", until, now)?;
                }
                if why.chars().count() > REASON_CHARS_MAX {
                    let text = format!("why: at most {REASON_CHARS_MAX} characters (REASON_CHARS_MAX)");
                    return Err(Refusal::Invalid(text));
                }
                orders.pause = Some(Pause { since: now, until, why, by });
            }
            Order::Plan { to, at } => {
                is_ahead("at", at, now)?;
                not_planned(&orders)?;
                orders.switchover = Some(Planned { at, to, by, asked: now });
            }
            Order::Cancel if orders.switchover.is_none() => {
                return Err(Refusal::NotFound("no switchover is planned".to_owned()));
            }
            Order::Cancel => orders.switchover = None,
            Order::HandOver { to } => self.hand_over(&mut orders, to, by)?,
        }
        orders.serial += 1;
        self.record(Change::Ordered { orders });
        Ok(Reply::Done)
    }

    /// One that is due takes its plan out with it: whoever follows must not carry it out again.
    fn hand_over(&mut self, orders: &mut Orders, to: Option<NodeId>, by: String) -> Result<(), Refusal> {
        if orders.due_at(self.wall()).is_none() {
            not_planned(orders)?;
        }
        if !base::mutant::on(base::Mutant::PlanKept) {
            orders.switchover = None;
        }
        self.effects.push(Effect::HandOver { to, by });
        Ok(())
    }
}

fn not_planned(orders: &Orders) -> Result<(), Refusal> {
    match &orders.switchover {
        None => Ok(()),
        Some(planned) => Err(Refusal::Conflict(format!(
            "a switchover{} is planned already, by {}; cancel it first (DELETE /ha/switchover, or `ha switchover --cancel`)",
            planned.to.as_ref().map_or_else(String::new, |to| format!(" to {to}")),
            planned.by,
        ))),
    }
}

fn is_ahead(name: &str, at: WallMs, now: WallMs) -> Result<(), Refusal> {
    if at <= now {
        return Err(Refusal::Invalid(format!("{name}: that time has passed on the master's clock")));
    }
    if at.0 - now.0 > PLAN_DAYS_MAX * 24 * 3_600_000 {
        return Err(Refusal::Invalid(format!("{name}: at most {PLAN_DAYS_MAX} days ahead (PLAN_DAYS_MAX)")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Command, Input, RequestId};
    use crate::state::Root;
    use crate::step::step;
    use base::{Moment, Mono};

    const NOW: WallMs = WallMs(1000);

    fn asked(root: &Root, wall: WallMs, command: Command) -> (Root, Vec<Effect>) {
        let caller = Caller { user: "ann".to_owned(), ..Caller::default() };
        let input = Input::Command { request: RequestId(1), caller, key: None, command };
        let done = step(root, Moment { now: Mono(0), wall }, input);
        (done.root, done.effects)
    }

    fn ordered(root: &Root, wall: WallMs, order: Order) -> (Root, Vec<Effect>) {
        asked(root, wall, Command::Order(order))
    }

    #[test]
    fn orders_are_in_checkpoints_and_outlive_a_reset() {
        let pause = Order::Pause { until: None, why: "w".to_owned() };
        let (root, _) = ordered(&Root::empty(), NOW, pause);
        let (root, _) = asked(&root, NOW, Command::Reset);
        let mut loaded = Root::empty();
        for part in root.checkpoint_parts() {
            loaded.load_part(&part).unwrap();
        }
        assert_eq!((loaded.hash(), loaded.orders()), (root.hash(), root.orders()));
        assert_eq!(loaded.orders().pause.as_ref().map(|p| (p.by.as_str(), p.since)), Some(("ann", NOW)));
    }

    #[test]
    fn a_plan_is_taken_out_by_the_hand_over_that_carries_it_out_and_holds_back_any_other() {
        let (planned, _) = ordered(&Root::empty(), NOW, Order::Plan { to: None, at: WallMs(2000) });
        let hands_over = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::HandOver { .. }));
        let (early, effects) = ordered(&planned, WallMs(1999), Order::HandOver { to: None });
        assert!(!hands_over(&effects) && early.orders().switchover.is_some(), "cancel it first");
        let (done, effects) = ordered(&planned, WallMs(2000), Order::HandOver { to: None });
        assert!(hands_over(&effects) && done.orders().switchover.is_none());
        assert!(done.orders().serial > planned.orders().serial);
    }
}

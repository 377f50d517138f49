//! What has caused what within one moment. Enrichers may feed each other in a circle; what goes round in it without
//! an end is cut, and said.
//!
//! Each reaction knows the adjunct that caused it, and through it what caused that. Only a path that is long *and*
//! comes back to the same adjunct is a circle: a long row of adjuncts is none, and one that settles within a few
//! rounds is let be. What comes from outside, and what a timer brings, begins anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::adjunct::{Event, Who};
use crate::draft::Draft;
use crate::effect::Effect;
use crate::limits::CIRCLE_MAX;

/// An adjunct that has caused something, and what had caused that.
#[derive(Debug)]
pub(crate) struct Cause {
    who: Arc<Who>,
    /// How many adjuncts, one after the other, have led here.
    depth: u32,
    before: Option<Arc<Cause>>,
}

impl Cause {
    /// What an adjunct causes that was told of what `before` had caused.
    pub(crate) fn new(who: &Arc<Who>, before: Option<Arc<Cause>>) -> Arc<Self> {
        let depth = depth(before.as_ref()) + 1;
        Arc::new(Self { who: Arc::clone(who), depth, before })
    }

    /// The adjuncts that have led here, the last one first.
    fn path(self: &Arc<Self>) -> impl Iterator<Item = &Arc<Who>> {
        std::iter::successors(Some(self), |c| c.before.as_ref()).map(|c| &c.who)
    }
}

/// The one of two causes of the same thing that is nearer to something from outside: what goes round in a circle
/// must not take with it what does not.
pub(crate) fn nearer(a: Option<Arc<Cause>>, b: Option<Arc<Cause>>) -> Option<Arc<Cause>> {
    if depth(b.as_ref()) < depth(a.as_ref()) { b } else { a }
}

/// How many adjuncts have led to something.
fn depth(cause: Option<&Arc<Cause>>) -> u32 {
    cause.map_or(0, |c| c.depth)
}

impl Drop for Cause {
    /// A path may be as long as there are adjuncts: one after the other, not one within the other.
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some(mut cause) = next.and_then(Arc::into_inner) {
            next = cause.before.take();
        }
    }
}

impl Draft {
    /// Whether something that an adjunct would be told of goes round through it without an end. It is said of each
    /// adjunct in the circle; they go on with the next thing that comes from outside.
    pub(crate) fn cut_circle(&mut self, who: &Arc<Who>, event: &Event<'_>) -> bool {
        let Some(cause) = self.cause.clone().filter(|c| c.depth >= CIRCLE_MAX) else { return false };
        let mut circle: BTreeSet<Arc<Who>> = BTreeSet::from([Arc::clone(who)]);
        let mut closed = false;
        for one in cause.path() {
            if one == who {
                closed = true;
                break;
            }
            circle.insert(Arc::clone(one));
        }
        if !closed {
            return false;
        }
        let what = match event {
            Event::Sensor { of, name, .. } => format!("'{name}' of {of}"),
            _ => "a value".to_owned(),
        };
        let names: Vec<String> = circle.iter().map(|who| self.adjunct_named(who)).collect();
        let text = format!(
            "cut: {what} goes round without an end through {}; it was stopped after {CIRCLE_MAX} of them had set \
             each other off, and goes on when something changes from outside",
            names.join(", ")
        );
        for who in &circle {
            self.say_trouble(&who.adjunct, Err(text.clone()));
        }
        self.effects.push(Effect::Warn { text });
        true
    }

    fn adjunct_named(&self, who: &Who) -> String {
        let entity = self.root.entity(&who.entity);
        let spec = entity.and_then(|e| e.adjuncts.get(&who.adjunct)).map(|a| &a.spec);
        let name = spec.map_or("an adjunct", |s| s.name.as_deref().unwrap_or(s.type_name.simple()));
        let of = entity.map_or_else(|| who.entity.to_string(), crate::entity::Entity::described);
        format!("{name} ({}) of {of}", who.adjunct)
    }
}

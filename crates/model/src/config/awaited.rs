//! What a value waits for, and for how long (`brooklyn-blueprints.md` 2.4).

use base::{EntityId, Span};

/// A sensor whose value another value needs before it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// Of which entity.
    pub entity: EntityId,
    /// Which sensor.
    pub sensor: String,
    /// For how long it is waited for.
    pub patience: Patience,
}

/// For how long one waits; `None` is for ever. "Initial" is what holds where it is so already as the wait begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// In all; nothing at all where it must not be waited.
    pub timeout: Option<Span>,
    /// From when the entity stops or is stopped.
    pub if_down: Option<Span>,
    /// See `if_down`.
    pub if_down_initial: Option<Span>,
    /// From when the entity is on fire.
    pub if_on_fire: Option<Span>,
    /// See `if_on_fire`.
    pub if_on_fire_initial: Option<Span>,
}

impl Patience {
    /// Whatever happens.
    pub const ENDLESS: Self = Self {
        timeout: None,
        if_down: None,
        if_down_initial: None,
        if_on_fire: None,
        if_on_fire_initial: None,
    };
}

impl Default for Patience {
    /// As `attributeWhenReady` without options.
    fn default() -> Self {
        const DOWN: Option<Span> = Some(Span::secs(60));
        Self {
            timeout: None,
            if_down: DOWN,
            if_down_initial: DOWN,
            if_on_fire: Some(Span::ZERO),
            if_on_fire_initial: Some(Span::secs(15)),
        }
    }
}

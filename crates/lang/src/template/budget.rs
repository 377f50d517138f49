//! How much a rendering may still do. Whatever makes or copies a value pays for it first.

use serde_json::Value;

use super::{ELEMENTS_MAX, OUTPUT_BYTES_MAX, STEPS_MAX};

/// The bytes of text that cost as much as a value.
pub(super) const BYTES_PER_STEP: usize = 64;

pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: STEPS_MAX }
    }

    /// Pays for so many steps.
    pub(super) fn steps(&mut self, steps: usize) -> Result<(), String> {
        self.left = self.left.checked_sub(steps).ok_or_else(|| {
            format!("the template is more than {STEPS_MAX} steps of work (limit: STEPS_MAX)")
        })?;
        Ok(())
    }

    /// Pays for a value, and refuses one that is too large.
    pub(super) fn value(&mut self, value: &Value) -> Result<(), String> {
        let steps = match value {
            Value::String(text) => {
                text_fits(text.len())?;
                1 + text.len() / BYTES_PER_STEP
            }
            Value::Array(items) => {
                elements_fit(items.len())?;
                items.iter().try_for_each(|item| self.value(item))?;
                1
            }
            Value::Object(map) => {
                elements_fit(map.len())?;
                map.values().try_for_each(|item| self.value(item))?;
                1
            }
            _ => 1,
        };
        self.steps(steps)
    }
}

/// Whether a text of so many bytes may be made.
pub(super) fn text_fits(bytes: usize) -> Result<(), String> {
    if bytes <= OUTPUT_BYTES_MAX {
        return Ok(());
    }
    Err(format!("the text would be longer than {OUTPUT_BYTES_MAX} bytes (limit: OUTPUT_BYTES_MAX)"))
}

/// Whether a list of so many elements may be made.
pub(super) fn elements_fit(elements: usize) -> Result<(), String> {
    if elements <= ELEMENTS_MAX {
        return Ok(());
    }
    Err(format!("the list would have more than {ELEMENTS_MAX} elements (limit: ELEMENTS_MAX)"))
}

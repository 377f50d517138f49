//! Keys, against the sums that lie beside them.

use std::collections::BTreeSet;

use ha::record::Chain;
use ha::verbs::Name;

use super::Check;
use crate::source::{Trouble, parse};

const COSTS: &str = "servers refuse to start or to trust each other: bring keys/ back from a back-up";

impl Check<'_, '_> {
    pub(super) fn keys(&mut self) -> Result<(), Trouble> {
        let names: BTreeSet<Name> = self.source.list("keys")?.into_iter().collect();
        for name in &names {
            let Some(bytes) = self.source.read(name)? else { continue };
            match name.as_str().strip_suffix(".sum") {
                Some(of) => {
                    if !names.contains(&parse(of)?) {
                        self.report.damage(of, "it is missing, and its sum is there", COSTS);
                    }
                }
                None => {
                    self.report.counts.keys += 1;
                    let sum = parse(&format!("{name}.sum"))?;
                    let Some(kept) = self.source.read(&sum)? else {
                        let costs = "a flipped bit in it would not be seen; a server of this release adds one when it starts";
                        self.report.note(name, "it has no sum", costs);
                        continue;
                    };
                    if *kept != *format!("{}\n", Chain::sum(&bytes)).as_bytes() {
                        self.report.damage(
                            name,
                            "its sum does not fit: it, or the sum beside it, was damaged",
                            COSTS,
                        );
                    }
                }
            }
        }
        Ok(())
    }
}

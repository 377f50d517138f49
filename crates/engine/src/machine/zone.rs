//! In which part of a location an entity runs that belongs to a member of a cluster with zones.

use model::spec::LocationSpec;

use super::obtain::shown;
use super::target::parts_of;
use super::{Try, fail};
use crate::draft::Draft;
use crate::entity::Entity;
use crate::place::LocationRef;
use crate::task::Task;

impl Draft {
    /// The location to start an entity in, or the zone of it that the entity belongs to. `None`: the `localhost` that
    /// nobody lists.
    pub(crate) fn location_for(
        &self,
        task: &Task,
        entity: &Entity,
    ) -> Try<Option<(LocationRef, &LocationSpec)>> {
        let Some((mut from, mut spec)) = self.listed_location(task, entity)? else { return Ok(None) };
        // Only below whatever has the location: an entity with one of its own runs there.
        let below = self.root.ancestry(&entity.id).take_while(|e| e.id != from.owner);
        let zones: Vec<u32> = below.filter_map(|e| e.def.zone).collect();
        for zone in zones.into_iter().rev() {
            let Some(part) = parts_of(spec).get(zone as usize) else {
                return fail(format!(
                    "{} belongs to zone {zone} of its cluster, and {} has no such part",
                    entity.described(),
                    shown(spec)
                ));
            };
            from.path.push(zone);
            spec = part;
        }
        Ok(Some((from, spec)))
    }
}

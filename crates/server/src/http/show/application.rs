//! Applications.

use api::application::{ApplicationLinks, ApplicationSpec, ApplicationSummary, Status};
use api::paths;
use engine::Entity;
use engine::Root;

use super::location;

/// An application in lists and alone.
pub(in crate::http) fn summary(root: &Root, app: &Entity) -> ApplicationSummary {
    let own = paths::application(app.id.as_str());
    ApplicationSummary {
        id: app.id.to_string(),
        spec: ApplicationSpec {
            name: app.name.clone(),
            kind: app.def.type_name.to_string(),
            locations: location::of_entity(root, &app.id).map(|l| l.id()).collect(),
        },
        status: Status::of(app.state().map(engine::Lifecycle::word), app.is_up()),
        links: ApplicationLinks { entities: format!("{own}/entities"), own },
    }
}

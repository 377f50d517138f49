//! Types, items and bundles in the forms of the wire.

use api::catalog::{
    BundleSummary, CatalogItemSummary, SpecSummary, TypePlan, TypeSummary, bundle_icon_path, icon_path,
    item_path, type_icon_path, type_path,
};
use api::entity::SelfLink;
use model::Surroundings;
use model::catalog::{Bundle, BundleSource, ItemKind};

use super::{Registered, parts};

/// What a plan is called that its author called nothing.
pub(in crate::http) const CAMP: &str = "brooklyn-camp";

/// Types, as `/v1/catalog/types` shows them.
pub(in crate::http) mod types {
    use super::{CAMP, Registered, SelfLink, SpecSummary, Surroundings, TypePlan, TypeSummary};
    use super::{ItemKind, icon_url, is_in_bundle, parts, type_icon_path, type_path};

    /// A type in a list.
    pub(in crate::http) fn summary(r: &Registered<'_>) -> TypeSummary {
        let bundle = r.bundle().map(|b| (b.id.name.as_str(), b.id.version.as_str()));
        let source = r.item().and_then(|i| i.icon_url.as_deref()).filter(|url| !url.is_empty());
        let format = r.item().and_then(|i| i.plan.format.clone()).unwrap_or_else(|| CAMP.to_owned());
        TypeSummary {
            symbolic_name: r.name().to_owned(),
            version: r.version().to_owned(),
            containing_bundle: r.bundle().map(|b| b.id.to_string()),
            kind: if r.kind() == ItemKind::Bean { "BEAN" } else { "SPEC" }.to_owned(),
            display_name: r.display_name(),
            description: r.description().map(str::to_owned),
            icon_url: icon_url(r, type_icon_path),
            aliases: r.aliases().iter().map(|alias| (*alias).to_owned()).collect(),
            supertypes: r.told_supertypes(),
            tags: r.tags(),
            disabled: r.is_disabled(),
            deprecated: r.is_deprecated(),
            plan: None,
            links: SelfLink { own: type_path(bundle, r.name(), r.version()) },
            template: r.kind() == ItemKind::Template,
            icon_url_source: source.filter(|url| is_in_bundle(url)).map(str::to_owned),
            spec_list: r
                .item()
                .map(|i| SpecSummary {
                    summary: format!("{format} implementation"),
                    format,
                    contents: i.wire_plan(),
                })
                .into_iter()
                .collect(),
            config: None,
            sensors: None,
            effectors: None,
            plan_yaml: None,
            name: None,
        }
    }

    /// A type alone.
    pub(in crate::http) fn detail(r: &Registered<'_>, around: &Surroundings) -> TypeSummary {
        let parts = parts::of(r, around);
        let plan = r.item().map(|i| TypePlan { format: i.plan.format.clone(), data: i.wire_plan() });
        TypeSummary {
            plan,
            config: parts.config,
            sensors: parts.sensors,
            effectors: parts.effectors,
            ..summary(r)
        }
    }

    /// A type in the answer to an upload.
    pub(in crate::http) fn uploaded(r: &Registered<'_>, around: &Surroundings) -> TypeSummary {
        TypeSummary {
            plan_yaml: r.item().map(model::catalog::Item::wire_plan),
            name: Some(r.display_name().into()),
            ..detail(r, around)
        }
    }
}

/// An item, as `/v1/catalog/entities` and its like show it. `folder`: which of them.
pub(in crate::http) fn item(r: &Registered<'_>, folder: &str, around: &Surroundings) -> CatalogItemSummary {
    let mut parts = parts::of(r, around);
    if matches!(r.kind(), ItemKind::Policy | ItemKind::Enricher) {
        parts.config.iter_mut().flatten().for_each(|key| key.pinned = None);
    }
    // Lists that are empty are told by the newer resources only.
    let parts_config = parts.config.filter(|_| r.kind() != ItemKind::Template);
    let kind = match r.kind() {
        ItemKind::Entity => "ENTITY",
        ItemKind::Application | ItemKind::Template => "APPLICATION",
        ItemKind::Policy => "policy",
        ItemKind::Enricher => "enricher",
        ItemKind::Location => "location",
        ItemKind::Bean => "bean",
    };
    CatalogItemSummary {
        symbolic_name: r.name().to_owned(),
        version: r.version().to_owned(),
        containing_bundle: r.bundle().map(|b| b.id.to_string()),
        name: r.display_name(),
        java_type: r.java_type(),
        item_type: kind.to_owned(),
        plan_yaml: r.item().map(model::catalog::Item::wire_plan),
        description: r.description().map(str::to_owned),
        icon_url: icon_url(r, icon_path),
        tags: r.tags(),
        config: parts_config,
        sensors: parts.sensors.unwrap_or_default(),
        effectors: parts.effectors.unwrap_or_default(),
        deprecated: r.is_deprecated(),
        links: SelfLink { own: item_path(folder_of_links(folder), r.name(), r.version()) },
        id: r.id(),
        kind: r.name().to_owned(),
    }
}

/// Where the links of a folder's items lead: an application is found among the entities, as in Brooklyn.
fn folder_of_links(folder: &str) -> &str {
    if folder == "applications" { "entities" } else { folder }
}

/// A bundle.
pub(in crate::http) fn bundle(bundle: &Bundle, detail: bool) -> BundleSummary {
    let types =
        if detail { Registered::of_bundle(bundle).map(|r| types::summary(&r)).collect() } else { Vec::new() };
    BundleSummary {
        symbolic_name: bundle.id.name.clone(),
        version: bundle.id.version.to_string(),
        types,
        deleteable: matches!(bundle.source, BundleSource::Bom(_)).then_some(true),
        osgi_version: detail.then(|| bundle.id.version.osgi()),
        checksum: detail.then(|| bundle.sum.clone()),
        format: detail.then(|| "brooklyn-bom-bundle".to_owned()),
        icon_url: bundle
            .icon_url
            .as_ref()
            .map(|_| bundle_icon_path(&bundle.id.name, bundle.id.version.as_str())),
    }
}

/// Whether an icon's address is that of a file of its bundle.
pub(in crate::http) fn is_in_bundle(url: &str) -> bool {
    url.starts_with("classpath:")
}

/// Where a client finds an icon: elsewhere as it is given, at `path` what is a file of the bundle.
fn icon_url(r: &Registered<'_>, path: fn(&str, &str) -> String) -> Option<String> {
    if r.picture().is_some() {
        return Some(path(r.name(), r.version()));
    }
    let url = r.item()?.icon_url.as_deref().filter(|url| !url.is_empty())?;
    Some(if is_in_bundle(url) { path(r.name(), r.version()) } else { url.to_owned() })
}

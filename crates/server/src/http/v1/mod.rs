//! Apache Brooklyn's resources, one a file.

mod activities;
mod applications;
mod catalog;
mod catalog_bundles;
mod catalog_items;
mod catalog_types;
mod children;
mod config;
mod deploy;
mod effectors;
mod entities;
mod find;
mod ha_state;
mod logout;
mod sensors;
mod server;
mod shutdown;
mod wait;
mod writes;

use super::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    server::add_routes(all);
    ha_state::add_routes(all);
    shutdown::add_routes(all);
    logout::add_routes(all);
    applications::add_routes(all);
    deploy::add_routes(all);
    entities::add_routes(all);
    children::add_routes(all);
    sensors::add_routes(all);
    config::add_routes(all);
    effectors::add_routes(all);
    activities::add_routes(all);
    catalog::add_routes(all);
    catalog_items::add_routes(all);
    catalog_types::add_routes(all);
    catalog_bundles::add_routes(all);
    writes::add_routes(all);
}

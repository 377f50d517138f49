//! What the configuration says to blueprints: locations and external providers. What it means is the model's to say.

use model::Surroundings;

use super::layers::Layers;

/// What blueprints are compiled among.
pub fn surroundings(layers: &Layers) -> Surroundings {
    Surroundings::of_properties(layers.effective())
}

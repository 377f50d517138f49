//! Who may log in: read and judged by `auth`; here its errors get the file and line that they are about.

use crate::auth::{AuthOptions, BadAuth, GeneratedLogin, Provider};

use super::layers::Layers;
use super::problem::{Origin, Problem};

/// Which kind of login there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Nobody set any: the one that the plane generated at its first start.
    Generated,
    /// The users of the configuration, or nobody.
    Configured,
    /// Everybody comes in, without a password.
    Off,
}

/// What `auth` makes of the configuration; `generated` counts where no user is set.
pub fn options(layers: &Layers, generated: Option<GeneratedLogin>) -> Result<AuthOptions, BadAuth> {
    AuthOptions::from_properties(layers.effective(), generated)
}

/// Judges the security keys; what is wrong goes to the layers' errors.
pub(super) fn read(layers: &mut Layers) -> Login {
    match options(layers, None) {
        Ok(options) => match options.provider {
            Provider::Anyone => Login::Off,
            _ if AuthOptions::names_users(layers.effective().map(|(key, _)| key)) => Login::Configured,
            _ => Login::Generated,
        },
        Err(bad) => {
            let key = match &bad {
                BadAuth::Provider(_) => "brooklyn.webconsole.security.provider",
                BadAuth::NoPassword(_) => "brooklyn.webconsole.security.users",
                BadAuth::Role { key, .. } => key,
            };
            let origin = layers.given(key).last().map_or(Origin::Default, |(_, origin)| origin.clone());
            layers.errors.push(Problem { origin, text: bad.to_string() });
            Login::Configured
        }
    }
}

//! What this host is, for entities that are to run on it.

use std::path::Path;

use engine::input::Host;

use crate::work::Context;

/// This host, with the base directory that is wished.
pub(super) fn describe(context: &Context, base_dir: Option<String>) -> Result<Host, String> {
    let mut host = context.host.clone();
    if let Some(wished) = base_dir {
        let path = match wished.strip_prefix("~/") {
            Some(below) => context.login.home().join(below),
            None => Path::new(&wished).to_owned(),
        };
        if !path.is_absolute() {
            return Err(format!("the base directory {wished:?} is not an absolute path"));
        }
        host.base_dir = path.to_string_lossy().into_owned();
    }
    Ok(host)
}

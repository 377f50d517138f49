//! Which host this is. The two answers differ only where the system has no machine id, as in many containers.

use std::fs;

use crate::config::address;

/// What a data folder is bound to. It must differ between hosts; where it changes (a container with another name),
/// the folder's server is a new one, which does no harm.
pub(super) fn bound_to() -> String {
    machine_id().or_else(|| read("/var/lib/dbus/machine-id")).unwrap_or_else(address::host_name)
}

/// What processes that were started here are known by. It must stay the same as long as the data folder is this
/// server's, or they would be taken for those of another host: `home` is the folder's own identity.
pub fn host_id(home: &str) -> String {
    machine_id().unwrap_or_else(|| home.to_owned())
}

/// The same over restarts, another one on each host. An image before its first start has the word alone.
fn machine_id() -> Option<String> {
    read("/etc/machine-id").filter(|id| id != "uninitialized")
}

fn read(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_the_machine_id_where_there_is_one() {
        match machine_id() {
            Some(id) => assert_eq!([bound_to(), host_id("home")], [id.clone(), id]),
            None => {
                assert_eq!(host_id("home"), "home");
                assert!(!bound_to().is_empty());
            }
        }
    }
}

//! The archive that a process is made from: fetched on the machine as a part of the installation, unpacked into the
//! run directory before customising.

use model::types::software_process as sp;

use crate::config::unreadable;
use crate::entity::Entity;
use crate::machine::{Try, fail};
use crate::state::Root;

/// An archive: where it comes from, and its name on the machine.
struct Archive {
    url: String,
    name: String,
}

fn archive(root: &Root, entity: &Entity) -> Try<Option<Archive>> {
    let text = |key| root.config_text(&entity.id, key).or_else(unreadable);
    let Some(url) = text(&sp::DOWNLOAD_URL)?.filter(|url| !url.trim().is_empty()) else { return Ok(None) };
    let version = text(&sp::VERSION)?.unwrap_or_default();
    let url = url.trim().replace("${version}", &version);
    if url.contains("${") {
        return fail(format!("{}: only ${{version}} is filled in, not '{url}'", sp::DOWNLOAD_URL.name));
    }
    let last = |url: &str| {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let name = match text(&sp::ARCHIVE_NAME_FORMAT)? {
        Some(format) => format.replace("%s", &version),
        None => last(&url),
    };
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
        return fail(format!("'{name}' of {} is no name for a file", sp::DOWNLOAD_URL.name));
    }
    Ok(Some(Archive { url, name }))
}

/// The lines that fetch the archive into the installation directory, if there is one.
pub(crate) fn fetch(root: &Root, entity: &Entity) -> Try<Option<String>> {
    Ok(archive(root, entity)?.map(|a| {
        let (url, part, whole) = (quoted(&a.url), quoted(&format!("{}.part", a.name)), quoted(&a.name));
        format!(
            "if command -v curl >/dev/null 2>&1; then\n  curl -fsSL --retry 2 --connect-timeout 30 -o {part} {url}\n\
             else\n  wget -q -T 30 -O {part} {url}\nfi\nmv -f {part} {whole}"
        )
    }))
}

/// The lines that unpack the archive into the run directory, if there is one.
pub(crate) fn expand(root: &Root, entity: &Entity) -> Try<Option<String>> {
    Ok(archive(root, entity)?.map(|a| {
        let file = format!("\"$INSTALL_DIR\"/{}", quoted(&a.name));
        let name = a.name.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|e| name.ends_with(e));
        if ends(&[".tar", ".tgz", ".tar.gz", ".tbz", ".tar.bz2", ".tar.xz"]) {
            format!("tar -xf {file}")
        } else if ends(&[".zip"]) {
            format!("unzip -oq {file}")
        } else {
            format!("cp {file} .")
        }
    }))
}

/// A text as one word of bash.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

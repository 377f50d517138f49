//! A file for its owner alone: where logins are kept.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Writes the file anew. A new file takes the old one's place: so its mode is right too, and half of it is never seen.
pub(crate) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut next = path.as_os_str().to_owned();
    next.push(".new");
    let _left_by_a_crash = fs::remove_file(&next);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&next)?;
    file.write_all(text)?;
    fs::rename(&next, path)
}

/// Reads a file that holds a secret, unless others may read it too.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let wrong = |e: io::Error| format!("{}: {e}", path.display());
    let mode = fs::metadata(path).map_err(wrong)?.mode();
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(format!("{path}: others may read it (mode {:o}); chmod 600 {path}", mode & 0o777));
    }
    fs::read_to_string(path).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_that_others_may_read_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        write(&path, b"hush").unwrap();
        assert_eq!(read(&path).as_deref(), Ok("hush"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let why = read(&path).unwrap_err();
        assert!(why.contains("mode 640") && why.contains("chmod 600") && !why.contains("hush"), "{why}");
    }
}

//! Removing a run directory, and nothing else: a wrong or crafted path must not cost anybody's files.

use std::fs;
use std::io;
use std::path::{Component, Path};

use engine::effect::Outcome;

/// Removes `dir` with all that is in it, if it lies strictly below `base` and no symbolic link leads there.
/// Links inside it are removed, not followed. One that is gone already is done.
pub(crate) fn remove(base: &Path, dir: &str) -> Outcome {
    match try_remove(base, Path::new(dir)) {
        Ok(()) => Outcome::Done,
        Err(why) => Outcome::Failed(why),
    }
}

fn try_remove(base: &Path, dir: &Path) -> Result<(), String> {
    let refused = |why: &str| {
        Err(format!("{} is not removed: {why} (only folders below {} are)", dir.display(), base.display()))
    };
    let failed = |error: io::Error| format!("cannot remove {}: {error}", dir.display());

    if !base.is_absolute() || base.parent().is_none() {
        return refused("that is no base directory");
    }
    let real_base = match base.canonicalize() {
        Ok(real_base) => real_base,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let Ok(below) = dir.strip_prefix(base).or_else(|_| dir.strip_prefix(&real_base)) else {
        return refused("it lies elsewhere");
    };
    if below.as_os_str().is_empty() || !below.components().all(|part| matches!(part, Component::Normal(_))) {
        return refused("its path does not name a folder there");
    }
    let real = match dir.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(dir).is_err() => {
            return Ok(());
        }
        Err(error) => return Err(failed(error)),
    };
    if real != real_base.join(below) {
        return refused("a symbolic link leads elsewhere");
    }
    if !real.is_dir() {
        return refused("it is not a folder");
    }
    match fs::remove_dir_all(&real) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_folder_below_the_base_goes_and_its_links_are_not_followed() {
        let temp = tempfile::tempdir().unwrap();
        let base = temp.path().join("base");
        let run = base.join("apps/x/run");
        fs::create_dir_all(run.join("deep")).unwrap();
        fs::create_dir_all(temp.path().join("precious")).unwrap();
        fs::write(temp.path().join("precious/file"), "").unwrap();
        symlink(temp.path().join("precious"), run.join("link")).unwrap();
        assert_eq!(remove(&base, run.to_str().unwrap()), Outcome::Done);
        assert!(!run.exists() && base.join("apps/x").exists() && temp.path().join("precious/file").exists());
        assert_eq!(remove(&base, run.to_str().unwrap()), Outcome::Done, "again");
    }

    #[test]
    fn nothing_outside_the_base_goes() {
        let temp = tempfile::tempdir().unwrap();
        let (base, other) = (temp.path().join("base"), temp.path().join("other"));
        fs::create_dir_all(base.join("kept")).unwrap();
        fs::create_dir_all(other.join("sub")).unwrap();
        fs::write(base.join("file"), "").unwrap();
        symlink(&other, base.join("out")).unwrap();
        symlink(base.join("kept"), base.join("alias")).unwrap();
        symlink("nowhere", base.join("dangling")).unwrap();
        let at = |rest: &str| format!("{}/{rest}", base.display());
        for dir in [
            other.to_str().unwrap().to_owned(),
            base.to_str().unwrap().to_owned(),
            at("."),
            at("../other"),
            at("kept/../../other"),
            at("out"),
            at("out/sub"),
            at("alias"),
            at("dangling"),
            at("file"),
            format!("{}-not", base.display()),
            "relative".to_owned(),
            "/".to_owned(),
            String::new(),
        ] {
            assert!(matches!(remove(&base, &dir), Outcome::Failed(_)), "{dir}");
        }
        for base in ["/", "", "relative"] {
            let dir = other.join("sub");
            assert!(matches!(remove(Path::new(base), dir.to_str().unwrap()), Outcome::Failed(_)), "{base}");
        }
        assert!(other.join("sub").exists() && base.join("kept").exists() && base.join("file").exists());
    }
}

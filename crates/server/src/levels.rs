//! From which level on events are logged, by where they come from. It can be changed while the server runs, and is
//! as it was at the next start.

use std::collections::BTreeMap;
use std::str::FromStr;

use arc_swap::ArcSwap;
use tracing::level_filters::LevelFilter;

/// What holds for all parts of Brownstone that have no level of their own.
pub const OURS: &str = "brownstone";
/// What holds for libraries that have none.
pub const OTHERS: &str = "*";
/// Targets with a level of their own at once.
const TARGETS_MAX: usize = 100;
/// The longest name of a target.
const TARGET_CHARS_MAX: usize = 200;
/// The levels, the quietest first.
pub const WORDS: [&str; 6] = ["OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];

/// The levels of this process.
#[derive(Debug)]
pub struct Levels(ArcSwap<BTreeMap<String, LevelFilter>>);

/// Why a level is not set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLevel {
    /// No such level.
    #[error("'{0}' is no level; expected one of OFF, ERROR, WARN, INFO, DEBUG, TRACE")]
    Level(String),
    /// No such target.
    #[error("'{0}' is no target; expected such as brownstone, brownstone_server::http or * (libraries)")]
    Target(String),
    /// Too many.
    #[error("more than {TARGETS_MAX} targets have a level of their own (TARGETS_MAX); unset some")]
    TooMany,
}

impl Default for Levels {
    /// Libraries tell their inner life at DEBUG; ours is told there, theirs from WARN on.
    fn default() -> Levels {
        let levels = [(OURS, LevelFilter::DEBUG), (OTHERS, LevelFilter::WARN)];
        Levels(ArcSwap::from_pointee(levels.map(|(target, level)| (target.to_owned(), level)).into()))
    }
}

impl Levels {
    /// From which level on events of this target are logged: the nearest that was set for it or for what it lies in.
    pub fn of(&self, target: &str) -> LevelFilter {
        let levels = self.0.load();
        let mut name = target;
        loop {
            if let Some(level) = levels.get(name) {
                return *level;
            }
            match name.rsplit_once("::") {
                Some((outer, _)) => name = outer,
                None => break,
            }
        }
        let family = if name == OURS || name.starts_with("brownstone_") { OURS } else { OTHERS };
        levels.get(family).copied().unwrap_or(LevelFilter::WARN)
    }

    /// Sets levels, all or none; `None` takes a target's own level away, and the two families have their first one again.
    pub fn set(&self, changes: &BTreeMap<String, Option<String>>) -> Result<(), BadLevel> {
        let mut levels = BTreeMap::clone(&self.0.load());
        for (target, word) in changes {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            let is_sound = target == OTHERS || (!target.is_empty() && target.chars().all(is_name));
            if !is_sound || target.len() > TARGET_CHARS_MAX {
                return Err(BadLevel::Target(target.chars().take(TARGET_CHARS_MAX).collect()));
            }
            match word {
                Some(word) => levels.insert(target.clone(), level(word)?),
                None => levels.remove(target),
            };
        }
        if levels.len() > TARGETS_MAX {
            return Err(BadLevel::TooMany);
        }
        for (target, first) in Levels::default().0.load().iter() {
            levels.entry(target.clone()).or_insert(*first);
        }
        self.0.store(levels.into());
        // What was found out of each place that logs holds no more.
        tracing::callsite::rebuild_interest_cache();
        Ok(())
    }

    /// What is set, by target.
    pub fn all(&self) -> BTreeMap<String, String> {
        let levels = self.0.load();
        levels.iter().map(|(target, level)| (target.clone(), level.to_string().to_uppercase())).collect()
    }
}

fn level(word: &str) -> Result<LevelFilter, BadLevel> {
    let known = WORDS.iter().find(|known| known.eq_ignore_ascii_case(word.trim()));
    let level = known.and_then(|known| LevelFilter::from_str(known).ok());
    level.ok_or_else(|| BadLevel::Level(word.chars().take(TARGET_CHARS_MAX).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(levels: &Levels, target: &str, word: Option<&str>) -> Result<(), BadLevel> {
        levels.set(&BTreeMap::from([(target.to_owned(), word.map(str::to_owned))]))
    }

    #[test]
    fn the_nearest_level_counts() {
        let levels = Levels::default();
        let of = |target: &str| levels.of(target);
        assert_eq!((of("brownstone_ha"), of("hyper::proto")), (LevelFilter::DEBUG, LevelFilter::WARN));
        set(&levels, "brownstone", Some("info")).unwrap();
        set(&levels, "brownstone_server::http", Some("TRACE")).unwrap();
        set(&levels, "*", Some("off")).unwrap();
        assert_eq!(of("brownstone_ha"), LevelFilter::INFO);
        assert_eq!(of("brownstone_server::http::listener"), LevelFilter::TRACE);
        assert_eq!(of("brownstone_server::https"), LevelFilter::INFO);
        assert_eq!(of("hyper::proto"), LevelFilter::OFF);
        for target in ["brownstone", "brownstone_server::http", "*"] {
            set(&levels, target, None).unwrap();
        }
        assert_eq!(levels.all(), Levels::default().all());
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        let levels = Levels::default();
        assert_eq!(set(&levels, "brownstone", Some("loud")), Err(BadLevel::Level("loud".into())));
        assert_eq!(set(&levels, "a b", Some("INFO")), Err(BadLevel::Target("a b".into())));
        let many = (0..=TARGETS_MAX).map(|n| (format!("t{n}"), Some("INFO".to_owned()))).collect();
        assert_eq!(levels.set(&many), Err(BadLevel::TooMany));
        assert_eq!(levels.all(), Levels::default().all());
    }
}

//! Which of Brooklyn's pairs of verb and path are asked, and how they end.

use super::file::Exchange;

const PAIRS: &str = include_str!("../../../src/http/tests/pairs.txt");

/// Pairs whose bodies are zips, with tests of their own.
const ELSEWHERE: &[&str] = &["GET /server/ha/persist/export", "POST /server/ha/persist/import"];

fn fits(pattern: &str, path: &str) -> Option<usize> {
    let path = path.split('?').next().unwrap().strip_prefix("/v1")?.trim_end_matches('/');
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(p, s): (&&str, &&str)| p == s || p.starts_with('{');
    let fits = pattern.len() == path.len() && pattern.iter().zip(&path).all(same);
    fits.then(|| pattern.iter().filter(|p| !p.starts_with('{')).count())
}

/// What is not asked.
pub(crate) fn missing<'a>(all: impl Iterator<Item = &'a Exchange>) -> Vec<String> {
    let pairs: Vec<(&str, &str)> = PAIRS.lines().filter_map(|line| line.split_once(' ')).collect();
    let mut seen = vec![(false, false); pairs.len()];
    for one in all {
        let of_verb = pairs.iter().enumerate().filter(|(_, (verb, _))| *verb == one.verb());
        let fitting = of_verb.filter_map(|(i, (_, path))| Some((fits(path, one.path())?, i)));
        // A word in a path counts before a name.
        let Some((_, i)) = fitting.max() else { continue };
        let is_good = one.answer.code() < 400;
        seen[i].0 |= is_good;
        seen[i].1 |= !is_good;
    }
    let mut missing = Vec::new();
    for ((verb, path), (good, bad)) in pairs.iter().zip(seen) {
        let pair = format!("{verb} {path}");
        if ELSEWHERE.contains(&pair.as_str()) {
            continue;
        }
        let refused = REFUSED.contains(&pair.as_str());
        if !good && !refused {
            missing.push(format!("{pair} is not asked in good form"));
        }
        if !bad {
            missing.push(format!("{pair} is not asked in bad form"));
        }
    }
    missing
}

/// Pairs that this release refuses whatever is asked, as `docs/differences.md` says.
const REFUSED: &[&str] = &[
    "POST /script/groovy",
    // Its answer is a challenge.
    "POST /logout/unauthorize",
    "POST /applications/{app}/entities/{ent}/workflows",
    "GET /applications/{app}/entities/{ent}/workflows/{id}",
    "DELETE /applications/{app}/entities/{ent}/workflows/{id}",
    "POST /applications/{app}/entities/{ent}/workflows/{id}/replay/from/{step}",
];

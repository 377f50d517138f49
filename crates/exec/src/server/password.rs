//! A password drawn from the operating system's randomness.

use base::Secret;
use ring::rand::{SecureRandom, SystemRandom};

use crate::limits::PASSWORD_LENGTH_MAX;

/// Draws `length` characters, at least one of each group where there are several, in random order.
pub(super) fn draw(groups: &[String], length: u32) -> Result<Secret, String> {
    let groups: Vec<Vec<char>> = groups.iter().map(|group| group.chars().collect()).collect();
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return Err("a password needs characters to be drawn from; a group of them is empty".to_owned());
    }
    if length == 0 || length > PASSWORD_LENGTH_MAX {
        return Err(format!("a password has 1 to {PASSWORD_LENGTH_MAX} characters, not {length}"));
    }
    let length = length as usize;
    if groups.len() > length {
        let count = groups.len();
        return Err(format!("{length} characters cannot hold one of each of {count} groups"));
    }
    let random = SystemRandom::new();
    let all: Vec<char> = groups.concat();
    let from_each = if groups.len() > 1 { groups.as_slice() } else { &[] };
    let rest = std::iter::repeat_n(&all, length - from_each.len());
    let mut password =
        from_each.iter().chain(rest).map(|group| pick(&random, group)).collect::<Result<Vec<char>, _>>()?;
    for last in (1..password.len()).rev() {
        password.swap(last, below(&random, last + 1)?);
    }
    Ok(Secret::new(password.into_iter().collect::<String>()))
}

fn pick(random: &SystemRandom, group: &[char]) -> Result<char, String> {
    Ok(group[below(random, group.len())?])
}

/// A number below `bound`, each as likely as any other: what would favour the small ones is drawn again.
fn below(random: &SystemRandom, bound: usize) -> Result<usize, String> {
    let bound = bound as u64;
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let mut bytes = [0; 8];
        random.fill(&mut bytes).map_err(|_| "the operating system gives no random numbers".to_owned())?;
        let number = u64::from_ne_bytes(bytes);
        if number < fair {
            return Ok((number % bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn strings(groups: &[&str]) -> Vec<String> {
        groups.iter().map(|group| (*group).to_owned()).collect()
    }

    #[test]
    fn each_group_gives_one_at_least_and_no_two_passwords_are_alike() {
        let groups = strings(&["abc", "äöü", "0123456789"]);
        let mut firsts = HashSet::new();
        let mut seen = HashSet::new();
        for _ in 0..200 {
            let password = draw(&groups, 12).unwrap();
            let password = password.reveal();
            assert_eq!(password.chars().count(), 12);
            for group in &groups {
                assert!(password.chars().any(|c| group.contains(c)), "{password} has none of {group}");
            }
            firsts.extend(password.chars().take(1));
            seen.insert(password.to_owned());
        }
        assert_eq!(seen.len(), 200);
        assert!(firsts.len() > 8, "the groups' order shows: {firsts:?}");
    }

    #[test]
    fn numbers_are_drawn_evenly() {
        let random = SystemRandom::new();
        let mut counts = [0_u32; 3];
        for _ in 0..3000 {
            counts[below(&random, 3).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        for (groups, length) in
            [(&[][..], 8), (&["ab", ""], 8), (&["a", "b"], 1), (&["a"], 0), (&["a"], 5000)]
        {
            assert!(draw(&strings(groups), length).is_err(), "{groups:?} {length}");
        }
        assert_eq!(draw(&strings(&["a"]), 3).unwrap().reveal(), "aaa");
    }
}

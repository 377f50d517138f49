//! A key for each write that no other write has.

use ring::rand::{SecureRandom, SystemRandom};

/// 128 random bits as text; none when the system gives no randomness.
pub fn write_key() -> Option<String> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_the_same() {
        let keys: std::collections::BTreeSet<_> = (0..100).map(|_| write_key()).collect();
        assert_eq!(keys.len(), 100);
    }
}

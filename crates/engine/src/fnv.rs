//! FNV-1a: a number made of bytes, the same in every version. It tells apart what differs by accident, not what somebody
//! forges; nothing here is worth a dependency.

pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    /// The number of these bytes alone.
    pub(crate) fn of(bytes: impl IntoIterator<Item = u8>) -> u64 {
        let mut fnv = Fnv::new();
        fnv.add(bytes);
        fnv.sum()
    }

    pub(crate) fn add(&mut self, bytes: impl IntoIterator<Item = u8>) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn sum(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_others_make_of_the_same_bytes() {
        // From the published test vectors of 64-bit FNV-1a.
        assert_eq!(Fnv::of(*b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(Fnv::of(*b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(Fnv::of(*b"foobar"), 0x8594_4171_f739_67e8);
    }
}

//! Which rows have the same key, found without sorting all of them: only keys that may stand there twice are sorted.

/// Bits per key: so many that few different keys share one.
const BITS_PER_KEY: usize = 8;
/// Most bits, so that they stay near the processor.
const BITS_MAX: usize = 1 << 26;

/// Keys that were met, by a hash that may be shared.
pub(super) struct Bits {
    words: Vec<u64>,
    mask: u64,
}

impl Bits {
    /// Room for so many keys.
    pub fn of(keys: usize) -> Self {
        let bits = (keys.max(8) * BITS_PER_KEY).next_power_of_two().min(BITS_MAX);
        Self { words: vec![0; bits / 64], mask: bits as u64 - 1 }
    }

    fn at(&self, hash: u64) -> (usize, u64) {
        let bit = hash & self.mask;
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }

    /// Remembers a hash; true when it, or another one in its place, was there.
    pub fn add(&mut self, hash: u64) -> bool {
        let (word, bit) = self.at(hash);
        let was_there = self.words[word] & bit != 0;
        self.words[word] |= bit;
        was_there
    }

    /// May the hash have been added?
    pub fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = self.at(hash);
        self.words[word] & bit != 0
    }
}

/// A key that can be spread over many bits.
pub(super) trait Key: Ord + Copy {
    /// A number whose low bits differ where keys differ.
    fn spread(self) -> u64;
}

/// Multiplying by this (the golden ratio as a fraction of 2^64) and taking the high bits spreads neighbouring numbers.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Key for u64 {
    fn spread(self) -> u64 {
        self.wrapping_mul(GOLDEN) >> 32
    }
}

impl Key for (u32, u64) {
    fn spread(self) -> u64 {
        self.1.wrapping_add(u64::from(self.0).wrapping_mul(GOLDEN)).spread()
    }
}

/// The keys that may stand there more than once, with their rows, in order. Some stand there only once.
pub(super) fn repeated<K: Key, I: Iterator<Item = (K, u32)>>(count: usize, keys: impl Fn() -> I) -> Vec<(K, u32)> {
    let (mut met, mut again) = (Bits::of(count), Bits::of(count));
    for (key, _) in keys() {
        let hash = key.spread();
        if met.add(hash) {
            again.add(hash);
        }
    }
    let mut repeated: Vec<(K, u32)> = keys().filter(|(key, _)| again.may_have(key.spread())).collect();
    repeated.sort_unstable();
    repeated
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_key_that_stands_twice_is_kept_with_all_its_rows(keys in prop::collection::vec(0..400_u64, 0..300)) {
            let rows = || keys.iter().copied().zip(0..);
            let kept = repeated(keys.len(), rows);
            prop_assert!(kept.is_sorted());
            let is_twice = |key: u64| keys.iter().filter(|other| **other == key).count() > 1;
            let mut wanted: Vec<(u64, u32)> = rows().filter(|(key, _)| is_twice(*key)).collect();
            wanted.sort_unstable();
            let kept: Vec<(u64, u32)> = kept.into_iter().filter(|(key, _)| is_twice(*key)).collect();
            prop_assert_eq!(kept, wanted);
        }
    }

    #[test]
    fn few_of_many_different_keys_are_kept() {
        let numbers = || (351_211_000_000..351_211_100_000_u64).zip(0..);
        assert!(repeated(100_000, numbers).len() < 20_000);
        let extensions =
            || (0..100_000_u64).map(|row| (u32::try_from(row / 50).unwrap_or(0), 12_000 + row % 50)).zip(0..);
        assert!(repeated(100_000, extensions).len() < 20_000);
    }
}

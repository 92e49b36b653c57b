//! A fast hasher with a secret: nobody who does not know it can choose keys that meet.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

/// Of this process.
static SECRET: OnceLock<[u64; 2]> = OnceLock::new();

#[inline]
fn secret() -> [u64; 2] {
    *SECRET.get_or_init(|| {
        let random = RandomState::new();
        // Odd, so that no factor is zero.
        [random.hash_one(1), random.hash_one(2)].map(|word| word | 1)
    })
}

/// Mixes by multiplying and folding the two halves of the product.
#[derive(Debug)]
pub(super) struct Fold {
    state: u64,
    factor: u64,
}

impl Fold {
    #[inline]
    pub(super) fn new() -> Self {
        let [state, factor] = secret();
        Self { state, factor }
    }

    #[inline]
    fn mix(&mut self, word: u64) {
        self.state = folded(self.state ^ word, self.factor);
    }
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "both halves are used")]
fn folded(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Up to seven bytes.
#[inline]
fn few(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4))
        }
        _ => bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

impl Hasher for Fold {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in words.by_ref() {
            self.mix(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        // With its length: zeros at the end are not nothing.
        let rest = words.remainder().len();
        let word = match bytes.last_chunk::<8>() {
            Some(_) if rest == 0 => 0,
            // What the word before it has as well is shifted out: cheaper than single bytes.
            Some(last) => u64::from_le_bytes(*last) >> (64 - 8 * rest),
            None => few(bytes),
        };
        self.mix(word | (rest as u64) << 56);
    }

    #[inline]
    fn write_u8(&mut self, word: u8) {
        self.mix(u64::from(word));
    }

    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.mix(u64::from(word));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        folded(self.state, self.factor.rotate_left(32))
    }
}

/// Takes a hash for its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.0 = word;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ByHash;

impl BuildHasher for ByHash {
    type Hasher = Hashed;

    #[inline]
    fn build_hasher(&self) -> Hashed {
        Hashed(0)
    }
}

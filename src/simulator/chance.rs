//! Numbers that look drawn and are not: the same seed and the same request give the same one, in whatever
//! order requests come.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::api::wire::Request;

/// What a request is, as a number.
pub fn fingerprint(path: &str, request: &Request) -> u64 {
    // `DefaultHasher::new` has fixed keys, so the print is the same in every process of one build.
    let mut hasher = DefaultHasher::new();
    request.method.hash(&mut hasher);
    path.hash(&mut hasher);
    request.query.hash(&mut hasher);
    request.body.as_ref().map(ToString::to_string).hash(&mut hasher);
    hasher.finish()
}

/// Spreads a number over all 64 bits (the finaliser of `SplitMix64`).
pub const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

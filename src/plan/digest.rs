//! Fingerprints: two of them are equal when what they are of is equal.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// `sha256:…` over some parts, one after the other.
pub fn fingerprint<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_ref());
    }
    let mut digest = "sha256:".to_owned();
    for byte in hash.finalize() {
        write!(digest, "{byte:02x}").expect("a text takes every write");
    }
    digest
}

//! Which knowledge an answer rests on: one hash over all embedded data and what the user brought.

use sha2::{Digest, Sha256};

use crate::geo::Databases;

/// SHA-256 over the embedded knowledge and laws and the user's databases, first 16 hex digits.
pub(crate) fn hash(geo: &Databases) -> String {
    let mut it = Sha256::new();
    for (folder, files) in decide::DATA {
        for (name, text) in *files {
            it.update(format!("{folder}/{name}\n{}\n", text.len()));
            it.update(text);
        }
    }
    for hash in &geo.hashes {
        it.update(hash);
    }
    it.finalize().iter().take(8).map(|it| format!("{it:02x}")).collect()
}

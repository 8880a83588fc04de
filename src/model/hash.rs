//! SHA-256 hashes as they stand in replies: `sha256:` and 64 hex digits; and the spec id made from one.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::base::hex;

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// What a finished hasher says.
    pub fn finish(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// 64 hex digits, without the prefix.
    pub fn hex(&self) -> String {
        hex::encode(&self.0)
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity("sha256:".len() + 2 * self.0.len());
        text.push_str("sha256:");
        hex::append(&self.0, &mut text);
        text
    }

    /// Reads `sha256:` and 64 hex digits, or the digits alone.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        Some(Self(hex::decode(digits)?.try_into().ok()?))
    }

    /// The first 12 characters of the lower-case base32 of the hash: a short name for the bytes.
    pub fn spec_id(&self) -> String {
        // 12 characters are 60 bits.
        let mut text = hex::base32(&self.0[..8]);
        text.truncate(12);
        text
    }

    /// The lowest and highest hash that have this spec id.
    pub fn range_of_spec_id(text: &str) -> Option<(Self, Self)> {
        // 12 characters are 60 bits; a thirteenth makes them whole bytes again.
        let end = |last: &str| {
            let bytes = hex::decode_base32(&format!("{text}{last}"))?;
            Some(bytes.try_into().ok()).flatten()
        };
        if text.len() != 12 {
            return None;
        }
        let (low, high): ([u8; 8], [u8; 8]) = (end("a")?, end("6")?);
        let (mut from, mut to) = ([0; 32], [0xFF; 32]);
        from[..8].copy_from_slice(&low);
        to[..8].copy_from_slice(&high);
        Some((Self(from), Self(to)))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no hash: `sha256:` and 64 hex digits")))
    }
}

impl JsonSchema for Hash {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hash".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::Hash;

    #[test]
    fn spec_id_is_the_start_of_the_raw_hash_in_base32() {
        assert_eq!(Hash::of(b"hello").spec_id(), "ftze3os7wcrq");
        let hello = Hash::of(b"hello");
        let (from, to) = Hash::range_of_spec_id("ftze3os7wcrq").expect("a spec id");
        assert!(from <= hello && hello <= to && from.spec_id() == to.spec_id());
        assert_eq!(Hash::of(b"").spec_id(), "4oymiquy7qob");
        assert_eq!(Hash::of(br#"{"coupon_family": "F1"}"#).spec_id(), "r2lugjn27ov6");
    }
}

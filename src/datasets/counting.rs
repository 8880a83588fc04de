//! What follows from the members of a version: its digests and its statistics.

use std::collections::BTreeMap;
use std::convert::Infallible;

use sha2::{Digest, Sha256};

use crate::base::parallel::both;
use crate::model::Hash;
use crate::model::dataset::{self, ByFeature, FeatureRange, FeatureValue, Member, Share, Statistics};
use crate::model::number::Count;

/// What stands before the members in the membership digest, with the version of its definition.
const MEMBERSHIP: &[u8] = b"keepstone-dataset/1\0";

/// All that follows from the members.
pub struct Counted {
    pub(super) total_bytes: u64,
    pub(super) content_digest: Hash,
    pub(super) membership_digest: Hash,
    pub(super) statistics: Statistics,
}

impl Counted {
    /// Counted on two threads.
    pub(super) fn of(members: &[Member]) -> Self {
        let (membership_digest, (content_digest, statistics)) =
            both(|| membership_digest(members), || (content_digest(members), statistics(members)));
        let total_bytes = members.iter().map(|member| member.size_bytes.0).sum();
        Self { total_bytes, content_digest, membership_digest, statistics }
    }
}

/// SHA-256 over the hex digits of the members' hashes, sorted and joined by line feeds.
fn content_digest(members: &[Member]) -> Hash {
    dataset::content_digest(members.iter().map(|member| member.file_hash).collect())
}

/// So much is hashed at once, in bytes: many small pieces take longer than their hash.
const HASHED_AT_ONCE: usize = 1 << 16;

/// SHA-256 over everything that is known of each member, in the order of their ids.
fn membership_digest(members: &[Member]) -> Hash {
    let mut hasher = Sha256::new();
    let mut bytes = MEMBERSHIP.to_vec();
    count(&mut bytes, members.len());
    for member in members {
        text(&mut bytes, member.artifact_id.as_str());
        text(&mut bytes, member.artifact_type.as_str());
        text(&mut bytes, &member.logical_key);
        text(&mut bytes, &member.role);
        // A split is never empty.
        text(&mut bytes, member.split.as_deref().unwrap_or_default());
        bytes.extend_from_slice(&member.file_hash.0);
        bytes.extend_from_slice(&member.size_bytes.0.to_le_bytes());
        count(&mut bytes, member.features.len());
        for (name, value) in member.features.iter() {
            text(&mut bytes, name);
            match value {
                FeatureValue::Bool(flag) => bytes.extend_from_slice(&[1, u8::from(*flag)]),
                FeatureValue::Text(value) => {
                    bytes.push(3);
                    text(&mut bytes, value);
                }
                number => {
                    bytes.push(2);
                    bytes.extend_from_slice(&number.number().expect("a number").to_le_bytes());
                }
            }
        }
        if bytes.len() >= HASHED_AT_ONCE {
            hasher.update(&bytes);
            bytes.clear();
        }
    }
    hasher.update(&bytes);
    Hash::finish(hasher)
}

fn count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend_from_slice(&(count as u64).to_le_bytes());
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    count(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

/// A running mean and variance, after Welford.
#[derive(Default)]
struct Running {
    count: u64,
    min: f64,
    max: f64,
    mean: f64,
    squares: f64,
}

impl Running {
    #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 members")]
    fn add(&mut self, value: f64) {
        (self.min, self.max) = match self.count {
            0 => (value, value),
            _ => (self.min.min(value), self.max.max(value)),
        };
        self.count += 1;
        let off = value - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (value - self.mean);
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 members")]
    fn range(&self) -> FeatureRange {
        // Numbers near the end of what a double holds have no mean that one could hold.
        let finite = |number: f64| if number.is_finite() { number } else { f64::MAX };
        FeatureRange {
            min: self.min,
            max: self.max,
            mean: finite(self.mean),
            std: finite((self.squares / self.count as f64).sqrt()),
            count: Count(self.count),
        }
    }
}

/// What can be counted.
fn statistics(members: &[Member]) -> Statistics {
    let mut statistics = Statistics::default();
    let mut features: ByFeature<Running> = ByFeature::default();
    for member in members {
        share(&mut statistics.by_artifact_type, member.artifact_type.as_str(), member);
        share(&mut statistics.by_role, &member.role, member);
        if let Some(split) = &member.split {
            share(&mut statistics.by_split, split, member);
        }
        for (place, (name, value)) in member.features.iter().enumerate() {
            if let Some(number) = value.number() {
                let Ok(running) = features.of(place, name, |_| Ok::<_, Infallible>(Running::default()));
                running.add(number);
            }
        }
    }
    statistics.feature_ranges =
        features.into_sorted().into_iter().map(|(name, running)| (name.to_owned(), running.range())).collect();
    statistics
}

fn share(shares: &mut BTreeMap<String, Share>, name: &str, member: &Member) {
    let share = match shares.get_mut(name) {
        Some(share) => share,
        None => shares.entry(name.to_owned()).or_default(),
    };
    share.count.0 += 1;
    share.total_bytes.0 += member.size_bytes.0;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::artifact::Storage;
    use crate::model::dataset::Features;

    fn member(hash: [u8; 32]) -> Member {
        Member {
            artifact_id: "a".to_owned().try_into().unwrap(),
            artifact_type: "t".to_owned().try_into().unwrap(),
            logical_key: "k".into(),
            role: "r".into(),
            split: None,
            file_hash: Hash(hash),
            size_bytes: Count(1),
            storage: Storage::Managed,
            features: Features::new(),
        }
    }

    #[test]
    fn the_content_digest_is_what_other_programs_computed() {
        let digest =
            |hashes: &[[u8; 32]]| content_digest(&hashes.iter().map(|hash| member(*hash)).collect::<Vec<_>>()).hex();
        let (a, b) = ([0xaa; 32], [0xbb; 32]);
        assert_eq!(digest(&[]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(digest(&[a]), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
        let both = "5e9ae866add9a85d69c3481d059bb9f158a39e5670ba11f95112fc409630894e";
        assert_eq!((digest(&[a, b]).as_str(), digest(&[b, a]).as_str()), (both, both));
        assert_eq!(digest(&[a, a]), "00f0a93d0cff3d2493ccda34e7d59328230be7a1834154085cf1b468c3c3528f");
    }

    #[test]
    fn the_membership_digest_is_of_its_definition() {
        let mut known = member([0xaa; 32]);
        known.split = Some("test".into());
        known.features.insert("f".into(), FeatureValue::Int(2));
        known.features.insert("ok".into(), FeatureValue::Bool(true));
        known.features.insert("who".into(), FeatureValue::Text("me".to_owned()));
        let mut bytes = b"keepstone-dataset/1\0\x01\0\0\0\0\0\0\0".to_vec();
        for text in ["a", "t", "k", "r", "test"] {
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.bytes());
        }
        bytes.extend([0xaa; 32]);
        bytes.extend(1_u64.to_le_bytes());
        bytes.extend(3_u64.to_le_bytes());
        bytes.extend(b"\x01\0\0\0\0\0\0\0f\x02");
        bytes.extend(2_f64.to_le_bytes());
        bytes.extend(b"\x02\0\0\0\0\0\0\0ok\x01\x01");
        bytes.extend(b"\x03\0\0\0\0\0\0\0who\x03\x02\0\0\0\0\0\0\0me");
        assert_eq!(membership_digest(&[known]), Hash::of(&bytes));
    }

    #[test]
    fn statistics_count_numbers_only() {
        let members: Vec<Member> = [FeatureValue::Int(1), FeatureValue::Float(2.0), FeatureValue::Int(6)]
            .into_iter()
            .map(|value| Member { features: Features::from_iter([("f".into(), value)]), ..member([0; 32]) })
            .collect();
        let range = &statistics(&members).feature_ranges["f"];
        assert_eq!((range.min, range.max, range.mean, range.count), (1.0, 6.0, 3.0, Count(3)));
        assert!((range.std - (14.0_f64 / 3.0).sqrt()).abs() < 1e-12, "{}", range.std);
        let word =
            Member { features: Features::from_iter([("f".into(), FeatureValue::Bool(true))]), ..member([0; 32]) };
        assert!(statistics(&[word]).feature_ranges.is_empty());
    }
}

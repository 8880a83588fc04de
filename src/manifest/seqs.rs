//! A set of artifacts by their places in the order of commits, a bit each.

/// The set; what is asked of it takes as long as the order of commits has words of 64 places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seqs(Vec<u64>);

fn position(seq: i64) -> Option<(usize, u64)> {
    let seq = usize::try_from(seq).ok()?;
    Some((seq / 64, 1 << (seq % 64)))
}

impl Seqs {
    /// Every place up to this one.
    pub(super) fn up_to(newest: i64) -> Self {
        let Some((last, bit)) = position(newest) else { return Self::default() };
        let mut words = vec![u64::MAX; last];
        words.push(bit | (bit - 1));
        Self(words)
    }

    pub(super) fn insert(&mut self, seq: i64) {
        let Some((word, bit)) = position(seq) else { return };
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit;
    }

    pub(super) fn contains(&self, seq: i64) -> bool {
        position(seq).is_some_and(|(word, bit)| self.0.get(word).is_some_and(|bits| bits & bit != 0))
    }

    /// Takes in what the other has.
    pub(super) fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    /// Leaves what the other has too.
    pub(super) fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= other);
    }

    /// Takes away what the other has.
    pub(super) fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= !other);
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = i64> {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(i64::try_from(word).expect("fewer than SQLite has rows") * 64 + i64::from(bit))
            })
        })
    }

    /// As JSON, which SQLite reads as rows.
    pub(super) fn json(&self) -> String {
        let seqs: Vec<i64> = self.iter().collect();
        serde_json::to_string(&seqs).expect("numbers")
    }
}

impl FromIterator<i64> for Seqs {
    fn from_iter<T: IntoIterator<Item = i64>>(seqs: T) -> Self {
        let mut set = Self::default();
        seqs.into_iter().for_each(|seq| set.insert(seq));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in() {
        let set: Seqs = [700, 3, 64, 63, 3, -5].into_iter().collect();
        assert_eq!((set.len(), set.iter().collect::<Vec<_>>()), (4, vec![3, 63, 64, 700]));
        assert!(set.contains(64) && !set.contains(65) && !set.contains(-5) && !set.contains(100_000));
        for newest in [0, 1, 62, 63, 64, 65, 128] {
            assert_eq!(Seqs::up_to(newest).iter().collect::<Vec<_>>(), (0..=newest).collect::<Vec<_>>());
        }
        let (mut kept, mut left) = (set.clone(), set.clone());
        kept.keep(&Seqs::up_to(63));
        left.remove(&Seqs::up_to(63));
        assert_eq!((kept.json().as_str(), left.json().as_str()), ("[3,63]", "[64,700]"));
        let mut all = Seqs::up_to(64);
        all.keep(&set);
        assert_eq!(all.json(), "[3,63,64]");
        kept.add(&left);
        assert_eq!(kept, set);
    }
}

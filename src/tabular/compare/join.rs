//! The rows of two tables, by digests of their keys and of all they hold: which of them are on both sides.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::super::digest::Digest;
use super::super::shuffled::{Merge, Records};
use crate::model::{Result, Watch};

const DIGEST: usize = size_of::<Digest>();

/// The digest of a row's key, the digest of the row, and its number.
pub(super) const RECORD: usize = 2 * DIGEST + size_of::<u64>();

/// A row as it is sorted: by key, then by what it holds, then as it stands in the table.
pub(super) fn record(key: &Digest, row: &Digest, number: u64) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..DIGEST].copy_from_slice(key);
    record[DIGEST..2 * DIGEST].copy_from_slice(row);
    record[2 * DIGEST..].copy_from_slice(&number.to_be_bytes());
    record
}

fn key(record: &[u8; RECORD]) -> &[u8] {
    &record[..DIGEST]
}

fn row(record: &[u8; RECORD]) -> &[u8] {
    &record[DIGEST..2 * DIGEST]
}

fn number(record: &[u8; RECORD]) -> u64 {
    u64::from_be_bytes(record[2 * DIGEST..].try_into().expect("eight bytes"))
}

/// How many rows are what, and which are examples.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) added: u64,
    pub(super) removed: u64,
    pub(super) changed: u64,
    pub(super) same: u64,
    pub(super) left_repeated: u64,
    pub(super) right_repeated: u64,
    /// By their numbers in the right table, from 0.
    pub(super) added_rows: Vec<u64>,
    /// By their numbers in the left table.
    pub(super) removed_rows: Vec<u64>,
    /// By their numbers in both.
    pub(super) changed_rows: Vec<(u64, u64)>,
}

/// The least things of all that come, so many at most.
struct Least<T> {
    most: usize,
    heap: BinaryHeap<T>,
}

impl<T: Ord> Least<T> {
    fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::new() }
    }

    fn add(&mut self, thing: T) {
        if self.heap.len() < self.most {
            self.heap.push(thing);
        } else if let Some(mut greatest) = self.heap.peek_mut()
            && thing < *greatest
        {
            *greatest = thing;
        }
    }

    fn sorted(self) -> Vec<T> {
        self.heap.into_sorted_vec()
    }
}

/// The rows of one side, one ahead.
struct Ahead<'a> {
    records: Merge<'a, RECORD>,
    next: Option<[u8; RECORD]>,
}

impl<'a> Ahead<'a> {
    fn new(records: Records<'a, RECORD>) -> Result<Self> {
        let mut records = records.sorted()?;
        let next = records.next()?;
        Ok(Self { records, next })
    }

    fn advance(&mut self) -> Result<()> {
        self.next = self.records.next()?;
        Ok(())
    }
}

/// The rows of one key that only one side has.
#[derive(Default)]
struct Alone {
    /// How many rows of this key the side has, those that both have included.
    all: u64,
    count: u64,
    /// The first of them.
    rows: Vec<u64>,
}

impl Alone {
    fn add(&mut self, row: u64, most: usize) {
        self.count += 1;
        if self.rows.len() < most {
            self.rows.push(row);
        }
    }
}

/// Finds out which rows are on both sides. With `whole` rows as keys none counts as changed.
pub(super) fn join(
    left: Records<RECORD>,
    right: Records<RECORD>,
    whole: bool,
    examples: usize,
    watch: &dyn Watch,
) -> Result<Joined> {
    let (mut left, mut right) = (Ahead::new(left)?, Ahead::new(right)?);
    let mut joined = Joined::default();
    let (mut added, mut removed, mut changed) = (Least::new(examples), Least::new(examples), Least::new(examples));
    let mut groups = 0_u64;
    loop {
        let least = [&left.next, &right.next].into_iter().flatten().map(key).min();
        let Some(group) = least.map(|key| Digest::try_from(key).expect("a digest")) else { break };
        if groups.is_multiple_of(1 << 16) {
            watch.step(groups, 0, "rows compared")?;
        }
        groups += 1;
        let (mut of_left, mut of_right) = (Alone::default(), Alone::default());
        loop {
            let own = left.next.filter(|record| key(record) == group);
            let other = right.next.filter(|record| key(record) == group);
            let order = match (&own, &other) {
                (Some(own), Some(other)) => row(own).cmp(row(other)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            if let Some(own) = own.filter(|_| order.is_le()) {
                of_left.all += 1;
                if order.is_lt() {
                    of_left.add(number(&own), examples);
                }
                left.advance()?;
            }
            if let Some(other) = other.filter(|_| order.is_ge()) {
                of_right.all += 1;
                if order.is_gt() {
                    of_right.add(number(&other), examples);
                }
                right.advance()?;
            }
            joined.same += u64::from(order.is_eq());
        }
        joined.left_repeated += of_left.all.saturating_sub(1);
        joined.right_repeated += of_right.all.saturating_sub(1);
        let pairs = if whole { 0 } else { of_left.count.min(of_right.count) };
        joined.changed += pairs;
        joined.removed += of_left.count - pairs;
        joined.added += of_right.count - pairs;
        let pairs = usize::try_from(pairs).unwrap_or(usize::MAX);
        of_left.rows.iter().zip(&of_right.rows).take(pairs).for_each(|(own, other)| changed.add((*own, *other)));
        of_left.rows.into_iter().skip(pairs).for_each(|row| removed.add(row));
        of_right.rows.into_iter().skip(pairs).for_each(|row| added.add(row));
    }
    joined.added_rows = added.sorted();
    joined.removed_rows = removed.sorted();
    joined.changed_rows = changed.sorted();
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::files;
    use crate::model::Unwatched;
    use std::path::Path;

    fn records<'a>(folder: &'a Path, rows: &[(u8, u8)], held_most: usize) -> Records<'a, RECORD> {
        let mut records = Records::new(folder, held_most);
        for ((key, row), number) in rows.iter().zip(0..) {
            if let Some(mut full) = records.add(&[record(&[*key; 32], &[*row; 32], number)]) {
                full.sort_unstable();
                records.spill(&full).unwrap();
            }
        }
        records
    }

    #[test]
    fn rows_are_paired_by_key_and_counted_as_often_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let left = [(9, 1), (1, 1), (2, 2), (3, 3), (3, 3), (3, 4), (5, 5)];
        let right = [(1, 1), (2, 9), (3, 3), (3, 8), (4, 4), (4, 4), (5, 5)];
        for held_most in [1, 3, 100] {
            let side = |rows: &[(u8, u8)]| records(folder.path(), rows, held_most);
            let joined = join(side(&left), side(&right), false, 10, &Unwatched).unwrap();
            let expected = Joined {
                added: 2,
                removed: 2,
                changed: 2,
                same: 3,
                left_repeated: 2,
                right_repeated: 2,
                added_rows: vec![4, 5],
                removed_rows: vec![0, 5],
                changed_rows: vec![(2, 1), (4, 3)],
            };
            assert_eq!(joined, expected, "{held_most}");
            let first = join(side(&left), side(&right), false, 1, &Unwatched).unwrap();
            assert_eq!((first.added_rows, first.changed_rows), (vec![4], vec![(2, 1)]));
            assert_eq!((first.added, first.removed, first.changed, first.same), (2, 2, 2, 3));
        }
        // As whole rows: nothing is changed, everything is there or not.
        let left: Vec<(u8, u8)> = [1, 1, 1, 2].map(|row| (row, row)).to_vec();
        let right: Vec<(u8, u8)> = [1, 3, 2].map(|row| (row, row)).to_vec();
        let side = |rows: &[(u8, u8)]| records(folder.path(), rows, 2);
        let joined = join(side(&left), side(&right), true, 10, &Unwatched).unwrap();
        assert_eq!((joined.same, joined.removed, joined.added, joined.changed), (2, 2, 1, 0));
        assert_eq!((joined.removed_rows, joined.added_rows), (vec![1, 2], vec![1]));
        assert_eq!(files::list(folder.path()).unwrap(), Vec::<std::path::PathBuf>::new());
    }
}

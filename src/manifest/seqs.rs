//! A set of artifacts by their places in the order of commits, a bit each, and what SQL can do with it.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

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

/// As a blob, in which a place has the same bit on every machine.
impl ToSql for Seqs {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let mut bytes = Vec::with_capacity(self.0.len() * 8);
        self.0.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
        Ok(bytes.into())
    }
}

impl FromSql for Seqs {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let words = value.as_blob()?.chunks_exact(8);
        Ok(Self(words.map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes"))).collect()))
    }
}

/// Has statements make sets, `seqs(seq)`, and ask them, `among(set, seq)`: that takes less than a step for each row.
pub(super) fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_aggregate_function("seqs", 1, flags, Collected)?;
    connection.create_scalar_function("among", 2, flags, |given| {
        let (set, seq) = (given.get_raw(0).as_blob()?, usize::try_from(given.get_raw(1).as_i64()?));
        Ok(seq.is_ok_and(|seq| set.get(seq / 8).is_some_and(|bits| bits >> (seq % 8) & 1 == 1)))
    })
}

struct Collected;

impl Aggregate<Seqs, Seqs> for Collected {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Seqs> {
        Ok(Seqs::default())
    }

    fn step(&self, given: &mut Context<'_>, set: &mut Seqs) -> rusqlite::Result<()> {
        set.insert(given.get_raw(0).as_i64()?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, set: Option<Seqs>) -> rusqlite::Result<Seqs> {
        Ok(set.unwrap_or_default())
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

    #[test]
    fn statements_make_sets_and_ask_them() {
        let connection = Connection::open_in_memory().unwrap();
        add_functions(&connection).unwrap();
        let set: Seqs = [1, 7, 8, 63, 64, 200].into_iter().collect();
        let made = "SELECT seqs(value) FROM json_each(?1)";
        assert_eq!(connection.query_row(made, [set.json()], |row| row.get::<_, Seqs>(0)).unwrap(), set);
        assert_eq!(connection.query_row(made, ["[]"], |row| row.get::<_, Seqs>(0)).unwrap(), Seqs::default());
        let asked = "SELECT seqs(value) FROM json_each(?1) WHERE among(?2, value)";
        let all: Vec<i64> = (-300..300).collect();
        let all = serde_json::to_string(&all).unwrap();
        assert_eq!(connection.query_row(asked, (all, &set), |row| row.get::<_, Seqs>(0)).unwrap(), set);
    }
}

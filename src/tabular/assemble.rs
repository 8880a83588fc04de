//! The content hash put together: blocks of rows to leaves, leaves or row digests to the one hash.

use std::ops::Range;

use arrow_array::{Array, ArrayRef};

use super::CONTENT_HASH_VERSION;
use super::digest::{Digest, Hasher};
use super::encode::{Bad, Encoded, append};
use super::plan::{Hashed, Plan};

/// How many rows a leaf covers.
pub(super) const BLOCK_ROWS: u64 = 65_536;

/// How many values are encoded at a time, so that the encodings stay in the cache.
const STRIDE: usize = 256;

/// What stands before the leaves or the row digests.
pub(super) fn header(plan: &Plan, row_count: u64) -> Hasher {
    let mut hasher = Hasher::default();
    hasher.update(format!("keepstone-table/{CONTENT_HASH_VERSION}\0").as_bytes());
    hasher.update(&[u8::from(plan.unordered)]);
    hasher.update_count(plan.hashed.len() as u64);
    for column in &plan.hashed {
        hasher.update_sized(column.name.as_bytes());
        hasher.update_sized(column.logical.to_string().as_bytes());
    }
    hasher.update_count(row_count);
    hasher
}

/// The leaves of one column, made as its rows come along.
#[derive(Clone, Default)]
pub(super) struct ColumnLeaves {
    done: Vec<Digest>,
    open: Hasher,
    /// Rows in the open leaf.
    rows: u64,
}

impl ColumnLeaves {
    /// Takes the next rows of the column.
    pub(super) fn take(&mut self, array: &dyn Array, column: &Hashed, scratch: &mut Encoded) -> Result<(), Bad> {
        let mut at = 0;
        while at < array.len() {
            let end = array.len().min(at + STRIDE).min(at + (BLOCK_ROWS - self.rows) as usize);
            scratch.clear();
            append(array, at..end, column.as_moments, scratch).map_err(|(row, what)| Bad {
                row: row as u64,
                column: column.name.clone(),
                what,
            })?;
            self.open.update(&scratch.bytes);
            self.rows += (end - at) as u64;
            at = end;
            if self.rows == BLOCK_ROWS {
                self.done.push(std::mem::take(&mut self.open).finish());
                self.rows = 0;
            }
        }
        Ok(())
    }

    /// The leaves, the last of which may cover fewer rows.
    pub(super) fn finish(mut self) -> Vec<Digest> {
        if self.rows > 0 {
            self.done.push(self.open.finish());
        }
        self.done
    }
}

/// The hash of an ordered table from its columns' leaves.
pub(super) fn ordered_hash(plan: &Plan, row_count: u64, columns: &[Vec<Digest>]) -> Digest {
    let mut hasher = header(plan, row_count);
    for block in 0..row_count.div_ceil(BLOCK_ROWS) as usize {
        for leaves in columns {
            hasher.update(&leaves[block]);
        }
    }
    hasher.finish()
}

/// The digest of each row over the columns of the plan, `columns` being in its order.
pub(super) fn row_digests(plan: &Plan, columns: &[ArrayRef], rows: Range<usize>) -> Result<Vec<Digest>, Bad> {
    const ROWS: usize = 64;
    let mut encoded: Vec<Encoded> =
        columns.iter().map(|_| Encoded { bytes: Vec::new(), ends: Some(Vec::new()) }).collect();
    let mut digests = Vec::with_capacity(rows.len());
    let mut line = Vec::new();
    let mut at = rows.start;
    while at < rows.end {
        let end = rows.end.min(at + ROWS);
        let mut first_bad: Option<Bad> = None;
        for ((array, column), out) in columns.iter().zip(&plan.hashed).zip(&mut encoded) {
            out.clear();
            if let Err((row, what)) = append(array, at..end, column.as_moments, out)
                && first_bad.as_ref().is_none_or(|bad| (row as u64) < bad.row)
            {
                first_bad = Some(Bad { row: row as u64, column: column.name.clone(), what });
            }
        }
        if let Some(bad) = first_bad {
            return Err(bad);
        }
        for row in 0..end - at {
            line.clear();
            for out in &encoded {
                let ends = out.ends.as_deref().unwrap_or_default();
                let start = if row == 0 { 0 } else { ends[row - 1] };
                line.extend_from_slice(&out.bytes[start..ends[row]]);
            }
            let mut hasher = Hasher::default();
            hasher.update(&line);
            digests.push(hasher.finish());
        }
        at = end;
    }
    Ok(digests)
}

//! CSV to Parquet with arrow-csv on one thread and parquet on another; and the CSV.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use arrow_csv::ReaderBuilder;
use arrow_csv::reader::Format;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use sha2::{Digest, Sha256};

use crate::Result;

/// How many rows are read to guess the types of the columns, and how many make a batch.
const ROWS_INFERRED: usize = 1000;
const ROWS_BATCH: usize = 8192;

/// Reads a CSV, writes zstd Parquet, hashes the Parquet and flushes it.
pub fn convert(source: &Path, target: &Path) -> Result<()> {
    let mut file = File::open(source)?;
    let format = Format::default().with_header(true);
    let (schema, _) = format.infer_schema(&mut file, Some(ROWS_INFERRED))?;
    file.rewind()?;
    let schema = Arc::new(schema);
    let reader = ReaderBuilder::new(schema.clone()).with_format(format).with_batch_size(ROWS_BATCH).build(file)?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let output = Hashing { file: File::create(target)?, hasher: Sha256::new() };
    let mut writer = ArrowWriter::try_new(output, schema, Some(properties))?;
    std::thread::scope(|scope| -> Result<()> {
        let (sender, receiver) = sync_channel(4);
        scope.spawn(move || {
            for batch in reader {
                if sender.send(batch).is_err() {
                    return;
                }
            }
        });
        for batch in receiver {
            writer.write(&batch?)?;
        }
        Ok(())
    })?;
    let output = writer.into_inner()?;
    std::hint::black_box(output.hasher.finalize());
    Ok(output.file.sync_all()?)
}

struct Hashing {
    file: File,
    hasher: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Numbers below a limit, the same each time.
pub fn chance() -> impl FnMut(u64) -> u64 {
    let mut random = 0x6b65_6570_7374_6f6e_u64;
    move |limit| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % limit
    }
}

/// Writes a CSV of trades, a moment, a text, two reals and a whole number a row: about 47 bytes each.
pub fn generate(rows: u64, target: &Path) -> Result<()> {
    let temporary = target.with_extension("new");
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&temporary)?);
    let mut below = chance();
    writeln!(file, "ts,symbol,price,fee,volume")?;
    let mut price = 10_000;
    for row in 0..rows {
        let (minute, second) = (row / 60, row % 60);
        let (hour, minute) = (minute / 60, minute % 60);
        let (day, hour) = (hour / 24, hour % 24);
        let (month, day) = (day / 28, day % 28 + 1);
        let (year, month) = (2024 + month / 12, month % 12 + 1);
        price = (price + below(201)).clamp(1_100, 1_000_000) - 100;
        writeln!(
            file,
            "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z,SYM{:03},{}.{:02},0.{:04},{}",
            below(500),
            price / 100,
            price % 100,
            below(10_000),
            below(1_000_000)
        )?;
    }
    file.into_inner()?.sync_all()?;
    Ok(std::fs::rename(&temporary, target)?)
}

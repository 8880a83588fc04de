//! JSON Lines to a Zstandard frame that is proven to give the same bytes again; and the JSON Lines.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::Result;
use crate::table::chance;

/// Compresses a file while it is hashed, flushes it, and gives it its name once what it holds has the same hash.
pub fn proven(level: i32, source: &Path, target: &Path) -> Result<()> {
    let temporary = target.with_extension("new");
    let mut encoder = zstd::Encoder::new(File::create(&temporary)?, level)?;
    let hash = hashed(File::open(source)?, |piece| encoder.write_all(piece))?;
    encoder.finish()?.sync_all()?;
    if hashed(zstd::Decoder::new(File::open(&temporary)?)?, |_| Ok(()))? != hash {
        return Err("the frame gives other bytes".into());
    }
    fs::rename(&temporary, target)?;
    Ok(File::open(target.parent().ok_or("no folder")?)?.sync_all()?)
}

fn hashed(source: impl Read, mut take: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<Vec<u8>> {
    let mut source = BufReader::with_capacity(256 * 1024, source);
    let mut buffer = vec![0; 256 * 1024];
    let mut hasher = Sha256::new();
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().to_vec()),
            count => {
                take(&buffer[..count])?;
                hasher.update(&buffer[..count]);
            }
        }
    }
}

/// Writes about so many bytes: `events`, whose texts repeat, or `samples`, in which nothing does.
pub fn generate(kind: &str, bytes: u64, target: &Path) -> Result<()> {
    const STRATEGIES: [&str; 12] = [
        "mean_reversion_hourly",
        "momentum_breakout_daily",
        "pairs_trading_equities",
        "volatility_targeting",
        "carry_rates_g10",
        "liquidity_provision",
        "statistical_arbitrage",
        "trend_following_macro",
        "event_driven_earnings",
        "index_rebalancing",
        "options_market_making",
        "cross_exchange_basis",
    ];
    const STATES: [&str; 5] = ["accepted", "partially_filled", "filled", "cancelled_by_user", "rejected_by_risk_check"];
    let temporary = target.with_extension("new");
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&temporary)?);
    let mut below = chance();
    let (mut written, mut number) = (0, 0_u64);
    while written < bytes {
        let (price, size) = (below(1_000_000), below(10_000));
        let line = match kind {
            "events" => format!(
                r#"{{"n":{number},"strategy":"{}","instrument":"INSTRUMENT-{:04}","state":"{}","venue":"venue-{:02}.example","price":{}.{:02},"size":{size}}}"#,
                STRATEGIES[below(12) as usize],
                below(2000),
                STATES[below(5) as usize],
                below(40),
                price / 100,
                price % 100,
            ),
            "samples" => format!(
                r#"{{"n":{number},"id":"{:016x}{:016x}","price":{}.{:02},"size":{size}}}"#,
                below(u64::MAX),
                below(u64::MAX),
                price / 100,
                price % 100,
            ),
            other => return Err(format!("there are no {other}").into()),
        };
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")?;
        written += line.len() as u64 + 1;
        number += 1;
    }
    file.into_inner()?.sync_all()?;
    Ok(fs::rename(&temporary, target)?)
}

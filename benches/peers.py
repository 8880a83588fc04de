"""Lets another engine turn a CSV into Parquet: `peers.py duckdb|polars|pyarrow SOURCE TARGET`."""

import json
import pathlib
import sys
import time


def duckdb(source: str, target: str) -> None:
    import duckdb

    connection = duckdb.connect()
    start(lambda: connection.execute(
        f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    ))


def polars(source: str, target: str) -> None:
    import polars

    start(lambda: polars.scan_csv(source, try_parse_dates=True).sink_parquet(
        target, compression="zstd", compression_level=1
    ))


def pyarrow(source: str, target: str) -> None:
    import pyarrow.csv
    import pyarrow.parquet

    start(lambda: pyarrow.parquet.write_table(
        pyarrow.csv.read_csv(source), target, compression="zstd", compression_level=1
    ))


def start(job) -> None:
    begun = time.perf_counter()
    job()
    seconds = time.perf_counter() - begun
    status = pathlib.Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"seconds": seconds, "peakBytes": peak}))


if __name__ == "__main__":
    {"duckdb": duckdb, "polars": polars, "pyarrow": pyarrow}[sys.argv[1]](*sys.argv[2:4])

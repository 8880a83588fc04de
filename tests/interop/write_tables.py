#!/usr/bin/env python3
"""Writes the same tables with every common writer, and tables that only look the same.

    write_tables.py FOLDER

FOLDER/manifest.json then lists them: {"same": {group: {"shape": …, "files": […]}}, "different": {group: …}}. All the
files of a group under "same" must get one content hash, all those of a group under "different" hashes of their own;
"shape" holds the parameters of register_type, if any. Needs pyarrow, pandas, polars and duckdb.
"""

import datetime as dt
import decimal
import json
import pathlib
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 300
UTC = dt.timezone.utc


class Manifest:
    def __init__(self, folder):
        self.folder = folder
        self.same, self.different = {}, {}

    def group(self, name, shape=None, different=False):
        return Group(self, name, (self.different if different else self.same).setdefault(name, {"shape": shape or {}, "files": []}))

    def write(self):
        listed = {"same": self.same, "different": self.different}
        (self.folder / "manifest.json").write_text(json.dumps(listed, indent=1) + "\n")


class Group:
    def __init__(self, manifest, name, entry):
        self.manifest, self.name, self.entry = manifest, name, entry

    def path(self, variant):
        file = f"{self.name}.{variant}"
        assert file not in self.entry["files"], file
        self.entry["files"].append(file)
        return self.manifest.folder / file

    def arrow(self, variant, table, **options):
        pq.write_table(table, self.path(f"pyarrow-{variant}.parquet"), **options)

    def pandas(self, variant, frame, **options):
        frame.to_parquet(self.path(f"pandas-{variant}.parquet"), index=False, **options)

    def polars(self, variant, frame, **options):
        frame.write_parquet(self.path(f"polars-{variant}.parquet"), **options)

    def duckdb(self, variant, query, options="", **tables):
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            connection.register(name, table)
        path = self.path(f"duckdb-{variant}.parquet")
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{options})")

    def csv(self, variant, names, rows, newline="\n", mark="", quote_all=False, last_newline=True):
        def cell(value):
            if value is None:
                return ""
            needed = quote_all or value == "" or any(c in value for c in ',"\n\r')
            return '"' + value.replace('"', '""') + '"' if needed else value

        lines = [",".join(cell(value) for value in row) for row in [names, *rows]]
        text = mark + newline.join(lines) + (newline if last_newline else "")
        self.path(f"csv-{variant}.csv").write_bytes(text.encode())


def column(make, every=7):
    return [None if row % every == 3 else make(row) for row in range(ROWS)]


WORDS = ["", "plain", 'quo"ted', "with,comma", "two\nlines", "žluťoučký 🐎", "\\N", "null"]
BASE = {
    "i": column(lambda row: row % 200 - 100, 11),
    "f": column(lambda row: [0.1, -0.0, 1e300, 2.5, 5e-324, float("nan"), float("inf"), row / 3][row % 8]),
    "b": column(lambda row: row % 3 == 0),
    "s": column(lambda row: WORDS[row % len(WORDS)]),
    "d": column(lambda row: dt.date(1969, 12, 1) + dt.timedelta(days=row)),
    "t": column(lambda row: dt.datetime(1969, 12, 31, 23) + dt.timedelta(seconds=row * 100)),
    "z": column(lambda row: dt.datetime(2024, 2, 28, tzinfo=UTC) + dt.timedelta(seconds=row * 1000)),
}


def base_table(integer=pa.int64(), text=pa.string(), zoneless="us", zoned="us", zone="UTC"):
    schema = pa.schema(
        {
            "i": integer,
            "f": pa.float64(),
            "b": pa.bool_(),
            "s": text,
            "d": pa.date32(),
            "t": pa.timestamp(zoneless),
            "z": pa.timestamp(zoned, zone),
        }
    )
    return pa.table(BASE, schema=schema)


def real(value):
    return {"nan": "NaN", "inf": "Infinity"}.get(repr(value), repr(value))


def base_rows(separator="T", zone="Z"):
    def text(name, value):
        if value is None:
            return None
        if name == "f":
            return real(value)
        if name == "b":
            return "true" if value else "False"
        if name == "t":
            return value.isoformat(separator)
        if name == "z":
            offset = dt.timezone(dt.timedelta(hours=5, minutes=30)) if zone == "+05:30" else UTC
            return value.astimezone(offset).replace(tzinfo=None).isoformat(separator) + zone
        return str(value)

    return [[text(name, BASE[name][row]) for name in BASE] for row in range(ROWS)]


def write_base(manifest):
    group = manifest.group("base")
    plain = base_table()
    for compression in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
        group.arrow(compression, plain, compression=compression)
    group.arrow("small-groups", plain, row_group_size=17)
    group.arrow("no-dictionary", plain, use_dictionary=False)
    group.arrow("pages-v2", plain, data_page_version="2.0", data_page_size=256, compression="zstd")
    group.arrow("delta", plain, use_dictionary=False, column_encoding={"i": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY", "f": "BYTE_STREAM_SPLIT"})
    group.arrow("no-arrow-schema", plain, store_schema=False)
    group.arrow("version-1", plain, version="1.0")
    group.arrow("no-statistics", plain, write_statistics=False)
    group.arrow("page-index", plain, write_page_index=True, write_page_checksum=True)
    for integer in (pa.int8(), pa.int16(), pa.int32()):
        group.arrow(str(integer), base_table(integer))
    for text in (pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string())):
        group.arrow("text-" + "".join(c if c.isalnum() else "-" for c in str(text)), base_table(text=text))
    for unit in ("s", "ms", "ns"):
        group.arrow(f"timestamps-{unit}", base_table(zoneless=unit, zoned=unit))
    group.arrow("zone", base_table(zone="Asia/Tokyo"))
    group.arrow("int96", base_table(zoneless="ns", zoned="ns"), use_deprecated_int96_timestamps=True)

    frame = plain.to_pandas(types_mapper=pd.ArrowDtype)
    group.pandas("arrow-types", frame)
    group.pandas("row-groups", frame, row_group_size=100, compression="zstd")
    objects = pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in BASE.items()})
    # pandas reads a NaN among objects as a null.
    objects["f"] = frame["f"]
    group.pandas("objects", objects.astype({"i": "Int64", "b": "boolean"}), schema=plain.schema)

    eager = pl.from_arrow(plain)
    group.polars("plain", eager)
    for compression in ("uncompressed", "snappy", "gzip", "brotli", "lz4"):
        group.polars(compression, eager, compression=compression)
    group.polars("row-groups", eager, row_group_size=64)
    group.polars("pyarrow", eager, use_pyarrow=True)
    group.polars("categories", eager.with_columns(pl.col("s").cast(pl.Categorical), pl.col("i").cast(pl.Int8)))
    group.polars("enum", eager.with_columns(pl.col("s").cast(pl.Enum(WORDS)), pl.col("t").cast(pl.Datetime("ms"))))

    group.duckdb("plain", "SELECT * FROM base", base=plain)
    group.duckdb("zstd", "SELECT * FROM base", ", COMPRESSION zstd, ROW_GROUP_SIZE 2048", base=plain)
    group.duckdb("v2", "SELECT * FROM base", ", PARQUET_VERSION v2", base=plain)
    group.duckdb("tinyint", "SELECT * REPLACE (i::TINYINT AS i, t::TIMESTAMP_MS AS t) FROM base", base=plain)
    words = ", ".join("'" + word + "'" for word in WORDS)
    group.duckdb("enum", f"SELECT * REPLACE (s::ENUM ({words}) AS s) FROM base", base=plain)

    names = list(BASE)
    group.csv("plain", names, base_rows())
    group.csv("crlf", names, base_rows(), newline="\r\n")
    group.csv("mark", names, base_rows(), mark="\ufeff")
    group.csv("no-last-newline", names, base_rows(), last_newline=False)
    group.csv("quoted", names, base_rows(), quote_all=True)
    group.csv("zones", names, base_rows(" ", "+05:30"))


def write_kinds(manifest):
    """Types that only some writers have."""
    large = manifest.group("large-integers")
    values = [None if row % 5 == 1 else (1 << 63) + row for row in range(ROWS)]
    large.arrow("uint64", pa.table({"n": pa.array(values, pa.uint64())}))
    large.polars("uint64", pl.DataFrame({"n": pl.Series(values, dtype=pl.UInt64)}))
    large.duckdb("ubigint", "SELECT n::UBIGINT AS n FROM t", t=pa.table({"n": pa.array(values, pa.uint64())}))
    large.csv("plain", ["n"], [[None if value is None else str(value)] for value in values])

    small = manifest.group("unsigned")
    values = [row % 100 for row in range(ROWS)]
    for kind in (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.int8(), pa.int64()):
        small.arrow(str(kind), pa.table({"n": pa.array(values, kind)}))
    small.arrow("required", pa.table([pa.array(values)], pa.schema([pa.field("n", pa.int64(), nullable=False)])))
    small.pandas("numpy", pd.DataFrame({"n": pd.Series(values, dtype="uint16")}))
    small.csv("plain", ["n"], [[str(value)] for value in values])

    decimals = manifest.group("decimals")
    values = [None if row % 6 == 2 else decimal.Decimal(row * 37 - 4000).scaleb(-2) for row in range(ROWS)]
    for kind in (pa.decimal32(9, 2), pa.decimal64(18, 2), pa.decimal128(10, 2), pa.decimal128(38, 2), pa.decimal256(76, 2)):
        decimals.arrow(f"{kind.bit_width}-{kind.precision}", pa.table({"n": pa.array(values, kind)}))
    decimals.arrow("as-integer", pa.table({"n": pa.array(values, pa.decimal128(18, 2))}), store_decimal_as_integer=True)
    decimals.polars("plain", pl.DataFrame({"n": pl.Series(values, dtype=pl.Decimal(20, 2))}))
    decimals.duckdb("plain", "SELECT n::DECIMAL(10, 2) AS n FROM t", t=pa.table({"n": pa.array(values, pa.decimal128(10, 2))}))

    times = manifest.group("times")
    values = [None if row % 4 == 2 else dt.time(row % 24, row % 60, row % 59) for row in range(ROWS)]
    for kind in (pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")):
        times.arrow(str(kind)[:6] + kind.unit, pa.table({"at": pa.array(values, kind)}))
    times.polars("plain", pl.DataFrame({"at": pl.Series(values, dtype=pl.Time)}))
    times.duckdb("plain", "SELECT \"at\"::TIME AS \"at\" FROM t", t=pa.table({"at": pa.array(values, pa.time64("us"))}))

    durations = manifest.group("durations")
    values = [None if row % 4 == 2 else dt.timedelta(seconds=row - 150) for row in range(ROWS)]
    for unit in ("s", "ms", "us", "ns"):
        durations.arrow(unit, pa.table({"took": pa.array(values, pa.duration(unit))}))
    durations.polars("plain", pl.DataFrame({"took": pl.Series(values, dtype=pl.Duration("us"))}))
    durations.pandas("plain", pd.DataFrame({"took": pd.Series(values, dtype="timedelta64[ns]")}))

    binary = manifest.group("binary")
    values = [None if row % 4 == 2 else bytes([row % 256, 0, 255, 10]) for row in range(ROWS)]
    for kind in (pa.binary(), pa.large_binary(), pa.binary(4), pa.binary_view()):
        name = "".join(c for c in str(kind) if c.isalnum())
        binary.arrow(name, pa.table({"raw": pa.array(values, kind)}))
    binary.polars("plain", pl.DataFrame({"raw": pl.Series(values, dtype=pl.Binary)}))
    binary.duckdb("blob", "SELECT raw::BLOB AS raw FROM t", t=pa.table({"raw": pa.array(values, pa.binary())}))

    narrow = manifest.group("float32")
    values = [None if row % 4 == 2 else row / 7 for row in range(ROWS)]
    narrow.arrow("plain", pa.table({"x": pa.array(values, pa.float32())}))
    narrow.polars("plain", pl.DataFrame({"x": pl.Series(values, dtype=pl.Float32)}))
    narrow.duckdb("plain", "SELECT x::FLOAT AS x FROM t", t=pa.table({"x": pa.array(values, pa.float32())}))

    fine = manifest.group("nanoseconds")
    ticks = [row * 1_000_000_007 - 5 for row in range(ROWS)]
    fine.arrow("plain", pa.table({"at": pa.array(ticks, pa.timestamp("ns"))}))
    fine.polars("plain", pl.DataFrame({"at": pl.Series(ticks, dtype=pl.Datetime("ns"))}))
    fine.pandas("plain", pd.DataFrame({"at": pd.Series(ticks, dtype="datetime64[ns]")}))
    fine.duckdb("plain", 'SELECT "at"::TIMESTAMP_NS AS "at" FROM t', t=pa.table({"at": pa.array(ticks, pa.timestamp("ns"))}))
    fine.arrow("int96", pa.table({"at": pa.array(ticks, pa.timestamp("ns"))}), use_deprecated_int96_timestamps=True)
    fine.arrow("int96-bare", pa.table({"at": pa.array(ticks, pa.timestamp("ns"))}), use_deprecated_int96_timestamps=True, store_schema=False)
    stamps = [pd.Timestamp(tick).isoformat() for tick in ticks]
    fine.csv("plain", ["at"], [[stamp] for stamp in stamps])

    far = manifest.group("far-moments")
    moments = [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999), None, dt.datetime(2024, 1, 1)]
    table = pa.table({"at": pa.array(moments, pa.timestamp("us"))})
    far.arrow("plain", table)
    far.arrow("int96", table, use_deprecated_int96_timestamps=True)
    far.arrow("int96-bare", table, use_deprecated_int96_timestamps=True, store_schema=False)
    far.duckdb("plain", 'SELECT "at" FROM t', t=table)
    far.csv("plain", ["at"], [[moment and moment.isoformat()] for moment in moments])

    empty = manifest.group("no-rows")
    empty.csv("plain", ["a", "b"], [])
    empty.csv("crlf", ["a", "b"], [], newline="\r\n", last_newline=False)
    empty.arrow("plain", pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.large_string())}))
    empty.polars("plain", pl.DataFrame({"a": pl.Series([], dtype=pl.String), "b": pl.Series([], dtype=pl.String)}))

    blocks = manifest.group("several-blocks")
    values = list(range(200_000))
    blocks.arrow("one-group", pa.table({"n": values}), row_group_size=1_000_000)
    blocks.arrow("groups", pa.table({"n": values}), row_group_size=65_537)
    blocks.polars("plain", pl.DataFrame({"n": values}))
    blocks.duckdb("plain", "SELECT range AS n FROM range(200000)")
    blocks.csv("plain", ["n"], [[str(value)] for value in values])


def write_shapes(manifest):
    """Tables whose type says how to read them."""
    seconds = [1_700_000_000 + row * 61 for row in range(ROWS)]
    stamps = [dt.datetime.fromtimestamp(second, UTC) for second in seconds]
    declared = manifest.group("declared", {"timestampColumns": ["ts"]})
    texts = [stamp.strftime("%Y-%m-%dT%H:%M:%SZ") for stamp in stamps]
    zoneless = [stamp.strftime("%Y-%m-%d %H:%M:%S") for stamp in stamps]
    declared.arrow("text", pa.table({"ts": texts}))
    declared.arrow("mixed-text", pa.table({"ts": [a if row % 2 else b for row, (a, b) in enumerate(zip(texts, zoneless))]}))
    declared.arrow("zoned", pa.table({"ts": pa.array(stamps, pa.timestamp("ms", "UTC"))}))
    declared.arrow("zoneless", pa.table({"ts": pa.array([stamp.replace(tzinfo=None) for stamp in stamps], pa.timestamp("us"))}))
    declared.polars("text", pl.DataFrame({"ts": texts}))
    declared.csv("zoned", ["ts"], [[text] for text in texts])
    declared.csv("zoneless", ["ts"], [[text] for text in zoneless])
    declared.csv("mixed", ["ts"], [[a if row % 2 else b] for row, (a, b) in enumerate(zip(texts, zoneless))])

    rows = [(row % 50, f"name {row % 20}", row / 4) for row in range(ROWS)]
    shape = {"sortKeys": ["k"]}
    shuffled = manifest.group("any-order", shape)
    orders = {"forward": rows, "backward": rows[::-1], "sorted": sorted(rows), "strided": [rows[row * 7 % ROWS] for row in range(ROWS)]}
    for name, ordered in orders.items():
        k, s, x = map(list, zip(*ordered))
        shuffled.arrow(name, pa.table({"k": k, "s": s, "x": x}), row_group_size=90)
        shuffled.polars(name, pl.DataFrame({"k": k, "s": s, "x": x}))
        shuffled.csv(name, ["k", "s", "x"], [[str(k), s, repr(x)] for k, s, x in ordered])
    ordered = manifest.group("order-counts", different=True)
    twice = manifest.group("duplicates-count", shape, different=True)
    for name in ("forward", "backward"):
        ordered.csv(name, ["k", "s", "x"], [[str(k), s, repr(x)] for k, s, x in orders[name]])
    for name, more in (("once", []), ("twice", rows[:1]), ("thrice", rows[:1] * 2), ("other-twice", rows[1:2])):
        twice.csv(name, ["k", "s", "x"], [[str(k), s, repr(x)] for k, s, x in rows + more])

    canonical = manifest.group("canonical", {"canonicalColumns": ["b", "a"]})
    canonical.arrow("all", pa.table({"a": [1, 2], "b": ["x", "y"], "c": [0.5, 1.5]}))
    canonical.arrow("others", pa.table({"z": [[1], [2]], "b": ["x", "y"], "a": [1, 2]}))
    canonical.csv("only", ["a", "b"], [["1", "x"], ["2", "y"]])


def write_near_misses(manifest):
    near = manifest.group("near", different=True)
    near.csv("plain", ["a", "b"], [["1", "x"], ["2", "y"]])
    near.csv("renamed", ["a", "c"], [["1", "x"], ["2", "y"]])
    near.csv("swapped-names", ["b", "a"], [["1", "x"], ["2", "y"]])
    near.csv("swapped-columns", ["b", "a"], [["x", "1"], ["y", "2"]])
    near.csv("swapped-rows", ["a", "b"], [["2", "y"], ["1", "x"]])
    near.csv("row-twice", ["a", "b"], [["1", "x"], ["1", "x"], ["2", "y"]])
    near.csv("null", ["a", "b"], [["1", None], ["2", "y"]])
    near.csv("empty-text", ["a", "b"], [["1", ""], ["2", "y"]])
    near.csv("backslash-n", ["a", "b"], [["1", "\\N"], ["2", "y"]])
    near.csv("space", ["a", "b"], [["1", "x "], ["2", "y"]])
    near.csv("reals", ["a", "b"], [["1.0", "x"], ["2", "y"]])
    near.csv("zeros", ["a", "b"], [["01", "x"], ["2", "y"]])
    near.arrow("text-numbers", pa.table({"a": ["1", "2"], "b": ["x", "y"]}))
    near.arrow("float32", pa.table({"a": pa.array([1, 2], pa.float32()), "b": ["x", "y"]}))
    near.arrow("binary", pa.table({"a": [1, 2], "b": [b"x", b"y"]}))
    near.arrow("decimal", pa.table({"a": pa.array([1, 2], pa.decimal128(5, 0)), "b": ["x", "y"]}))
    near.arrow("decimal-2", pa.table({"a": pa.array([1, 2], pa.decimal128(5, 2)), "b": ["x", "y"]}))

    split = manifest.group("split", different=True)
    for name, row in (("a|b,c", ["a|b", "c"]), ("a,b|c", ["a", "b|c"]), ("ab,c", ["ab", "c"]), ("a,bc", ["a", "bc"]), ("null", [None, "abc"]), ("empty", ["", "abc"])):
        split.csv(name.replace("|", "-").replace(",", "_"), ["s", "t"], [row])

    moments = manifest.group("moments", different=True)
    instant = dt.datetime(2024, 5, 1, 12)
    for name, kind in (("zoneless", pa.timestamp("us")), ("zoned", pa.timestamp("us", "UTC"))):
        moments.arrow(name, pa.table({"t": pa.array([instant], kind)}))
    moments.arrow("text", pa.table({"t": ["2024-05-01T12:00:00Z"]}))
    moments.arrow("text-zoneless", pa.table({"t": ["2024-05-01T12:00:00"]}))
    moments.arrow("date", pa.table({"t": [dt.date(2024, 5, 1)]}))
    moments.arrow("nanosecond-later", pa.table({"t": pa.array([1714564800_000000001], pa.timestamp("ns"))}))
    moments.arrow("integer", pa.table({"t": [1714564800]}))
    moments.arrow("duration", pa.table({"t": pa.array([1714564800], pa.duration("s"))}))

    reals = manifest.group("reals", different=True)
    for name, value in (("zero", 0.0), ("minus-zero", -0.0), ("nan", float("nan")), ("infinity", float("inf")), ("null", None), ("tiny", 5e-324)):
        reals.arrow(name, pa.table({"x": pa.array([value], pa.float64())}))
    for kind in (pa.float16(), pa.float32()):
        for name, value in (("zero", 0.0), ("nan", float("nan"))):
            reals.arrow(f"{kind}-{name}", pa.table({"x": pa.array([value], kind)}))
    reals.arrow("null-type", pa.table({"x": pa.nulls(1)}))
    reals.arrow("null-text", pa.table({"x": pa.nulls(1, pa.string())}))
    reals.arrow("null-bool", pa.table({"x": pa.nulls(1, pa.bool_())}))
    reals.arrow("false", pa.table({"x": [False]}))
    reals.arrow("no-rows", pa.table({"x": pa.array([], pa.float64())}))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(folder)
    write_base(manifest)
    write_kinds(manifest)
    write_shapes(manifest)
    write_near_misses(manifest)
    manifest.write()


if __name__ == "__main__":
    main()

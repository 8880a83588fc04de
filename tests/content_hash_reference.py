#!/usr/bin/env python3
"""The content hash of docs/format.md a second time, independent of keepstone's own code.

    content_hash_reference.py FILE [--canonical a,b] [--sort a,b] [--timestamps a,b] [--columns name=type,...]
    content_hash_reference.py --vectors tests/fixtures/content_hash/vectors.json [--write]

The first form prints the hash of a CSV or Parquet file. The second compares every vector with its file and exits 1
when one differs; --write puts this program's hashes into the list instead. Needs pyarrow to read Parquet.
"""

import argparse
import base64
import datetime
import decimal
import hashlib
import json
import math
import pathlib
import re
import struct
import sys

BLOCK_ROWS = 65_536
EPOCH = datetime.date(1970, 1, 1)
TIMESTAMP = re.compile(
    rb"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?", re.ASCII
)


class Refused(Exception):
    """The table is none, or none that can be hashed."""


# Logical columns: a name, a type, and a list of values of which None is null.
# int: int. float*: float. text, binary: bytes. date: days. time, timestamp, timestamptz, duration: nanoseconds.
# decimal(n): the unscaled int.


def encode(kind, value):
    if value is None:
        return b"\0"
    if kind == "bool":
        return b"\1" + bytes([value])
    if kind == "int":
        return b"\1" + struct.pack("<q", value) if value < 1 << 63 else b"\2" + struct.pack("<Q", value)
    if kind == "float16":
        return b"\1" + (b"\x00\x7e" if math.isnan(value) else struct.pack("<e", value))
    if kind == "float32":
        return b"\1" + (b"\x00\x00\xc0\x7f" if math.isnan(value) else struct.pack("<f", value))
    if kind == "float64":
        return b"\1" + (b"\x00\x00\x00\x00\x00\x00\xf8\x7f" if math.isnan(value) else struct.pack("<d", value))
    if kind in ("text", "binary"):
        return b"\1" + struct.pack("<Q", len(value)) + value
    if kind == "date":
        return b"\1" + struct.pack("<q", value)
    if kind in ("time", "timestamp", "timestamptz", "duration"):
        return b"\1" + struct.pack("<qI", value // 10**9, value % 10**9)
    if kind.startswith("decimal("):
        return b"\1" + value.to_bytes(32, "little", signed=True)
    raise Refused(f"no encoding for {kind}")


def content_hash(columns, row_count, unordered):
    for name, kind, _ in columns:
        if kind.startswith("refused"):
            raise Refused(f"{name}: {kind}")
    top = hashlib.sha256(b"keepstone-table/1\0")
    top.update(bytes([unordered]))
    top.update(struct.pack("<Q", len(columns)))
    for name, kind, _ in columns:
        for text in (name, kind):
            raw = text.encode()
            top.update(struct.pack("<Q", len(raw)) + raw)
    top.update(struct.pack("<Q", row_count))
    if unordered:
        rows = (b"".join(encode(kind, values[row]) for _, kind, values in columns) for row in range(row_count))
        for digest in sorted(hashlib.sha256(row).digest() for row in rows):
            top.update(digest)
    else:
        for start in range(0, row_count, BLOCK_ROWS):
            for _, kind, values in columns:
                cells = (encode(kind, value) for value in values[start : start + BLOCK_ROWS])
                top.update(hashlib.sha256(b"".join(cells)).digest())
    return top.hexdigest()


def shaped(columns, row_count, canonical=None, sort=(), timestamps=()):
    names = [name for name, _, _ in columns]
    if len(set(names)) != len(names):
        raise Refused("a column name stands there twice")
    by_name = {column[0]: column for column in columns}
    for name in [*(canonical or ()), *sort]:
        if name not in by_name:
            raise Refused(f"no column {name}")
    chosen = [by_name[name] for name in canonical] if canonical is not None else columns
    return content_hash([as_moments(c) if c[0] in timestamps else c for c in chosen], row_count, bool(sort))


def as_moments(column):
    name, kind, values = column
    if kind == "null" or kind in ("timestamp", "timestamptz"):
        read = lambda value: value
    elif kind == "date":
        read = lambda days: days * 86_400 * 10**9
    elif kind == "text":
        read = moment_of_text
    else:
        return column
    return name, "timestamptz", [None if value is None else read(value) for value in values]


def moment_of_text(value):
    days = date(value)
    if days is not None:
        return days * 86_400 * 10**9
    moment = timestamp(value)
    if moment is None:
        raise Refused(f"{value!r} is no timestamp")
    return moment[0]


def date(value):
    if not re.fullmatch(rb"\d{4}-\d\d-\d\d", value, re.ASCII):
        return None
    year, month, day = map(int, value.split(b"-"))
    # Python's calendar begins in the year 1; the one before is like the year 2000, 2000 years earlier.
    shift = 0 if year else 2000
    try:
        days = (datetime.date(year + shift, month, day) - EPOCH).days
    except ValueError:
        return None
    return days - (730_485 if shift else 0)


def timestamp(value):
    """Nanoseconds since 1970, whether there is a zone, and the digits of the fraction."""
    match = TIMESTAMP.fullmatch(value)
    days = match and date(match[1])
    if days is None:
        return None
    hour, minute, second = int(match[2]), int(match[3]), int(match[4] or 0)
    fraction = match[5] or b""
    zone_hour, zone_minute = int(match[8] or 0), int(match[9] or 0)
    if hour > 23 or minute > 59 or second > 59 or zone_hour > 23 or zone_minute > 59:
        return None
    offset = (zone_hour * 60 + zone_minute) * 60 * (-1 if match[7] == b"-" else 1)
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    return seconds * 10**9 + int(fraction.ljust(9, b"0")), bool(match[6] or match[7]), len(fraction)


# CSV


def csv_records(data):
    """Records of fields; a field is its bytes and whether it was quoted."""
    at, record = 0, []
    while at < len(data):
        if data[at : at + 1] == b'"':
            at, text = at + 1, b""
            while True:
                close = data.find(b'"', at)
                if close < 0:
                    raise Refused("a quote is never closed")
                text += data[at:close]
                at = close + 1
                if data[at : at + 1] != b'"':
                    break
                text, at = text + b'"', at + 1
            quoted = True
            end = re.compile(rb",|\r?\n|\Z").match(data, at)
        else:
            raw = re.compile(rb'[^,\n"]*').match(data, at)
            text, at, quoted = raw[0], raw.end(), False
            end = re.compile(rb",|\n|\Z").match(data, at)
            if end and end[0] == b"\n" and text.endswith(b"\r"):
                text = text[:-1]
        if not end:
            raise Refused("a stray quote")
        record.append((text, quoted))
        at = end.end()
        if end[0] != b",":
            yield record
            record = []
        elif at == len(data):
            yield [*record, (b"", False)]


INTEGER = re.compile(rb"-?(0|[1-9][0-9]*)")
REAL = re.compile(rb"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
WORD = re.compile(rb"-?(nan|inf|infinity)", re.IGNORECASE)


def is_real(value):
    return bool(REAL.fullmatch(value)) and math.isfinite(float(value))


def csv_type(values):
    if not values:
        return "text"
    integer = lambda value: INTEGER.fullmatch(value) and value != b"-0"
    integers = [int(value) for value in values if integer(value)]
    if len(integers) == len(values):
        if all(-(1 << 63) <= value < 1 << 63 for value in integers) or all(0 <= value < 1 << 64 for value in integers):
            return "int"
        return "text"
    if all(is_real(value) or WORD.fullmatch(value) for value in values):
        small = all(-(1 << 63) <= value < 1 << 63 for value in integers)
        return "float64" if small and any(is_real(value) for value in values) else "text"
    if all(value in (b"true", b"True", b"TRUE", b"false", b"False", b"FALSE") for value in values):
        return "bool"
    if all(date(value) is not None for value in values):
        return "date"
    moments = [timestamp(value) for value in values]
    if None not in moments and len({zoned for _, zoned, _ in moments}) == 1:
        fine = any(digits > 6 for _, _, digits in moments)
        if not fine or all(-(1 << 63) <= nanos < 1 << 63 for nanos, _, _ in moments):
            return "timestamptz" if moments[0][1] else "timestamp"
    return "text"


FORCED = {"float": "float64"}


def csv_value(kind, value):
    if kind == "int":
        return int(value)
    if kind == "float64":
        return float(value)
    if kind == "bool":
        return value.lower() == b"true"
    if kind == "date":
        return date(value)
    if kind in ("timestamp", "timestamptz"):
        return moment_of_text(value)
    return value


def read_csv(path, overrides):
    data = pathlib.Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf")
    data.decode()
    records = csv_records(data)
    header = next(records, None)
    if header is None:
        raise Refused("a header row is required")
    names = [text.decode() for text, _ in header]
    if "" in names:
        raise Refused("an empty column name")
    rows = [record for record in records if len(names) == 1 or record != [(b"", False)]]
    if any(len(row) != len(names) for row in rows):
        raise Refused("a record with too few or too many fields")
    columns = []
    for index, name in enumerate(names):
        cells = [row[index] for row in rows]
        values = [text for text, quoted in cells if text or quoted]
        forced = overrides.get(name)
        kind = FORCED.get(forced, forced) if forced else csv_type(values)
        cells = [csv_value(kind, text) if text or quoted else None for text, quoted in cells]
        columns.append((name, kind, cells))
    return columns, len(rows)


# Parquet

UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def read_parquet(path):
    import pyarrow
    import pyarrow.ipc
    import pyarrow.parquet as parquet

    file = parquet.ParquetFile(path)
    table = file.read()
    enums = {file.schema.column(i).name for i in range(len(file.schema)) if file.schema.column(i).logical_type.type == "ENUM"}
    columns = [(name, *arrow_column(table.column(i), name in enums)) for i, name in enumerate(table.column_names)]
    # Arrow's nanoseconds wrap around where INT96 reaches further; whole seconds don't.
    if int96 := {file.schema.column(i).name for i in range(len(file.schema)) if file.schema.column(i).physical_type == "INT96"}:
        whole = parquet.ParquetFile(path, coerce_int96_timestamp_unit="s").read()
        for i, (name, kind, values) in enumerate(columns):
            if name in int96:
                seconds = whole.column(i).cast(pyarrow.int64()).to_pylist()
                exact = lambda s, ns: None if s is None else s * 10**9 + (ns - s * 10**9) % 2**64
                columns[i] = name, kind, list(map(exact, seconds, values))
    # Of an INT96 only the writer's schema tells that it has a zone.
    stored = (file.schema_arrow.metadata or {}).get(b"ARROW:schema") or (file.metadata.metadata or {}).get(b"ARROW:schema")
    zoned = set()
    if stored:
        hints = pyarrow.ipc.read_schema(pyarrow.py_buffer(base64.b64decode(stored)))
        zoned = {field.name for field in hints if getattr(field.type, "tz", None)}
    columns = [(n, "timestamptz" if k == "timestamp" and n in zoned else k, v) for n, k, v in columns]
    return columns, table.num_rows


def arrow_column(column, enum):
    import pyarrow as pa
    from pyarrow import types as t

    if t.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    unit = lambda: UNITS[kind.unit]
    scaled = lambda width, factor: [None if v is None else v * factor for v in column.cast(width).to_pylist()]
    if t.is_null(kind):
        return "null", column.to_pylist()
    if t.is_boolean(kind):
        return "bool", column.to_pylist()
    if t.is_integer(kind):
        return "int", column.to_pylist()
    if t.is_floating(kind):
        return {16: "float16", 32: "float32", 64: "float64"}[kind.bit_width], [
            None if value is None else float(value) for value in column.to_pylist()
        ]
    if t.is_string(kind) or t.is_large_string(kind) or kind == pa.string_view():
        return "text", [None if value is None else value.encode() for value in column.to_pylist()]
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind) or kind == pa.binary_view():
        return "text" if enum else "binary", column.to_pylist()
    if t.is_date32(kind):
        return "date", column.cast(pa.int32()).to_pylist()
    if t.is_date64(kind):
        return "date", [None if value is None else value // 86_400_000 for value in column.cast(pa.int64()).to_pylist()]
    if t.is_time32(kind):
        return "time", scaled(pa.int32(), unit())
    if t.is_time64(kind):
        return "time", scaled(pa.int64(), unit())
    if t.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp", scaled(pa.int64(), unit())
    if t.is_duration(kind):
        return "duration", scaled(pa.int64(), unit())
    if t.is_decimal(kind):
        exact = decimal.Context(prec=100)
        unscaled = lambda value: None if value is None else int(exact.scaleb(value, kind.scale))
        return f"decimal({kind.scale})", [unscaled(value) for value in column.to_pylist()]
    # Only an error where the column counts: see content_hash.
    return f"refused: {kind}", [None] * len(column)


def hash_file(path, canonical=None, sort=(), timestamps=(), overrides=None):
    with open(path, "rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    columns, row_count = read_parquet(path) if is_parquet else read_csv(path, overrides or {})
    return shaped(columns, row_count, canonical, sort, timestamps), row_count


def check_vectors(path, write):
    folder = pathlib.Path(path).parent
    listed = json.loads(pathlib.Path(path).read_text())
    wrong = 0
    for vector in listed["vectors"]:
        shape = vector.get("shape", {})
        found, row_count = hash_file(
            folder / vector["file"],
            shape.get("canonicalColumns"),
            shape.get("sortKeys", ()),
            shape.get("timestampColumns", ()),
            vector.get("columns"),
        )
        found = f"sha256:{found}"
        if write:
            vector["contentHash"], vector["rowCount"] = found, row_count
        elif (vector["contentHash"], vector["rowCount"]) != (found, row_count):
            wrong += 1
            print(f"{vector['name']}: {vector['contentHash']}, but here {found}", file=sys.stderr)
    if write:
        pathlib.Path(path).write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
    print(f"{len(listed['vectors']) - wrong} of {len(listed['vectors'])} vectors agree")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--vectors")
    parser.add_argument("--write", action="store_true")
    words = lambda text: text.split(",")
    parser.add_argument("--canonical", type=words)
    parser.add_argument("--sort", type=words, default=())
    parser.add_argument("--timestamps", type=words, default=())
    parser.add_argument("--columns", type=lambda text: dict(pair.split("=") for pair in text.split(",")), default={})
    options = parser.parse_args()
    if options.vectors:
        return check_vectors(options.vectors, options.write)
    if not options.file:
        parser.error("a file or --vectors is required")
    print("sha256:" + hash_file(options.file, options.canonical, options.sort, options.timestamps, options.columns)[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())

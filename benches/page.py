"""The page that tells what was measured, as Markdown."""

import dataclasses
import datetime
import os
import pathlib
import platform
import statistics
import subprocess

from why import WHY

ROOT = pathlib.Path(__file__).resolve().parent.parent

HEAD = """# Benchmarks

Written by `benches/run`, which measures keepstone beside bare programs (`benches/bare`) that do only the unavoidable.
Ratios count, absolute figures don't: the same machine can be several times slower an hour later.
"""

HOW = """## How it is measured

- The bare program and keepstone run in turn, A B A B, with the same client, the same requests and the same files, in the
  page cache. Each figure is the median of the rounds, each ratio the median of the ratios of the rounds.
- The bare sidecar reads a line, asks SQLite through rusqlite, and writes a line of JSON, all on one thread. Its table has
  integer keys and an index that covers each search; it answers the same fields. It publishes by reading the file, taking
  its SHA-256, looking that up, and for new bytes write, fsync, rename, folder fsync, and a commit with synchronous=FULL;
  it keeps the CSV as it is, while keepstone writes Parquet, two hashes and a sidecar. Gathering 1,000, it flushes each
  file, then the folder, then makes one commit.
- A version of a dataset has no bare program beside it: its aims are times. Its members have three features each; one
  session answers one request after another, and creating one writes the snapshot, the Parquet index and the rows.
- Where a client waits for each reply (start, get, publish again, search) client and program share one core: across two,
  the scheduler makes two modes, several times apart. Everything else has all cores.
- Memory is the most that the process itself ever had (VmHWM).
- The peers write the same Parquet, Zstandard at level 1, with as many threads as they like, and flush nothing.
"""


def duration(seconds: float) -> str:
    for unit, factor in [("s", 1), ("ms", 1e3)]:
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def size(count: float) -> str:
    for unit in ["B", "KiB", "MiB"]:
        if count < 1024:
            return f"{count:.3g} {unit}"
        count /= 1024
    return f"{count:.3g} GiB"


@dataclasses.dataclass
class Measured:
    """One line of the table: what was measured in each pair."""

    # Under what the reasons are kept why it misses its aim.
    key: str
    work: str
    # Without a bare program there is nothing beside keepstone's time.
    pairs: list[tuple[float | None, float]]
    # The most that keepstone may take, as a multiple of the other program; without one, it is only told.
    aim: float | None
    # The most that keepstone may take, in seconds.
    seconds_max: float | None = None
    # What both did in one measurement.
    per: str = ""
    bare_bytes: int = 0
    keepstone_bytes: int = 0
    bytes_max: int | None = None

    def alone(self) -> bool:
        return self.pairs[0][0] is None

    def ratio(self) -> float:
        return statistics.median(keepstone / bare for bare, keepstone in self.pairs)

    def bare(self) -> float:
        return statistics.median(bare for bare, _ in self.pairs)

    def keepstone(self) -> float:
        return statistics.median(keepstone for _, keepstone in self.pairs)

    def aim_text(self) -> str:
        parts = [] if self.aim is None else [f"≤ {self.aim:g} ×"]
        if self.seconds_max is not None:
            parts.append(f"under {duration(self.seconds_max)}")
        if self.bytes_max is not None:
            parts.append(f"under {size(self.bytes_max)}")
        return ", ".join(parts)

    def missed(self) -> list[str]:
        missed = []
        if self.aim is not None and self.ratio() > self.aim:
            missed.append(f"missed by {self.ratio() / self.aim - 1:.0%}")
        if self.seconds_max is not None and self.keepstone() >= self.seconds_max:
            missed.append(f"{duration(self.keepstone())} instead of {duration(self.seconds_max)}")
        if self.bytes_max is not None and self.keepstone_bytes >= self.bytes_max:
            missed.append(f"{size(self.keepstone_bytes)} instead of {size(self.bytes_max)}")
        return missed

    def verdict(self) -> str:
        if not self.aim_text():
            return ""
        return "**" + ", ".join(self.missed()) + "**" if self.missed() else "met"

    def line(self) -> str:
        per = f" {self.per}" if self.per else ""
        bare, ratio, bare_bytes = "", "", ""
        if not self.alone():
            bare, ratio, bare_bytes = duration(self.bare()) + per, f"{self.ratio():.2f}", size(self.bare_bytes)
        return (
            f"| {self.work} | {bare} | {duration(self.keepstone())}{per} | {ratio} "
            f"| {self.aim_text()} | {self.verdict()} | {bare_bytes} | {size(self.keepstone_bytes)} |"
        )


def output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout.strip()


def machine(keepstone: str, scratch: pathlib.Path) -> list[str]:
    processor = next(
        (line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next(int(line.split()[1]) * 1024 for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    file_system = output("df", "--output=fstype", str(scratch)).split()[-1]
    from importlib.metadata import version

    packages = ", ".join(f"{name} {version(name)}" for name in ["duckdb", "polars", "pyarrow"])
    return [
        f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, keepstone {output(keepstone, '--version').split()[-1]}"
        f" ({output('git', 'rev-parse', '--short=12', 'HEAD')}), {output('rustc', '--version')}",
        f"- {processor}, {len(os.sched_getaffinity(0))} cores, {size(memory)} of memory; "
        f"Linux {platform.release()}, {file_system}",
        f"- Python {platform.python_version()}, {packages}",
    ]


def page(machine: list[str], measured: list[Measured], quick: bool) -> str:
    lines = [HEAD]
    if quick:
        lines.append("**These figures are from `--quick`: small sizes, few rounds. They show that it works, no more.**\n")
    lines += [*machine, "", "| work | bare | keepstone | ratio | aim | | memory, bare | memory |"]
    lines.append("|---|---:|---:|---:|---|---|---:|---:|")
    lines += [row.line() for row in measured]
    lines += ["", HOW, *shortfalls(measured)]
    return "\n".join(lines)


def shortfalls(measured: list[Measured]) -> list[str]:
    """What misses its aim, and the reason that is known for it."""
    short: dict[str, list[Measured]] = {}
    for row in measured:
        if row.missed():
            short.setdefault(row.key, []).append(row)
    lines = ["## Where it falls short", ""]
    for key, rows in short.items():
        told = "; ".join(f"{row.work}: {', '.join(row.missed())}" for row in rows)
        lines.append(f"- **{told}.** {WHY.get(key, 'Why is not known yet.')}")
    return [*lines, *([] if short else ["Every row meets its aim."]), ""]

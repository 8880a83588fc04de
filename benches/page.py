"""The page that tells what was measured, as Markdown."""

import dataclasses
import datetime
import os
import pathlib
import platform
import shutil
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
  page cache. Each figure is the median of three rounds, each ratio the median of the ratios of the rounds; compaction, which
  takes minutes, is measured once.
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
- Lists, searches and relations are asked one after the other, on all cores, of a store of runs: twenty types a run, made
  from each other and from common sources, with pins and a dataset. p95 is of all questions of a round, the time until the
  last byte of the answer is there; the figure is the median of the rounds. The searches are thirteen kinds alike often:
  words, phrases and prefixes by relevance and by age, types, tags all or any, ranges of params, sorts by title, size and
  change over everything, facets. Over stdio the client is `bare client`, over HTTP Python's http.client on one connection
  that is kept; the aims are 10, 20 and 50 ms at 1,000, 10,000 and 100,000 artifacts.
- A download is read by the same client, 256 KiB at a time; the bare server has the kernel copy the file to the socket.
- A plan answers every candidate with its fate and its reasons. The bare collection deletes the same number of rows from as
  many tables and indexes in one transaction with synchronous=FULL and unlinks the objects; keepstone draws the plan again,
  copies the manifest, writes the history, the reports and why each artifact went, takes the readable names away, can undo
  all of it until the purge, and flushes the folders. restic forgets the first of two snapshots and prunes what only that
  had; DVC collects what its workspace no longer names; both have the same files, and their start is measured too.
- Publishes while something is collected wait for their replies one by one; the other process collects and purges
  meanwhile. What is compared is the longest of all publishes.
- What is compact is proven before the original goes: the bare program too compresses, flushes, expands again and compares
  the SHA-256.
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
    # So many seconds more than the other may keepstone take.
    more_max: float | None = None

    def alone(self) -> bool:
        return self.pairs[0][0] is None

    def ratio(self) -> float:
        return statistics.median(keepstone / bare for bare, keepstone in self.pairs)

    def bare(self) -> float:
        return statistics.median(bare for bare, _ in self.pairs)

    def keepstone(self) -> float:
        return statistics.median(keepstone for _, keepstone in self.pairs)

    def more(self) -> float:
        return statistics.median(keepstone - bare for bare, keepstone in self.pairs)

    def aim_text(self) -> str:
        parts = [] if self.aim is None else [f"≤ {self.aim:g} ×"]
        if self.seconds_max is not None:
            parts.append(f"under {duration(self.seconds_max)}")
        if self.more_max is not None:
            parts.append(f"≤ {duration(self.more_max)} more")
        if self.bytes_max is not None:
            parts.append(f"under {size(self.bytes_max)}")
        return ", ".join(parts)

    def missed(self) -> list[str]:
        missed = []
        if self.aim is not None and self.ratio() > self.aim:
            missed.append(f"missed by {self.ratio() / self.aim - 1:.0%}")
        if self.seconds_max is not None and self.keepstone() >= self.seconds_max:
            missed.append(f"{duration(self.keepstone())} instead of {duration(self.seconds_max)}")
        if self.more_max is not None and self.more() > self.more_max:
            missed.append(f"{duration(self.more())} more instead of {duration(self.more_max)}")
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

    peers = [f"{name} {version(name)}" for name in ["duckdb", "polars", "pyarrow"]]
    if shutil.which("restic"):
        peers.append(" ".join(output("restic", "version").split()[:2]))
    if shutil.which("dvc"):
        peers.append(f"dvc {output('dvc', '--version')}")
    return [
        f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, keepstone {output(keepstone, '--version').split()[-1]}"
        f" ({output('git', 'rev-parse', '--short=12', 'HEAD')}), {output('rustc', '--version')}",
        f"- {processor}, {len(os.sched_getaffinity(0))} cores, {size(memory)} of memory; "
        f"Linux {platform.release()}, {file_system}",
        f"- Python {platform.python_version()}, {', '.join(peers)}",
    ]


def page(machine: list[str], measured: list[Measured], left_out: list[str], quick: bool) -> str:
    lines = [HEAD]
    if quick:
        lines.append("**These figures are from `--quick`: small sizes, few rounds. They show that it works, no more.**\n")
    lines += [*machine, "", "| work | bare | keepstone | ratio | aim | | memory, bare | memory |"]
    lines.append("|---|---:|---:|---:|---|---|---:|---:|")
    lines += [row.line() for row in measured]
    lines += ["", *(f"Not measured: {what}.\n" for what in left_out), HOW, *shortfalls(measured)]
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

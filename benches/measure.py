"""Measures keepstone beside bare programs that do only the unavoidable; page.py writes what it finds.

Both sides of a pair run in turn, A B A B, with the same client (`bare client`), the same requests and the same files;
the ratio is the median of the ratios of the pairs, so that a machine that grows slower in between hurts both alike.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable

from page import Measured, machine, page, size

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
TYPES = [f"measurement_{number:02}" for number in range(20)]
SYMBOLS = [f"S{number:02}" for number in range(50)]
# The most memory that a version of 100,000 members may take, whatever is done with it.
DATASET_BYTES_MAX = 512 << 20


@dataclasses.dataclass
class Sizes:
    """How much is done of everything."""

    rounds: int
    spawns: int
    artifacts: list[int]
    gets: int
    gets_together: int
    files: int
    large_bytes: int
    table_rows: int
    graph: int
    walks: int
    searches: int
    members: int


FULL = Sizes(5, 40, [10_000, 100_000], 20_000, 50_000, 1000, 1 << 30, 5_000_000, 10_000, 20, 2000, 100_000)
QUICK = Sizes(2, 5, [300, 1000], 500, 500, 50, 8 << 20, 20_000, 300, 5, 50, 1000)


class Bench:
    """The programs, the sizes, and a folder for what is measured."""

    def __init__(self, keepstone: str, bare: str, scratch: pathlib.Path, sizes: Sizes):
        self.keepstone, self.bare, self.scratch, self.sizes = keepstone, bare, scratch, sizes
        self.core = max(os.sched_getaffinity(0))
        scratch.mkdir(parents=True, exist_ok=True)
        self.temporary = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=scratch))
        self.count = 0
        self.format = self.call("health_check", {}, self.fresh("probe"))["formatVersion"]

    # --- Programs ---

    def fresh(self, name: str) -> pathlib.Path:
        """A path that is not taken yet."""
        self.count += 1
        return self.temporary / f"{self.count}-{name}"

    def call(self, method: str, params: dict, root: pathlib.Path) -> dict:
        """Calls one method; the store is made when there is none."""
        subprocess.run([self.keepstone, "--root", root, "init", "--quiet"], check=True)
        command = [self.keepstone, "--root", root, "call", method, json.dumps(params)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)

    def knows(self, method: str) -> bool:
        """Whether this keepstone has a method."""
        found = subprocess.run(
            [self.keepstone, "schema", method], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        return found.returncode == 0

    def report(self, command: list, pinned: bool = False) -> dict:
        """Runs a command that prints one JSON object, on one core if so wished."""
        pin = (lambda: os.sched_setaffinity(0, {self.core})) if pinned else None
        done = subprocess.run(
            [str(part) for part in command], check=True, stdout=subprocess.PIPE, preexec_fn=pin  # noqa: PLW1509
        )
        return json.loads(done.stdout)

    def client(self, requests: pathlib.Path, program: list, warm: int, in_flight: int, pinned: bool) -> dict:
        return self.report([self.bare, "client", requests, warm, in_flight, *program], pinned)

    def serve(self, root: pathlib.Path) -> list:
        return [self.keepstone, "--root", root, "serve"]

    def sidecar(self, database: pathlib.Path, folder: pathlib.Path | None = None) -> list:
        return [self.bare, "sidecar", database, folder or self.temporary]

    # --- What they work on ---

    def requests(self, name: str, method: str, params: list[dict]) -> pathlib.Path:
        """A file of request lines."""
        return self.mixed(name, [(method, given) for given in params])

    def mixed(self, name: str, requests: list[tuple[str, dict]]) -> pathlib.Path:
        """A file of request lines for several methods."""
        path = self.fresh(f"{name}.jsonl")
        with path.open("w") as file:
            for number, (method, given) in enumerate(requests):
                line = {"jsonrpc": "2.0", "id": number, "method": method, "params": given}
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        return path

    def artifacts(self, count: int, inputs: int = 1) -> tuple[pathlib.Path, pathlib.Path]:
        """A store and a bare database of the same artifacts, kept for the next run: each made from the one before it, or
        from so many random earlier ones."""
        place = self.scratch / f"store-{count}-inputs-{inputs}-format-{self.format}"
        if not (place / "done").exists():
            say(f"making a store of {count:,} artifacts")
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            chance = random.Random(inputs)
            earlier = [[at - 1] if inputs == 1 else chance.sample(range(at), inputs) for at in range(inputs, count)]
            given = [artifact(at, made_from) for at, made_from in enumerate([[]] * inputs + earlier)]
            publishes = self.requests(f"publish-{count}", "publish_artifact", given)
            self.client(publishes, self.serve(place / "store"), 0, 64, False)
            subprocess.run([self.bare, "fill", place / "bare.sqlite", publishes], check=True)
            (place / "done").touch()
        return place / "store", place / "bare.sqlite"

    def small_files(self) -> list[pathlib.Path]:
        """Small CSVs, each unlike the others."""
        folder = self.scratch / f"small-{self.sizes.files}"
        if not folder.exists():
            part = folder.with_suffix(".new")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            chance = random.Random(1)
            for number in range(self.sizes.files):
                rows = [
                    f"2026-03-{day + 1:02}T00:00:00Z,S{number:04},{chance.randint(1000, 9999) / 100},{chance.randint(1, 10**6)}"
                    for day in range(30)
                ]
                (part / f"{number:04}.csv").write_text("ts,symbol,close,volume\n" + "\n".join(rows) + "\n")
            part.rename(folder)
        return sorted(folder.iterdir())

    def small_publishes(self) -> pathlib.Path:
        """Requests that publish them, with one more before them for which the clock does not run."""
        files = self.small_files()
        first = self.fresh("first.csv")
        first.write_text("ts,symbol,close,volume\n2026-01-01T00:00:00Z,first,1.5,1\n")
        given = [
            {"artifactType": "bars", "logicalKey": path.stem, "dataPath": str(path), "tags": {"symbol": path.stem}}
            for path in [first, *files]
        ]
        return self.requests("publish", "publish_artifact", given)

    def large_file(self) -> pathlib.Path:
        path = self.scratch / f"large-{self.sizes.large_bytes}"
        if not path.exists():
            say("making a large file")
            chance, left = random.Random(2), self.sizes.large_bytes
            with path.with_suffix(".new").open("wb") as file:
                while left > 0:
                    left -= file.write(chance.randbytes(min(left, 1 << 20)))
            path.with_suffix(".new").rename(path)
        return path

    def table(self) -> pathlib.Path:
        path = self.scratch / f"table-{self.sizes.table_rows}.csv"
        if not path.exists():
            say("making a large CSV")
            subprocess.run([self.bare, "generate", str(self.sizes.table_rows), path], check=True)
        return path

    # --- Measuring ---

    def pairs(self, bare: Callable[[], dict], keepstone: Callable[[], dict], key: str, rounds: int | None = None):
        """Runs both in turn; the times of each pair, and the most memory of each."""
        times, memory = [], [0, 0]
        for _ in range(rounds or self.sizes.rounds):
            one, other = bare(), keepstone()
            times.append((one[key], other[key]))
            memory = [max(memory[0], one["peakBytes"]), max(memory[1], other["peakBytes"])]
        return times, *memory


def artifact(number: int, inputs: list[int]) -> dict:
    """The params of one of many publishes."""
    return {
        "artifactType": TYPES[number % len(TYPES)],
        "logicalKey": f"station-{number % 977}:{number}",
        "artifactId": f"a-{number:06}",
        "content": {"encoding": "utf8", "data": f"measurement {number}\n"},
        "title": f"Measurement {number} of station {number % 977}",
        "description": f"What the gauge {['north', 'east', 'south', 'west'][number % 4]} of mill{number % 613} showed.",
        "tags": {"symbol": SYMBOLS[number // len(TYPES) % len(SYMBOLS)], "quality": ["good", "fair"][number % 2]},
        "params": {"window": number % 60, "unit": "mm"},
        "createdAt": f"2026-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00.000Z",
        "inputArtifactIds": [f"a-{at:06}" for at in inputs],
    }


# --- The rows ---------------------------------------------------------------------------------------------------------


def start(bench: Bench) -> list[Measured]:
    store, database = bench.artifacts(bench.sizes.artifacts[0])
    requests = bench.requests("first", "get_artifact", [{"artifactId": "a-000007"}])
    times, *memory = bench.pairs(
        lambda: bench.client(requests, bench.sidecar(database), 0, 1, True),
        lambda: bench.client(requests, bench.serve(store), 0, 1, True),
        "firstReply",
        bench.sizes.spawns,
    )
    work = f"spawn to first reply: get_artifact among {bench.sizes.artifacts[0]:,}"
    return [Measured("start", work, times, 1.5, 0.010, "", *memory)]


def get(bench: Bench) -> list[Measured]:
    measured = []
    for count in bench.sizes.artifacts:
        store, database = bench.artifacts(count)
        for in_flight, gets in [(1, bench.sizes.gets), (64, bench.sizes.gets_together)]:
            chance = random.Random(count)
            ids = [{"artifactId": f"a-{chance.randrange(count):06}"} for _ in range(gets + 200)]
            requests = bench.requests("get", "get_artifact", ids)
            times, *memory = bench.pairs(
                lambda: bench.client(requests, bench.sidecar(database), 200, in_flight, True),  # noqa: B023
                lambda: bench.client(requests, bench.serve(store), 200, in_flight, True),  # noqa: B023
                "seconds",
            )
            how = "one at a time" if in_flight == 1 else f"{in_flight} in flight"
            times = [(bare / gets, keepstone / gets) for bare, keepstone in times]
            measured.append(Measured("get", f"get_artifact among {count:,}, {how}", times, 1.3, None, "each", *memory))
    return measured


def publish(bench: Bench) -> list[Measured]:
    requests = bench.small_publishes()
    times, *memory = bench.pairs(
        lambda: publish_bare(bench, requests), lambda: publish_keepstone(bench, requests, 1), "seconds"
    )
    files = bench.sizes.files
    times = [(bare / files, keepstone / files) for bare, keepstone in times]
    return [Measured("publish", f"publish {files:,} small CSVs one by one", times, 1.5, None, "a file", *memory)]


# What is published stays until the end: ext4 passes over inodes that were freed a short while ago, which makes every new
# file dearer for whoever is measured next.
def publish_bare(bench: Bench, requests: pathlib.Path) -> dict:
    folder = bench.fresh("kept")
    folder.mkdir()
    return bench.client(requests, bench.sidecar(bench.fresh("bare.sqlite"), folder), 1, 1, False)


def publish_keepstone(bench: Bench, requests: pathlib.Path, in_flight: int) -> dict:
    store = bench.fresh("store")
    return bench.client(requests, bench.serve(store), 1, in_flight, False)


def publish_at_once(bench: Bench) -> list[Measured]:
    requests, files = bench.small_publishes(), bench.sizes.files
    # The bare program that gathers all of them needs no request before them.
    gathered = bench.fresh("gathered.jsonl")
    gathered.write_text("".join(requests.read_text().splitlines(keepends=True)[1:]))

    def bare() -> dict:
        folder = bench.fresh("kept")
        folder.mkdir()
        program = [bench.bare, "publish-all", bench.fresh("bare.sqlite"), folder, files]
        return bench.client(gathered, program, 0, files, False)

    times, *memory = bench.pairs(bare, lambda: publish_keepstone(bench, requests, files), "seconds")
    times = [(bare / files, keepstone / files) for bare, keepstone in times]
    work = f"publish {files:,} small CSVs, all under way at once"
    return [Measured("publish-at-once", work, times, 0.5, None, "a file", *memory)]


def publish_again(bench: Bench) -> list[Measured]:
    requests, files = bench.small_publishes(), bench.sizes.files
    store, database, folder = bench.fresh("store"), bench.fresh("bare.sqlite"), bench.fresh("kept")
    folder.mkdir()
    bench.client(requests, bench.serve(store), 1, 64, False)
    bench.client(requests, bench.sidecar(database, folder), 1, 1, False)
    times, *memory = bench.pairs(
        lambda: bench.client(requests, bench.sidecar(database, folder), 1, 1, True),
        lambda: bench.client(requests, bench.serve(store), 1, 1, True),
        "seconds",
    )
    times = [(bare / files, keepstone / files) for bare, keepstone in times]
    work = f"publish {files:,} small CSVs again, unchanged, one by one"
    return [Measured("publish-again", work, times, 1.5, None, "a file", *memory)]


def large_file(bench: Bench) -> list[Measured]:
    path, target = bench.large_file(), bench.fresh("copy")
    first = {"artifactType": "t", "logicalKey": "first", "content": {"encoding": "utf8", "data": "first"}}
    given = {"artifactType": "t", "logicalKey": "large", "dataPath": str(path), "format": "file"}
    requests = bench.requests("large", "publish_artifact", [first, given])
    path.read_bytes()

    def bare() -> dict:
        report = bench.report([bench.bare, "copy", path, target])
        target.unlink()
        return report

    times, *memory = bench.pairs(bare, lambda: publish_keepstone(bench, requests, 1), "seconds")
    work = f"publish one file of {size(bench.sizes.large_bytes)}"
    return [Measured("large-file", work, times, 1.1, None, "", *memory, 64 << 20)]


def table(bench: Bench) -> list[Measured]:
    path, target = bench.table(), bench.fresh("table.parquet")
    first = {"artifactType": "t", "logicalKey": "first", "content": {"encoding": "utf8", "data": "first"}}
    given = {"artifactType": "t", "logicalKey": "large", "dataPath": str(path)}
    requests = bench.requests("table", "publish_artifact", [first, given])
    path.read_bytes()
    peers = {"DuckDB": "duckdb", "Polars": "polars", "pyarrow": "pyarrow"}
    programs = {"two threads": [bench.bare, "table", path, target]} | {
        name: [sys.executable, ROOT / "benches" / "peers.py", module, path, target] for name, module in peers.items()
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    memory = dict.fromkeys(programs, 0)
    own_memory = 0
    for _ in range(bench.sizes.rounds):
        reports = {}
        for name, program in programs.items():
            reports[name] = bench.report(program)
            target.unlink()
        own = publish_keepstone(bench, requests, 1)
        own_memory = max(own_memory, own["peakBytes"])
        for name, report in reports.items():
            times[name].append((report["seconds"], own["seconds"]))
            memory[name] = max(memory[name], report["peakBytes"])
    aims = {"two threads": (1.3, 256 << 20), "DuckDB": (0.8, None), "Polars": (None, None), "pyarrow": (None, None)}
    rows = f"{bench.sizes.table_rows:,} rows of CSV ({size(path.stat().st_size)}) to Parquet with both hashes"
    names = {"two threads": "arrow-csv → parquet on two threads"} | {name: f"{name} writing the Parquet alone" for name in peers}
    return [
        Measured(
            f"table, {name}", f"{rows}, beside {names[name]}", times[name], aims[name][0], None, "", memory[name],
            own_memory, aims[name][1],
        )
        for name in programs
    ]


def lineage(bench: Bench) -> list[Measured]:
    count, walks = bench.sizes.graph, bench.sizes.walks
    last = f"a-{count - 1:06}"
    graph = {"artifactIds": [last], "direction": "ancestors", "maxDepth": count}
    work = {
        "get_lineage_graph": ("all ancestors of the last, slim nodes and edges", graph),
        "trace_roots": ("the roots of the last", {"artifactId": last}),
    }
    measured = []
    for shape, inputs in [("in a chain", 1), ("with three random earlier inputs each", 3)]:
        store, database = bench.artifacts(count, inputs)
        for method, (what, params) in work.items():
            requests = bench.requests(method, method, [params] * (walks + 1))
            times, *memory = bench.pairs(
                lambda: bench.client(requests, bench.sidecar(database), 1, 1, False),  # noqa: B023
                lambda: bench.client(requests, bench.serve(store), 1, 1, False),  # noqa: B023
                "median",
            )
            measured.append(Measured("lineage", f"{what}: {count:,} {shape}", times, 1.2, None, "", *memory))
    return measured


def datasets(bench: Bench) -> list[Measured]:
    count = bench.sizes.members
    store, parent = dataset_store(bench, count), "parent"
    chance = random.Random(4)
    members = [
        {
            "artifactId": f"a-{at:06}",
            "role": ["input", "output", "geometry"][at % 3],
            "split": ["train", "test"][at % 5 == 0],
            "features": {"freq_ghz": at / 10, "ports": at % 4, "good": at % 2 == 0},
        }
        for at in range(count)
    ]
    chance.shuffle(members)
    few = count // 100
    child = {
        "datasetId": "d",
        "version": "child",
        "parentVersion": parent,
        "remove": [member["artifactId"] for member in members[:few]],
        "update": [{"artifactId": member["artifactId"], "role": "other"} for member in members[few : 2 * few]],
    }
    first = {"datasetId": "d", "version": parent, "members": members}
    both = bench.mixed("versions", [("create_dataset", first), ("create_dataset", child)])
    bench.client(both, bench.serve(store), 0, 1, False)
    there = {"datasetId": "d", "version": parent}
    some = {"roles": ["geometry"], "features": {"freq_ghz": {"min": count / 100, "max": count / 20}}}
    queries = {
        "diff_datasets": ("compare with a version in which 2 % differ", {"left": there, "right": there | {"version": "child"}}, 1),
        "verify_dataset": ("verify, bytes not read", there, 1),
        "list_dataset_members": ("filter by role and the range of a feature", there | {"filter": some}, 1),
        "get_dataset": ("show", there, 0.2),
    }

    def measure(key: str, what: str, seconds_max: float, requests: Callable[[int], list[tuple[str, dict]]]) -> Measured:
        times, memory = [], 0
        for number in range(bench.sizes.rounds):
            # What a session does once is done by a request before the clock starts.
            lines = bench.mixed(key, [("list_types", {}), *requests(number)])
            report = bench.client(lines, bench.serve(store), 1, 1, False)
            times.append((None, report["median"]))
            memory = max(memory, report["peakBytes"])
        work = f"a dataset of {count:,} members: {what}"
        return Measured(key, work, times, None, seconds_max, "", 0, memory, DATASET_BYTES_MAX)

    create = measure("create_dataset", "create", 1, lambda at: [("create_dataset", first | {"version": f"v{at}"})])
    return [create] + [
        measure(method, what, seconds_max, lambda _: [(method, params)] * 3)  # noqa: B023
        for method, (what, params, seconds_max) in queries.items()
    ]


def dataset_store(bench: Bench, count: int) -> pathlib.Path:
    """A store of the same artifacts to which versions may be added: the objects are links, the names are left out."""
    source, _ = bench.artifacts(count)
    store = bench.fresh("datasets")
    store.mkdir()
    for entry in source.iterdir():
        if entry.name == "artifacts":
            (store / entry.name).mkdir()
        else:
            how = "-al" if entry.name == "objects" else "-a"
            subprocess.run(["cp", how, entry, store / entry.name], check=True)
    return store


def search(bench: Bench) -> list[Measured]:
    count = max(bench.sizes.artifacts)
    store, database = bench.artifacts(count)
    chance = random.Random(3)
    number = bench.sizes.searches
    by_tag = [
        {"filter": {"artifactType": chance.choice(TYPES), "tags": {"symbol": chance.choice(SYMBOLS)}, "limit": 50}}
        for _ in range(number + 20)
    ]
    work = {"list_artifacts": (by_tag, f"list 50 by type and tag among {count:,}")}
    if bench.knows("search_artifacts"):
        words = [{"query": f"mill{chance.randrange(613)}", "limit": 50} for _ in range(number + 20)]
        work["search_artifacts"] = (words, f"full text search among {count:,}")
    measured = []
    for method, (params, title) in work.items():
        requests = bench.requests("search", method, params)
        times, *memory = bench.pairs(
            lambda: bench.client(requests, bench.sidecar(database), 20, 1, True),  # noqa: B023
            lambda: bench.client(requests, bench.serve(store), 20, 1, True),  # noqa: B023
            "median",
        )
        measured.append(Measured(method, title, times, 1.5, None, "", *memory))
    return measured


ROWS: dict[str, Callable[[Bench], list[Measured]]] = {
    "start": start,
    "get": get,
    "publish": publish,
    "publish-at-once": publish_at_once,
    "publish-again": publish_again,
    "large-file": large_file,
    "table": table,
    "lineage": lineage,
    "datasets": datasets,
    "search": search,
}


# --- The run -----------------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(f"benches: {text}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benches/run",
        description="Measures keepstone beside bare programs and prints the result; all rows at full size are written to "
        "docs/benchmarks.md.",
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, which show only that it works")
    parser.add_argument("--keepstone", help=argparse.SUPPRESS)
    parser.add_argument("--bare", help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"only these: {', '.join(ROWS)}")
    options = parser.parse_args()
    unknown = [row for row in options.rows if row not in ROWS]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    bench = Bench(options.keepstone, options.bare, options.scratch, QUICK if options.quick else FULL)
    try:
        measured = []
        for name in options.rows or ROWS:
            say(f"measuring {name}")
            measured += ROWS[name](bench)
    finally:
        shutil.rmtree(bench.temporary, ignore_errors=True)
    text = page(machine(bench.keepstone, bench.scratch), measured, options.quick)
    print(text)
    if not options.quick and not options.rows:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()

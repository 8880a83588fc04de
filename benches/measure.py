"""Measures keepstone beside bare programs that do only the unavoidable; page.py writes what it finds.

Both sides of a pair run in turn, A B A B, with the same client (`bare client`), the same requests and the same files;
the ratio is the median of the ratios of the pairs, so that a machine that grows slower in between hurts both alike.
"""

import argparse
import pathlib
import random
import shutil
import subprocess
import sys
from collections.abc import Callable

import registry
import retention
from bench import DATASET_BYTES_MAX, FULL, QUICK, ROOT, SYMBOLS, TYPES, Bench, say
from page import Measured, machine, page, size

PAGE = ROOT / "docs" / "benchmarks.md"

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
    "questions": registry.questions,
    "download": registry.download,
    "plan": retention.plan,
    "compact": retention.compact,
    # Deleting many files makes new ones dearer for minutes, so these come last.
    "publish-meanwhile": retention.publish_meanwhile,
    "collect": retention.collect,
}


# --- The run -----------------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benches/run",
        description="Measures keepstone beside bare programs and prints the result; all rows at full size are written to "
        "docs/benchmarks.md.",
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, which show only that it works")
    parser.add_argument(
        "--peers", action="store_true", help="installs restic and DVC, where they are not there, to measure beside them"
    )
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
    text = page(machine(bench.keepstone, bench.scratch), measured, bench.left_out, options.quick)
    print(text)
    if not options.quick and not options.rows:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()

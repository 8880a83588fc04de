"""The rows of retention: plans, collections beside other programs' and while others publish, and compaction."""

import datetime
import json
import pathlib
import random
import shutil
import subprocess
import threading

from bench import RUN, SYMBOLS, TYPES, Bench, say
from page import Measured, size

# Before it lies the older half of what is collected.
MIDDLE = datetime.datetime(2025, 7, 2, 12, tzinfo=datetime.timezone.utc)
PLAN_BYTES_MAX = 512 << 20
COMPACTION_BYTES_MAX = 64 << 20
# The most that a publish may wait longer because something is collected.
WAIT_MAX = 0.100
# What is read and written beside a collection must not end before it.
PUBLISHES_MORE = 4


def policy(store: pathlib.Path, rules: str) -> None:
    """Gives a store the policy `half`, to which what was made before the middle is old."""
    days = (datetime.datetime.now(datetime.timezone.utc) - MIDDLE).days
    (store / "keepstone.toml").write_text(f"[policies.half]\nkeep_min_age_days = {days}\n{rules}\n")


def plan(bench: Bench) -> list[Measured]:
    count = max(bench.sizes.registries)
    store = bench.registry(count)
    measured = []
    for what, rules in {
        "and what something was made from": "keep_with_descendants = true",
        "nothing for what was made from it": "keep_with_descendants = false",
    }.items():
        policy(store, f'keep_min_count = 100\nkeep_types = ["{TYPES[3]}"]\nkeep_roles = ["golden"]\n{rules}')
        requests = bench.requests("plan", "plan_gc", [{"policy": "half"}] * (bench.sizes.plans + 1))
        times, memory = [], 0
        for _ in range(bench.sizes.rounds):
            report = bench.client(requests, bench.serve(store), 1, 1, False)
            times.append((None, report["median"]))
            memory = max(memory, report["peakBytes"])
        work = f"plan a collection among {count:,}, by age, number, type, role, pins, datasets, {what}"
        measured.append(Measured("plan_gc", work, times, None, 1, "", 0, memory, PLAN_BYTES_MAX))
    return measured


# --- Collecting ---------------------------------------------------------------------------------------------------------


def to_collect(bench: Bench) -> pathlib.Path:
    """What half of is collected: a store, a bare folder, and what restic and DVC make of the same files, where they are
    there. Kept for the next run."""
    count = bench.sizes.collected
    place = bench.scratch / f"collect-{count}-format-{bench.format}"
    if not (place / "done").exists():
        say(f"making stores of {count:,} files")
        shutil.rmtree(place, ignore_errors=True)
        files = place / "files"
        files.mkdir(parents=True)
        chance = random.Random(7)
        given = []
        for number in range(count):
            path = files / f"{number:06}.bin"
            path.write_bytes(chance.randbytes(4096))
            # Ages are counted in whole days, so nothing lies in the two days after the middle.
            created = MIDDLE + datetime.timedelta(days=2 if number >= count // 2 else 0, hours=number - count // 2)
            given.append({
                "artifactType": TYPES[number % len(TYPES)], "logicalKey": f"station-{number // 5}", "format": "file",
                "artifactId": f"a-{number:06}", "dataPath": str(path), "title": f"Measurement {number}",
                "description": f"What the gauge of mill{number % 613} showed.", "params": {"window": number % 60},
                "tags": {"symbol": SYMBOLS[number % len(SYMBOLS)], "quality": ["good", "fair"][number % 2]},
                "createdAt": created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "inputArtifactIds": [] if number % RUN == 0 else [f"a-{number - 1:06}"],
            })  # fmt: skip
        publishes = bench.requests("publish-to-collect", "publish_artifact", given)
        bench.client(publishes, bench.serve(place / "store"), 0, 64, False)
        (place / "bare").mkdir()
        subprocess.run([bench.bare, "keep", place / "bare", publishes], check=True)
        (place / "done").touch()
    policy(place / "store", "keep_min_count = 0\nkeep_with_descendants = false")
    return place


def collection(bench: Bench, store: pathlib.Path) -> pathlib.Path:
    """The requests that collect and purge half of a store; the first one is answered before the clock starts."""
    plan = bench.call("plan_gc", {"policy": "half"}, store)
    half = bench.sizes.collected // 2
    if plan["totals"]["delete"] != half:
        raise RuntimeError(f"{plan['totals']['delete']} are to be collected instead of {half}")
    return bench.mixed("collect", [
        ("list_types", {}),
        ("apply_gc", {"policy": "half", "now": plan["now"], "digest": plan["digest"]}),
        ("purge_trash", {"olderThan": "2100-01-01", "dryRun": False}),
    ])  # fmt: skip


def collect_keepstone(bench: Bench, place: pathlib.Path) -> dict:
    store = bench.fresh_copy(place / "store", "store")
    return bench.client(collection(bench, store), bench.serve(store), 1, 1, False)


def collect_bare(bench: Bench, place: pathlib.Path) -> dict:
    folder = bench.fresh_copy(place / "bare", "bare")
    return bench.report([bench.bare, "collect", folder, MIDDLE.strftime("%Y-%m-%dT%H:%M:%S.000Z")])


def older(bench: Bench, place: pathlib.Path) -> list[pathlib.Path]:
    return sorted((place / "files").iterdir())[: bench.sizes.collected // 2]


RESTIC = {"RESTIC_PASSWORD": "benches"}


def restic(bench: Bench, place: pathlib.Path):
    """Two snapshots, of all files and of the newer half; the first one is forgotten and what only it had is pruned."""
    command = ["restic", "--quiet", "--no-cache", "--repo"]
    repository = place / "restic"
    if not (place / "restic-done").exists():
        shutil.rmtree(repository, ignore_errors=True)
        files = bench.fresh("restic") / "files"
        shutil.copytree(place / "files", files)
        bench.run([*command, repository, "init"], files.parent, RESTIC)
        bench.run([*command, repository, "backup", "files"], files.parent, RESTIC)
        for path in older(bench, place):
            (files / path.name).unlink()
        bench.run([*command, repository, "backup", "files"], files.parent, RESTIC)
        (place / "restic-done").touch()

    def forget() -> dict:
        copy = bench.fresh_copy(repository, "restic")
        return bench.run([*command, copy, "forget", "--keep-last", "1", "--prune"], place, RESTIC)

    return forget


def dvc(bench: Bench, place: pathlib.Path):
    """A folder under DVC, added whole and again without its older half; what only the first one had goes from the cache."""
    project = place / "dvc"
    aside = {f"DVC_{name}_DIR": str(bench.temporary / name) for name in ["SITE_CACHE", "GLOBAL_CONFIG", "SYSTEM_CONFIG"]}
    environment = aside | {"DVC_NO_ANALYTICS": "1"}
    if not (place / "dvc-done").exists():
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(place / "files", project / "files")
        bench.run(["dvc", "init", "--quiet", "--no-scm"], project, environment)
        bench.run(["dvc", "add", "--quiet", "files"], project, environment)
        for path in older(bench, place):
            (project / "files" / path.name).unlink()
        bench.run(["dvc", "add", "--quiet", "files"], project, environment)
        # Which files there are in the workspace is of no interest to what is measured.
        shutil.rmtree(project / "files")
        (place / "dvc-done").touch()

    def gc() -> dict:
        copy = bench.fresh_copy(project, "dvc")
        return bench.run(["dvc", "gc", "--quiet", "--workspace", "--force"], copy, environment)

    return gc


def collect(bench: Bench) -> list[Measured]:
    place = to_collect(bench)
    programs = {"SQLite deletes and unlinks": lambda: collect_bare(bench, place)}
    for name, peer, what in [("restic", restic, "restic forget --prune"), ("dvc", dvc, "dvc gc --workspace")]:
        if shutil.which(name):
            programs[f"`{what}`"] = peer(bench, place)
        else:
            bench.left_out.append(f"collecting beside `{what}`: {name} is not installed (`benches/run --peers` does it)")
    times, memory, own_memory = {name: [] for name in programs}, dict.fromkeys(programs, 0), 0
    for _ in range(bench.sizes.rounds):
        reports = {name: program() for name, program in programs.items()}
        own = collect_keepstone(bench, place)
        own_memory = max(own_memory, own["peakBytes"])
        for name, report in reports.items():
            times[name].append((report["seconds"], own["seconds"]))
            memory[name] = max(memory[name], report["peakBytes"])
    work = f"collect and purge half of {bench.sizes.collected:,} files of 4 KiB"
    return [
        Measured(
            "collect", f"{work}, beside {name}", pairs, None if name.startswith("`") else 2, None, "", memory[name],
            own_memory,
        )
        for name, pairs in times.items()
    ]  # fmt: skip


def publish_meanwhile(bench: Bench) -> list[Measured]:
    place, files = to_collect(bench), bench.small_files()
    given = [
        {"artifactType": "bars", "logicalKey": f"{path.stem}-{again}", "dataPath": str(path)}
        for again in range(PUBLISHES_MORE)
        for path in files
    ]
    first = {"artifactType": "t", "logicalKey": "first", "content": {"encoding": "utf8", "data": "first"}}
    requests = bench.requests("meanwhile", "publish_artifact", [first, *given])

    def alone() -> dict:
        store = bench.fresh_copy(place / "store", "store")
        return bench.client(requests, bench.serve(store), 1, 1, False)

    def beside() -> dict:
        store = bench.fresh_copy(place / "store", "store")
        collecting = collection(bench, store)
        reports: list[dict] = []
        other = threading.Thread(
            target=lambda: reports.append(bench.client(collecting, bench.serve(store), 1, 1, False))
        )
        other.start()
        report = bench.client(requests, bench.serve(store), 1, 1, False)
        if other.is_alive():
            say("the publishes ended before the collection did")
        other.join()
        if not reports:
            raise RuntimeError("the collection failed")
        say(f"the collection took {reports[0]['seconds']:.2f} s of {report['seconds']:.2f} s")
        return report

    times, *memory = bench.pairs(alone, beside, "longest")
    work = (
        f"the longest of {len(given):,} publishes one by one, while another process collects and purges half of "
        f"{bench.sizes.collected:,}, beside the longest while nothing else happens"
    )
    return [Measured("publish-meanwhile", work, times, None, None, "", *memory, more_max=WAIT_MAX)]


# --- Compaction ----------------------------------------------------------------------------------------------------------

FAMILY = '[scan]\nroots = ["../runs"]\n\n[families.lines]\ninclude = ["**/*.jsonl"]\noutcome = "none"\n'


def compact(bench: Bench) -> list[Measured]:
    measured = []
    for kind, form, level in [("events", "dictionary", 3), ("samples", "zstd", 9)]:
        path = bench.lines(kind)

        def keepstone() -> dict:
            root = bench.fresh("compact")
            (root / "runs" / "one").mkdir(parents=True)
            shutil.copyfile(path, root / "runs" / "one" / path.name)  # noqa: B023
            store = root / "store"
            bench.call("health_check", {}, store)
            (store / "keepstone.toml").write_text(FAMILY)
            bench.call("scan", {}, store)
            planned = bench.call("plan_compaction", {}, store)
            if planned["files"][0]["form"] != form:  # noqa: B023
                raise RuntimeError(f"{path.name} gets the form {planned['files'][0]['form']}")  # noqa: B023
            # What another row left to be written is not for this one to wait for.
            subprocess.run(["sync"], check=True)
            apply = ("apply_compaction", {"digest": planned["digest"]})
            return bench.client(bench.mixed("compact", [("list_types", {}), apply]), bench.serve(store), 1, 1, False)

        def bare() -> dict:
            target = bench.fresh("compact.zst")
            subprocess.run(["sync"], check=True)
            return bench.report([bench.bare, "compress", level, path, target])  # noqa: B023

        # It takes minutes, beside which the machine's moods are small.
        times, *memory = bench.pairs(bare, keepstone, "seconds", 1)
        what = {"dictionary": "a JSON Lines file of {} whose texts repeat: dictionary",
                "zstd": "a JSON Lines file of {} in which nothing repeats: Zstandard at level 9"}[form]
        work = f"compact {what.format(size(bench.sizes.lines_bytes))}, beside Zstandard at level {level}"
        measured.append(Measured("compact", work, times, None, None, "", *memory, COMPACTION_BYTES_MAX))
    return measured

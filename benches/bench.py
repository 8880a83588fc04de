"""What every row is measured with: the programs, the sizes, and what they work on."""

import dataclasses
import datetime
import http.client
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
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
    registries: list[int]
    questions: int
    download_bytes: int
    plans: int
    collected: int
    lines_bytes: int


FULL = Sizes(
    3, 40, [10_000, 100_000], 20_000, 50_000, 1000, 1 << 30, 5_000_000, 10_000, 20, 2000, 100_000,
    [1000, 10_000, 100_000], 200, 150_000_000, 5, 10_000, 1 << 30,
)
QUICK = Sizes(
    2, 5, [300, 1000], 500, 500, 50, 8 << 20, 20_000, 300, 5, 50, 1000, [200, 1000], 40, 10_000_000, 2, 400, 8 << 20
)


class Bench:
    """The programs, the sizes, and a folder for what is measured."""

    def __init__(self, keepstone: str, bare: str, scratch: pathlib.Path, sizes: Sizes):
        scratch = scratch.resolve()
        self.keepstone, self.bare, self.scratch, self.sizes = keepstone, bare, scratch, sizes
        self.core = max(os.sched_getaffinity(0))
        scratch.mkdir(parents=True, exist_ok=True)
        self.temporary = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=scratch))
        self.count = 0
        # What could not be measured, and why.
        self.left_out: list[str] = []
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

    def run(self, command: list, folder: pathlib.Path, environment: dict[str, str]) -> dict:
        """Runs a program that tells nothing of itself; what memory it has is looked up every few milliseconds."""
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env=os.environ | environment, stdout=subprocess.DEVNULL
        )
        peak = 0

        def look() -> None:
            nonlocal peak
            while process.returncode is None:
                peak = max(peak, peak_bytes(process.pid))
                time.sleep(0.005)

        looking = threading.Thread(target=look)
        looking.start()
        status = process.wait()
        seconds = time.perf_counter() - begun
        looking.join()
        if status != 0:
            raise RuntimeError(f"{command[0]} ended with {status}")
        return {"seconds": seconds, "peakBytes": peak}

    def client(self, requests: pathlib.Path, program: list, warm: int, in_flight: int, pinned: bool) -> dict:
        return self.report([self.bare, "client", requests, warm, in_flight, *program], pinned)

    def serve(self, root: pathlib.Path) -> list:
        return [self.keepstone, "--root", root, "serve"]

    def sidecar(self, database: pathlib.Path, folder: pathlib.Path | None = None) -> list:
        return [self.bare, "sidecar", database, folder or self.temporary]

    def listening(self, command: list) -> "Listening":
        return Listening(command)

    def serve_http(self, root: pathlib.Path) -> "Listening":
        return Listening([self.keepstone, "--root", root, "serve", "--http", "127.0.0.1:0"])

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

    def registry(self, count: int) -> pathlib.Path:
        """A store in which runs of twenty types are made from each other and from common sources, some of it pinned, some in
        a dataset; kept for the next run."""
        place = self.scratch / f"registry-{count}-format-{self.format}"
        store = place / "store"
        if not (place / "done").exists():
            say(f"making a store of {count:,} artifacts in runs")
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            given = [member_of_run(at, count) for at in range(count)]
            publishes = self.requests(f"publish-runs-{count}", "publish_artifact", given)
            self.client(publishes, self.serve(store), 0, 64, False)
            chance = random.Random(5)
            ids = [f"a-{at:06}" for at in range(count)]
            members = [{"artifactId": at, "role": "input"} for at in chance.sample(ids, count // 100)]
            decisions = [("create_dataset", {"datasetId": "kept", "version": "1", "members": members})]
            decisions += [("pin", {"artifactId": at, "reason": "shown"}) for at in chance.sample(ids, count // 300 + 1)]
            decisions += [("pin", {"runId": f"run-{at:05}"}) for at in range(0, count // RUN, 250)]
            self.client(self.mixed("decisions", decisions), self.serve(store), 0, 1, False)
            (place / "done").touch()
        return store

    def fresh_copy(self, source: pathlib.Path, name: str) -> pathlib.Path:
        """A copy that may be changed: links between its files stay links, nothing is shared with the source, and nothing of
        it waits for the disk any more."""
        target = self.fresh(name)
        subprocess.run(["cp", "-a", source, target], check=True)
        os.sync()
        return target

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

    def lines(self, kind: str) -> pathlib.Path:
        """JSON Lines: `events`, whose values repeat, or `samples`, whose values don't."""
        path = self.scratch / f"{kind}-{self.sizes.lines_bytes}.jsonl"
        if not path.exists():
            say(f"making JSON Lines of {kind}")
            subprocess.run([self.bare, "lines", kind, str(self.sizes.lines_bytes), path], check=True)
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


# So many artifacts make a run, one of each type.
RUN = len(TYPES)


def member_of_run(number: int, count: int) -> dict:
    """The params of one of so many publishes, spread over a year: the first of a run is made from one of the first run's
    artifacts, each other one from the one before it, every fifth from an earlier one too."""
    run, step = divmod(number, RUN)
    first = run * RUN
    inputs = [run % RUN if step == 0 else number - 1] if run > 0 else []
    if run > 0 and step % 5 == 4:
        inputs.append(first + step - 3)
    created = datetime.datetime(2025, 1, 1) + datetime.timedelta(days=365) * number / count
    golden = {"roles": ["golden"]} if run % 100 == 1 and step == RUN - 1 else {}
    return artifact(number, inputs) | golden | {
        "logicalKey": f"station-{run % 977}",
        "content": {"encoding": "utf8", "data": f"measurement {number}\n" + "." * (number * 37 % 400)},
        "params": {"window": run % 60, "unit": "mm", "grid": {"bins": run % 48 + 1}},
        "runId": f"run-{run:05}",
        "source": ["gauge", "radar", "model"][run % 3],
        "outcome": ["pass", "pass", "fail", "unknown"][run % 4],
        "createdAt": created.isoformat(timespec="milliseconds") + "Z",
    }


class Listening:
    """A program that serves HTTP and says on stderr where; it is ended with the block."""

    def __init__(self, command: list):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Listening":
        line = self.process.stderr.readline().strip()
        address = line.rpartition("http://")[2]
        if not address:
            raise RuntimeError(f"it does not say where it listens: {line!r}")
        self.connection = http.client.HTTPConnection(address)
        # Nothing else is said, and nobody waits for it to be read.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait()

    def get(self, path: str, piece: int = 1 << 18) -> int:
        """Reads an answer piece by piece, as a program does that keeps it; how many bytes it has."""
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        buffer, count = bytearray(piece), 0
        while got := response.readinto(buffer):
            count += got
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {bytes(buffer[:500])!r}")
        return count

    def peak_bytes(self) -> int:
        return peak_bytes(self.process.pid)


def peak_bytes(process: int) -> int:
    """The most memory that a process has had since its program began; 0 when it has ended."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def percentile(values: list[float], share: float) -> float:
    """What so large a share of the values doesn't exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]


def say(text: str) -> None:
    print(f"benches: {text}", file=sys.stderr, flush=True)

"""The rows of the registry: lists, searches and relations over both transports, and a download."""

import json
import random
import time
import urllib.parse

from bench import SYMBOLS, TYPES, Bench, percentile
from page import Measured, size

# The most that lists, searches and relations may take at 1,000, 10,000 and 100,000 artifacts.
SECONDS_MAX = [0.010, 0.020, 0.050]
DOWNLOAD_BYTES_MAX = 64 << 20


def searches(chance: random.Random) -> list[dict]:
    """One search of each kind."""
    one, other = chance.sample(SYMBOLS, 2)
    window, day = chance.randrange(50), f"2025-{chance.randrange(1, 11):02}-{chance.randrange(1, 29):02}"
    kind = chance.choice(TYPES)
    return [
        {"query": f"mill{chance.randrange(613)}"},
        {"query": f"gauge (north OR south) -station{chance.randrange(9)}", "sort": "relevance"},
        {"query": f"measurement {chance.randrange(1000)}*"},
        {"filter": {"types": [kind]}, "sort": "updated"},
        {"filter": {"anyTags": {"symbol": [one, other]}}},
        {"filter": {"types": [kind], "tags": {"symbol": one}}},
        {"filter": {"tags": {"quality": "good"}}, "sort": "size"},
        {"filter": {"params": {"window": {"min": window, "max": window + 3}}}},
        {"filter": {"source": "radar", "outcome": "pass", "minCreatedAt": f"{day}T00:00:00Z"}},
        {"sort": "title"},
        {"sort": "updated", "offset": 200},
        {"facets": ["type", "tag", "status", "source", "outcome"]},
        {"filter": {"types": [kind]}, "facets": ["tag", "outcome"]},
    ]


# How the words of a search are called in a URL.
WORDS = {
    "types": lambda types: ("type", "|".join(types)),
    "tags": lambda tags: ("allTags", ",".join(f"{key}={value}" for key, value in tags.items())),
    "anyTags": lambda tags: ("tags", ",".join(f"{key}={value}" for key, values in tags.items() for value in values)),
    "params": lambda params: ("params", json.dumps(params)),
    "minCreatedAt": lambda moment: ("createdAfter", moment),
    "facets": lambda facets: ("facets", ",".join(facets)),
    "query": lambda query: ("search", query),
}


def path_of(search: dict) -> str:
    """A search as a URL has it."""
    said = {key: value for key, value in search.items() if key != "filter"} | search.get("filter", {})
    words = [WORDS.get(key, lambda value, key=key: (key, value))(value) for key, value in said.items()]
    return "/v1/artifacts?" + urllib.parse.urlencode(words)


def questions(bench: Bench) -> list[Measured]:
    measured = []
    for count, seconds_max in zip(bench.sizes.registries, SECONDS_MAX, strict=False):
        store, number = bench.registry(count), bench.sizes.questions
        chance = random.Random(count)
        mixed = [search for _ in range(number // 10) for search in searches(chance)]
        chance.shuffle(mixed)
        ids = [f"a-{chance.randrange(count):06}" for _ in range(number)]
        asked = {
            "list_artifacts": ("list the newest 50", [{"filter": {"limit": 50}}] * number, ["/v1/artifacts?limit=50"] * number),
            "search_artifacts": ("search, 50 a page", mixed, [path_of(search) for search in mixed]),
            "get_related": ("related", [{"artifactId": one} for one in ids], [f"/v1/artifacts/{one}/related" for one in ids]),
        }
        for method, (what, params, paths) in asked.items():
            requests = bench.requests("questions", method, [params[0], *params])
            rounds = {"stdio": [], "HTTP": []}
            memory = dict.fromkeys(rounds, 0)
            for _ in range(min(bench.sizes.rounds, 3)):
                report = bench.client(requests, bench.serve(store), 1, 1, False)
                rounds["stdio"].append((None, report["p95"]))
                memory["stdio"] = max(memory["stdio"], report["peakBytes"])
                with bench.serve_http(store) as server:
                    server.get(paths[0])
                    each = [timed(lambda: server.get(path)) for path in paths]  # noqa: B023
                    memory["HTTP"] = max(memory["HTTP"], server.peak_bytes())
                rounds["HTTP"].append((None, percentile(each, 0.95)))
            for over, times in rounds.items():
                work = f"{what}, among {count:,}, over {over}: p95"
                measured.append(Measured(method, work, times, None, seconds_max, "", 0, memory[over]))
    return measured


def timed(job) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def download(bench: Bench) -> list[Measured]:
    count = bench.sizes.download_bytes
    path, store = bench.fresh("download.bin"), bench.fresh("store")
    with path.open("wb") as file:
        chance = random.Random(6)
        for _ in range(count // 1_000_000):
            file.write(chance.randbytes(1_000_000))
    given = {"artifactType": "t", "artifactId": "large", "dataPath": str(path), "format": "file"}
    bench.client(bench.requests("download", "publish_artifact", [given]), bench.serve(store), 0, 1, False)
    path.read_bytes()

    def bare() -> dict:
        with bench.listening([bench.bare, "download", path]) as server:
            return read(server, "/", count)

    def keepstone() -> dict:
        with bench.serve_http(store) as server:
            return read(server, f"/v1/artifacts/large/files/{path.name}", count)

    times, *memory = bench.pairs(bare, keepstone, "seconds")
    work = f"download a file of {size(count)} over HTTP"
    return [Measured("download", work, times, None, None, "", *memory, DOWNLOAD_BYTES_MAX)]


def read(server, path: str, count: int) -> dict:
    seconds = timed(lambda: check(server.get(path), count))
    return {"seconds": seconds, "peakBytes": server.peak_bytes()}


def check(got: int, count: int) -> None:
    if got != count:
        raise RuntimeError(f"{got} bytes came instead of {count}")

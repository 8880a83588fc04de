"""Replays the conversations in tests/conformance; the format is described there."""

import base64
import json
import re
from typing import Any

import pytest

from conftest import REPOSITORY
from keepstone import Keepstone, _records
from keepstone._generated.methods import ALIASES
from keepstone.errors import RequestError

FOLDER = REPOSITORY / "tests/conformance"
CONVERSATIONS = sorted(path for path in FOLDER.glob("*.jsonl") if path.stem not in ("batches", "envelopes"))
TYPES = {"string": str, "number": (int, float), "boolean": bool, "array": list, "object": dict, "null": type(None)}
ABSENT = object()


def filled(value: Any, variables: dict[str, Any]) -> Any:
    """The value with every `${name}` replaced."""
    if isinstance(value, str):
        whole = re.fullmatch(r"\$\{([^}]*)\}", value)
        if whole:
            return variables[whole[1]]
        return re.sub(r"\$\{([^}]*)\}", lambda found: str(variables[found[1]]), value)
    if isinstance(value, list):
        return [filled(item, variables) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, variables) for key, item in value.items()}
    return value


def mismatch(pattern: Any, value: Any, found: dict[str, Any], at: str = "reply") -> str | None:
    """Why a value does not match a pattern; what it sets is added to `found`."""
    special = pattern if isinstance(pattern, dict) else {}
    if "$absent" in special:
        return None if value is ABSENT else f"{at} is there: {value}"
    if value is ABSENT:
        return f"{at} is missing"
    if "$set" in special:
        found[special["$set"]] = value
        return mismatch(special["$is"], value, found, at) if "$is" in special else None
    if "$any" in special:
        return None
    if "$type" in special:
        wanted = TYPES[special["$type"]]
        fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        return None if fits else f"{at} is no {special['$type']}: {value}"
    if "$match" in special:
        fits = isinstance(value, str) and re.search(special["$match"], value)
        return None if fits else f"{at} does not match {special['$match']}: {value}"
    if "$length" in special:
        fits = isinstance(value, list) and len(value) == special["$length"]
        return None if fits else f"{at} has not {special['$length']} items: {value}"
    if "$exact" in special:
        further = set(value) - set(special["$exact"]) if isinstance(value, dict) else ()
        return f"{at} has also {further}" if further else mismatch(special["$exact"], value, found, at)
    if isinstance(pattern, dict) and isinstance(value, dict):
        reasons = (mismatch(inner, value.get(key, ABSENT), found, f"{at}.{key}") for key, inner in pattern.items())
        return next(filter(None, reasons), None)
    if isinstance(pattern, list) and isinstance(value, list) and len(pattern) == len(value):
        items = enumerate(zip(pattern, value))
        return next(filter(None, (mismatch(*both, found, f"{at}[{n}]") for n, both in items)), None)
    # In Python True is 1.
    same = pattern == value and isinstance(pattern, bool) == isinstance(value, bool)
    return None if same else f"{at} should be {pattern}, not {value}"


class Replay:
    """One conversation: a client library hides the lines, so methods and params are sent, results and errors compared."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.variables: dict[str, Any] = {"dir": str(folder)}
        self.replies: list[dict[str, Any]] = []
        self.start()

    def start(self) -> None:
        self.client = Keepstone(self.folder / "store", validate=True, client_name="conformance")

    def send(self, request: dict[str, Any]) -> None:
        method = request["method"]
        if method.startswith("$/"):
            return
        reply = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            reply["result"] = self.client.call(method, request.get("params"))
            if method != "initialize":
                _records.decode(ALIASES.get(method, method), reply["result"])
        except RequestError as error:
            reply["error"] = {"code": error.code, "message": error.message, "data": error.data}
        self.replies.append(reply)

    def receive(self, pattern: Any) -> None:
        reasons = []
        for reply in self.replies:
            found: dict[str, Any] = {}
            reason = mismatch(pattern, reply, found)
            if reason is None:
                self.replies.remove(reply)
                self.variables.update(found)
                return
            reasons.append(reason)
        raise AssertionError(f"nothing matches {pattern}: {reasons}")

    def step(self, step: dict[str, Any]) -> None:
        step = filled(step, self.variables)
        if "file" in step:
            path = self.folder / step["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(step["text"].encode() if "text" in step else base64.b64decode(step["base64"]))
        if "restart" in step:
            self.client.close()
            assert self.client._connection._child._process.returncode == 0
            self.start()
        if "send" in step:
            self.send(step["send"])
        for pattern in [step["expect"]] if "expect" in step else step.get("expectAll", []):
            self.receive(pattern)


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_a_conversation_goes_as_written(path, tmp_path):
    head, *steps = map(json.loads, path.read_text().splitlines())
    assert head["about"] and not head.get("options")
    replay = Replay(tmp_path)
    for number, step in enumerate(steps, 2):
        try:
            replay.step(step)
        except AssertionError as error:
            raise AssertionError(f"{path.name} line {number}: {error}") from None
    replay.client.close()
    assert replay.replies == []


def test_there_are_conversations():
    assert len(CONVERSATIONS) >= 6


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ({"a": 1}, {"a": 1.0, "b": 2}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": None}, {}, False),
        ({"a": {"$absent": True}}, {"a": None}, False),
        ({"$exact": {"a": 1}}, {"a": 1, "b": 2}, False),
        ({"$match": "5"}, 5, False),
        ({"$type": "number"}, True, False),
        ({"$length": 2}, [1], False),
        ([1], [1, 2], False),
        ({"$set": "x", "$is": 1}, 2, False),
    ],
)
def test_patterns_match_what_they_should(pattern, value, fits):
    assert (mismatch(pattern, value, {}) is None) == fits

"""Messages as lines: one JSON object a line, ended by the byte 0x0A and by nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any


def encode(value: Any) -> str:
    """A value as JSON on one line; paths are texts."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_path)


def _path(value: Any) -> str:
    if isinstance(value, os.PathLike):
        path = os.fspath(value)
        if isinstance(path, str):
            return path
    raise TypeError(f"{type(value).__name__} is not JSON: {value!r}")


def lines(read: Callable[[], bytes]) -> Iterator[bytes]:
    """The lines of a stream that is read in pieces, without their ends; the last needs none."""
    parts: list[bytes] = []
    while chunk := read():
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            parts.append(end)
            yield b"".join(parts)
            parts = []
        if rest:
            parts.append(rest)
    if parts:
        yield b"".join(parts)


def messages(read: Callable[[], bytes]) -> Iterator[dict[str, Any]]:
    """The JSON objects of a stream; what else may stand on it is not ours and passed over."""
    for line in lines(read):
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            yield message

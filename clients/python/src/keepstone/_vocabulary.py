"""Types of the client's own that its methods speak of."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

StrPath = Union[str, os.PathLike[str]]
"""A path of the file system; a relative one counts from the working directory of this program."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a request has come."""

    done: int
    """How much is done, in the unit that `message` names."""
    total: int | None
    """How much there is in all; None when that is not known."""
    message: str
    """What is being done."""


OnProgress = Callable[[Progress], object]
"""Told of progress in the thread that waits for the reply, at most ten times a second."""

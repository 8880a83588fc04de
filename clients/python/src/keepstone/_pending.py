"""The requests under way in one process: who waits for which reply."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from queue import SimpleQueue
from threading import TIMEOUT_MAX, Condition
from typing import Any, NamedTuple

from .errors import RequestTimeout, ServerEnded

AT_ONCE = 64
"""Most requests on the wire; more would only fill the pipe."""


class Deadline:
    """The moment up to which the caller of a method waits."""

    def __init__(self, method: str, timeout: float | None) -> None:
        self._method = method
        self._timeout = timeout
        self._end = math.inf if timeout is None else time.monotonic() + timeout

    def left(self) -> float | None:
        """The seconds left, in the form that waiting functions take: None is for ever."""
        left = self._end - time.monotonic()
        return None if left > TIMEOUT_MAX else max(0.0, left)

    def passed(self) -> RequestTimeout:
        """What is raised when it has passed."""
        return RequestTimeout(f"{self._method} was not answered within {self._timeout:g} s")


class Arrival(NamedTuple):
    """What a waiting caller is handed: progress, in the end the reply, or that none will come."""

    progress: Mapping[str, Any] | None = None
    reply: Mapping[str, Any] | None = None
    ended: ServerEnded | None = None


Mailbox = SimpleQueue[Arrival]


class NotTaken(Exception):
    """The process has ended before: the request was not sent."""

    def __init__(self, ended: ServerEnded) -> None:
        super().__init__()
        self.ended = ended


class Pending:
    """Callers by the ids of their requests.

    A request that nobody waits for any more keeps its place until it is answered: it is on the wire still.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._callers: dict[int, Mailbox] = {}
        self._changed = Condition()
        self._ended: ServerEnded | None = None

    def add(self, number: int, mailbox: Mailbox, deadline: Deadline) -> None:
        """Takes on a request as soon as there is room."""
        with self._changed:
            while self._ended is None and len(self._callers) >= self._at_once:
                left = deadline.left()
                if left == 0:
                    raise deadline.passed()
                self._changed.wait(left)
            if self._ended is not None:
                raise NotTaken(self._ended)
            self._callers[number] = mailbox

    def resolve(self, number: object, reply: Mapping[str, Any]) -> None:
        """Hands a reply to the one who waits for it; there may be none."""
        with self._changed:
            mailbox = self._callers.pop(number, None) if isinstance(number, int) else None
            self._changed.notify()
        if mailbox is not None:
            mailbox.put(Arrival(reply=reply))

    def progress(self, number: object, progress: Mapping[str, Any]) -> None:
        """Hands on how far a request has come."""
        mailbox = self._callers.get(number) if isinstance(number, int) else None
        if mailbox is not None:
            mailbox.put(Arrival(progress=progress))

    def end(self, error: ServerEnded) -> None:
        """Tells all who wait that no reply will come, and takes on nobody any more."""
        with self._changed:
            self._ended = error
            callers = list(self._callers.values())
            self._callers.clear()
            self._changed.notify_all()
        for mailbox in callers:
            mailbox.put(Arrival(ended=error))

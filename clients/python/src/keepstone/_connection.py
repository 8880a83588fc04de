"""The one process that a client has at a time: started when it is needed, started again when it died."""

from __future__ import annotations

import atexit
import os
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from ._child import Child
from ._pending import Deadline, NotTaken
from ._vocabulary import OnProgress
from .errors import ClientClosed, ServerEnded, from_reply

DEATHS = 5
"""So many deaths …"""

DEATHS_SECONDS = 180.0
"""… within so many seconds, and it is not started again."""

CLOSED = "the client is closed; make a new one"


class Connection:
    """Requests of any number of threads, over one process after another."""

    def __init__(self, command: Callable[[], Sequence[str]], folder: str | None, greeting: Mapping[str, Any]) -> None:
        self._command = command
        self._folder = folder
        self._greeting = greeting
        self._closed = False
        self._begin()
        _connections.add(self)

    def _begin(self) -> None:
        self._starting = Lock()
        self._child: Child | None = None
        self._server: Mapping[str, Any] = {}
        self._deaths: deque[float] = deque(maxlen=DEATHS)

    def ask(
        self,
        method: str,
        params: Any,
        *,
        timeout: float | None,
        on_progress: OnProgress | None,
        idempotent: bool,
    ) -> Mapping[str, Any]:
        """The reply to a request. One that changes nothing more is asked once again when the process died over it."""
        deadline = Deadline(method, timeout)
        again = idempotent
        while True:
            child = self._running(deadline)
            try:
                return child.request(method, params, deadline, on_progress)
            except NotTaken:
                continue
            except ServerEnded:
                # Where the process still runs, it was another client's that died, in on_progress.
                if not again or self._closed or not child.ended:
                    raise
                again = False

    def server(self, timeout: float | None) -> Mapping[str, Any]:
        """What the process said about itself when it began."""
        self._running(Deadline("initialize", timeout))
        return self._server

    def _running(self, deadline: Deadline) -> Child:
        child = self._child
        if child is not None and not child.ended and not self._starting.locked():
            return child
        left = deadline.left()
        if not self._starting.acquire(timeout=-1 if left is None else left):
            raise deadline.passed()
        try:
            if self._closed:
                raise ClientClosed(CLOSED)
            if self._child is None or self._child.ended:
                self._start(deadline)
            assert self._child is not None
            return self._child
        finally:
            self._starting.release()

    def _start(self, deadline: Deadline) -> None:
        now = time.monotonic()
        if len(self._deaths) == DEATHS and now - self._deaths[0] < DEATHS_SECONDS:
            minutes = DEATHS_SECONDS / 60
            raise ServerEnded(
                f"keepstone ended {DEATHS} times within {minutes:g} minutes, so it is not started again for now", None, ""
            )
        child = Child(self._command(), self._folder, lambda: self._deaths.append(time.monotonic()))
        self._child = child
        try:
            if self._closed:
                raise ClientClosed(CLOSED)
            reply = child.request("initialize", self._greeting, deadline)
            if "error" in reply:
                raise from_reply(reply["error"])
        except BaseException as error:
            self._child = None
            child.release()
            if isinstance(error, NotTaken):
                raise error.ended from None
            raise
        self._server = reply["result"]

    def close(self) -> None:
        """Ends the process within bounded time; what it has under way is answered first."""
        self._closed = True
        child = self._child
        if child is not None:
            child.stop()

    def abandon(self) -> None:
        """The client is gone, so nobody asks any more. Comes from the garbage collector: no lock, no waiting."""
        self._closed = True
        child = self._child
        if child is not None:
            child.release()

    def forked(self) -> None:
        """This is another process now, which needs a server of its own."""
        if self._child is not None:
            self._child.forget()
        self._begin()


_connections: weakref.WeakSet[Connection] = weakref.WeakSet()


def _close_all() -> None:
    connections = list(_connections)
    for connection in connections:
        connection.abandon()
    for connection in connections:
        connection.close()


def _forked() -> None:
    for connection in list(_connections):
        connection.forked()


# Threads that are still there run on until the callbacks of atexit are done, so the replies under way arrive.
atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

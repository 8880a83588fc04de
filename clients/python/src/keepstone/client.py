"""The client: every operation of keepstone as a method, over a process that it keeps."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from . import _binary, _records, _validation
from ._connection import Connection
from ._generated.methods import ALIASES, IDEMPOTENT, Methods
from ._generated.types import InitializeResult
from ._generated.version import __version__
from ._vocabulary import OnProgress, StrPath
from .errors import from_reply

PROTOCOL = 1
"""The version of the protocol that this client speaks."""


class Keepstone(Methods):
    """A store, asked through one long-lived `keepstone serve`, which is started with the first call.

    Any number of threads may use it at once. `close()`, or leaving the `with` block, ends the process; a program that
    forgets both ends all the same.

    Every method takes `timeout`, in seconds (the client's own unless given; `float("inf")` for none), and `on_progress`,
    which is told how far long work has come.
    """

    def __init__(
        self,
        root: StrPath | None = None,
        *,
        manifest_db: StrPath | None = None,
        artifacts_root: StrPath | None = None,
        binary: StrPath | None = None,
        timeout: float | None = None,
        client_name: str = "keepstone-python",
        validate: bool = False,
    ) -> None:
        """Says where the store is; nothing is started or made yet.

        Args:
            root: The store's folder; else the folder of manifest_db, else the nearest .keepstone upwards, else
                ./.keepstone.
            manifest_db: The store's manifest.sqlite: the folder that holds it is the store.
            artifacts_root: Where readable names lie; else as the store remembers, at first `<root>/artifacts`.
            binary: The program keepstone; else KEEPSTONE_BINARY, else it is looked for where installers put programs,
                and on PATH.
            timeout: How many seconds a call may take unless it says so itself; None is for ever.
            client_name: Who stands in the store's history.
            validate: Whether every reply is held against the published schemas; needs `keepstone[validate]`.
        """
        if validate:
            _validation.require()
        if root is None and manifest_db is not None:
            # A store that is named outright is meant, whichever the environment names besides.
            root = os.path.dirname(os.path.abspath(manifest_db))
        options = {"--root": root, "--manifest-db": manifest_db, "--artifacts-root": artifacts_root}
        # A process that is started later, after a change of the working directory, finds the same store.
        given = [word for name, path in options.items() if path is not None for word in (name, os.path.abspath(path))]
        greeting = {
            "clientName": client_name,
            "clientVersion": __version__,
            "protocolVersion": PROTOCOL,
            # Every call awaits its reply, so order comes of itself, and threads don't wait for one another.
            "ordering": "independent",
        }
        self._timeout = timeout
        self._validate = validate
        self._connection = Connection(
            lambda: [_binary.find(binary), "serve", *given, "--parent-pid", str(os.getpid())], _folder(), greeting
        )
        weakref.finalize(self, self._connection.abandon).atexit = False

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Any:
        """Calls any method, also one that is newer than this client, with params and result as they are on the wire."""
        reply = self._connection.ask(
            method,
            {} if params is None else params,
            timeout=self._timeout if timeout is None else timeout,
            on_progress=on_progress,
            idempotent=ALIASES.get(method, method) in IDEMPOTENT,
        )
        if self._validate:
            _validation.check(method, reply)
        if "error" in reply:
            raise from_reply(reply["error"])
        return reply["result"]

    def server(self, *, timeout: float | None = None) -> InitializeResult:
        """Who serves, and within which limits; starts the process where none runs."""
        reply = self._connection.server(self._timeout if timeout is None else timeout)
        server: InitializeResult = _records.read(InitializeResult, reply)
        return server

    def close(self) -> None:
        """Ends the process, within seconds even if it hangs. What other threads wait for is answered first. Again is harmless."""
        self._connection.close()

    def __enter__(self) -> Keepstone:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _run(
        self,
        method: str,
        params: dict[str, Any],
        timeout: float | None,
        on_progress: OnProgress | None,
    ) -> Any:
        sent = _records.encode(method, params)
        return _records.decode(method, self.call(method, sent, timeout=timeout, on_progress=on_progress))


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        # The folder is gone; the process then starts where this one stands.
        return None

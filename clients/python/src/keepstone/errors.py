"""Everything that the client raises: one class for each kind that keepstone answers, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._failure import KeepstoneError as KeepstoneError
from ._failure import RequestError as RequestError
from ._generated.errors import *  # noqa: F403
from ._generated.errors import BY_KIND as BY_KIND


class ServerEnded(KeepstoneError):
    """The process that was asked ended before it answered; whether it did the work is not known."""

    def __init__(self, message: str, exit_code: int | None, stderr: str) -> None:
        super().__init__(message, exit_code, stderr)
        self.message = message
        """What happened."""
        self.exit_code = exit_code
        """Its exit code, negative for a signal; None when it could not be learnt."""
        self.stderr = stderr
        """The end of what it wrote to stderr."""

    def __str__(self) -> str:
        return f"{self.message}:\n{self.stderr}" if self.stderr else self.message


class RequestTimeout(KeepstoneError, TimeoutError):
    """No reply came in time. The request was withdrawn, which undoes nothing that is committed."""


class BinaryNotFound(KeepstoneError):
    """The program `keepstone` was not found, or can't be started."""


class ClientClosed(KeepstoneError):
    """The client was closed before."""


class InvalidReply(KeepstoneError):
    """A reply has another shape than this client knows."""


def from_reply(error: Mapping[str, Any]) -> RequestError:
    """The `error` of a reply as the exception of its kind; a kind that is newer than this client is a RequestError."""
    data = error.get("data") or {}
    return BY_KIND.get(str(data.get("kind")), RequestError)(error.get("message", ""), error.get("code", 0), data)

"""The roots of everything that is raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class KeepstoneError(Exception):
    """Whatever went wrong with keepstone."""


class RequestError(KeepstoneError):
    """What keepstone answered instead of a result; there is one class below it for each kind."""

    def __init__(self, message: str, code: int, data: Mapping[str, Any]) -> None:
        super().__init__(message, code, data)
        self.message = message
        """One clear sentence."""
        self.code = code
        """The JSON-RPC error code."""
        self.data = dict(data)
        """All that came with the error: kind, retryable, and for some kinds further facts."""

    @property
    def kind(self) -> str:
        """The kind's name on the wire, such as `not_found`."""
        return str(self.data.get("kind", "unknown"))

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        return bool(self.data.get("retryable", False))

    @property
    def hint(self) -> str | None:
        """The way out, where there is one."""
        return self.data.get("hint")

    @property
    def field(self) -> str | None:
        """The parameter at fault, as the wire spells it: `artifactId`."""
        return self.data.get("field")

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

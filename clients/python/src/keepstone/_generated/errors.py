"""One exception for each kind of error that keepstone answers with.

Generated from the code: `UPDATE=1 cargo test generated` makes it again.
"""

from __future__ import annotations

from .._failure import RequestError

__all__ = [
    "BY_KIND",
    "BusyError",
    "CancelledError",
    "ConflictError",
    "IntegrityError",
    "InternalError",
    "InvalidDataError",
    "InvalidParamsError",
    "InvalidRequestError",
    "LimitExceededError",
    "MethodNotFoundError",
    "NoSpaceError",
    "NotFoundError",
    "ParseError",
    "PathNotAllowedError",
    "ProtectedError",
    "ReadOnlyError",
    "StalePlanError",
    "UnsupportedError",
]


class ParseError(RequestError):
    """The line is no JSON."""


class InvalidRequestError(RequestError):
    """The line is JSON but no request."""


class MethodNotFoundError(RequestError):
    """No operation has this name."""


class InvalidParamsError(RequestError):
    """A parameter is missing, unknown, of the wrong type or out of range."""


class InternalError(RequestError):
    """A defect in keepstone."""


class NotFoundError(RequestError):
    """What was asked for does not exist."""


class ConflictError(RequestError):
    """It contradicts what is already there."""


class InvalidDataError(RequestError):
    """The data itself (a file, a row, a column) can't be taken."""


class PathNotAllowedError(RequestError):
    """That path may not be read or written."""


class BusyError(RequestError):
    """Another process kept the store for too long."""


class IntegrityError(RequestError):
    """Bytes are not what their hash says."""


class LimitExceededError(RequestError):
    """A size or count beyond what is allowed."""


class NoSpaceError(RequestError):
    """The disk is full."""


class ReadOnlyError(RequestError):
    """The store can't be written here."""


class UnsupportedError(RequestError):
    """keepstone can't do that."""


class CancelledError(RequestError):
    """The caller withdrew the request before anything was committed."""


class StalePlanError(RequestError):
    """The store has changed so that the plan would delete something else."""


class ProtectedError(RequestError):
    """A pin, a dataset or a policy protects it."""


BY_KIND: dict[str, type[RequestError]] = {
    "parse_error": ParseError,
    "invalid_request": InvalidRequestError,
    "method_not_found": MethodNotFoundError,
    "invalid_params": InvalidParamsError,
    "internal": InternalError,
    "not_found": NotFoundError,
    "conflict": ConflictError,
    "invalid_data": InvalidDataError,
    "path_not_allowed": PathNotAllowedError,
    "busy": BusyError,
    "integrity": IntegrityError,
    "limit_exceeded": LimitExceededError,
    "no_space": NoSpaceError,
    "read_only": ReadOnlyError,
    "unsupported": UnsupportedError,
    "cancelled": CancelledError,
    "stale_plan": StalePlanError,
    "protected": ProtectedError,
}
"""The exception for each `kind` on the wire."""

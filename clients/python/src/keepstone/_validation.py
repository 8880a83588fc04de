"""Replies held against the published schemas, which lie in this package."""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from ._generated.methods import ALIASES
from .errors import InvalidReply


def require() -> None:
    """Says how to install jsonschema when it isn't."""
    try:
        importlib.import_module("jsonschema")
    except ImportError as error:
        raise ImportError("validate=True needs jsonschema: pip install 'keepstone[validate]'") from error


def check(method: str, reply: Mapping[str, Any]) -> None:
    """Refuses a reply that is not of its schema. A method that is newer than this client has none."""
    if "error" in reply:
        name, value = "error", reply["error"]
    else:
        name, value = f"{ALIASES.get(method, method)}.result", reply["result"]
    validator = _validator(name)
    error = None if validator is None else next(validator.iter_errors(value), None)
    if error is not None:
        raise InvalidReply(f"the reply to {method} is not of its schema: {error.json_path}: {error.message}")


@functools.cache
def _validator(name: str) -> Any:
    file = resources.files(__package__) / "schemas" / f"{name}.json"
    if not file.is_file():
        return None
    schema = json.loads(file.read_text("utf-8"))
    return importlib.import_module("jsonschema").Draft202012Validator(schema)

"""The shapes of what keepstone takes (typed dicts) and answers (dataclasses)."""

from __future__ import annotations

from ._generated.types import *  # noqa: F403

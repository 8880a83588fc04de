"""Client of keepstone, the artifact store in one binary.

`Keepstone` is the client. What it answers stands in `keepstone.types`, what it raises in `keepstone.errors`.
"""

from __future__ import annotations

from . import errors as errors
from . import types as types
from ._generated.version import __version__ as __version__
from ._vocabulary import Progress as Progress
from .client import Keepstone as Keepstone

"""The version of the package, which is that of the program it was made with.

Generated from the code: `UPDATE=1 cargo test generated` makes it again.
"""

from __future__ import annotations

__version__ = "0.1.0"

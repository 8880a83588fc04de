"""Where the program `keepstone` is."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig

from ._vocabulary import StrPath
from .errors import BinaryNotFound

NAME = "keepstone"
VARIABLE = "KEEPSTONE_BINARY"


def find(given: StrPath | None = None) -> str:
    """The absolute path of the program. One that is named must be there: no other is taken for it."""
    for name, source in ((given, "the option binary"), (os.environ.get(VARIABLE), VARIABLE)):
        if name:
            found = shutil.which(name)
            if found is None:
                raise BinaryNotFound(f"{os.fspath(name)}, which {source} names, is no program that can be run")
            return os.path.abspath(found)
    tried = places()
    for path in tried:
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    found = shutil.which(NAME)
    if found is None:
        raise BinaryNotFound(
            f"the program {NAME} was not found. Tried the option binary (not given), {VARIABLE} (not set), "
            f"{', '.join(tried)}, and the folders of PATH ({os.environ.get('PATH', 'not set')})"
        )
    return os.path.abspath(found)


def places() -> list[str]:
    """The places besides PATH: this package, then the folders that installers put programs in."""
    folders = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin")]
    folders.append(sysconfig.get_path("scripts"))
    user = sysconfig.get_preferred_scheme("user")
    folders.append(sysconfig.get_path("scripts", user))
    folders.append(os.path.dirname(sys.executable))
    paths = (os.path.join(folder, NAME) for folder in folders if folder)
    return list(dict.fromkeys(paths))

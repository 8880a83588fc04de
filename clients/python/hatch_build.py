"""Puts the program that KEEPSTONE_PACKAGED_BINARY names into the wheel, which is then for this platform alone."""

import os
import sysconfig
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackagedBinary(BuildHookInterface):
    """Without the variable the wheel is for every platform, and the program is found elsewhere."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        binary = os.environ.get("KEEPSTONE_PACKAGED_BINARY")
        if not binary or self.target_name != "wheel":
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["force_include"][os.path.abspath(binary)] = "keepstone/bin/keepstone"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"

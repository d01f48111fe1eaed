"""The package's build: the C core is compiled into it where there is a C compiler; without one byhand runs on NumPy.

A release is built for other platforms too (tools/cross.py): then CC is a cross compiler, BYHAND_WHEEL_TAG its platform
and BYHAND_WHEEL_LIBRARY the name of a shared library there.
"""

import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY = {"darwin": "libbyhand.dylib", "win32": "byhand.dll"}.get(sys.platform, "libbyhand.so")


class CoreBuildHook(BuildHookInterface):
    """Makes a wheel for one platform and every Python, or, without the core, for every platform."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        sys.path.insert(0, str(root / "core"))
        from build import CompilerNotFoundError, compile_core

        library = root / "src" / "byhand" / "engines" / os.environ.get("BYHAND_WHEEL_LIBRARY", LIBRARY)
        try:
            compile_core(library)
        except CompilerNotFoundError as reason:
            if "BYHAND_WHEEL_TAG" in os.environ:
                raise  # a release has its core
            library.unlink(missing_ok=True)  # of an earlier build: older sources
            self.app.display_warning(f"byhand is built without its C core and will run on NumPy: {reason}")
            return
        here = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append(f"/src/byhand/engines/{library.name}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ.get('BYHAND_WHEEL_TAG', here)}"

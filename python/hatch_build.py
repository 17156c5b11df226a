"""The parts of the build that pyproject.toml cannot say: the version is that of package.json, and the tag is py3-none-PLATFORM.

The library has a C ABI and is loaded by ctypes, so one wheel serves every Python. python/build copies this folder, adds the
library, the tables and package.json, and sets HOSHI_PLATFORM.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

HERE = Path(__file__).parent
NEEDED = ["libhoshi.so", "data/ipadic.bin", "data/normalizer.bin", "data/stars/manifest.json"]


class PlatformHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        missing = [name for name in NEEDED if not (HERE / "src" / "hoshi" / name).exists()]
        platform = os.environ.get("HOSHI_PLATFORM")
        if missing or platform is None:
            raise RuntimeError(
                f"expected the library and the tables in src/hoshi and HOSHI_PLATFORM, missing: {missing or ['HOSHI_PLATFORM']}; "
                "run `make wheel` in the root folder of the repository"
            )
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


class VersionHook(MetadataHookInterface):
    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        if not (HERE / "package.json").exists():
            raise RuntimeError(f"expected package.json in {HERE}; run `make wheel` in the root folder of the repository")
        metadata["version"] = json.loads((HERE / "package.json").read_text("utf-8"))["version"]

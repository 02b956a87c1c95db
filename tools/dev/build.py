# SPDX-License-Identifier: Apache-2.0
"""CMake's presets, configured when needed and built."""

import json

from dev import node
from dev.shell import BUILD, ROOT, Failure, run


def preset_names():
    presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
    return [preset["name"] for preset in presets if not preset.get("hidden")]


def build(preset, targets=("all",), quiet=False):
    """Builds a preset and returns its folder; Ninja re-runs CMake by itself when files change."""
    if preset not in preset_names():
        raise Failure(f"there is no preset {preset}: " + ", ".join(preset_names()))
    node.ensure_node()
    folder = BUILD / preset
    if not (folder / "build.ninja").is_file():
        run(["cmake", "--preset", preset], quiet=quiet)
    run(["cmake", "--build", folder, "--target", *targets], quiet=quiet)
    return folder

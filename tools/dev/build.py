# SPDX-License-Identifier: Apache-2.0
"""CMake's presets, configured when they are new or have changed, and built."""

import json

from dev import node
from dev.shell import BUILD, ROOT, Failure, Stamp, content_hash, run

PRESETS = ROOT / "CMakePresets.json"


def preset_names():
    presets = json.loads(PRESETS.read_text())["configurePresets"]
    return [preset["name"] for preset in presets if not preset.get("hidden")]


def build(preset, targets=("all",), quiet=False):
    """Builds a preset and returns its folder. Ninja re-runs CMake when other files change, but a
    preset's values are read only when CMake is told its name.
    """
    if preset not in preset_names():
        raise Failure(f"there is no preset {preset}: " + ", ".join(preset_names()))
    node.ensure_node()
    folder = BUILD / preset
    configured = Stamp(f"preset-{preset}", content_hash(PRESETS))
    if configured.is_stale() or not (folder / "build.ninja").is_file():
        run(["cmake", "--preset", preset], quiet=quiet)
        configured.set()
    run(["cmake", "--build", folder, "--target", *targets], quiet=quiet)
    return folder

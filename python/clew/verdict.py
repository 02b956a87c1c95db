# SPDX-License-Identifier: Apache-2.0
"""What will make server spans in a program: `clew-run --check PROGRAM ARGUMENT ...` reads what the
program imports, without running it, and looks for servers and frameworks that have a hook.

Read are the program, the applications that its arguments name ("thumbnails:application"), and what
these import, from packages of the program's own; at most MODULES_MAX modules.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import PathFinder

from clew.imports import standard_library

MODULES_MAX = 500
SOURCE_BYTES_MAX = 1 << 20  # of a module; a longer one is data

# {module: by whom server spans are made}: with all that is below it.
SERVERS = {
    "eventlet.wsgi": "eventlet",
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "hypercorn": "hypercorn",
    "daphne": "daphne",
    "waitress": "waitress",
    "cheroot": "cheroot",
    "cherrypy": "cheroot",
    "werkzeug.serving": "werkzeug",
    "wsgiref.simple_server": "wsgiref",
    "wsgiref.handlers": "wsgiref",
}
FRAMEWORKS = {
    "flask": "flask",
    "django": "django",
    "falcon": "falcon",
    "bottle": "bottle",
    "pyramid": "pyramid",
    "routes": "routes",
    "fastapi": "fastapi",
    "starlette": "starlette",
}
# What serves requests too, by a way that has no hook.
UNKNOWN = {
    "aiohttp.web": "aiohttp.web",
    "tornado": "tornado",
    "twisted.web": "twisted",
    "sanic": "sanic",
    "grpc": "grpc",
    "celery": "celery",
    "gevent.pywsgi": "gevent.pywsgi",
    "http.server": "http.server",
    "xmlrpc.server": "xmlrpc.server",
    "socketserver": "socketserver",
    "meinheld": "meinheld",
    "bjoern": "bjoern",
    "granian": "granian",
    "robyn": "robyn",
}
KNOWN = {**SERVERS, **FRAMEWORKS, **UNKNOWN}
# Programs that load Python: their own way of calling an application has no hook.
COMPILED = {
    "uwsgi": "uWSGI",
    "uwsgi-core": "uWSGI",
    "uwsgi_python3": "uWSGI",
    "apache2": "mod_wsgi",
    "apache2ctl": "mod_wsgi",
    "apachectl": "mod_wsgi",
    "httpd": "mod_wsgi",
}
COMMANDS = ("bin", "sbin")  # the folders of installed programs, whose imports are theirs
INSTALLED = re.compile(r"[/\\](site|dist)-packages[/\\]")
BY_HAND = "wrap the application: clew.wsgi(application), or clew.asgi(application)"


def of_program(path: str, arguments: Sequence[str], folder: str) -> tuple[bool, str]:
    """Whether a program will make server spans, and the sentence that says so.

    path: of the program; folder: where it is started.
    """
    found = uses(path, arguments, folder)
    compiled = COMPILED.get(os.path.basename(path))
    if compiled is not None:
        found = [name for name in found if name in FRAMEWORKS.values()]
        if not found:
            return False, (
                f"SERVER spans: no: {compiled} has no hook; those of the frameworks make them "
                f"({_listed(FRAMEWORKS.values())}); plain WSGI needs two lines in the application: "
                "clew.enable() and application = clew.wsgi(application)"
            )
    hooked = [name for name in found if name not in UNKNOWN.values()]
    if hooked:
        return True, f"SERVER spans: yes, by {_listed(hooked)}"
    if found:
        return False, f"SERVER spans: no: {_listed(found)} is not known; {BY_HAND}"
    return False, f"SERVER spans: no: it imports no server that is known; if it serves, {BY_HAND}"


def _listed(names: Iterable[str]) -> str:
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} and {last}" if others else last


def uses(path: str, arguments: Sequence[str], folder: str) -> list[str]:
    """The servers, then the frameworks, then the unknown ones that a program imports."""
    script = os.path.realpath(path)
    search = [os.path.dirname(script), folder, *sys.path]
    waiting = deque([*named_by(arguments), *_scripts_of(arguments, folder)])
    own: set[str] = set()  # installed packages that are the program's
    if is_interpreter(path):
        waiting.extend(_started_by(arguments, folder, search))
    else:
        waiting.extend(imports_of(script, ""))
        if os.path.basename(os.path.dirname(script)) in COMMANDS:
            own = {name.partition(".")[0] for name in waiting}
    found: set[str] = set()
    seen: set[str] = set()
    while waiting and len(seen) < MODULES_MAX:
        name = waiting.popleft()
        if name in seen:
            continue
        seen.add(name)
        known = known_as(name)
        if known is not None:
            found.add(known)
        elif name.partition(".")[0] not in standard_library():
            waiting.extend(_imported_by(name, search, own))
    return [name for name in dict.fromkeys(KNOWN.values()) if name in found]


def is_interpreter(path: str) -> bool:
    """Not whatever begins so: python3-config is a program, python3.13t and python3-dbg are not."""
    return bool(re.fullmatch(r"python[0-9.]*[a-z]*(-dbg)?", os.path.basename(path)))


def known_as(module: str) -> str | None:
    """The server or framework that a module belongs to."""
    parts = module.split(".")
    for count in range(len(parts), 0, -1):
        known = KNOWN.get(".".join(parts[:count]))
        if known is not None:
            return known
    return None


def named_by(arguments: Iterable[str]) -> Iterator[str]:
    """The modules of applications that arguments name: "thumbnails:application", "--app=a.b"."""
    previous = ""
    for argument in arguments:
        option, _, value = argument.rpartition("=")
        match = re.fullmatch(r"([A-Za-z_][\w.]*)(?::[\w.]+(?:\(.*\))?)?", value)
        is_app = "app" in option or previous in ("--app", "-A", "-m")
        if match and (is_app or ":" in value):
            yield match[1]
        previous = argument


def _scripts_of(arguments: Sequence[str], folder: str) -> Iterator[str]:
    """What the files import that arguments name: --wsgi-file=thumbnails.py"""
    for argument in arguments:
        file = argument.rpartition("=")[2]
        if file.endswith((".py", ".wsgi")):
            yield from imports_of(os.path.join(folder, file), "")


def _started_by(arguments: Sequence[str], folder: str, search: list[str]) -> Iterator[str]:
    """What an interpreter is told to run: -m MODULE, or a script."""
    words = iter(arguments)
    for word in words:
        if word == "-m":
            module = next(words, "")
            yield module
            yield module + ".__main__"
            return
        if word == "-c":
            yield from imports_in(next(words, ""), "")
            return
        if not word.startswith("-"):
            script = os.path.join(folder, word)
            search.insert(0, os.path.dirname(script))
            yield from imports_of(script, "")
            return


def _imported_by(name: str, search: Sequence[str], own: set[str]) -> Iterator[str]:
    """Of a package that only is installed beside the program, nothing: it serves its own needs."""
    file, is_package = source_of(name, search)
    if file is not None and (name.partition(".")[0] in own or not INSTALLED.search(file)):
        yield from imports_of(file, name if is_package else name.rpartition(".")[0])


def source_of(name: str, search: Sequence[str]) -> tuple[str | None, bool]:
    """The file of a module, and whether it is a package's; nothing is imported to find it."""
    path: Sequence[str] | None = search
    spec = None
    for part in name.split("."):
        try:
            spec = PathFinder.find_spec(part, path)
        except Exception:  # a path's own hook
            return None, False
        if spec is None:
            return None, False
        path = list(spec.submodule_search_locations or ())
    if spec is None or not spec.has_location or not str(spec.origin).endswith(".py"):
        return None, False
    return spec.origin, spec.submodule_search_locations is not None


def imports_of(file: str, package: str) -> Iterator[str]:
    """The modules that a file imports; none when it cannot be read or is no Python."""
    try:
        with open(file, "rb") as source:
            yield from imports_in(source.read(SOURCE_BYTES_MAX), package)
    except OSError:
        return


def imports_in(source: str | bytes, package: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else ()), *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")

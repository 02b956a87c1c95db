# SPDX-License-Identifier: Apache-2.0
"""What `clew-run --check` says of an interpreter: the hooks that fit what is installed there,
whether the collector takes a span, where that span can be seen, and what will make server spans in
a program.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import itertools
import os
import platform
import sys
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Sequence

from clew import __version__, hooks, imports, session, verdict

DEFAULT_ENDPOINT = "http://127.0.0.1:9411/api/v2/spans"  # the library's
PAGE_PORT = 9411  # where a page is looked for when the endpoint is scribe's
SEND_SECONDS_MAX = 5
SPAN_NAME = "clew-run --check"
NO_SERVER_SPANS = 3  # an exit status
NOT_INSTALLED = ": not installed"


def main(arguments: Sequence[str] = ()) -> int:
    """Prints; 0 when a span could be sent, nothing that is installed refuses its hook, and the
    program will make server spans; NO_SERVER_SPANS when only that is missing.

    arguments: the folder that the program is started in, its path, its own arguments; or none.
    """
    warnings.simplefilter("ignore")  # of what is imported only to be looked at
    print(f"clew {__version__}, {platform.python_implementation()} {platform.python_version()}")
    print(f"  {sys.executable}")
    try:
        service_name = None if named_by_environment() else "clew-run"
        session.enable(
            service_name=service_name,
            sample_rate=1.0,
            hooks=hooks.WITHOUT_CODE,
        )
    except (TypeError, ValueError) as error:
        print(f"settings: {error}")
        return 1
    try:
        fits = tell_hooks(used_by(arguments))
        trace_id = send_span()
    finally:
        session.disable()
    if trace_id:
        tell_address(endpoint_in_use(), trace_id)
    serves = tell_verdict(*arguments) if len(arguments) > 1 else True
    if not trace_id or not fits:
        return 1
    return 0 if serves else NO_SERVER_SPANS


def tell_verdict(folder: str, path: str, *arguments: str) -> bool:
    """Says what will make server spans; whether something will, or nothing can be said."""
    if verdict.is_interpreter(path) and not arguments:
        print("SERVER spans: name the program as well: clew-run --check python PROGRAM")
        return True
    serves, sentence = verdict.of_program(path, arguments, folder)
    print(sentence)
    return serves


def named_by_environment() -> bool:
    return bool(os.environ.get("CLEW_SERVICE_NAME") or os.environ.get("OTEL_SERVICE_NAME"))


def used_by(arguments: Sequence[str]) -> set[str] | None:
    """The servers and frameworks of a program, as verdict.uses() names them; None: any."""
    if len(arguments) < 2 or (verdict.is_interpreter(arguments[1]) and len(arguments) < 3):
        return None
    folder, path, *words = arguments
    used = set(verdict.uses(path, words, folder))
    return used | {"starlette"} if "fastapi" in used else used


def tell_hooks(used: set[str] | None = None) -> bool:
    """Arms every hook whose module is installed, but for servers and frameworks that are not among
    the used ones, and says what it replaced; whether all fit.
    """
    active = session.active()
    assert active is not None
    changed_ones = {changed for changed, _ in hooks.targets(active.hooks)}
    modules = sorted(name for name in changed_ones if is_of_interest(name, used))
    refusals = [refusal for refusal in dict.fromkeys(map(import_one, modules)) if refusal]
    replaced = active.patches.replaced()
    for module in modules:
        if module in sys.modules and not any(name.startswith(module + ".") for name in replaced):
            refusals.append(f"{module}: NOT HOOKED")
    print("hooks:")
    versioned = sorted((version_of(name.partition(".")[0]), name) for name in replaced)
    for version, names in itertools.groupby(versioned, lambda pair: pair[0]):
        print(f"  {version}")
        for _, name in names:
            print(f"    {name}")
    for refusal in refusals:
        print(f"  {refusal}")
    return all(refusal.endswith(NOT_INSTALLED) for refusal in refusals)


def is_of_interest(module: str, used: set[str] | None) -> bool:
    known = verdict.known_as(module)
    return used is None or known is None or known in used


def import_one(module: str) -> str:
    """Why a module cannot be imported; empty when it can."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        package = module.partition(".")[0]
        is_there = importlib.util.find_spec(package) is not None
        return (module if is_there else package) + NOT_INSTALLED
    except Exception as error:
        return f"{module}: cannot be imported: {type(error).__name__}: {error}"
    return ""


def version_of(package: str) -> str:
    """The distribution that a package comes from, with its version: "eventlet 0.33.1"."""
    if package in imports.standard_library():
        return f"Python {platform.python_version()}"
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return f"{package} {importlib.metadata.version(package)}"
    return f"{package}, version unknown"


def endpoint_in_use() -> str:
    return os.environ.get("CLEW_ENDPOINT") or DEFAULT_ENDPOINT


def send_span() -> str:
    """Sends one span and says what came of it; returns its trace id, or nothing when it failed."""
    tracer = session.tracer()
    assert tracer is not None
    print(f"collector: {endpoint_in_use()}")
    with tracer.start(SPAN_NAME) as span:
        span.tag("clew.version", __version__)
    is_flushed = tracer.flush(SEND_SECONDS_MAX)
    stats = tracer.stats()
    # Not by what was sent: spans that a killed process left may be among it.
    if not is_flushed or any(stats["dropped"].values()):
        reason = stats["last_error"] or f"no answer within {SEND_SECONDS_MAX} s"
        print(f"  did not take the test span: {reason}")
        return ""
    print("  took the test span")
    return span.trace_id


def tell_address(endpoint: str, trace_id: str) -> None:
    """Where the page shows a trace; asked first: only the server knows whether it has one."""
    parts = urllib.parse.urlsplit(endpoint)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = parts.port or 80
    page = f"http://{host}:{PAGE_PORT if parts.scheme == 'scribe' else port}"
    answer = ask(f"{page}/api/v2/trace/{trace_id}")
    print(f"  {page}/zipkin/traces/{trace_id}")
    if answer != "200":
        print(f"  but that page does not have it (yet): {answer}")


def ask(url: str) -> str:
    """The status of a GET as text, or why there is none."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # as spans go
    try:
        with direct.open(url, timeout=SEND_SECONDS_MAX) as reply:
            return str(reply.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return str(getattr(error, "reason", error))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

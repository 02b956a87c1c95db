# SPDX-License-Identifier: Apache-2.0
"""What `clew-run --check` says of an interpreter: the hooks that fit what is installed there,
whether the collector takes a span, and where that span can be seen.
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

from clew import __version__, hooks, session

DEFAULT_ENDPOINT = "http://127.0.0.1:9411/api/v2/spans"  # the library's
PAGE_PORT = 9411  # where a page is looked for when the endpoint is scribe's
SEND_SECONDS_MAX = 5
SPAN_NAME = "clew-run --check"
NOT_INSTALLED = ": not installed"


def main() -> int:
    """Prints; 0 when a span could be sent and nothing that is installed refuses its hook."""
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
        fits = tell_hooks()
        trace_id = send_span()
    finally:
        session.disable()
    if trace_id:
        tell_address(endpoint_in_use(), trace_id)
    return 0 if trace_id and fits else 1


def named_by_environment() -> bool:
    return bool(os.environ.get("CLEW_SERVICE_NAME") or os.environ.get("OTEL_SERVICE_NAME"))


def tell_hooks() -> bool:
    """Arms every hook whose module is installed, and says what it replaced; whether all fit."""
    active = session.active()
    assert active is not None
    modules = sorted({changed for changed, _ in hooks.targets(active.hooks)})
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
    if package in sys.stdlib_module_names:
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
    sys.exit(main())

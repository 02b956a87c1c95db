# SPDX-License-Identifier: Apache-2.0
"""Requests that Swift's servers serve: their names, and the tags that tell one of a million.

The paths of a proxy are /v1/account/container/object, those of a storage server
/device/partition/account/container/object: as names they would be as many as there are objects.

Threads: the hooks run on the greenthread that serves a request.
"""

from __future__ import annotations

import functools
import re
from types import ModuleType
from typing import Any

from clew import faults
from clew._native import current
from clew.session import Session
from clew.swift.client import source

API_PATH = re.compile(r"/(v1|v1\.0)/([^/]+)(?:/([^/]*)(?:/(.*))?)?", re.DOTALL)
PARTS = ("account", "container", "object")
# In the environ of a request that has got its name.
DESCRIBED = "clew.swift.described"
# {module: (class, its kind of storage server)}
STORAGE = {
    "swift.account.server": ("AccountController", "account"),
    "swift.container.server": ("ContainerController", "container"),
    "swift.obj.server": ("ObjectController", "object"),
}
POLICY = "HTTP_X_BACKEND_STORAGE_POLICY_INDEX"


def patch(session: Session, module: ModuleType) -> None:
    """Hooks a server's application, or the outermost filter of a proxy."""
    replace = session.patches.replace
    if module.__name__ in STORAGE:
        name, kind = STORAGE[module.__name__]
        replace(getattr(module, name), "__call__", functools.partial(_storage, kind))
    elif module.__name__ == "swift.common.middleware.catch_errors":
        replace(module.CatchErrorMiddleware, "__call__", _proxy)
    else:
        replace(module.Application, "__call__", _application)


def _storage(kind: str, original: Any) -> Any:
    @functools.wraps(original)
    def __call__(self, env, start_response):  # type: ignore[no-untyped-def]  # noqa: N807
        span = current()
        if span is not None and span.is_sampled:
            _attempt(_describe_storage, span, env, kind)
        return original(self, env, start_response)

    return __call__


def _proxy(original: Any) -> Any:
    @functools.wraps(original)
    def __call__(self, env, start_response):  # type: ignore[no-untyped-def]  # noqa: N807
        span = current()
        if span is None or not span.is_sampled or DESCRIBED in env:
            return original(self, env, start_response)
        env[DESCRIBED] = True
        _attempt(_describe_request, span, env)
        try:
            return original(self, env, start_response)
        finally:
            _attempt(_describe_outcome, span, env)

    return __call__


def _application(original: Any) -> Any:
    """The proxy itself; the requests of its filters come here, too, with a swift.source."""
    outermost = _proxy(original)

    @functools.wraps(original)
    def __call__(self, env, start_response):  # type: ignore[no-untyped-def]  # noqa: N807
        of = env.get("swift.source")
        if of is None:
            return outermost(self, env, start_response)
        token = source.set(of)
        try:
            return original(self, env, start_response)
        finally:
            source.reset(token)

    return __call__


def _attempt(describe: Any, *arguments: Any) -> None:
    try:
        describe(*arguments)
    except Exception:
        faults.report("the description of a request to Swift")


def _describe_storage(span: Any, env: dict[str, Any], kind: str) -> None:
    span.set_name(f"{env['REQUEST_METHOD']} {kind}")
    _, device, partition, *_ = [*env["PATH_INFO"].split("/", 3), "", ""]
    _tag(span, "swift.device", device)
    _tag(span, "swift.partition", partition)
    _tag(span, "swift.trans_id", env.get("HTTP_X_TRANS_ID"))
    _tag(span, "swift.policy", env.get(POLICY))


def _describe_request(span: Any, env: dict[str, Any]) -> None:
    """What a proxy knows before it works; the path may be another one afterwards."""
    path = API_PATH.fullmatch(env["PATH_INFO"])
    if path is None:
        return
    version, *values = path.groups()
    parts = [(part, value) for part, value in zip(PARTS, values) if value]
    template = "".join(f"/{{{part}}}" for part, _ in parts)
    span.set_name(f"{env['REQUEST_METHOD']} /{version}{template}")
    for part, value in parts:
        # As in all of WSGI, each character is a byte of the path.
        text = value.encode("latin-1").decode("utf-8", "replace")
        span.tag(f"swift.{part}", text)
    _tag(span, "http.request.size", env.get("CONTENT_LENGTH"))


def _describe_outcome(span: Any, env: dict[str, Any]) -> None:
    _tag(span, "swift.trans_id", env.get("swift.trans_id"))
    _tag(span, "swift.policy", env.get(POLICY))


def _tag(span: Any, key: str, value: str | None) -> None:
    if value:
        span.tag(key, value)

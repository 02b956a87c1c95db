# SPDX-License-Identifier: Apache-2.0
"""Calls between the servers of Swift: swift.common.bufferedhttp, which all of them use.

A PUT of the proxy asks for "100 Continue" in one greenthread and awaits the answer in another, so
the span lives on the connection, as all client spans do; here it ends where Swift reads a final
answer in place of the 100.

Threads: the hooks run on whichever greenthread uses a connection.
"""

from __future__ import annotations

import functools
import re
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from clew import faults, http_client
from clew.eventlet import context
from clew.session import Session

# A request of the proxy to itself says here whose it is: "SLO", "GET_CONTAINER_INFO".
source: ContextVar[str | None] = ContextVar("clew.swift.source", default=None)

CONTINUE = 100
# /device/partition/account/container/object of a storage server; not more is needed.
BACKEND_PATH = re.compile(r"/([^/]+)/(\d+)(?:/([^/]+)(/[^/]+)?(/.+)?)?")
KINDS = ("account", "container", "object")
BETWEEN_REPLICAS = ("REPLICATE", "SSYNC")  # whose paths name no account
# Who writes to the listing above: a path of an object goes to its container, and so on.
UPDATERS = {
    b"object-server": "container",
    b"object-updater": "container",
    b"container-server": "account",
    b"container-updater": "account",
}
# Request headers that become tags.
TAGS = {
    b"x-trans-id": "swift.trans_id",
    b"x-backend-storage-policy-index": "swift.policy",
}
# On a connection: it was told to go on, so the body went out before the answer is awaited.
_CONTINUED = "_clew_swift_continued"


def patch(session: Session, module: ModuleType) -> None:
    """Hooks swift.common.bufferedhttp, or the putter of swift.proxy.controllers.obj."""
    replace = session.patches.replace
    if module.__name__ == "swift.common.bufferedhttp":
        connection = module.BufferedHTTPConnection
        replace(connection, "putrequest", _putrequest)
        replace(connection, "getexpect", _getexpect)
        replace(connection, "getresponse", _getresponse)
        if source not in context.PASSED_ON:
            context.PASSED_ON.append(source)
    else:
        replace(module.MIMEPutter, "send_commit_confirmation", _send_commit_confirmation)


def _putrequest(original: Any) -> Any:
    @functools.wraps(original)
    def putrequest(self, *args, **keywords):  # type: ignore[no-untyped-def]
        vars(self)[http_client.DESCRIBE] = describe
        return original(self, *args, **keywords)

    return putrequest


def _getexpect(original: Any) -> Any:
    @functools.wraps(original)
    def getexpect(self):  # type: ignore[no-untyped-def]
        span = vars(self).pop(http_client.SPAN, None)
        if span is None:
            return original(self)
        try:
            response = original(self)
        except BaseException as error:
            span.error(error)
            span.finish()
            raise
        if response.status == CONTINUE:
            span.annotate("100-continue")
            vars(self).update({http_client.SPAN: span, _CONTINUED: True})
        else:
            http_client.tell_status(span, response.status)
            span.finish()
        return response

    return getexpect


def _getresponse(original: Any) -> Any:
    @functools.wraps(original)
    def getresponse(self):  # type: ignore[no-untyped-def]
        if vars(self).pop(_CONTINUED, False):
            _annotate(self, "body sent")
        return original(self)

    return getresponse


def _send_commit_confirmation(original: Any) -> Any:
    """The second half of a PUT with erasure coding: enough nodes have their fragments."""

    @functools.wraps(original)
    def send_commit_confirmation(self):  # type: ignore[no-untyped-def]
        original(self)
        _annotate(self.conn, "commit")

    return send_commit_confirmation


def _annotate(connection: Any, text: str) -> None:
    span = vars(connection).get(http_client.SPAN)
    if span is not None:
        span.annotate(text)


def describe(span: Any, connection: Any) -> None:
    """Says which storage server is called, for what; never raises."""
    try:
        headers = _headers(connection)
        path = BACKEND_PATH.fullmatch(http_client.path_of(connection._path))
        if path is not None:
            device, partition, *parts = path.groups()
            span.tag("swift.device", device)
            span.tag("swift.partition", partition)
            kind = UPDATERS.get(headers.get(b"user-agent", b"").split(b" ")[0])
            count = sum(part is not None for part in parts)
            if count and connection._method not in BETWEEN_REPLICAS:
                span.set_name(f"{connection._method} {kind or KINDS[count - 1]}")
        for header, tag in TAGS.items():
            if header in headers:
                span.tag(tag, headers[header].decode("latin-1"))
        if source.get() is not None:
            span.tag("swift.source", source.get())
        # Known before connecting: a node that is away has to be told from the others.
        span.remote(connection.host, connection.port)
    except Exception:
        faults.report("a call between Swift's servers")


def _headers(connection: Any) -> dict[bytes, bytes]:
    """What putheader() has been given, names in lower case."""
    pairs = (line.partition(b":") for line in connection._buffer[1:])
    return {name.lower(): value.strip() for name, _, value in pairs}

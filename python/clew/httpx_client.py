# SPDX-License-Identifier: Apache-2.0
"""Client spans and outgoing headers for httpx: of Client and AsyncClient, whatever their transport.

A span is one request on the wire, as in clew/http_client.py: a redirect that is followed and an
authentication that asks twice are spans of their own. It ends when the response's headers are
there; its body may be streamed later.

Threads: the hooks run on whichever thread or task uses a client.
"""

from __future__ import annotations

import functools
from typing import Any

from clew import client_spans
from clew.session import Session


def patch(session: Session, module: Any) -> None:
    """Hooks what httpx calls for each request, below redirects and authentication."""
    for owner, hook in ((module.Client, _send), (module.AsyncClient, _send_async)):
        session.patches.replace(owner, "_send_single_request", functools.partial(hook, session))


def _send(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def send_single_request(self, request, *args, **keywords):  # type: ignore[no-untyped-def]
        span = _begin(session, self, request)
        if span is None:
            return original(self, request, *args, **keywords)
        try:
            response = original(self, request, *args, **keywords)
        except BaseException as error:
            if client_spans.is_refusal(error):
                span.abandon()
            else:
                client_spans.fail(span, error, lambda: _origin(request.url))
            raise
        _end(span, response)
        return response

    return send_single_request


def _send_async(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    async def send_single_request(self, request, *args, **keywords):  # type: ignore[no-untyped-def]
        span = _begin(session, self, request)
        if span is None:
            return await original(self, request, *args, **keywords)
        try:
            response = await original(self, request, *args, **keywords)
        except BaseException as error:
            if client_spans.is_refusal(error):
                span.abandon()
            else:
                client_spans.fail(span, error, lambda: _origin(request.url))
            raise
        _end(span, response)
        return response

    return send_single_request


def _begin(session: Session, client: Any, request: Any) -> Any:
    url = request.url
    return client_spans.begin(
        session,
        "httpx",
        request.method,
        request.headers,
        lambda: _path_of(url),
        lambda: _origin(url),
        lambda: _has_proxy(client, url),
    )


def _has_proxy(client: Any, url: Any) -> bool:
    """Whether the client's connections to a URL lead to a proxy; False where its transport, which
    may be anything, does not show it.
    """
    find = getattr(client, "_transport_for_url", None)
    pool = getattr(find(url), "_pool", None) if find is not None else None
    return any(getattr(pool, name, None) is not None for name in ("_proxy_url", "_proxy"))


def _origin(url: Any) -> client_spans.Origin:
    default = client_spans.DEFAULT_PORTS.get(url.scheme)
    return client_spans.Origin(url.raw_host.decode("latin-1"), url.port, default)


def _path_of(url: Any) -> str:
    return url.raw_path.partition(b"?")[0].decode("latin-1")


def _end(span: Any, response: Any) -> None:
    client_spans.end(
        span, "httpx", response.status_code, functools.partial(_tell_peer, span, response)
    )


def _tell_peer(span: Any, response: Any) -> None:
    """Says which address the connection leads to, where the transport has one."""
    stream = response.extensions.get("network_stream")
    address = None if stream is None else stream.get_extra_info("server_addr")
    if isinstance(address, tuple) and len(address) >= 2:  # else a Unix socket's path
        span.remote(address[0], address[1])

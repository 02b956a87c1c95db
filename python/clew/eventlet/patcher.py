# SPDX-License-Identifier: Apache-2.0
"""Turns tracing of an eventlet service on and off, without a change to the service.

    from clew.eventlet import patcher
    patcher.enable_trace_patch()

From then on each request that eventlet.wsgi serves is a span, each call made through http.client
(requests and urllib3 use it) is a span and carries the trace to the service called, and what a
request spawns belongs to it. The spans are sent by a native thread, which starts after the first
one has finished: a server may fork its workers before or after.

Threads: turn on and off from the main thread, while no request is served.
"""

from __future__ import annotations

import ipaddress
import os

from clew import session
from clew._native import Tracer
from clew.arguments import check
from clew.session import Sampler

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9410  # of scribe


def enable_trace_patch(
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    trace_app_log: bool = False,
    sampling_rate: float = 1.0,
    *,
    endpoint: str | None = None,
    service_name: str | None = None,
    legacy_tags: bool = False,
    propagation: str | None = None,
    trust_inbound: str | None = None,
    sampler: Sampler | str | None = None,
    trace_id_bits: int | None = None,
    flush_interval_ms: int | None = None,
) -> None:
    """Traces this process. A second call replaces the first.

    host, port         the scribe collector to send to
    trace_app_log      log lines of the standard logging become annotations of the request
    sampling_rate      the share of new traces to record, 0 to 1; a caller's decision is followed
    endpoint           where to send instead of host and port: "scribe://host:port", or
                       "http://host:9411/api/v2/spans" for Zipkin's HTTP
    service_name       the name of this service in Zipkin; the program's file name
    legacy_tags        also the tag http.uri: path and query, as eventlet.zipkin sent it
    propagation        the headers sent, with commas: "b3multi" (X-B3-TraceId ..., the default),
                       "b3" (one header), "tracecontext" (W3C), "baggage"
    trust_inbound      what to take over of a caller's headers: "all", "ids" or "no"
    sampler            instead of sampling_rate: words, "per_second(100)", or a callable; see
                       clew.enable()
    trace_id_bits      of new traces: 64 or 128
    flush_interval_ms  how long a finished span may wait to be sent with others: 1 to 60000; 500

    What is left at its default gives way to the environment: CLEW_ENDPOINT, CLEW_SERVICE_NAME
    (or OTEL_SERVICE_NAME), CLEW_SAMPLE_RATE, CLEW_SAMPLER, CLEW_PROPAGATION, CLEW_TRUST_INBOUND,
    CLEW_TRACE_ID_BITS, CLEW_FLUSH_INTERVAL_MS. No connection is opened here; a collector that
    cannot be reached costs spans, and never a request; the log says so once.

    TypeError, ValueError: an argument is wrong; nothing has changed then.
    """
    check(trace_app_log, "trace_app_log", bool)
    where = _endpoint(host, port, endpoint)
    sample_rate = _sample_rate(sampling_rate)
    # The hooks arm what is imported.
    import eventlet.green.http.client  # noqa: F401
    import eventlet.wsgi  # noqa: F401

    session.enable(
        service_name=service_name,
        endpoint=where,
        sample_rate=sample_rate,
        propagation=propagation,
        trust_inbound=trust_inbound,
        sampler=sampler,
        trace_id_bits=trace_id_bits,
        flush_interval_ms=flush_interval_ms,
        log_annotations=trace_app_log,
        legacy_tags=legacy_tags,
    )


def disable_trace_patch() -> None:
    """Restores every attribute that enable_trace_patch() replaced, and sends what has finished.

    Waits for that at most a second. Does nothing when tracing is off.
    """
    session.disable()


def active_tracer() -> Tracer | None:
    """The tracer that enable_trace_patch() made: for flush() and stats(), or spans of one's own."""
    return session.tracer()


def _endpoint(host: str, port: int, endpoint: str | None) -> str | None:
    """The URL to send to; None where the environment names one and the arguments do not."""
    check(host, "host", str)
    check(port, "port", int)
    if not host or any(character.isspace() or character in "/[]@" for character in host):
        raise ValueError(f"host must be a name or an address, not {host!r}")
    if ":" in host and not _is_ipv6(host):
        raise ValueError(f"host must be a name or an address without a port, not {host!r}")
    if isinstance(port, bool) or not 1 <= port <= 65535:
        raise ValueError(f"port must be 1 to 65535, not {port!r}")
    is_default = host == DEFAULT_HOST and port == DEFAULT_PORT
    if endpoint is not None:
        check(endpoint, "endpoint", str)
        if not is_default:
            raise ValueError("endpoint replaces host and port: give one or the other")
        return endpoint
    if is_default and os.environ.get("CLEW_ENDPOINT"):
        return None
    return f"scribe://[{host}]:{port}" if ":" in host else f"scribe://{host}:{port}"


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).version == 6
    except ValueError:
        return False


def _sample_rate(rate: float) -> float | None:
    if isinstance(rate, bool) or not isinstance(rate, (int, float)):
        raise TypeError(f"sampling_rate must be a number, not {rate!r}")
    if not 0 <= rate <= 1:
        raise ValueError(f"sampling_rate must be 0 to 1, not {rate!r}")
    return None if rate == 1 else float(rate)

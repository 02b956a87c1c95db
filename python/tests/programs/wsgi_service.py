# SPDX-License-Identifier: Apache-2.0
"""The traced service of the tests: an eventlet WSGI server whose paths do what a test needs.

usage: wsgi_service.py '{"monkey": true, "log": "debug", ...arguments of enable_trace_patch}'
"""

import json
import sys

import eventlet

OPTIONS = json.loads(sys.argv[1])
if OPTIONS.pop("monkey"):
    eventlet.monkey_patch()

import logging
import os
import urllib.parse

import calls
from eventlet import wsgi

import clew
from clew import faults
from clew.eventlet import api, patcher

log = logging.getLogger("service.app")


class Unprintable:
    def __str__(self):
        raise RuntimeError("must not be shown")


def plain(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def status(environ, start_response):
    start_response(environ["PATH_INFO"].rpartition("/")[2] + " As Asked", [])
    return [b""]


def raise_early(environ, start_response):
    raise ValueError("before the response")


def raise_late(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])

    def body():
        yield b"x" * 40000
        raise KeyError("in the middle")

    return body()


class Closing:
    """A body that says when it is closed, as PEP 3333 asks servers to do."""

    closed = 0

    def __init__(self, parts):
        self.parts = iter(parts)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.parts)

    def close(self):
        Closing.closed += 1


def stream(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Closing([b"one", b"two"])


def endless(_, start_response):
    """Writes until the client has gone."""
    start_response("200 OK", [("Content-Type", "text/plain")])

    def body():
        while True:
            eventlet.sleep(0.005)
            yield b"x" * 60000

    return body()


def large_list(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"x" * (32 << 20)]


def killed(_, start_response):
    """The greenthread of the connection is killed from outside in the middle of the request."""
    eventlet.spawn_after(0.01, eventlet.getcurrent().throw, eventlet.greenlet.GreenletExit)
    eventlet.sleep(30)


def annotate(_, start_response):
    api.put_annotation("it happened")
    api.put_annotation(b"in bytes")
    api.put_annotation("lone \ud800 surrogate")
    api.put_annotation("with endpoint", endpoint=object())
    api.put_key_value("color", "gr\u00fcn")
    api.put_key_value("count", 3)
    api.put_key_value("odd", Unprintable())
    return plain(_, start_response)


def logs(_, start_response):
    log.debug("filtered by level")
    log.info("an %s line", "info")
    logging.getLogger("service.other").warning("a warning")
    log.info("%d is no number", "this")
    log.info("%s", Unprintable())
    quiet = logging.getLogger("service.quiet")
    quiet.addFilter(lambda record: False)
    quiet.info("filtered by a filter")
    return plain(_, start_response)


def call(environ, start_response):
    """/call?with=requests&url=http://...: makes a call, answers with its status or error."""
    asked = dict(urllib.parse.parse_qsl(environ["QUERY_STRING"]))
    try:
        result = calls.WAYS[asked["with"]](asked["url"])
    except Exception as error:
        result = repr(error)
    return reply(result, start_response)


def spawned(environ, start_response):
    """/spawned?how=spawn_n&url=...: two children annotate and call; both are waited for."""
    asked = dict(urllib.parse.parse_qsl(environ["QUERY_STRING"]))
    mark = asked["mark"]

    def child(number):
        api.put_annotation(f"child {number} of {mark}")
        calls.WAYS["green"](f"{asked['url']}/{mark}/{number}")

    calls.SPAWNS[asked["how"]](child)
    return plain(environ, start_response)


def outlive(environ, start_response):
    """A child that makes its call after the response has ended."""
    asked = dict(urllib.parse.parse_qsl(environ["QUERY_STRING"]))
    eventlet.spawn_after(0.05, calls.WAYS["green"], asked["url"])
    return plain(environ, start_response)


def context(environ, start_response):
    span = clew.current()
    return reply(
        {
            "trace_id": span.trace_id,
            "span_id": span.span_id,
            "parent_id": span.parent_id,
            "is_sampled": span.is_sampled,
            "is_debug": span.is_debug,
        },
        start_response,
    )


def state(environ, start_response):
    """What the tests want to know of this process."""
    return reply(
        {
            "pid": os.getpid(),
            "threads": len(os.listdir("/proc/self/task")),
            "faults": faults.counts(),
            "stats": patcher.active_tracer().stats(),
            "closed": Closing.closed,
        },
        start_response,
    )


def reply(content, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(content).encode()]


PATHS = {
    "plain": plain,
    "status": status,
    "raise-early": raise_early,
    "raise-late": raise_late,
    "stream": stream,
    "endless": endless,
    "large-list": large_list,
    "killed": killed,
    "annotate": annotate,
    "logs": logs,
    "call": call,
    "spawned": spawned,
    "outlive": outlive,
    "context": context,
    "state": state,
}


def application(environ, start_response):
    return PATHS[environ["PATH_INFO"].split("/")[1]](environ, start_response)


def main():
    logging.basicConfig(level=logging.INFO)
    patcher.enable_trace_patch(**{"flush_interval_ms": 20, **OPTIONS})
    sock = eventlet.listen(("127.0.0.1", 0))
    print("port", sock.getsockname()[1], flush=True)
    wsgi.server(sock, application, log_output=False, debug=False)


if __name__ == "__main__":
    main()

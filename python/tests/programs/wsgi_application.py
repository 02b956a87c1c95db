# SPDX-License-Identifier: Apache-2.0
"""A WSGI application, and an ASGI one, that any server can serve; traced as the environment says.

CLEW_ENDPOINT is where to send. /carried/N answers with the current span, and with what N calls
below it would send, /context answers with the current span and how many threads this
process and its parent have, /call?URL with what a call through urllib3 answered.
"""

import json
import os

import clew

clew.enable(service_name="served", flush_interval_ms=20)


def tasks(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


TASKS_AT_START = tasks("self")


def context():
    span = clew.current()
    return {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "is_sampled": span.is_sampled,
        "pid": os.getpid(),
        "at_start": TASKS_AT_START,
        "master": tasks(os.getppid()),
    }


def context_of(span):
    names = ("trace_id", "span_id", "parent_id", "is_sampled", "is_debug")
    return {name: getattr(span, name) for name in names}


def carried(path):
    made = []
    for _ in range(int(path.rpartition("/")[2])):
        with clew.span("call", kind="client") as call:
            made.append([context_of(call), clew.inject({})])
    return json.dumps([context_of(clew.current()), made]).encode()


def wsgi_application(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "application/json")])
    if path.startswith("/context"):
        return [json.dumps(context()).encode()]
    if path.startswith("/carried"):
        return [carried(path)]
    if path.startswith("/stream"):
        return iter([b"one", b"two"])
    if path.startswith("/file"):
        return environ["wsgi.file_wrapper"](open(__file__, "rb"))
    if path.startswith("/raise"):
        raise ValueError("as asked")
    if path.startswith("/call"):
        import urllib3

        return [urllib3.request("GET", environ["QUERY_STRING"]).data]
    return [b"hello"]


async def asgi_application(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    if path.startswith("/raise"):
        raise ValueError("as asked")
    body = b"hello"
    if path.startswith("/context"):
        body = json.dumps(context()).encode()
    if path.startswith("/carried"):
        body = carried(path)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if path.startswith("/stream"):
        for part in (b"one", b"two"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        body = b""
    await send({"type": "http.response.body", "body": body})


application = clew.wsgi(wsgi_application)
asgi = clew.asgi(asgi_application)

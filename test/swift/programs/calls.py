# SPDX-License-Identifier: Apache-2.0
"""Makes one call after the other with Swift's own connections, traced; prints how each ended.

usage: calls.py '{"port": 1, "away": 2, "endpoint": "http://..."}'
"""

import json
import sys

import eventlet
import swift.proxy.controllers.obj as obj
from swift.common.bufferedhttp import http_connect, http_connect_raw

from clew import faults, session
from clew.swift.client import source

OPTIONS = json.loads(sys.argv[1])
TRACER = session.enable(
    service_name="caller",
    endpoint=OPTIONS["endpoint"],
    hooks=["eventlet", "http.client", "swift"],
    ignore_environment=True,
)
HOST = "127.0.0.1"
WAIT_SECONDS = 0.2


def connect(path, method="PUT", port=None, **headers):
    sent = {"Content-Length": "4", "Expect": "100-continue", "X-Trans-Id": "tx1"}
    sent["X-Backend-Storage-Policy-Index"] = "2"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return http_connect(HOST, port or OPTIONS["port"], "sda1", 77, method, path, sent)


def goes_on(path):
    connection = connect(path)
    first = connection.getexpect().status
    connection.send(b"body")
    return first, connection.getresponse().status


def is_answered_at_once(path):
    return connect(path).getexpect().status


def times_out(path):
    connection = connect(path)
    try:
        with eventlet.Timeout(WAIT_SECONDS):
            return connection.getexpect().status
    except eventlet.Timeout:
        return "timeout"


def is_dropped(path):
    return connect(path).getexpect().status


def is_closed(path):
    connection = connect(path)
    first = connection.getexpect().status
    connection.close()
    return first


def commits(path):
    connection = connect(path)
    putter = obj.MIMEPutter(
        connection, {}, connection.getexpect(), path, 0, None, 1, None, None, b"b", multiphase=True
    )
    putter._send_chunk = lambda chunk, **_: None
    putter.send_commit_confirmation()
    connection.send(b"body")
    return connection.getresponse().status


def answers_in_another_greenthread(path):
    connection = connect(path)
    eventlet.spawn(connection.getexpect).wait()
    connection.send(b"body")
    return eventlet.spawn(connection.getresponse).wait().status


def get(path, **headers):
    return connect(path, "GET", Expect="", **headers).getresponse().status


def get_raw(path):
    return http_connect_raw(HOST, OPTIONS["port"], "GET", path, {}).getresponse().status


def of_slo(path):
    token = source.set("SLO")
    try:
        with TRACER.start("what the proxy serves", "server"):
            return eventlet.spawn(get, path).wait()
    finally:
        source.reset(token)


CALLS = {
    "goes on": lambda: goes_on("/a/c/continue"),
    "is full": lambda: is_answered_at_once("/a/c/507"),
    "has it already": lambda: is_answered_at_once("/a/c/409"),
    "times out": lambda: times_out("/a/c/silence"),
    "is dropped": lambda: is_dropped("/a/c/drop"),
    "is closed": lambda: is_closed("/a/c/continue-closed"),
    "is refused": lambda: connect("/a/c/refused", port=OPTIONS["away"]),
    "commits": lambda: commits("/a/c/continue-commit"),
    "two greenthreads": lambda: answers_in_another_greenthread("/a/c/continue-two"),
    "of an account": lambda: get("/a"),
    "of a container": lambda: get("/a/c"),
    "of an object": lambda: get("/a/c/o/with/slashes%20and?marks"),
    "updates a container": lambda: get("/a/c/o1", User_Agent="object-server 9"),
    "updates an account": lambda: get("/a/c1", User_Agent="container-updater 9"),
    "replicates": lambda: connect("/suffix", "REPLICATE", Expect="").getresponse().status,
    "elsewhere": lambda: get_raw("/info?x=y"),
    "of SLO": lambda: of_slo("/a/c/o2"),
}


def outcome(call):
    """What the call returned, or the name of what it raised."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__


def main():
    done = {name: outcome(call) for name, call in CALLS.items()}
    TRACER.flush(10.0)
    print(json.dumps({"done": done, "faults": faults.counts(), "stats": TRACER.stats()}))


main()

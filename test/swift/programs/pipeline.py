# SPDX-License-Identifier: Apache-2.0
"""Loads pipelines with paste.deploy and asks what they load; prints what became of it.

usage: pipeline.py '["one.ini", ...]' '[["GET", "/path", {"HTTP_X": "y"}], ...]'

Each pipeline is loaded twice, as servers do. What cannot be loaded has its error printed.
"""

import http.client  # noqa: F401 - under CLEW_ENABLE, tracing begins here
import json
import sys
from wsgiref.util import setup_testing_defaults

from paste.deploy import loadapp

import clew
from clew import session


def application(global_settings, **settings):
    """The innermost: says which trace it works for."""

    def answer(environ, start_response):
        span = clew.current()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [span.trace_id.encode() if span is not None else b""]

    return answer


def ask(pipeline, method, path, more):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, **more}
    setup_testing_defaults(environ)
    got = {}

    def start_response(status, headers, _=None):
        got.update(status=status, headers=dict(headers))

    body = pipeline(environ, start_response)
    got["body"] = b"".join(body).decode()
    if hasattr(body, "close"):
        body.close()
    return got


def load(file):
    try:
        return [loadapp(f"config:{file}") for _ in range(2)]
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def main():
    said = []
    for file in json.loads(sys.argv[1]):
        loaded = load(file)
        if isinstance(loaded, str):
            said.append(loaded)
        else:
            said += [[ask(one, *request) for request in json.loads(sys.argv[2])] for one in loaded]
    active = session.active()
    if active is not None:
        clew.flush(10.0)
    print(json.dumps({"said": said, "hooks": sorted(active.hooks) if active else []}))


if __name__ == "__main__":
    main()

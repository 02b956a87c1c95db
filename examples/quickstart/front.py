# SPDX-License-Identifier: Apache-2.0
"""front: what a browser talks to. It asks `middle`, and answers with what that says."""

import eventlet

eventlet.monkey_patch()

import argparse
import logging
import os

import requests
from eventlet import wsgi

from clew.eventlet import patcher

patcher.enable_trace_patch(service_name="front", trace_app_log=True)

log = logging.getLogger("front")
session = requests.Session()


def serve(middle):
    def answer(environ, start_response):
        log.info("asking middle for %s", environ["PATH_INFO"])
        reply = session.get(f"http://{middle}/recipes{environ['PATH_INFO']}", timeout=10)
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        start_response(f"{reply.status_code} {reply.reason}", headers)
        return [b"front served: " + reply.content]

    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("FRONT_PORT", "8081")))
    parser.add_argument("--middle", default=os.environ.get("MIDDLE", "127.0.0.1:8082"))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    sock = eventlet.listen(("127.0.0.1", arguments.port))
    print("front listens on port", sock.getsockname()[1], flush=True)
    wsgi.server(sock, serve(arguments.middle), log=logging.getLogger("front.access"))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""back: knows how much of each part is needed. It takes a moment to find out."""

import eventlet

eventlet.monkey_patch()

import argparse
import logging
import os

from eventlet import wsgi

from clew.eventlet import patcher

patcher.enable_trace_patch(service_name="back", trace_app_log=True)

log = logging.getLogger("back")
GRAMS = {"flour": 500, "water": 350}
SHELF_SECONDS = 0.005  # so that the page has something to show


def answer(environ, start_response):
    part = environ["PATH_INFO"].rpartition("/")[2]
    eventlet.sleep(SHELF_SECONDS)
    if part not in GRAMS:
        log.warning("there is no %s", part)
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"nothing"]
    log.info("found %d g of %s", GRAMS[part], part)
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{GRAMS[part]} g {part}".encode()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("BACK_PORT", "8083")))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    sock = eventlet.listen(("127.0.0.1", arguments.port))
    print("back listens on port", sock.getsockname()[1], flush=True)
    wsgi.server(sock, answer, log=logging.getLogger("back.access"))


if __name__ == "__main__":
    main()

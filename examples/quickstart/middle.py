# SPDX-License-Identifier: Apache-2.0
"""middle: looks a recipe up. Two of its parts come from `back`, asked for at the same time."""

import eventlet

eventlet.monkey_patch()

import argparse
import http.client
import logging
import os

from eventlet import wsgi

from clew.eventlet import patcher
from clew.eventlet.api import put_annotation, put_key_value

patcher.enable_trace_patch(service_name="middle", trace_app_log=True)

log = logging.getLogger("middle")


def ask_back(back, part):
    connection = http.client.HTTPConnection(back, timeout=10)
    try:
        connection.request("GET", f"/parts/{part}?unit=g")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def serve(back):
    def answer(environ, start_response):
        recipe = environ["PATH_INFO"].rpartition("/")[2] or "bread"
        put_key_value("recipe", recipe)
        put_annotation("not in the cache")
        pool = eventlet.GreenPool(2)
        parts = list(pool.imap(lambda part: ask_back(back, part), ["flour", "water"]))
        log.info("%s needs %s", recipe, " and ".join(parts))
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{recipe}: {', '.join(parts)}\n".encode()]

    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("MIDDLE_PORT", "8082")))
    parser.add_argument("--back", default=os.environ.get("BACK", "127.0.0.1:8083"))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    sock = eventlet.listen(("127.0.0.1", arguments.port))
    print("middle listens on port", sock.getsockname()[1], flush=True)
    wsgi.server(sock, serve(arguments.back), log=logging.getLogger("middle.access"))


if __name__ == "__main__":
    main()

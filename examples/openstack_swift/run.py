# SPDX-License-Identifier: Apache-2.0
"""Runs the example; see README.md. Started by ./run."""

import argparse
import contextlib
import signal
import sys
import time
from pathlib import Path

import installed
from cluster import Cluster, ClusterError
from requests_made import COLD_PUT_SPANS, PUT_SPANS, SEGMENTS, Requests

from dev import build, running
from dev.demo import Demo
from dev.shell import BUILD, Failure, say

FOLDER = BUILD / "swift"
CONTAINER_SPANS_MIN = 1 + 2 * 3  # and some about its account, fewer when it was there
TOLD_SECONDS = 1  # between two looks at whether everything still runs


def parse(arguments):
    parser = argparse.ArgumentParser(prog="run", description="OpenStack Swift, traced by clew.")
    parser.add_argument("--port", type=int, default=9411, help="of the page; 0: any free one")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the cluster")
    parser.add_argument("--once", action="store_true", help="end after the requests")
    parser.add_argument("--clew", type=Path, help="a built `clew`; built when not given")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    traced, environment = installed.ensure()
    binary = options.clew or build.build("release", ["clew"]) / "bin/clew"
    if options.port:
        running.require_free("127.0.0.1", options.port, "use --port N")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    demo = Demo(binary, sys.executable, options.folder)
    cluster = Cluster(options.folder, traced, environment)
    try:
        demo.start_serve("127.0.0.1", options.port, 0)
        cluster.environment["CLEW_ENDPOINT"] = f"{demo.serve.local}/api/v2/spans"
        say("starting Swift: a proxy, an account, a container and four object servers")
        cluster.start()
        show(cluster, demo.serve)
        if not options.once:
            tell_addresses(cluster, demo.serve)
            watch(cluster, demo)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        cluster.stop()
        demo.stop()
    return 0


def show(cluster, serve):
    """Makes the requests and prints where the page shows each."""
    requests = Requests(cluster, serve.get)

    def tell(what, reply, spans=1):
        trace = requests.trace(reply, spans)
        address = f"{serve.shown}/zipkin/traces/{trace[0]['traceId']}"
        print(f"  {what:<46} {len(trace):>3} spans  {address}", flush=True)
        return trace

    print()
    tell("PUT of a container", requests.make_container(), CONTAINER_SPANS_MIN)
    tell("PUT of an object, nothing cached", requests.put_cold(), COLD_PUT_SPANS)
    put = tell("PUT of an object", requests.put(), PUT_SPANS)
    path = "/v1/AUTH_test/box/thing"
    tell("GET", requests.ask("GET", path), 3)
    tell("HEAD", requests.ask("HEAD", path), 3)
    manifest, large = requests.put_large()
    tell("PUT of a large object's manifest", manifest, PUT_SPANS + 2 * SEGMENTS)
    tell("GET of the large object", large, 3 + 2 * SEGMENTS)
    away = requests.holders(put)[0]
    cluster.stop_server(away)
    # One call fails at once, without a server's half; the handoff makes up for it.
    tell(f"PUT with {away} stopped", requests.put(), PUT_SPANS + 1)
    cluster.start_server(away)
    cluster.reload("proxy")
    tell("PUT after the proxy was reloaded by SIGUSR1", requests.put(), PUT_SPANS)
    tell("DELETE", requests.ask("DELETE", path, status=(204,)), PUT_SPANS)


def tell_addresses(cluster, serve):
    port = cluster.layout.servers["proxy"][2]
    print(f"\n  the page:   {serve.shown}/zipkin/")
    print(f"  the proxy:  curl -i http://127.0.0.1:{port}/v1/AUTH_test\n", flush=True)


def watch(cluster, demo):
    say("Ctrl-C stops everything")
    while True:
        time.sleep(TOLD_SECONDS)
        running.require_alive(demo.programs)
        for name, program in cluster.programs.items():
            if program.poll() is not None:
                raise ClusterError(f"{name} has ended:\n{cluster.last_words(name)}")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        try:
            sys.exit(main(sys.argv[1:]))
        except (Failure, ClusterError, OSError, RuntimeError) as failure:
            sys.exit(f"openstack_swift: {failure}")

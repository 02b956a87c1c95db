# SPDX-License-Identifier: Apache-2.0
"""`./dev up` and `./dev down`: from a clone to a trace in a browser."""

import contextlib
import signal
import sys
import time

from dev import build, packages, running, venv
from dev.demo import PORTS, Demo
from dev.shell import BUILD, Failure, say

SCRIBE_PORT = 9410
STATUS_SECONDS = 1


def require_free_ports(address, port):
    running.require_free(address, port, "use --port N")
    running.require_free(address, SCRIBE_PORT, "stop the other scribe collector")
    for name, demo_port in PORTS.items():
        running.require_free("127.0.0.1", demo_port, f"free it: the demo's {name} needs it")


def up(address, port, detach):
    packages.install_missing("up")
    left = [program for program in running.recorded() if program.is_alive()]
    if left:
        names = ", ".join(program.name for program in left)
        raise Failure(f"already up ({names}): `./dev down` stops it")
    require_free_ports(address, port)
    say("building clew (the first time takes some minutes)")
    build.build("release", ["clew"])
    demo = Demo(BUILD / "release/bin/clew", venv.demo_python())
    kept = False
    try:
        demo.start_serve(address, port, SCRIBE_PORT)
        demo.start_services(PORTS)
        show(demo.serve, demo.make_traces())
        if detach:
            say("running; `./dev down` stops it")
            kept = True
        else:
            watch(demo)
    finally:
        if not kept:
            demo.stop()
    return 0


def show(serve, trace_id):
    print(f"\n  the page:   {serve.shown}/zipkin/")
    print(f"  one trace:  {serve.shown}/zipkin/traces/{trace_id}")
    print(f"  one more:   curl http://127.0.0.1:{PORTS['front']}/bread\n", flush=True)


def watch(demo):
    """A status line until Ctrl-C or SIGTERM; a Failure when a program ends by itself."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say("Ctrl-C stops the server and the demo")
    shown = ""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            running.require_alive(demo.programs)
            line = demo.serve.status_line()
            if line != shown:
                shown = line
                start, end = ("\r", " ") if sys.stdout.isatty() else ("", "\n")
                print(f"{start}{line}", end=end, flush=True)
            time.sleep(STATUS_SECONDS)
    print("\ndev: stopping")


def down():
    names = running.stop_recorded()
    say("stopped " + ", ".join(names) if names else "nothing was running")
    return 0

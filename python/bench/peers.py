# SPDX-License-Identifier: Apache-2.0
"""clew beside py_zipkin and OpenTelemetry for Python: the same span and the same WSGI request,
traced by each and sent as Zipkin's JSON to the same collector.

usage: peers.py [--json] [--rounds N]

Each library runs in a process of its own, set up as its documentation says, with the defaults it
has: OpenTelemetry's spans go to its batch processor, py_zipkin sends inside of the request. The
figures are medians over rounds. "caller" is processor time of the thread that is traced, "all" that
of the whole process until the last span was sent. In each round the traced request and the bare
application take turns, so a busy machine slows both.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ITEMS_IN_ROUND = 500
TAGS = {
    "http.method": "GET",
    "http.path": "/v1/account/container/object",
    "http.status_code": "200",
    "user": "somebody",
    "region": "eu-north",
    "cache": "miss",
}


class Clew:
    """clew.span() and clew.wsgi()."""

    def __init__(self, port):
        import clew

        endpoint = f"http://127.0.0.1:{port}/api/v2/spans"
        clew.enable(service_name="bench", endpoint=endpoint, hooks=())
        self.clew = clew
        self.flush = lambda: clew.flush(30)

    def span(self):
        with self.clew.span("get", kind="server") as span:
            for key, value in TAGS.items():
                span.tag(key, value)

    def wrap(self, application):
        return self.clew.wsgi(application)


class OpenTelemetry:
    """The SDK, its batch processor, its Zipkin exporter and its WSGI middleware."""

    def __init__(self, port):
        from opentelemetry.exporter.zipkin.json import ZipkinExporter
        from opentelemetry.propagate import set_global_textmap
        from opentelemetry.propagators.b3 import B3MultiFormat
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import SpanKind

        set_global_textmap(B3MultiFormat())
        self.provider = TracerProvider(resource=Resource.create({"service.name": "bench"}))
        exporter = ZipkinExporter(endpoint=f"http://127.0.0.1:{port}/api/v2/spans")
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer = self.provider.get_tracer("bench")
        self.kind = SpanKind.SERVER
        self.flush = self.provider.force_flush

    def span(self):
        with self.tracer.start_as_current_span("get", kind=self.kind) as span:
            for key, value in TAGS.items():
                span.set_attribute(key, value)

    def wrap(self, application):
        from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware

        return OpenTelemetryMiddleware(application, tracer_provider=self.provider)


class PyZipkin:
    """zipkin_span with the transport that comes with it. It has no WSGI middleware: this one does
    what its documentation asks of a server.
    """

    def __init__(self, port):
        from py_zipkin import Kind
        from py_zipkin.request_helpers import extract_zipkin_attrs_from_headers
        from py_zipkin.transport import SimpleHTTPTransport
        from py_zipkin.zipkin import zipkin_span

        self.extract = extract_zipkin_attrs_from_headers
        self.zipkin_span = zipkin_span
        self.fixed = {
            "service_name": "bench",
            "span_name": "get",
            "transport_handler": SimpleHTTPTransport("127.0.0.1", port),
            "kind": Kind.SERVER,
        }
        self.flush = lambda: None

    def span(self):
        with self.zipkin_span(sample_rate=100, **self.fixed) as span:
            for key, value in TAGS.items():
                span.update_binary_annotations({key: value})

    def wrap(self, application):
        def traced(environ, start_response):
            headers = {
                name[5:].replace("_", "-").title().replace("id", "Id"): value
                for name, value in environ.items()
                if name.startswith("HTTP_X_B3_")
            }
            # One or the other: without headers extract() decides against the trace, and a rate
            # beside attributes decides once more.
            decided = {"zipkin_attrs": self.extract(headers)} if headers else {"sample_rate": 100}

            def started(status, *rest):
                span.update_binary_annotations({"http.status_code": status[:3]})
                return start_response(status, *rest)

            span = self.zipkin_span(**decided, **self.fixed)
            with span:
                span.update_binary_annotations(
                    {"http.method": environ["REQUEST_METHOD"], "http.path": environ["PATH_INFO"]}
                )
                return application(environ, started)

        return traced


LIBRARIES = {"clew": Clew, "OpenTelemetry": OpenTelemetry, "py_zipkin": PyZipkin}


def hello(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, World!\r\n"]


def request(application, extra):
    """A call as a WSGI server makes it: a new environ, the body read and closed."""
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/v1/account/container/object",
        "QUERY_STRING": "format=json",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "40000",
        "HTTP_HOST": "127.0.0.1:8080",
        "HTTP_USER_AGENT": "bench",
        "HTTP_ACCEPT": "*/*",
        "wsgi.url_scheme": "http",
        **extra,
    }
    body = application(environ, lambda status, headers, *error: None)
    for _ in body:
        pass
    close = getattr(body, "close", None)
    if close is not None:
        close()


# With ids: OpenTelemetry does not follow a decision that comes alone.
UNSAMPLED = {
    "HTTP_X_B3_TRACEID": "463ac35c9f6413ad48485a3953bb6124",
    "HTTP_X_B3_SPANID": "a2fb4a1d1a96d312",
    "HTTP_X_B3_SAMPLED": "0",
}


def time_round(function, flush):
    """(caller's, whole process's) nanoseconds of one of ITEMS_IN_ROUND calls."""
    turns = range(ITEMS_IN_ROUND)
    thread, total = time.thread_time_ns(), time.process_time_ns()
    for _ in turns:
        function()
    thread = time.thread_time_ns() - thread
    flush()
    total = time.process_time_ns() - total
    return thread / ITEMS_IN_ROUND, total / ITEMS_IN_ROUND


def measure(library, port, rounds):
    """Medians of one library: added nanoseconds of the caller and of the process."""
    traced = library.wrap(hello)
    work = {
        "span": (library.span, lambda: None),
        "request": (lambda: request(traced, {}), lambda: request(hello, {})),
        "request, not sampled": (
            lambda: request(traced, UNSAMPLED),
            lambda: request(hello, UNSAMPLED),
        ),
    }
    found = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, (with_tracing, without) in work.items():
            without_ns = time_round(without, lambda: None)
            with_ns = time_round(with_tracing, library.flush)
            if number > 0:  # the first round warms up
                found[name].append([a - b for a, b in zip(with_ns, without_ns)])
    result = {
        name: {
            "caller_ns": statistics.median(row[0] for row in rows),
            "all_ns": statistics.median(row[1] for row in rows),
        }
        for name, rows in found.items()
    }
    made = 2 * ITEMS_IN_ROUND * (rounds + 1)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/spans") as reply:
        result["arrived"] = int(reply.read()) / made
    return result


def with_sink(run):
    sink = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("http_sink.py")],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        return run(int(sink.stdout.readline()))
    finally:
        sink.terminate()
        sink.wait(10)


def measure_apart(name, rounds):
    command = [sys.executable, __file__, "--only", name, "--rounds", str(rounds)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=900)
    return json.loads(output.stdout)


def print_table(results):
    print("| | clew | OpenTelemetry | py_zipkin |\n| --- | --- | --- | --- |")
    for work in ("span", "request", "request, not sampled"):
        for key, words in (("caller_ns", "the caller's"), ("all_ns", "with sending")):
            cells = [f"{results[name][work][key] / 1000:.2f}" for name in LIBRARIES]
            print(f"| {work}, {words} | " + " | ".join(cells) + " |")
    cells = [f"{results[name]['arrived']:.1%}" for name in LIBRARIES]
    print("| of the spans arrived | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=LIBRARIES, help="measure one, as JSON")
    arguments = parser.parse_args()
    if arguments.only:
        library = LIBRARIES[arguments.only]
        found = with_sink(lambda port: measure(library(port), port, arguments.rounds))
        print(json.dumps(found))
        return
    results = {name: measure_apart(name, arguments.rounds) for name in LIBRARIES}
    if arguments.json:
        print(json.dumps(results, indent=1))
    else:
        print("microseconds of processor time added to one item\n")
        print_table(results)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""A wrong argument is refused in words that name it, say what it must be, and show what came: of
each argument of each call, each kind of value that it is not.
"""

import subprocess
import sys

import pytest
import services

import clew
from clew import _native, hooks
from clew.eventlet import patcher

NOT_TEXT = [5, 1.5, ["b3"], b"b3", object]
NOT_NUMBER = ["64", 1.5, True, [64], object]
NOT_YES_NO = ["yes", 1.5, [True]]
BROKEN_TEXT = ["", "a\0b", "\ud800"]
# {argument: (what it must be, values of the wrong type, values that are wrong)}
OPTIONS = {
    "service_name": ("a str", NOT_TEXT, BROKEN_TEXT),
    "endpoint": (
        "a str like 'http://host:9411/api/v2/spans' or 'scribe://host:9410'",
        NOT_TEXT,
        [*BROKEN_TEXT, "gopher://a", "http://"],
    ),
    "sample_rate": ("a number from 0 to 1", ["1", [1], object], [1.5, -0.1, float("nan"), 10**400]),
    "propagation": ("a str, a list with commas of", NOT_TEXT, [*BROKEN_TEXT, "w3c"]),
    "join": ("True or False", NOT_YES_NO, [2, -1, 10**30]),
    "local_ip": ("a str, an IPv4 or IPv6 address", NOT_TEXT, [*BROKEN_TEXT, "300.1.1.1"]),
    "local_port": ("0 to 65535", NOT_NUMBER, [-1, 65536, 10**30]),
    "trace_id_bits": ("64 or 128", NOT_NUMBER, [0, 32, 65, 127, 129, -1]),
    "flush_interval_ms": ("1 to 60000", NOT_NUMBER, [0, 60001, -1, 2**32, 10**30]),
    "close_timeout_ms": ("1 to 600000", NOT_NUMBER, [0, 600001, -1]),
    "ring_bytes": ("4096 to 1073741824", NOT_NUMBER, [0, 4095, 2**30 + 1, 2**64]),
    "queue_bytes_max": ("65536 to 1099511627776", NOT_NUMBER, [0, 65535, 2**40 + 1]),
    "gzip": ("True or False", NOT_YES_NO, [2, -1]),
    "extract_order": ("a str, a list with commas of", NOT_TEXT, [*BROKEN_TEXT, "b3;b3"]),
    "trust_inbound": ("'all', 'ids' or 'no'", NOT_TEXT, [*BROKEN_TEXT, "some"]),
    "sampler": ("a str like '0.1' or 'per_second(100)'", NOT_TEXT, [*BROKEN_TEXT, "often"]),
    "ring_dir": ("a str, the path of a directory", NOT_TEXT, BROKEN_TEXT),
    "ignore_environment": ("True or False", [*NOT_YES_NO, None], [2]),
}
AT_THE_EDGE = {
    "local_port": (0, 65535),
    "trace_id_bits": (64, 128),
    "flush_interval_ms": (1, 60000),
    "close_timeout_ms": (1, 600000),
    "ring_bytes": (4096, 2**30),
    "queue_bytes_max": (65536, 2**40),
    "sample_rate": (0, 1),
    "join": (0, True),
}


def refusal(kind, call):
    with pytest.raises(kind) as raised:
        call()
    assert type(raised.value) is kind
    return str(raised.value)


def tracer(**options):
    return clew.Tracer(**{"service_name": "a", "ignore_environment": True, **options})


def test_the_table_has_every_argument_of_a_tracer():
    assert tuple(OPTIONS) == _native.tracer_options


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_the_wrong_type_is_named_with_what_it_must_be_and_what_came(name):
    wanted, wrong_types, wrong_values = OPTIONS[name]
    for value in wrong_types:
        words = refusal(TypeError, lambda value=value: tracer(**{name: value}))
        assert words.startswith(f"{name} must be {wanted}"), words
        assert words.endswith(f", not {value!r}"), words
    for value in wrong_values:
        words = refusal(ValueError, lambda value=value: tracer(**{name: value}))
        assert words.startswith(name), words
        assert str(value) in words or repr(value)[:100] in words or value == "", words


@pytest.mark.parametrize(("name", "values"), AT_THE_EDGE.items())
def test_an_option_at_its_edge_is_taken(name, values):
    for value in values:
        tracer(**{name: value})


def test_a_long_value_is_shown_in_part():
    assert len(refusal(TypeError, lambda: tracer(propagation=["b3"] * 10_000))) < 500


ENABLE = [
    (TypeError, {"nosuch": 1}, "enable() has no argument 'nosuch'"),
    (
        TypeError,
        {"servicename": "a"},
        "enable() has no argument 'servicename'; did you mean service_name?",
    ),
    (
        TypeError,
        {"sampler": 5},
        "sampler must be a str like '0.1' or 'per_second(100)', or a callable, not 5",
    ),
    (TypeError, {"hooks": 5}, "hooks must be a sequence of names, not 5"),
    (TypeError, {"hooks": "logging"}, "hooks must be a sequence of names, not 'logging'"),
    (TypeError, {"hooks": [5]}, "hooks must hold names, each a str, not 5"),
    (
        ValueError,
        {"hooks": ["htpx"]},
        "hooks must hold names of hooks, not 'htpx': did you mean 'httpx'?",
    ),
    (TypeError, {"legacy_tags": 1}, "legacy_tags must be bool, not 1"),
    (TypeError, {"service_name": 5}, "service_name must be str, not 5"),
    (ValueError, {"service_name": ""}, "service_name must not be empty"),
    (
        TypeError,
        {"log_annotations": 1.5},
        "log_annotations must be a bool, or a level of logging like 30 or 'WARNING', not 1.5",
    ),
    (
        ValueError,
        {"log_annotations": "loud"},
        "log_annotations must be a bool, or a level of logging like 30 or 'WARNING', not 'loud'",
    ),
    (
        TypeError,
        {"propagation": ["b3"]},
        "propagation must be a str, a list with commas of b3multi, b3, tracecontext and baggage, "
        "or none, not ['b3']",
    ),
    (ValueError, {"trace_id_bits": 32}, "trace_id_bits must be 64 or 128, not 32"),
    (TypeError, {"trace_id_bits": "64"}, "trace_id_bits must be 64 or 128, not '64'"),
    (
        ValueError,
        {"sampler": "0.1", "sample_rate": 0.1},
        "sampler replaces sample_rate: give one or the other",
    ),
]


@pytest.mark.parametrize(("kind", "arguments", "words"), ENABLE)
def test_enable_refuses_in_its_own_words_and_changes_nothing(kind, arguments, words):
    assert refusal(kind, lambda: clew.enable(**arguments)) == words
    assert clew.tracer() is None


def test_a_tracer_refuses_what_it_does_not_know():
    assert refusal(TypeError, lambda: tracer(colour="red")) == "Tracer() has no argument 'colour'"
    words = "Tracer() has no argument 'gzipp'; did you mean gzip?"
    assert refusal(TypeError, lambda: tracer(gzipp=True)) == words
    words = "Tracer() needs a service_name: a str, or None"
    assert refusal(TypeError, clew.Tracer) == words
    words = "Tracer() got service_name twice"
    assert refusal(TypeError, lambda: clew.Tracer("a", service_name="b")) == words
    assert "by position" in refusal(TypeError, lambda: clew.Tracer("a", "http://h", 1.0))


ENDPOINTS = {
    "127.0.0.1:9411": "begins neither with scribe:// nor with http://; write "
    "http://127.0.0.1:9411/api/v2/spans",
    "zipkin:9410": "begins neither with scribe:// nor with http://; write scribe://zipkin:9410",
    "htp://zipkin": "begins neither with scribe:// nor with http://",
    "http:/zipkin": "begins neither with scribe:// nor with http://",
    "http://": "is no address: '' names no host",
    "http://:9411": "is no address: ':9411' names no host",
    "http://zipkin:0": "is no address: 'zipkin:0' has no port from 1 to 65535 after its colon",
    "http://zipkin:65536": "is no address: 'zipkin:65536' has no port from 1 to 65535 after its "
    "colon",
    "http://zipkin:http": "is no address: 'zipkin:http' has no port from 1 to 65535 after its "
    "colon",
    "http://::1:9411": "is no address: '::1:9411' has several colons: write an IPv6 address in "
    "brackets",
    "http://[127.0.0.1]": "is no address: '[127.0.0.1]' has no IPv6 address in its brackets",
    "http://zip kin": "has a space or a control character in it",
    "http://zipkin/\n": "has a space or a control character in it",
    "http://b\u00fccher/": "has a character beyond ASCII: write it as DNS or a URL has it",
    "http://zipkin/#top": "has a fragment (#), which no request carries",
    "scribe://zipkin/api": "has a path, which scribe does not know",
}


@pytest.mark.parametrize(("endpoint", "words"), ENDPOINTS.items())
def test_a_wrong_endpoint_is_refused_with_the_reason(endpoint, words, monkeypatch):
    reason = f"'{endpoint}' {words}"
    assert refusal(ValueError, lambda: clew.enable(endpoint=endpoint)) == f"endpoint: {reason}"
    monkeypatch.setenv("CLEW_ENDPOINT", endpoint)
    assert refusal(ValueError, clew.enable) == f"CLEW_ENDPOINT: {reason}"
    assert clew.tracer() is None


def test_a_password_in_an_endpoint_is_refused_and_not_shown():
    words = refusal(ValueError, lambda: tracer(endpoint="http://me:secret@zipkin/api/v2/spans"))
    assert words == (
        "endpoint: 'http://***@zipkin/api/v2/spans' has a user or password, which are not sent: "
        "leave them out"
    )


@pytest.mark.parametrize("endpoint", ["http://zipkin", "HTTP://zipkin:9411/", "http://zipkin:9411"])
def test_an_address_without_a_path_gets_zipkins(endpoint):
    assert tracer(endpoint=endpoint).endpoint == "http://zipkin:9411/api/v2/spans"


PATCHER = [
    (TypeError, {"host": 5}, "host must be str, not 5"),
    (ValueError, {"host": ""}, "host must be a name or an address, not ''"),
    (ValueError, {"host": "http://a"}, "host must be a name or an address, not 'http://a'"),
    (
        ValueError,
        {"host": "127.0.0.1:9410"},
        "host must be a name or an address without a port, not '127.0.0.1:9410'",
    ),
    (
        ValueError,
        {"host": "zipkin:9410"},
        "host must be a name or an address without a port, not 'zipkin:9410'",
    ),
    (TypeError, {"port": "9410"}, "port must be int, not '9410'"),
    (ValueError, {"port": 0}, "port must be 1 to 65535, not 0"),
    (TypeError, {"trace_app_log": 1}, "trace_app_log must be bool, not 1"),
    (TypeError, {"sampling_rate": "1"}, "sampling_rate must be a number, not '1'"),
    (ValueError, {"sampling_rate": 2}, "sampling_rate must be 0 to 1, not 2"),
    (TypeError, {"endpoint": 5}, "endpoint must be str, not 5"),
]


@pytest.mark.parametrize(("kind", "arguments", "words"), PATCHER)
def test_the_patcher_refuses_in_its_own_words(kind, arguments, words):
    assert refusal(kind, lambda: patcher.enable_trace_patch(**arguments)) == words
    assert clew.tracer() is None


def test_the_patcher_takes_addresses_of_both_families():
    for host in ("::1", "fe80::1%lo", "127.0.0.1", "zipkin.example"):
        assert patcher._endpoint(host, 9410, None).startswith("scribe://")


MIDDLEWARE = [
    ({"skip": 5}, "skip must be a sequence of paths, not 5"),
    ({"skip": "/a"}, "skip must be a sequence of paths, not '/a'"),
    ({"skip": b"/a"}, "skip must be a sequence of paths, not b'/a'"),
    ({"skip": [5]}, "skip must hold paths, each a str, not 5"),
    ({"trace_header": 5}, "trace_header must be a header's name, not 5"),
]
WSGI = [
    ({"tags": ["a"]}, "tags must be a mapping of environ keys to tag names, not ['a']"),
    ({"tags": 5}, "tags must be a mapping of environ keys to tag names, not 5"),
    ({"tags": {5: "a"}}, "tags must map str to str, not 5 to 'a'"),
    ({"tags": {"a": None}}, "tags must map str to str, not 'a' to None"),
]


@pytest.mark.parametrize(("arguments", "words"), MIDDLEWARE)
@pytest.mark.parametrize("middleware", [clew.wsgi, clew.asgi])
def test_a_middleware_refuses_in_its_own_words(middleware, arguments, words):
    assert refusal(TypeError, lambda: middleware(print, **arguments)) == words
    assert refusal(TypeError, lambda: middleware(5)) == "application must be callable, not 5"


@pytest.mark.parametrize(("arguments", "words"), WSGI)
def test_the_tags_of_wsgi_are_a_mapping_of_texts(arguments, words):
    assert refusal(TypeError, lambda: clew.wsgi(print, **arguments)) == words


def test_traced_refuses_at_the_decoration():
    kinds = "'local', 'client', 'server', 'producer' or 'consumer'"
    words = f"kind must be {kinds}, not 'bogus'"
    assert refusal(ValueError, lambda: clew.traced(kind="bogus")) == words
    assert refusal(TypeError, lambda: clew.traced(name=5)) == "name must be str, not 5"
    assert refusal(TypeError, lambda: clew.traced(5)) == "traced() takes a function, not 5"


@pytest.mark.parametrize("is_on", [False, True])
def test_flush_refuses_a_wrong_timeout_also_while_tracing_is_off(is_on, http_collector):
    flushes = [clew.flush]
    if is_on:
        one = clew.enable(service_name="a", endpoint=http_collector.endpoint)
        flushes += [one.flush, one.close]
    try:
        for flush in flushes:
            for value in ("1", None, [1]):
                words = refusal(TypeError, lambda f=flush, v=value: f(v))
                assert words == f"timeout must be a number of seconds, not {value!r}"
            for value in (-1, 3601, float("nan"), float("inf"), 10**400):
                words = refusal(ValueError, lambda f=flush, v=value: f(v))
                assert f"timeout must be 0 to 3600 seconds, not {value!r}".startswith(words)
            assert flush(0) in (True, False)
    finally:
        clew.disable()


def test_a_span_that_cannot_be_made_is_told_with_the_line_that_asks_for_it(http_collector, caplog):
    clew.enable(service_name="a", endpoint=http_collector.endpoint)
    try:
        for _ in range(2):
            for kind in ("bogus", "fake"):
                clew.span("a", kind=kind).finish()  # the line
            clew.span("a", parent=5).finish()
    finally:
        clew.disable()
    first, second = [record.getMessage() for record in caplog.records]
    line = clew_line("# the line")
    assert first == (
        f"tracing failed at clew.span(), called at {__file__}:{line}: this span records nothing; "
        "the program and all other tracing go on"
    )
    assert f"{__file__}:{line + 1}" in second
    assert "kind must be" in str(caplog.records[0].exc_info[1])
    assert str(caplog.records[1].exc_info[1]) == (
        "parent must be a Span, what clew.extract() returned, or None, not 5"
    )


def clew_line(mark):
    with open(__file__, encoding="utf-8") as file:
        return next(n for n, line in enumerate(file, 1) if line.rstrip().endswith(mark))


def test_hooks_that_fail_say_what_is_missing():
    servers = set(hooks.HOOKS) - set(hooks.MISSING)
    assert servers < set(hooks.SERVERS)
    assert hooks.missing_without("threading", "clew.threads") == hooks.MISSING["threads"]
    both = hooks.missing_without("eventlet.greenthread", "clew.eventlet.context")
    assert both == f"{hooks.MISSING['eventlet']} and {hooks.MISSING['greenthreads']}"
    one = hooks.missing_without("falcon.app", "clew.applications")
    assert one == hooks.MISSING["applications"]
    served = hooks.missing_without("waitress.server", "clew.hosts")
    assert served == "requests that waitress serves are not traced"


def test_a_package_without_its_compiled_part_says_what_to_install(tmp_path):
    package = tmp_path / "clew"
    package.mkdir()
    for name in ("__init__", "missing"):
        source = services.TESTS.parent / f"clew/{name}.py"
        (package / f"{name}.py").write_bytes(source.read_bytes())

    def words():
        done = subprocess.run(
            [sys.executable, "-c", "import clew"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr.splitlines()[-1]

    assert f"the clew in {package} is its source, without the compiled part; install it" in words()
    (package / "_native.cpython-35m-x86_64-linux-gnu.so").touch()
    assert "is built for another Python (_native.cpython-35m-x86_64-linux-gnu.so)" in words()


def test_the_package_shows_its_api_alone():
    assert dir(clew) == sorted(clew.__all__)


def test_what_is_printed_says_what_it_is():
    one = tracer(endpoint="http://zipkin/v1?Api-Key=secret", service_name="thumbs")
    assert repr(one) == "<clew.Tracer 'thumbs' to http://zipkin:9411/v1>"
    assert (one.service_name, one.endpoint) == ("thumbs", "http://zipkin:9411/v1")
    span = one.start("resize")
    of = f"{span.span_id} of trace {span.trace_id}"
    assert repr(span) == f"<clew.Span 'resize' {of}, open>"
    span.abandon()
    assert repr(span) == f"<clew.Span {of}, ended>"
    assert repr(clew.span("off")) == "<clew.Span that records nothing>"
    one.close()
    assert repr(one) == "<clew.Tracer 'thumbs' to http://zipkin:9411/v1, closed>"
    unsampled = tracer(sample_rate=0).start("a")
    assert repr(unsampled).endswith(", not sampled>")

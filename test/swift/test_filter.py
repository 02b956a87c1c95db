# SPDX-License-Identifier: Apache-2.0
"""The filter egg:clew#trace, in pipelines that Debian's paste.deploy loads: its settings one by
one, and a proxy of Swift that is traced by nothing else.
"""

import json
import os
import subprocess

import installed
import pytest
from conftest import HERE
from layout import free_ports
from requests_made import CONTAINER, PUT_SPANS
from test_requests import PUT_SHAPE, check_calls, shape

PROGRAM = HERE / "programs/pipeline.py"
PROGRAM_SECONDS_MAX = 120
PIPELINE = """\
[pipeline:main]
pipeline = clew answer

[filter:clew]
use = egg:clew#trace
{settings}

[app:answer]
paste.app_factory = pipeline:application
"""


@pytest.fixture
def ask(traced, tmp_path):
    """ask([settings of a pipeline, ...], [request, ...]): what programs/pipeline.py says."""

    def run(pipelines, requests, environment=None):
        files = []
        for number, settings in enumerate(pipelines):
            lines = [f"{name} = {value}" for name, value in settings.items()]
            files.append(tmp_path / f"{number}.ini")
            files[-1].write_text(PIPELINE.format(settings="\n".join(lines)))
        words = [json.dumps([str(file) for file in files]), json.dumps(requests)]
        more = {"PYTHONPATH": str(HERE / "programs"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [installed.PYTHON, PROGRAM, *words],
            env={**os.environ, **traced[1], **more, **(environment or {})},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PROGRAM_SECONDS_MAX,
            check=True,
        )
        return json.loads(done.stdout)

    return run


def test_requests_are_server_spans(ask, collector):
    settings = {"endpoint": collector.endpoint, "service_name": "from the section"}
    (first,), (second,) = ask([settings], [["GET", "/a", {}]])["said"]
    spans = collector.wait_for(lambda spans: len(spans) >= 2)
    assert [span["traceId"] for span in spans] == [first["body"], second["body"]]
    for span in spans:
        assert (span["kind"], span["name"]) == ("SERVER", "get")
        assert span["localEndpoint"]["serviceName"] == "from the section"
        assert span["tags"]["http.path"] == "/a"
        assert span["tags"]["http.status_code"] == "200"


def test_what_a_section_leaves_out_comes_from_the_environment(ask, collector):
    environment = {"CLEW_ENDPOINT": collector.endpoint, "CLEW_SERVICE_NAME": "from outside"}
    ask([{}], [["GET", "/a", {}]], environment)
    spans = collector.wait_for(lambda spans: len(spans) >= 2)
    assert {span["localEndpoint"]["serviceName"] for span in spans} == {"from outside"}


def test_paths_can_be_skipped_and_headers_tagged(ask, collector):
    settings = {
        "endpoint": collector.endpoint,
        "skip": "/healthcheck, /recon",
        "tag_headers": "X-Trans-Id, User-Agent",
        "trace_header": "X-Trace-Id",
    }
    asked = [
        ["GET", "/healthcheck", {}],
        ["GET", "/recon/mem", {}],
        ["GET", "/kept", {"HTTP_X_TRANS_ID": "tx1"}],
    ]
    answers, _ = ask([settings], asked)["said"]
    assert [bool(answer["body"]) for answer in answers] == [False, False, True]
    kept = answers[2]
    assert kept["headers"]["X-Trace-Id"] == kept["body"]
    spans = collector.wait_for(lambda spans: len(spans) >= 2)
    assert {span["tags"]["http.path"] for span in spans} == {"/kept"}
    for span in spans:
        assert span["tags"]["http.header.x-trans-id"] == "tx1"
        assert "http.header.user-agent" not in span["tags"]


@pytest.mark.parametrize("sample", ["0", "0.0", "rate(0)"])
def test_the_share_of_traces_is_a_setting(ask, collector, sample):
    settings = {"endpoint": collector.endpoint, "sample": sample}
    asked = [["GET", "/a", {}], ["GET", "/b", {"HTTP_X_B3_FLAGS": "1"}]]
    ask([settings], asked)
    spans = collector.wait_for(lambda spans: len(spans) >= 2)
    assert {span["tags"]["http.path"] for span in spans} == {"/b"}


@pytest.mark.parametrize(("trust", "is_followed"), [("all", True), ("ids", True), ("no", False)])
def test_whom_to_believe_is_a_setting(ask, collector, trust, is_followed):
    trace_id = "00000000000000ab"
    headers = {"HTTP_X_B3_TRACEID": trace_id, "HTTP_X_B3_SPANID": "00000000000000cd"}
    settings = {"endpoint": collector.endpoint, "trust_inbound": trust}
    answers, _ = ask([settings], [["GET", "/a", headers | {"HTTP_X_B3_SAMPLED": "1"}]])["said"]
    assert (answers[0]["body"] == trace_id) is is_followed


@pytest.mark.parametrize(
    ("client", "is_hooked"),
    [(None, False), ("no", False), ("off", False), ("yes", True), ("True", True)],
)
def test_calls_are_traced_when_asked_for(ask, collector, client, is_hooked):
    settings = {"endpoint": collector.endpoint} | ({"client": client} if client else {})
    hooks = ask([settings], [])["hooks"]
    assert ("http.client" in hooks) is is_hooked
    assert ("greenthreads" in hooks) is is_hooked
    assert "swift" in hooks
    assert "eventlet" not in hooks


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"endpiont": "x"}, "has no setting endpiont"),
        ({"endpoint": "carrier pigeon"}, "carrier pigeon"),
        ({"client": "perhaps"}, "client must be yes or no, not 'perhaps'"),
        ({"skip": "healthcheck"}, "a path to skip must begin with a slash"),
        ({"sample": "2"}, "sample_rate"),
        ({"sample": "often"}, "often"),
        ({"propagation": "smoke"}, "smoke"),
        ({"trust_inbound": "some"}, "some"),
    ],
)
def test_a_wrong_setting_is_told_where_the_pipeline_is_loaded(ask, settings, error):
    (said,) = ask([settings], [])["said"]
    assert error in said


def test_a_process_is_traced_in_one_way(ask, collector):
    one = {"endpoint": collector.endpoint, "service_name": "one"}
    said = ask([one, one | {"service_name": "two"}], [["GET", "/a", {}]])["said"]
    assert "a process is traced in one way" in said[-1]
    collector.wait_for(lambda spans: len(spans) >= 2)


def test_what_is_traced_already_stays_as_it_is(ask, collector):
    """By clew-run, say: its hooks would go, and its settings."""
    section = {"endpoint": "http://127.0.0.1:1/api/v2/spans", "service_name": "of-the-section"}
    environment = {
        "CLEW_ENABLE": "1",
        "CLEW_INCLUDE": "*",
        "CLEW_ENDPOINT": collector.endpoint,
        "CLEW_SERVICE_NAME": "of-the-environment",
    }
    assert "http.client" in ask([section], [["GET", "/a", {}]], environment)["hooks"]
    spans = collector.wait_for(lambda spans: len(spans) >= 2)
    assert {span["localEndpoint"]["serviceName"] for span in spans} == {"of-the-environment"}


@pytest.fixture(scope="module")
def filtered_proxy(cluster):
    """A second proxy of the cluster, which is traced by its pipeline alone."""
    name = "proxy-with-filter"
    program, proxy, _ = cluster.layout.servers["proxy"]
    (port,) = free_ports(1)
    text = proxy.read_text().replace("pipeline = catch_errors", "pipeline = clew catch_errors")
    text = text.replace(f"bind_port = {cluster.layout.servers['proxy'][2]}", f"bind_port = {port}")
    text += "\n[filter:clew]\nuse = egg:clew#trace\nclient = yes\nskip = /healthcheck\n"
    path = proxy.with_name(f"{name}.conf")
    path.write_text(text)
    cluster.layout.servers[name] = (program, path, port)
    cluster.start_server(name, traced=())
    return name


def test_a_proxy_with_the_filter_is_traced_whole(requests, filtered_proxy):
    reply = requests.cluster.request("PUT", f"{CONTAINER}/by-filter", b"x", proxy=filtered_proxy)
    assert reply.status == 201
    trace = requests.exact_trace(reply, PUT_SPANS)
    assert shape(trace) == PUT_SHAPE
    check_calls(trace)


def test_a_skipped_path_is_no_trace(requests, filtered_proxy, serve):
    assert requests.cluster.request("GET", "/healthcheck", proxy=filtered_proxy).status == 200
    # What was asked afterwards has arrived, so this would have.
    reply = requests.cluster.request("PUT", f"{CONTAINER}/after", b"x", proxy=filtered_proxy)
    requests.exact_trace(reply, PUT_SPANS)
    port = requests.cluster.layout.servers[filtered_proxy][2]
    for trace in serve.get("/api/v2/traces?annotationQuery=http.path%3D/healthcheck&limit=1000"):
        assert trace[0]["localEndpoint"]["port"] != port

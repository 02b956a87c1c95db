# SPDX-License-Identifier: Apache-2.0
"""What browsers may do: pages of other sites neither read nor send, unless the operator lists
them; programs are never affected."""

import json

SPAN = json.dumps([{"traceId": "1", "id": "2"}])
EVIL = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
GET_PATHS = ("/api/v2/traces", "/zipkin/", "/health", "/metrics", "/nowhere")


def test_a_foreign_page_can_neither_read_nor_send(server):
    for path in GET_PATHS:
        status, headers, body = server.request("GET", path, headers=EVIL)
        assert (path, status) == (path, 403)
        assert b"--query-allowed-origins" in body
        assert "Access-Control-Allow-Origin" not in headers
    simple = {**EVIL, "Content-Type": "text/plain"}
    assert server.request("POST", "/api/v2/spans", SPAN, simple)[0] == 403
    preflight = {**EVIL, "Access-Control-Request-Method": "POST"}
    assert server.request("OPTIONS", "/api/v2/spans", headers=preflight)[0] == 403
    assert server.request("GET", "/api/v2/trace/1")[0] == 404


def test_a_name_that_points_here_is_refused(server):
    for path in GET_PATHS:
        status, _, body = server.request("GET", path, headers={"Host": "evil.example"})
        assert (path, status) == (path, 421)
        assert b"--allowed-hosts" in body
    assert server.request("GET", "/health", headers={"Host": f"localhost:{server.port}"})[0] == 200


def test_listed_origins_and_hosts_may_pass(start):
    server = start("--query-allowed-origins", "http://a.example", "--allowed-hosts", "zipkin")
    page = {"Origin": "http://a.example", "Host": "zipkin:9411"}
    status, headers, _ = server.request("GET", "/api/v2/services", headers=page)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "http://a.example"
    preflight = {**page, "Access-Control-Request-Method": "POST"}
    status, headers, _ = server.request("OPTIONS", "/api/v2/spans", headers=preflight)
    assert status == 200
    assert headers["Access-Control-Allow-Methods"] == "GET,POST"
    assert server.request("POST", "/api/v2/spans", SPAN, page)[0] == 202


def test_zipkins_default_can_be_had_by_its_variable(start):
    server = start(ZIPKIN_QUERY_ALLOWED_ORIGINS="*")
    status, headers, _ = server.request("GET", "/api/v2/services", headers=EVIL)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_its_own_page_and_programs_are_not_affected(server):
    own = {"Origin": f"http://127.0.0.1:{server.port}"}
    assert server.request("POST", "/api/v2/spans", SPAN, own)[0] == 202
    assert server.request("POST", "/api/v2/spans", SPAN)[0] == 202


def test_no_answer_may_be_taken_for_another_type(server):
    for path in GET_PATHS:
        assert server.request("GET", path)[1]["X-Content-Type-Options"] == "nosniff", path


def test_a_reporter_whose_address_ends_in_a_slash_loses_nothing(server):
    for number, path in enumerate(("//api/v2/spans", "/api/v2/%73pans", "/api/v2/spans;a=b"), 1):
        span = json.dumps([{"traceId": f"{number}", "id": "2"}])
        assert server.request("POST", path, span)[0] == 202, path
        assert server.request("GET", f"//api//v2/trace/{number}")[0] == 200

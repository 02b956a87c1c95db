# SPDX-License-Identifier: Apache-2.0
"""A service of OpenStack as distributions ship it: eventlet, paste, oslo.service with a forked
worker, and requests on urllib3 1.26 towards the identity service. Collected where oslo.service is
there: with Debian's packages (tools/dev/distributions.py).
"""

import pytest
from conftest import PROGRAMS
from services import Service

PIPELINE = """
[pipeline:main]
pipeline = clew auth app

[filter:clew]
use = egg:clew#trace
endpoint = {endpoint}
service_name = tested
client = yes

[filter:auth]
paste.filter_factory = oslo_application:auth
identity = http://{identity}

[app:app]
paste.app_factory = oslo_application:app
"""


@pytest.fixture
def service(http_collector, echo, tmp_path):
    ini = tmp_path / "paste.ini"
    ini.write_text(PIPELINE.format(endpoint=http_collector.endpoint, identity=echo.address))
    service = Service(PROGRAMS / "forking_oslo.py", ini)
    yield service
    service.stop()


def test_a_request_and_its_check_of_the_token_are_one_trace(service, http_collector, echo, path):
    assert service.get(f"/{path}", {"X-Auth-Token": "secret"}) == (200, b"ok")
    server = http_collector.one("SERVER", f"/{path}")
    client = http_collector.one("CLIENT", "/v3/auth/tokens")
    assert "error" not in server["tags"]
    assert client["tags"] == {
        "http.method": "GET",
        "http.path": "/v3/auth/tokens",
        "http.status_code": "200",
    }
    assert (client["traceId"], client["parentId"]) == (server["traceId"], server["id"])
    assert client["remoteEndpoint"] == {"ipv4": "127.0.0.1", "port": echo.port}
    sent = echo.headers_of("/v3/auth/tokens")
    assert sent["x-b3-spanid"] == [client["id"]]
    assert server["timestamp"] <= client["timestamp"]
    ends = [span["timestamp"] + span["duration"] for span in (client, server)]
    assert ends[0] <= ends[1]

# SPDX-License-Identifier: Apache-2.0
"""gunicorn and uvicorn under clew-run: applications that know nothing of tracing are traced.

Method: the real servers as their own processes; spans as a collector receives them.
"""

import collectors
import pytest
import services
from test_servers import GUNICORN, PORT, PYTHONPATH

WSGI, ASGI = "plain_application:application", "plain_application:asgi"
COMMANDS = {
    "gunicorn sync": [*GUNICORN, WSGI],
    "gunicorn preload": [*GUNICORN, "--preload", "--workers", "2", WSGI],
    "gunicorn threads": [*GUNICORN, "--threads", "2", WSGI],
    "gunicorn eventlet": [*GUNICORN, "--worker-class", "eventlet", WSGI],
    "gunicorn asgi": [*GUNICORN, "--worker-class", "asgi", ASGI],
    "uvicorn": ["-m", "uvicorn", "--port", "0", ASGI],
    "uvicorn wsgi": ["-m", "uvicorn", "--port", "0", "--interface", "wsgi", WSGI],
}


class Hosted(services.Service):
    def line_like(self, pattern, seconds=services.READY_SECONDS):
        return super().line_like(PORT, seconds)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_application_that_knows_nothing_is_traced(name, path):
    collector = collectors.HttpCollector()
    environment = {
        "CLEW_ENDPOINT": collector.endpoint,
        "CLEW_SERVICE_NAME": "hosted",
        "PYTHONPATH": PYTHONPATH,
    }
    before = [services.CLEW_RUN]
    server = Hosted(*COMMANDS[name], environment=environment, before=before)
    try:
        assert server.get(f"/{path}?secret") == (200, b"hello")
        span = collector.one("SERVER", f"/{path}")
    finally:
        output = server.stop()
        collector.close()
    assert (span["name"], span["localEndpoint"]["serviceName"]) == ("get", "hosted")
    assert span["tags"]["http.status_code"] == "200"
    assert "clew:" not in output
    assert "tracing failed" not in output

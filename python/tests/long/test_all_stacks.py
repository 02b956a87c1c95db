# SPDX-License-Identifier: Apache-2.0
"""Every server with every framework that it can serve, under clew-run and by two lines, as
test_stacks.py has a few; and the servers that are compiled, which load the application themselves.
"""

import collectors
import pytest
import stacks

PYTHON_WSGI = (
    "wsgiref",
    "werkzeug",
    "waitress",
    "waitress-serve",
    "cheroot",
    "eventlet",
    "gunicorn",
)
EVERY = [
    *((server, framework) for server in PYTHON_WSGI for framework in stacks.WSGI),
    *(("hypercorn", framework) for framework in (*stacks.ASGI, *stacks.WSGI)),
    *((server, framework) for server in ("uvicorn", "daphne") for framework in stacks.ASGI),
    ("flask run", "flask"),
    ("runserver", "django_wsgi"),
]
# Nothing but the framework's own hook, or the two lines.
COMPILED = [*stacks.WSGI]


@pytest.mark.parametrize("way", ["clew-run", "two lines"])
@pytest.mark.parametrize(("server", "framework"), EVERY)
def test_a_server_with_a_framework(server, framework, way):
    is_two_lines = way == "two lines"
    if is_two_lines and server in ("flask run", "runserver"):
        pytest.skip("it loads an application of its framework, not one that is wrapped")
    stacks.check(server, framework, is_two_lines)


@pytest.mark.parametrize("framework", [name for name in stacks.WSGI if name != "plain_wsgi"])
def test_a_framework_under_uwsgi_by_the_environment(framework):
    stacks.check("uwsgi", framework, is_two_lines=False)


@pytest.mark.parametrize("framework", COMPILED)
def test_an_application_under_uwsgi_by_two_lines(framework):
    stacks.check("uwsgi", framework, is_two_lines=True)


def test_plain_wsgi_under_uwsgi_is_served_untraced_by_the_environment():
    collector = collectors.HttpCollector()
    program = stacks.start("uwsgi", "plain_wsgi", False, collector)
    try:
        assert program.get("/hello/world") == (200, b"hello")
    finally:
        program.stop()
        collector.close()
    assert collector.spans() == []

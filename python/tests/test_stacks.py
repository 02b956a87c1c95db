# SPDX-License-Identifier: Apache-2.0
"""Servers and frameworks as people combine them: which SERVER spans there are, under which name,
with which route and which exception. Method: the real server as a process of its own, either under
clew-run, knowing nothing of tracing, or tracing itself by two lines; spans as a collector receives
them. Each server and each framework is here once; every pair of them, and the servers that are
heavy to install, is tried by `./dev test --long`.
"""

import signal

import collectors
import pytest
import services
import stacks

# (server, framework): a server that has a hook, then frameworks under one that nobody knows.
CLEW_RUN = [
    ("wsgiref", "plain_wsgi"),
    ("werkzeug", "flask"),
    ("waitress", "falcon_wsgi"),
    ("cheroot", "bottle"),
    ("eventlet", "pyramid"),
    ("gunicorn", "django_wsgi"),
    ("uvicorn", "plain_asgi"),
    ("uvicorn", "fastapi"),
    ("runserver", "django_wsgi"),
    ("flask run", "flask"),
    ("unknown", "flask"),
    ("unknown", "django_wsgi"),
    ("unknown", "routes"),
    ("unknown", "bottle"),
    ("unknown", "pyramid"),
    ("unknown", "falcon_wsgi"),
]
TWO_LINES = [
    ("unknown", "plain_wsgi"),
    ("unknown", "flask"),
    ("uvicorn", "django_asgi"),
    ("uvicorn", "falcon_asgi"),
    ("uvicorn", "starlette"),
]


@pytest.mark.parametrize(("server", "framework"), CLEW_RUN)
def test_a_program_that_knows_nothing_of_tracing(server, framework):
    stacks.check(server, framework, is_two_lines=False)


@pytest.mark.parametrize(("server", "framework"), TWO_LINES)
def test_a_program_that_traces_itself_by_two_lines(server, framework):
    stacks.check(server, framework, is_two_lines=True)


def test_a_server_and_an_application_that_nobody_knows_are_told_at_the_end():
    collector = collectors.HttpCollector()
    environment = {"CLEW_ENDPOINT": collector.endpoint, **stacks.PATH}
    before = [services.CLEW_RUN]
    words = ["programs/stack_applications.py", "unknown", "plain_wsgi"]
    program = services.Service(*words, environment=environment, before=before)
    assert program.get("/hello/world")[0] == 200
    program.child.send_signal(signal.SIGINT)  # as by Ctrl-C
    program.child.wait(services.READY_SECONDS)
    said = program.stop()
    collector.close()
    assert collector.spans() == []
    assert (
        f"clew: stack_applications.py listened on 127.0.0.1:{program.port}, and no request" in said
    )
    assert "clew.wsgi(application)" in said

# SPDX-License-Identifier: Apache-2.0
"""What `clew-run --check PROGRAM` says of server spans: by what the program imports, not running
it, and not by what happens to be installed.
"""

import sys
from pathlib import Path

import pytest
from test_clew_run import clew_run, script

from clew import verdict

BIN = Path(sys.executable).parent


def verdict_of(tmp_path, text, *arguments, name="program"):
    """(whether there will be server spans, the sentence) of a script in a folder of its own."""
    program = script(tmp_path / name, f"#!{sys.executable}", text)
    return verdict.of_program(str(program), arguments, str(tmp_path))


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("import flask", "flask"),
        ("from django.core.management import execute_from_command_line", "django"),
        ("from wsgiref.simple_server import make_server", "wsgiref"),
        ("from wsgiref import simple_server", "wsgiref"),
        ("import eventlet.wsgi", "eventlet"),
        ("def main():\n    from waitress import serve", "waitress"),
        ("import uvicorn, fastapi", "uvicorn and fastapi"),
        ("import tornado.web, bottle", "bottle"),
    ],
)
def test_what_a_program_imports_makes_its_server_spans(tmp_path, text, by):
    assert verdict_of(tmp_path, text) == (True, f"SERVER spans: yes, by {by}")


@pytest.mark.parametrize("text", ["import tornado.web", "from tornado import web"])
def test_a_server_that_is_not_known_is_named_with_what_to_do(tmp_path, text):
    serves, sentence = verdict_of(tmp_path, text)
    assert not serves
    assert sentence.startswith("SERVER spans: no: tornado is not known; wrap the application: clew")


@pytest.mark.parametrize("text", ["import json", "this is no Python", "", "\0", "import nosuch.x"])
def test_a_program_without_a_server_is_told_what_to_do_if_it_serves(tmp_path, text):
    serves, sentence = verdict_of(tmp_path, text)
    assert not serves
    assert "no server that is known; if it serves, wrap the application" in sentence


def test_the_programs_own_modules_are_read_and_those_of_others_are_not(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own/__init__.py").write_text("from . import deep\nraise SystemExit('not run')\n")
    (tmp_path / "own/deep.py").write_text("from ..nowhere import x\nfrom .more import y\n")
    (tmp_path / "own/more.py").write_text("import own\nimport bottle\n")
    assert verdict_of(tmp_path, "import own") == (True, "SERVER spans: yes, by bottle")
    # It is installed here, and imports httpx, whose tests serve.
    assert not verdict_of(tmp_path, "import requests, httpx")[0]


@pytest.mark.parametrize(
    "arguments",
    [["own:application"], ["--app=own"], ["--app", "own:create()"], ["-A", "own"], ["own.py"]],
)
def test_applications_that_arguments_name_are_read(tmp_path, arguments):
    (tmp_path / "own.py").write_text("import falcon\n")
    found = verdict_of(tmp_path, "import gunicorn.app.base", *arguments)
    assert found == (True, "SERVER spans: yes, by gunicorn and falcon")


@pytest.mark.parametrize("name", ["uwsgi", "apache2"])
def test_servers_that_are_no_python_have_the_frameworks_hooks(tmp_path, name):
    (tmp_path / "own.py").write_text("import flask\n")
    program = script(tmp_path / name, "#!/bin/sh", "")
    arguments = ["--wsgi-file=own.py"]
    found = verdict.of_program(str(program), arguments, str(tmp_path))
    assert found == (True, "SERVER spans: yes, by flask")
    (tmp_path / "own.py").write_text("def application(environ, start_response): ...\n")
    serves, sentence = verdict.of_program(str(program), arguments, str(tmp_path))
    assert not serves
    assert "plain WSGI needs two lines in the application" in sentence


def test_modules_without_end_are_not_read_to_their_end(tmp_path):
    for number in range(verdict.MODULES_MAX + 10):
        (tmp_path / f"own{number}.py").write_text(f"import own{number + 1}\n")
    last = verdict.MODULES_MAX + 10
    (tmp_path / f"own{last}.py").write_text("import flask\n")
    assert not verdict_of(tmp_path, "import own0")[0]


@pytest.mark.parametrize(
    ("words", "status", "by"),
    [
        ([BIN / "gunicorn", "stack_applications:application"], 0, "gunicorn"),
        ([BIN / "flask", "run"], 0, "flask"),
        ([sys.executable, "-m", "wsgiref.simple_server"], 0, "wsgiref"),
        ([sys.executable, "-c", "import waitress"], 0, "waitress"),
        ([sys.executable, "programs/plain_application.py"], 3, None),
    ],
)
def test_check_ends_with_the_verdict_and_its_status(http_collector, words, status, by):
    environment = {"CLEW_ENDPOINT": http_collector.endpoint}
    found, out, err = clew_run("--check", *words, environment=environment)
    assert (found, err) == (status, "")
    last = out.splitlines()[-1]
    assert last.startswith(f"SERVER spans: yes, by {by}" if by else "SERVER spans: no: "), out


def test_a_program_that_is_no_python_is_told_and_one_that_starts_others_is_not(tmp_path):
    status, out, err = clew_run("ls", "-d", ".")
    assert (status, out) == (0, ".\n")
    told = "clew-run: ls is no Python program: only what it starts in Python is traced\n"
    assert err == told
    shell = script(tmp_path / "start", "#!/bin/sh", "exit 0")
    for words in (["sh", "-c", "exit 0"], ["env", "true"], [shell]):
        assert clew_run(*words) == (0, "", "")

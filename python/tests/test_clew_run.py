# SPDX-License-Identifier: Apache-2.0
"""The command clew-run: what it becomes, what it refuses, and what --check says."""

import os
import subprocess
import sys

import clew_serve
import pytest
import services
from services import CLEW_RUN

from clew.run import interpreter_of


def clew_run(*words, environment=None, **options):
    """(status, standard output, standard error) of the command."""
    done = subprocess.run(
        [CLEW_RUN, *map(str, words)],
        cwd=services.TESTS,
        env=services.clean_environment() | (environment or {}),
        capture_output=True,
        text=True,
        timeout=services.READY_SECONDS,
        check=False,
        **options,
    )
    return done.returncode, done.stdout, done.stderr


def script(path, first_line, text):
    path.write_text(f"{first_line}\n{text}\n")
    path.chmod(0o755)
    return path


def test_it_becomes_the_program():
    text = "import os, sys; print(os.getpid(), sys.argv[1:], input()); sys.exit(7)"
    with subprocess.Popen(
        [CLEW_RUN, sys.executable, "-c", text, "--check", "a b"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=services.clean_environment(),
    ) as child:
        out, _ = child.communicate("hello\n", timeout=services.READY_SECONDS)
    assert out == f"{child.pid} ['--check', 'a b'] hello\n"
    assert child.returncode == 7


def test_it_says_how_it_is_used():
    status, out, err = clew_run()
    assert (status, err) == (2, "")
    assert out.startswith("usage: clew-run PROGRAM")
    assert clew_run("--help") == (0, out, "")
    status, out, err = clew_run("--cheque")
    assert (status, out) == (2, "")
    assert err.startswith("clew-run: there is no option --cheque\n\nusage:")


def test_a_program_that_is_not_there_is_status_127():
    for words in (["no-such-program"], ["--check", "no-such-program"]):
        status, _, err = clew_run(*words)
        assert (status, err) == (127, "clew-run: no-such-program: there is no such program\n")


def test_a_program_that_cannot_run_is_status_126(tmp_path):
    program = script(tmp_path / "broken", "#!/no/such/interpreter", "")
    status, _, err = clew_run(program)
    assert (status, err) == (126, f"clew-run: {program}: No such file or directory\n")


def test_a_file_that_is_not_executable_is_told_with_what_to_do(tmp_path):
    for name, hint in (("app.py", "; try: clew-run python {}"), ("data", "")):
        (tmp_path / name).write_text("print('running')")
        path = str(tmp_path / name)
        for words in ([path], ["--check", path]):
            status, _, err = clew_run(*words)
            told = f"clew-run: {path} is not executable{hint.format(path)}\n"
            assert (status, err) == (126, told)


def test_a_program_is_no_interpreter_for_its_name(tmp_path):
    program = script(tmp_path / "python-service", "#!/bin/sh", "echo running $1")
    assert clew_run(program, "once") == (0, "running once\n", "")


def test_a_program_of_an_interpreter_without_clew_is_run_and_told(tmp_path):
    python = script(tmp_path / "python-without", "#!/bin/sh", 'test "$1" != -c && echo running')
    program = script(tmp_path / "program", f"#!{python}", "")
    status, out, err = clew_run(program)
    assert (status, out) == (0, "running\n")
    assert err.startswith(f"clew-run: {program} runs untraced: {python} does not see clew;")
    status, out, err = clew_run("--check", program)
    assert (status, out) == (1, "")
    assert err.startswith(f"clew-run: {python} does not see clew;")


def test_nothing_can_be_said_about_other_programs(tmp_path):
    program = script(tmp_path / "program", "#!/bin/sh", "exit 3")
    assert clew_run(program)[0] == 3
    status, _, err = clew_run("--check", program)
    assert status == 1
    assert "no Python program" in err


@pytest.mark.parametrize(
    ("line", "interpreter"),
    [
        ("#!{python}", "{python}"),
        ("#! {python} -s", "{python}"),
        ("#!/usr/bin/env {name}", "{python}"),
        ("#!/usr/bin/env -S A=b {name} -u", "{python}"),
        ("#!/bin/sh", None),
        ("#!/usr/bin/env", None),
        ("#!", None),
        ("", None),
        ("\x7fELF", None),
        ("#!/no/such/python", None),
    ],
)
def test_the_interpreter_of_a_script(tmp_path, monkeypatch, line, interpreter):
    python = script(tmp_path / "python9", "#!/bin/sh", "")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    names = {"python": python, "name": python.name}
    program = script(tmp_path / "program", line.format(**names), "")
    assert interpreter_of(str(program)) == (interpreter and interpreter.format(**names))


def test_python_is_its_own_interpreter():
    assert interpreter_of(sys.executable) == sys.executable


def test_check_says_what_is_hooked_and_sends_a_span(collector):
    status, out, err = clew_run("--check", environment={"CLEW_ENDPOINT": collector.endpoint})
    assert (status, err) == (0, "")
    for line in (
        "eventlet.wsgi.HttpProtocol.handle_one_response",
        "eventlet.greenthread.GreenThread.__init__",
        "eventlet.tpool.execute",
        "http.client.HTTPConnection.endheaders",
        "eventlet.green.http.client.HTTPConnection.getresponse",
        "took the test span",
    ):
        assert f"  {line}\n" in out
    assert out.count("  Python 3") == 1
    (span,) = collector.wait_for(lambda spans: spans)
    assert (span["name"].lower(), span["localEndpoint"]["serviceName"]) == (
        "clew-run --check",
        "clew-run",
    )
    assert f"/zipkin/traces/{span['traceId']}\n" in out
    # It is no clew that took it, so there is no page.
    assert "does not have it (yet)" in out


def test_check_prints_where_the_page_shows_its_span(serve):
    api, _ = serve
    status, out, _ = clew_run("--check", environment={"CLEW_ENDPOINT": f"{api}/spans"})
    assert status == 0
    address = out.splitlines()[-1].strip()
    page, _, trace_id = address.partition("/zipkin/traces/")
    assert f"{page}/api/v2" == api
    (span,) = clew_serve.ask(api, f"/trace/{trace_id}")
    assert span["name"] == "clew-run --check"


def test_check_asks_where_the_program_would_send():
    """Whether or not somebody listens at the default address of this machine."""
    _, out, _ = clew_run("--check", environment={"CLEW_ENDPOINT": ""})
    assert "collector: http://127.0.0.1:9411/api/v2/spans\n" in out
    assert "  took the test span\n" in out or "127.0.0.1:9411" in out.splitlines()[-1]


def test_check_samples_whatever_the_environment_says(scribe):
    environment = {"CLEW_ENDPOINT": scribe.endpoint, "CLEW_SAMPLE_RATE": "0"}
    assert clew_run("--check", sys.executable, environment=environment)[0] == 0
    assert len(scribe.spans()) == 1


def test_check_asks_another_collector(collector):
    elsewhere = {"CLEW_ENDPOINT": "http://127.0.0.1:1"}
    for option in (["--endpoint", collector.endpoint], [f"--endpoint={collector.endpoint}"]):
        for program in ([], [sys.executable]):
            status, out, err = clew_run("--check", *option, *program, environment=elsewhere)
            assert f"collector: {collector.endpoint}\n  took the test span" in out, out + err
            assert status in (0, 3), out + err
    for wrong in (["--endpoint"], ["--endpont", "x"]):
        status, _, err = clew_run("--check", *wrong)
        assert (status, err.splitlines()[0]) == (2, f"clew-run: there is no option {wrong[0]}")


def test_check_says_that_a_collector_is_away(unused_port):
    endpoint = f"scribe://127.0.0.1:{unused_port}"
    status, out, _ = clew_run("--check", environment={"CLEW_ENDPOINT": endpoint})
    assert status == 1
    assert f"collector: {endpoint}\n  did not take the test span: " in out
    assert "refused" in out.lower()


def test_check_says_that_settings_are_wrong():
    status, out, _ = clew_run("--check", environment={"CLEW_ENDPOINT": "pigeon"})
    assert status == 1
    assert "settings: " in out


def test_check_says_that_a_hook_does_not_fit(tmp_path, scribe):
    (tmp_path / "eventlet").mkdir()
    (tmp_path / "eventlet/__init__.py").write_text("raise RuntimeError('not today')\n")
    # Before what a sanitizer's build may have there already.
    path = os.pathsep.join([str(tmp_path), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    environment = {"CLEW_ENDPOINT": scribe.endpoint, "PYTHONPATH": path}
    status, out, _ = clew_run("--check", environment=environment)
    assert status == 1
    assert "  eventlet.wsgi: cannot be imported: RuntimeError: not today\n" in out
    assert "  took the test span\n" in out


@pytest.fixture
def elsewhere(tmp_path):
    """A copy of the command where its interpreter does not look: (the folder, what runs it)."""
    command = tmp_path / "bin/clew-run"
    command.parent.mkdir()
    command.write_bytes((services.TESTS.parent / "clew-run").read_bytes())
    bare = os.path.realpath(sys.executable)  # without the virtual environment, so without clew

    def words():
        done = subprocess.run(
            [bare, "-s", command, "ls"],
            cwd="/",
            env=services.clean_environment() | {"PYTHONNOUSERSITE": "1", "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    return tmp_path, bare, words


def test_where_its_package_is_not_seen_it_says_what_to_set(elsewhere):
    prefix, bare, words = elsewhere
    assert words() == f"clew-run: {bare} does not see clew: install it there ({bare} -m pip)\n"
    other = prefix / "lib/python3.4/site-packages/clew"
    other.mkdir(parents=True)
    version = "{}.{}".format(*sys.version_info)
    assert words() == (
        f"clew-run: clew is in {other}, and {bare} is Python {version}: install clew with that "
        "one, too\n"
    )
    own = prefix / f"lib/python{version}/site-packages"
    own.joinpath("clew").mkdir(parents=True)
    assert words() == (
        f"clew-run: {bare} does not look into {own}, where clew is: set PYTHONUSERBASE={prefix}\n"
    )


@pytest.mark.parametrize(
    "first", ["", "import eventlet; eventlet.monkey_patch()", "import eventlet.wsgi"]
)
def test_a_program_that_listens_untraced_is_told_once_whatever_class_its_socket_has(first):
    text = f"""
import warnings
warnings.simplefilter("ignore")
{first}
import http.client, socket
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    one.listen()
    print(one.getsockname()[1])
"""
    status, out, err = clew_run(sys.executable, "-c", text)
    assert status == 0, err
    assert err.count("no request was traced") == 1, err
    assert f"listened on 127.0.0.1:{out.strip()}" in err
    assert "tracing failed" not in err

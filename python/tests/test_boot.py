# SPDX-License-Identifier: Apache-2.0
"""What clew.pth starts in a program that knows nothing of tracing: nothing, or just enough, by the
environment. Method: interpreters of their own, which say what became of them.
"""

import json
import subprocess
import sys
from importlib.metadata import distribution

import pytest
import services
from services import run_script

from clew.imports import standard_library

ON = {"CLEW_ENABLE": "1", "CLEW_ENDPOINT": "scribe://127.0.0.1:1"}
IS_ON = """
import sys
def is_on():
    session = sys.modules.get("clew.session")
    return session is not None and session.tracer() is not None
"""
LOADED = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def test_the_line_in_site_packages_is_one_and_does_nothing_without_the_variable():
    (line,) = [
        file.read_text().splitlines()
        for file in distribution("clew").files
        if file.name == "clew.pth"
    ]
    assert len(line) == 1
    assert line[0].startswith("import os; os.environ.get")
    assert "_clew_boot" not in json.loads(run_script(LOADED))


def test_waiting_loads_no_other_module():
    before = set(json.loads(run_script(LOADED)))
    after = set(json.loads(run_script(LOADED, environment=ON)))
    assert after - before == {"_clew_boot"}


@pytest.mark.parametrize("value", ["", "0", "no", "false", "off"])
def test_other_values_are_off(value):
    run_script(
        IS_ON + "import eventlet.wsgi, http.client; assert not is_on()",
        environment=ON | {"CLEW_ENABLE": value},
    )


@pytest.mark.parametrize("value", ["1", "yes", "True", "ON"])
def test_a_server_that_is_imported_turns_tracing_on(value):
    run_script(
        IS_ON + "assert not is_on(); import eventlet.wsgi; assert is_on()",
        environment=ON | {"CLEW_ENABLE": value},
    )


def test_a_program_that_serves_nothing_is_left_alone():
    run_script(IS_ON + "import http.client, eventlet; assert not is_on()", environment=ON)


def test_the_program_that_was_asked_for_may_be_a_client():
    text = IS_ON + "import http.client; assert is_on()"
    done = subprocess.run(
        [services.CLEW_RUN, sys.executable, "-c", text],
        cwd=services.TESTS,
        env=services.clean_environment() | ON,
        capture_output=True,
        text=True,
        timeout=services.READY_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def run_under_clew_run(text, **environment):
    done = subprocess.run(
        [services.CLEW_RUN, sys.executable, "-c", IS_ON + text],
        cwd=services.TESTS,
        env=services.clean_environment() | ON | environment,
        capture_output=True,
        text=True,
        timeout=services.READY_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FIRST_USES = {
    "a span": "import clew\nwith clew.span('job') as span: assert int(span.trace_id, 16)",
    "a name of it": "from clew import span\nwith span('job') as job: assert job.is_sampled",
    "headers": "import clew\nwith clew.span('job'): assert clew.inject({})",
    "the tracer": "import clew; assert clew.tracer() is not None",
    "a sender's headers": (
        "from clew.headers import extract\nimport clew\n"
        "sent = extract({'X-B3-TraceId': '1f', 'X-B3-SpanId': '2e'})\n"
        "with clew.span('job', parent=sent) as job: assert job.trace_id.endswith('1f')"
    ),
    "a thread's": (
        "import threading\n"
        "def work():\n    import clew\n    with clew.span('job') as job: assert job.is_sampled\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()"
    ),
    "eventlet's": "from clew.eventlet import api; assert not api.is_tracing()",
    "a decorated function": (
        "import clew\n@clew.traced\ndef work(): return clew.current().is_sampled\nassert work()"
    ),
}


@pytest.mark.parametrize("use", FIRST_USES)
def test_a_program_that_imports_clew_is_traced_from_its_first_use_on(use):
    text = FIRST_USES[use] + "\nassert is_on()\nassert 'http.client' not in sys.modules"
    run_under_clew_run(text)
    run_script(IS_ON + text, environment=ON)  # by its environment alone, as a worker of another


def test_what_a_program_starts_is_traced_when_it_imports_clew():
    text = IS_ON + "import clew; assert is_on()"
    run_under_clew_run(
        f"import subprocess; subprocess.check_call([sys.executable, '-c', {text!r}])"
    )


@pytest.mark.parametrize("environment", [{"CLEW_ENABLE": "0"}, {"CLEW_INCLUDE": "other"}])
def test_importing_clew_turns_nothing_on_where_the_environment_says_no(environment):
    run_script(IS_ON + "import clew; assert not is_on()", environment=ON | environment)


def test_importing_clew_turns_nothing_on_without_the_variable():
    run_script(IS_ON + "import clew; assert not is_on(); assert '_clew_boot' not in sys.modules")


@pytest.mark.parametrize("program", [["-m", "clew.run"], [services.CLEW_RUN]])
def test_commands_of_clew_do_not_trace_themselves(program):
    done = subprocess.run(
        [sys.executable, *program, "--help"],
        cwd=services.TESTS,
        env=services.clean_environment() | ON | {"CLEW_ENDPOINT": "carrier pigeon"},
        capture_output=True,
        text=True,
        timeout=services.READY_SECONDS,
        check=True,
    )
    assert done.stderr == ""


@pytest.mark.parametrize("module", ["clew", "http.client", "eventlet.wsgi"])
def test_what_another_line_of_site_packages_has_imported_counts(module):
    run_script(
        IS_ON
        + f"""
import os, {module}
os.environ |= {{"CLEW_ENABLE": "1", "CLEW_RUN": str(os.getpid())}}
assert not is_on()
import _clew_boot
assert is_on()
"""
    )


def test_importing_clew_imports_nothing_that_is_awaited():
    run_script(
        "import _clew_boot, clew, sys\n"
        "assert not {*_clew_boot.SERVERS, *_clew_boot.CLIENTS} & set(sys.modules)"
    )


def test_a_package_run_as_a_module_is_named_after_it(tmp_path):
    package = tmp_path / "thumbnails"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import clew.service_name\nprint(clew.service_name.chosen_name(None))"
    )
    (package / "__main__.py").write_text("")
    out = subprocess.check_output(
        [sys.executable, "-m", "thumbnails"],
        cwd=tmp_path,
        env=services.clean_environment(),
        text=True,
    )
    assert out.strip() == "thumbnails"


ORDERS = {
    "patched first": "import eventlet; eventlet.monkey_patch(); import http.client, eventlet.wsgi",
    "patched last": "import http.client, eventlet.wsgi, eventlet; eventlet.monkey_patch()",
    "requests first": "import requests, eventlet; eventlet.monkey_patch(); import eventlet.wsgi",
    "green first": "import eventlet.green.http.client, eventlet.wsgi",
    "green last": "import eventlet.wsgi, eventlet.green.http.client",
    "not patched": "from eventlet import wsgi; import http.client, eventlet.green.http.client",
}


@pytest.mark.parametrize("order", ORDERS)
def test_hooks_are_in_place_whatever_is_imported_first(order):
    run_script(
        ORDERS[order]
        + """
import http.client, eventlet, eventlet.green.http.client, eventlet.tpool, eventlet.wsgi
for owner, name in (
    (eventlet.wsgi.HttpProtocol, "handle_one_response"),
    (http.client.HTTPConnection, "endheaders"),
    (http.client.HTTPConnection, "getresponse"),
    (eventlet.green.http.client.HTTPConnection, "endheaders"),
    (eventlet.greenthread.GreenThread, "__init__"),
    (eventlet.greenthread, "_spawn_n"),
    (eventlet.tpool, "execute"),
):
    hook = vars(owner)[name]
    is_compiled = type(hook).__module__ == "clew"
    assert is_compiled or hook.__globals__["__name__"].startswith("clew."), (owner, name)
""",
        environment=ON,
    )


@pytest.mark.parametrize(
    ("include", "is_on"),
    [("*", True), ("-c", True), ("other, -?", True), ("other", False), ("swift-*,glance", False)],
)
def test_programs_can_be_chosen_by_name(include, is_on):
    run_script(
        IS_ON + f"import http.client, eventlet.wsgi; assert is_on() is {is_on}",
        environment=ON | {"CLEW_INCLUDE": include},
    )


def test_a_module_is_known_by_its_name(tmp_path):
    (tmp_path / "served.py").write_text(IS_ON + "import http.client; print(is_on())")
    for include, answer in (("served", "True"), ("python*", "False")):
        environment = services.clean_environment() | ON | {"CLEW_INCLUDE": include}
        command = [sys.executable, "-m", "served"]
        out = subprocess.check_output(command, cwd=tmp_path, env=environment, text=True)
        assert out.strip() == answer


def test_what_cannot_be_is_told_once_and_the_program_goes_on():
    done = subprocess.run(
        [sys.executable, "-c", IS_ON + "import eventlet.wsgi, http.client; print(is_on())"],
        cwd=services.TESTS,
        env=services.clean_environment() | ON | {"CLEW_ENDPOINT": "carrier pigeon"},
        capture_output=True,
        text=True,
        timeout=services.READY_SECONDS,
        check=True,
    )
    assert done.stdout == "False\n"
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("clew:")]
    assert "runs untraced" in told
    assert "carrier pigeon" in told


def test_telling_needs_no_standard_error():
    run_script(
        "import sys; sys.stderr = None; import eventlet.wsgi",
        environment=ON | {"CLEW_ENDPOINT": "carrier pigeon"},
    )


@pytest.mark.parametrize(
    ("value", "levels"),
    [("", []), ("no", []), ("1", [10, 30, 40]), ("warning", [30, 40]), ("40", [40])],
)
def test_log_lines_become_annotations_when_asked_for(value, levels, scribe):
    run_script(
        """
import logging, eventlet.wsgi
from clew import session
logging.getLogger().setLevel(logging.DEBUG)
logging.getLogger().addHandler(logging.NullHandler())
with session.tracer().start("a"):
    for level in (10, 30, 40):
        logging.log(level, "%s", level)
session.flush(10.0)
""",
        environment=ON | {"CLEW_ENDPOINT": scribe.endpoint, "CLEW_LOG_ANNOTATIONS": value},
    )
    (span,) = scribe.wait_for(lambda spans: spans)
    assert [int(annotation["value"]) for annotation in span["annotations"]] == levels


def test_a_program_that_turns_tracing_on_itself_has_its_way():
    run_script(
        """
from clew.eventlet import patcher
patcher.enable_trace_patch(service_name="mine")
mine = patcher.active_tracer()
import eventlet.wsgi
assert patcher.active_tracer() is mine
""",
        environment=ON,
    )


def test_a_program_that_starts_itself_again_stays_traced(tmp_path):
    program = tmp_path / "again.py"
    program.write_text(
        IS_ON
        + """
import os
print(os.getpid(), "again" in sys.argv, flush=True)
import http.client
assert is_on()
if "again" not in sys.argv:
    os.execv(sys.executable, [sys.executable, sys.argv[0], "again"])
"""
    )
    out = subprocess.check_output(
        [services.CLEW_RUN, sys.executable, program],
        cwd=services.TESTS,
        env=services.clean_environment() | ON,
        text=True,
    )
    (first, is_again), (second, is_again_again) = [line.split() for line in out.splitlines()]
    assert first == second
    assert (is_again, is_again_again) == ("False", "True")


def test_the_standard_library_is_told_from_packages():
    names = standard_library()
    assert {"sys", "json", "http", "math", "zlib", "_socket"} <= names
    assert not {"clew", "eventlet", "pytest"} & names

# SPDX-License-Identifier: Apache-2.0
"""`./dev test`: every suite there is, run to its end, summed case by case."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from dev import (
    build,
    distributions,
    interpreters,
    long,
    node,
    packages,
    reference,
    results,
    venv,
    wheels,
)
from dev.demo import PORTS, Demo
from dev.results import FAILED, PASSED, Case
from dev.shell import BUILD, ROOT, Failure, environment, say

REPORTS = BUILD / "test"
PARALLEL = max(2, min(os.cpu_count() or 2, 8))
# Of python/tests: what looks into the interpreter's corners, in seconds.
QUICK_PYTHON_TESTS = [
    "test_extension",
    "test_extract",
    "test_spans",
    "test_headers",
    "test_threads",
    "test_wsgi",
    "test_wsgi_files",
    "test_wsgi_options",
    "test_server_hook",
    "test_asgi",
    "test_httpx",
    "test_aiohttp",
    "test_session",
    "test_context",
    "test_fork",
    "test_boot",
    "test_clew_run",
]
SANITIZERS = {
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
}


def execute(name, command, seconds, extra=None, cwd=ROOT):
    """Runs one program with its output in build/test/<name>.log; returns (status, log path).

    Past its time the program and all that it started are killed, and the status says so.
    """
    REPORTS.mkdir(parents=True, exist_ok=True)
    log = REPORTS / f"{name.replace(' ', '-')}.log"
    with open(log, "wb") as out:
        program = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment({**SANITIZERS, **(extra or {})}),
            start_new_session=True,
        )
        try:
            status = program.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
            status = f"timeout after {seconds} s"
    return status, log


def run_reported(suite, name, command, seconds, extra=None, cwd=ROOT):
    """Runs a program that writes an XML report to build/test/<name>.xml; returns its cases."""
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    status, log = execute(name, command, seconds, extra, cwd)
    if report.is_file():
        cases = results.read_junit(suite, report.read_text(errors="replace"))
    else:
        cases = [Case(suite, name, FAILED, f"it wrote no report; status {status}; see {log}")]
    cases = results.settle(suite, cases, status, f"see {log}")
    if not results.is_good(cases) and any(case.outcome == FAILED for case in cases):
        show_tail(log)
    return cases


def run_plain(suite, name, command, seconds, extra=None, cwd=ROOT):
    """Runs a program whose exit status is its only report: one case."""
    status, log = execute(name, command, seconds, extra, cwd)
    if status == 0:
        return [Case(suite, name, PASSED)]
    show_tail(log)
    return [Case(suite, name, FAILED, f"ended with status {status}; see {log}")]


def show_tail(log, lines=60):
    text = log.read_text(errors="replace").splitlines()[-lines:]
    print("\n".join([f"--- {log.name}", *text, "---"]), flush=True)


def run_tools(_):
    python = venv.tool("python")
    report = REPORTS / "tools.xml"
    tests = sorted(str(path) for path in (ROOT / "tools").rglob("*_test.py"))
    pytest = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    path = {"PYTHONPATH": str(ROOT / "tools")}
    cases = run_reported("tools", "tools", [*pytest, *tests], 120, path)
    tidy = [python, "tools/tidy.py", "--format"]
    cases += run_plain("tools", "tidy", tidy, 120)
    ruff = venv.tool("ruff")
    cases += run_plain("tools", "ruff check", [ruff, "check", "."], 60)
    return cases + run_plain("tools", "ruff format", [ruff, "format", "--check", "."], 60)


def run_headers(_):
    command = ["cmake", "--build", BUILD / "dev", "--target", "all_verify_interface_header_sets"]
    return run_plain("headers", "each header compiles alone", command, 1200)


def run_release(_):
    """What users run: it builds without a warning, is hardened, and says what the page says."""
    folder = build.build("release")
    check = [sys.executable, "-m", "dev.hardening", folder / "bin/clew"]
    hardened = run_plain("release", "hardened", check, 60, {"PYTHONPATH": str(ROOT / "tools")})
    cases = [Case("release", "builds", PASSED), *hardened]
    if reference.is_current(folder / "bin/clew"):
        return [*cases, Case("release", "configuration page", PASSED)]
    sentence = "docs/reference/configuration.md is not what the program prints: run ./dev docs"
    return [*cases, Case("release", "configuration page", FAILED, sentence)]


def listed_tests(folder):
    """ctest's own list: (name, command, properties) of every C++ test."""
    command = ["ctest", "--test-dir", str(folder), "--show-only=json-v1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for test in json.loads(done.stdout)["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        yield test["name"], test.get("command", []), properties


def run_listed(test):
    """One of ctest's tests: a GoogleTest binary by its report, anything else by its status."""
    name, command, properties = test
    if not command or not Path(command[0]).exists():
        return [Case("cpp", name, FAILED, "it was not built")]
    seconds = float(properties.get("TIMEOUT", 300))
    extra = dict(entry.split("=", 1) for entry in properties.get("ENVIRONMENT", []))
    cwd = properties.get("WORKING_DIRECTORY", str(BUILD / "dev"))
    if not Path(command[0]).name.endswith("_test"):
        return run_plain("cpp", name, command, seconds, extra, cwd)
    extra["GTEST_OUTPUT"] = f"xml:{REPORTS / name}.xml"
    return run_reported("cpp", name, command, seconds, extra, cwd)


def run_cpp(pattern):
    tests = [test for test in listed_tests(BUILD / "dev") if pattern in test[0]]
    if not tests:
        return [Case("cpp", pattern or "ctest", FAILED, "there is no such test")]
    # The longest first, so that the two lanes end together.
    tests.sort(key=lambda test: -float(test[2].get("COST", 0)))
    with ThreadPoolExecutor(PARALLEL) as pool:
        return [case for cases in pool.map(run_listed, tests) for case in cases]


def run_python(pattern):
    """The Python tests in lanes, PARALLEL at a time: all of them as released and again built with
    asan and ubsan; then what depends on the interpreter or on the versions of what is traced.
    """
    venv.test_python()
    lanes = [partial(run_sanitized, pattern), partial(run_released, pattern)]
    if not pattern:
        every = interpreters.found()
        for line in interpreters.described(every):
            say(line)
        lanes += [partial(run_other_python, other) for other in interpreters.others(every)]
        shipped = distributions.lanes()
        say("versions traced beside the newest: " + ", ".join(shipped))
        lanes += [partial(run_distribution, name, make) for name, make in shipped.items()]
    with ThreadPoolExecutor(PARALLEL) as pool:
        started = [pool.submit(lane) for lane in lanes]
        return [case for lane in started for case in lane.result()]


def python_tests(pattern):
    return ["-rs", "tests", *(["-k", pattern] if pattern else [])]


def run_released(pattern):
    command = [venv.TEST / "bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"--junitxml={REPORTS / 'python.xml'}", *python_tests(pattern)]
    extra = venv.test_environment()
    return run_reported("python", "python", command, 1800, extra, ROOT / "python")


def run_sanitized(pattern):
    name = "python-sanitized"
    script = ROOT / "python/tests/run_sanitized.sh"
    command = ["bash", script, venv.TEST / "bin/python", f"--junitxml={REPORTS / name}.xml"]
    return run_reported(
        name, name, [*command, *python_tests(pattern)], 2400, venv.test_environment()
    )


def run_distribution(name, make):
    """The tests that depend on what is traced, with the versions that distributions ship."""
    suite = f"python-{name}"
    try:
        lane = make()
    except Failure as failure:
        return [Case(suite, "install", FAILED, str(failure))]
    tests = [f"tests/{test}.py" for test in lane.tests]
    command = [lane.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", *tests]
    command.append(f"--junitxml={REPORTS / suite}.xml")
    extra = {**venv.test_environment(), **lane.environment}
    return run_reported(suite, suite, command, 900, extra, ROOT / "python")


def run_other_python(interpreter):
    """What looks into the corners of an interpreter, on another CPython of this machine."""
    name = "python" + ".".join(map(str, interpreter.version[:2]))
    try:
        python = venv.other_python(interpreter)
    except Failure as failure:
        return [Case(name, "install", FAILED, str(failure))]
    tests = [f"tests/{test}.py" for test in QUICK_PYTHON_TESTS]
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", *tests]
    command.append(f"--junitxml={REPORTS / name}.xml")
    return run_reported(name, name, command, 1200, venv.test_environment(), ROOT / "python")


def run_server(pattern):
    """The real program, asked over real sockets."""
    report = REPORTS / "server.xml"
    command = [venv.tool("python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs"]
    command += [f"--junitxml={report}", "."] + (["-k", pattern] if pattern else [])
    cwd = ROOT / "test/server"
    return run_reported("server", "server", command, 900, venv.test_environment(), cwd)


def run_swift(pattern):
    """OpenStack Swift as Debian runs it, traced; it installs what it needs, or fails saying so."""
    packages.install_missing("swift")
    report = REPORTS / "swift.xml"
    command = [venv.tool("python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs"]
    command += [f"--junitxml={report}", "."] + (["-k", pattern] if pattern else [])
    cwd = ROOT / "test/swift"
    return run_reported("swift", "swift", command, 600, venv.test_environment(), cwd)


def run_ui(_):
    node.ensure_ui_packages()
    report = f"--outputFile.junit={REPORTS / 'ui.xml'}"
    vitest = ["npx", "vitest", "run", "--reporter=default", "--reporter=junit", report]
    cases = run_reported("ui", "ui", vitest, 300, cwd=ROOT / "ui")
    return cases + run_plain(
        "ui", "types, lint and floors", ["npm", "run", "lint"], 300, cwd=ROOT / "ui"
    )


def run_e2e(_):
    """The page in a real browser, against the real server fed by the real demo."""
    node.ensure_ui_packages()
    demo = Demo(BUILD / "dev/bin/clew", venv.demo_python(), REPORTS / "run")
    try:
        demo.start_serve("127.0.0.1", 0, 0)
        demo.start_services(dict.fromkeys(PORTS, 0))
        demo.make_traces()
        tests = sorted((ROOT / "ui/e2e").glob("*_test.mjs"))
        extra = {"CLEW_URL": demo.serve.local, "CLEW_IMAGES": str(REPORTS / "images")}
        return run_browser("e2e", tests, extra)
    finally:
        demo.stop()


def run_browser(suite, tests, extra):
    """Tests of the page; those with a store of their own start the server of CLEW_BINARY."""
    extra = {**venv.test_environment(), **extra}
    command = ["node", "--test", "--test-concurrency=1", "--test-reporter=junit"]
    command += [f"--test-reporter-destination={REPORTS / suite}.xml", *map(str, tests)]
    return run_reported(suite, suite, command, 2400, extra, ROOT / "ui")


def run_page_long(_):
    """The page with large traces and every recording; pictures of its states, to be looked at."""
    node.ensure_ui_packages()
    cases = run_browser("page", sorted((ROOT / "ui/e2e/long").glob("*_test.mjs")), {})
    extra, pictures = venv.test_environment(), ["npm", "run", "pictures"]
    return cases + run_plain("page", "pictures", pictures, 1800, extra, ROOT / "ui")


def run_stacks_long(pattern):
    """Every Python server with every framework; each pair is a process of its own."""
    python = venv.long_python()
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", "tests/long"]
    command += [f"--junitxml={REPORTS / 'stacks.xml'}", *(["-k", pattern] if pattern else [])]
    return run_reported("stacks", "stacks", command, 3600, None, ROOT / "python")


def stack_versions():
    """The servers and frameworks that were tried, as they are installed."""
    names = "flask django falcon bottle pyramid fastapi starlette routes gunicorn uvicorn hypercorn"
    names += " daphne waitress cheroot werkzeug eventlet"
    script = (
        "import importlib.metadata as m, sys;"
        "print(', '.join(f'{name} {m.version(name)}' for name in sys.argv[1:]))"
    )
    command = [str(venv.LONG / "bin/python"), "-c", script, *names.split()]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    done = subprocess.run(["uwsgi", "--version"], capture_output=True, text=True, check=False)
    return f"{found}, uWSGI {done.stdout.strip()}"


def browser_version():
    done = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


# In this order; those of NEED_BUILD fail together when the build does.
SUITES = {
    "tools": run_tools,
    "cpp": run_cpp,
    "headers": run_headers,
    "release": run_release,
    "server": run_server,
    "python": run_python,
    "wheel": wheels.run_wheel,
    "swift": run_swift,
    "ui": run_ui,
    "e2e": run_e2e,
}
NEED_BUILD = {"cpp", "server", "python", "swift", "e2e"}
# Of `./dev test --long`: {name: long.Suite}.
LONG_SUITES = {
    "page": long.Suite(run_page_long, browser_version),
    "stacks": long.Suite(run_stacks_long, stack_versions),
    "wheels": long.Suite(wheels.run_wheels, wheels.versions),
}
# Those of them that need the build.
LONG_NEED_BUILD = {"page", "stacks"}


def chosen(filters, suites):
    """{suite: pattern} of the command line: `cpp` is a suite, `cpp:trace` a part of one."""
    if not filters:
        return dict.fromkeys(suites, "")
    found = {}
    for word in filters:
        name, _, pattern = word.partition(":")
        if name not in suites:
            raise Failure(f"there is no suite {name}: " + ", ".join(suites))
        found[name] = pattern.replace("/", "_")
    return {name: found[name] for name in suites if name in found}


def build_for(suites):
    """Builds what the suites run; returns an empty string, or why it failed."""
    if not (NEED_BUILD | LONG_NEED_BUILD) & set(suites):
        return ""
    say("building the preset dev (asan + ubsan)")
    try:
        build.build("dev", ["all"] if "cpp" in suites else ["clew"])
    except Failure as failure:
        return str(failure)
    return ""


def run_suite(name, runner, pattern, unbuilt=""):
    """One suite's cases and its seconds; nothing that goes wrong inside it escapes."""
    say(f"suite {name}")
    started = time.monotonic()
    try:
        cases = [Case(name, "build", FAILED, unbuilt)] if unbuilt else runner(pattern)
    except (Failure, OSError, subprocess.SubprocessError, ValueError) as error:
        cases = [Case(name, "start", FAILED, str(error))]
    seconds = time.monotonic() - started
    say(f"suite {name}: {results.closing_line(cases)} ({seconds:.0f} s)")
    return cases, seconds


def test(filters):
    """Returns the exit status of `./dev test`; the last line printed is the sum of all cases."""
    suites = chosen(filters, SUITES)
    packages.install_missing("up", "test")
    unbuilt = build_for(suites)
    cases = []
    for name, pattern in suites.items():
        cases += run_suite(name, SUITES[name], pattern, unbuilt if name in NEED_BUILD else "")[0]
    return closed(cases)


def test_long(filters):
    """The same of `./dev test --long`, with a row in docs/reliability.md for each suite."""
    suites = chosen(filters, LONG_SUITES)
    packages.install_missing("up", "test")
    unbuilt = build_for(suites)
    cases = []
    for name, pattern in suites.items():
        suite = LONG_SUITES[name]
        why = unbuilt if name in LONG_NEED_BUILD else ""
        found, seconds = run_suite(name, suite.run, pattern, why)
        long.record(name, pattern, found, seconds, suite)
        cases += found
    return closed(cases)


def closed(cases):
    print("\n".join(results.report(cases)), flush=True)
    return 0 if results.is_good(cases) else 1

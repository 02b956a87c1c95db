# SPDX-License-Identifier: Apache-2.0
"""Forking: workers send their own spans, nothing is sent twice, and no thread is there to be lost.
Method: real forks, before the first span, with spans in the ring, and with a span open.
"""

import json
import socket
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from services import run_script, running, wait_until

PREFORK = Path(__file__).parent / "programs/prefork_service.py"


def names_once(collector, wanted):
    """The names of the spans that came, each of which must have come once."""
    spans = collector.wait_for(lambda spans: {span["name"] for span in spans} >= wanted)
    assert Counter(span["name"] for span in spans) == Counter(wanted)


def test_two_workers_send_their_own_spans(collector):
    options = {"endpoint": collector.endpoint, "service_name": "forked", "flush_interval_ms": 20}
    with running(PREFORK, json.dumps(options)) as service:
        assert service.lines.count("tasks at fork 1") == 2
        answered = Counter()

        def both_have_served():
            answered[service.ask(f"/{sum(answered.values())}")["pid"]] += 1
            return len(answered) == 2 and min(answered.values()) >= 3

        wait_until(both_have_served, 60)
        count = sum(answered.values())
        spans = collector.wait_for(lambda spans: len(spans) >= count)
        paths = Counter(span["tags"]["http.path"] for span in spans)
        assert paths == Counter(f"/{number}" for number in range(count))
        assert len({span["traceId"] for span in spans}) == count
        assert len({span["id"] for span in spans}) == count


def test_a_worker_has_one_thread_before_its_first_span_and_two_after(scribe):
    options = {"port": scribe.port, "service_name": "forked", "flush_interval_ms": 20}
    with running(PREFORK, json.dumps(options)) as service:
        first = service.ask("/")
        assert first["tasks"] == 1

        def of_the_same_worker():
            found = service.ask("/")
            return found if found["pid"] == first["pid"] else None

        assert wait_until(of_the_same_worker)["tasks"] == 2
        assert len(list(Path(f"/proc/{service.child.pid}/task").iterdir())) == 1


def test_nothing_in_the_ring_at_the_fork_is_sent_twice(collector):
    """The parent has finished spans, and its thread, when it forks."""
    run_script(
        """
import os, sys
from clew import Tracer
tracer = Tracer("forked", sys.argv[1], flush_interval_ms=1000)
for number in range(100):
    tracer.start(f"before {number}").finish()
pid = os.fork()
who = "child" if pid == 0 else "parent"
assert tracer.stats()["finished"] == (0 if pid == 0 else 100)
for number in range(100):
    tracer.start(f"{who} {number}").finish()
assert tracer.flush(20), tracer.stats()
stats = tracer.stats()
assert stats["finished"] == stats["sent"] == (100 if pid == 0 else 200), stats
if pid == 0:
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
""",
        collector.endpoint,
    )
    wanted = {f"{who} {n}" for who in ("before", "parent", "child") for n in range(100)}
    names_once(collector, wanted)


def test_a_span_that_is_open_at_the_fork_is_the_parents(collector):
    run_script(
        """
import os, sys
import clew
tracer = clew.Tracer("forked", sys.argv[1])
with tracer.start("open") as span:
    pid = os.fork()
    if pid == 0:
        assert clew.current() is span
        with tracer.start("of the child") as child:
            assert child.parent_id == span.span_id
            assert child.trace_id == span.trace_id
        span.tag("said by", "the child")
    else:
        span.tag("said by", "the parent")
        assert os.waitpid(pid, 0)[1] == 0
assert tracer.flush(20), tracer.stats()
if pid == 0:
    os._exit(0)
""",
        collector.endpoint,
    )
    names_once(collector, {"open", "of the child"})
    (span,) = [span for span in collector.spans() if span["name"] == "open"]
    assert span["tags"]["said by"] == "the parent"


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_a_child_of_multiprocessing_sends_what_it_finished(collector, tmp_path, method):
    """It leaves by os._exit(), and its flush interval is far away."""
    program = tmp_path / "program.py"
    program.write_text("""
import multiprocessing, sys
import clew

def enable():
    clew.enable(service_name="family", endpoint=sys.argv[1], flush_interval_ms=60_000)

def work(name):
    if clew.tracer() is None:
        enable()  # spawned or served: this process inherited nothing
    with clew.span(name):
        pass

if __name__ == "__main__":
    enable()
    context = multiprocessing.get_context(sys.argv[2])
    with context.Pool(1) as pool:
        pool.map(work, ["pooled"])
        pool.close()
        pool.join()
    child = context.Process(target=work, args=("child",))
    child.start()
    child.join()
    assert child.exitcode == 0
    clew.disable()
    child = context.Process(target=print, args=("untraced",))
    child.start()
    child.join()
    assert child.exitcode == 0
""")
    run_script(
        "import runpy, sys; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')",
        program,
        collector.endpoint,
        method,
    )
    names_once(collector, {"pooled", "child"})


def test_a_child_draws_ids_of_its_own(scribe):
    out = run_script("""
import os
from clew import Tracer
tracer = Tracer("forked", "scribe://127.0.0.1:1")
tracer.start("warm").abandon()
children = []
for _ in range(4):
    pid = os.fork()
    if pid == 0:
        for _ in range(50):
            span = tracer.start("a")
            os.write(1, f"{span.span_id}\\n".encode())
            span.abandon()
        os._exit(0)
    children.append(pid)
assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
""")
    ids = out.split()
    assert len(ids) == len(set(ids)) == 200


def test_forks_of_forks_send_each_span_once(scribe):
    run_script(
        """
import os, sys
from clew import Tracer
tracer = Tracer("forked", sys.argv[1], flush_interval_ms=1000)
for generation in range(5):
    tracer.start(f"generation {generation}").finish()
    pid = os.fork()
    if pid:
        assert tracer.flush(20), tracer.stats()
        assert os.waitpid(pid, 0)[1] == 0
        os._exit(0)
tracer.start("generation 5").finish()
assert tracer.flush(20), tracer.stats()
os._exit(0)
""",
        scribe.endpoint,
    )
    names_once(scribe, {f"generation {number}" for number in range(6)})


# What is registered before clew's own function is called after it: what it sees is what forks.
COUNTED = """
import os, sys, time, warnings
warnings.simplefilter("error")

def count():
    with open("/proc/self/stat") as stat:  # as CPython 3.12 and later do, which warn of threads
        threads.append(int(stat.read().rpartition(")")[2].split()[17]))

threads = []
os.register_at_fork(before=count)
import clew
tracer = clew.enable(service_name="forked", endpoint=sys.argv[1], flush_interval_ms=20)

def wait(pid):
    assert os.waitpid(pid, 0)[1] == 0
"""
WAYS = {
    "fork": """
pid = os.fork()
if pid == 0:
    of_the_child()
wait(pid)
""",
    "forkpty": """
pid, terminal = os.forkpty()
if pid == 0:
    of_the_child()
wait(pid)
""",
    "multiprocessing": """
import multiprocessing
child = multiprocessing.get_context("fork").Process(target=of_the_child)
child.start()
child.join()
assert child.exitcode == 0
""",
    "preexec_fn": """
import subprocess
with clew.span("child"):
    subprocess.check_call([sys.executable, "-c", ""], preexec_fn=os.getpid)
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_process_that_has_sent_spans_forks_with_one_thread(collector, way):
    run_script(
        COUNTED
        + """
def of_the_child():
    with clew.span("child"):
        pass
    assert clew.flush(20)
    os._exit(0)

with clew.span("before"):
    pass
assert clew.flush(20)
with clew.span("waits"):
    pass
with clew.span("open across"):
"""
        + textwrap.indent(WAYS[way], "    ")
        + """
with clew.span("after"):
    pass
assert threads == [1], threads
while tracer.stats()["sent"] < tracer.stats()["finished"]:  # not flushed: the thread runs again
    time.sleep(0.01)
""",
        collector.endpoint,
    )
    names_once(collector, {"before", "waits", "open across", "child", "after"})


def test_a_process_whose_collector_is_away_forks_with_one_thread(unused_port):
    run_script(
        COUNTED
        + """
for _ in range(3):
    with clew.span("kept"):
        pass
    assert not clew.flush(0.2)
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    wait(pid)
assert threads == [1, 1, 1], threads
assert tracer.stats()["finished"] == 3
assert sum(tracer.stats()["dropped"].values()) == 0
""",
        f"http://127.0.0.1:{unused_port}/api/v2/spans",
    )


def test_a_collector_that_hangs_holds_no_fork_up():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        run_script(
            COUNTED
            + """
warnings.simplefilter("ignore")
with clew.span("on its way"):
    pass
clew.flush(0.3)
begin = time.monotonic()
for _ in range(10):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    wait(pid)
assert time.monotonic() - begin < 5  # ten of them would wait for one answer only
assert threads == [2] * 10, threads
""",
            f"http://127.0.0.1:{listening.getsockname()[1]}/api/v2/spans",
        )


def test_an_eventlet_service_forks_with_one_thread(scribe):
    run_script(
        COUNTED
        + """
warnings.simplefilter("default")
import eventlet
eventlet.monkey_patch()
warnings.simplefilter("error")
def work():
    for _ in range(5):
        with clew.span("green"):
            eventlet.sleep(0.01)
work()
assert clew.flush(20)
other = eventlet.spawn(work)
eventlet.sleep(0)
pid = os.fork()
if pid == 0:
    os._exit(0)
wait(pid)
other.wait()
assert threads == [1], threads
assert clew.flush(20)
assert tracer.stats()["sent"] == 10
""",
        scribe.endpoint,
    )


def test_every_tracer_of_a_process_rests_at_a_fork(collector):
    run_script(
        COUNTED
        + """
others = [clew.Tracer(f"other {number}", sys.argv[1]) for number in range(3)]
del others[1]
for one in others:
    one.start("other").finish()
with clew.span("first"):
    pass
pid = os.fork()
if pid == 0:
    os._exit(0)
wait(pid)
assert threads == [1], threads
assert others[0].flush(20) and others[1].flush(20) and clew.flush(20)
""",
        collector.endpoint,
    )
    collector.wait_for(lambda spans: len(spans) == 3)


def test_a_fork_does_not_warn_of_threads():
    """Python 3.12 and later count native threads."""
    run_script("""
import os, sys, warnings
from clew.eventlet import patcher

def warnings_of_a_fork():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
    return [one for one in told if "multi-threaded" in str(one.message)]

patcher.enable_trace_patch(service_name="a", port=1)
patcher.active_tracer().start("not finished").abandon()
assert warnings_of_a_fork() == []
patcher.active_tracer().start("finished").finish()
assert warnings_of_a_fork() == []
""")

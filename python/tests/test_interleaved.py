# SPDX-License-Identifier: Apache-2.0
"""Ten thousand greenthreads at once, started in every way that eventlet has, keep their context.
Method: a process of its own, patched by eventlet and not, where each greenthread yields between
every two steps.
"""

import pytest
from services import run_script

SCRIPT = """
import random, sys
import eventlet
if sys.argv[2] == "monkey":
    eventlet.monkey_patch()
from eventlet import greenpool, timeout, tpool
import clew
from clew import faults
from clew.eventlet import patcher

COUNT = 10000
patcher.enable_trace_patch(endpoint=sys.argv[1], service_name="a", sampling_rate=0.02)
random.seed(1)
done = []

def child(parent, number):
    assert clew.current() is parent, number
    with clew.span(f"child {number}") as span:
        assert (span.parent_id == parent.span_id) or not span.is_sampled
        assert span.trace_id == parent.trace_id
        eventlet.sleep(0)
        assert clew.current() is span
        try:
            with timeout.Timeout(0.001 if number % 97 == 0 else None):
                eventlet.sleep(0.01 if number % 97 == 0 else 0)
        except timeout.Timeout:
            pass
        assert clew.current() is span
        if number % 1009 == 0:
            assert tpool.execute(lambda: clew.current()) is span
    assert clew.current() is parent
    done.append(number)

def work(number):
    assert clew.current() is None, number
    with clew.span(f"work {number}") as span:
        eventlet.sleep(0)
        assert clew.current() is span
        way = number % 5
        if way == 0:
            eventlet.spawn(child, span, number).wait()
        elif way == 1:
            pool.spawn_n(child, span, number)
        elif way == 2:
            eventlet.spawn_after(0, child, span, number).wait()
        elif way == 3:
            pile = greenpool.GreenPile(2)
            pile.spawn(child, span, number)
            list(pile)
        else:
            list(greenpool.GreenPool(2).imap(child, [span], [number]))
        eventlet.sleep(0)
        assert clew.current() is span

pool = greenpool.GreenPool(COUNT)
greens = [eventlet.spawn(work, number) for number in range(COUNT)]
for green in greens:
    green.wait()
pool.waitall()
assert sorted(done) == list(range(COUNT)), len(done)
assert clew.current() is None
assert faults.counts() == {}
tracer = patcher.active_tracer()
assert tracer.flush(60)
stats = tracer.stats()
assert stats["finished"] == stats["sent"] + sum(stats["dropped"].values())
print("finished", stats["finished"])
"""


@pytest.mark.parametrize("patched", ["monkey", "not patched"])
def test_ten_thousand_greenthreads_keep_their_own_context(scribe, patched):
    environment = {"CLEW_DETACH_AFTER_MS": "never"}  # a busy machine takes longer than the default
    printed = run_script(SCRIPT, scribe.endpoint, patched, seconds=300, environment=environment)
    finished = int(printed.split()[-1])
    assert 200 < finished < 800  # two spans each, of which one trace in fifty is recorded

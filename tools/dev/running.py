# SPDX-License-Identifier: Apache-2.0
"""Programs that outlive a step: started in their own session, named by a file, stopped by it.

A record under build/run/ holds a program's id together with its start time, so that `down` never
ends a stranger that was given the same id later.
"""

import os
import signal
import socket
import subprocess
import time

from dev.shell import BUILD, Failure, environment

FOLDER = BUILD / "run"
STOP_SECONDS = 10


def start_time(pid):
    """The kernel's start time of a program (in ticks since boot), or None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


class Running:
    """One program that was started by us."""

    def __init__(self, record, pid, started, child=None):
        self.record, self.pid, self.started, self.child = record, pid, started, child

    @property
    def name(self):
        return self.record.stem

    @property
    def log(self):
        return self.record.with_suffix(".log")

    def is_alive(self):
        if self.child is not None:
            self.child.poll()
        return start_time(self.pid) == self.started

    def stop(self):
        """SIGTERM, then SIGKILL after STOP_SECONDS; the record goes."""
        if self.is_alive():
            os.kill(self.pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.02)
            if self.is_alive():
                os.kill(self.pid, signal.SIGKILL)
        self.record.unlink(missing_ok=True)

    def last_words(self, lines=15):
        text = self.log.read_text(errors="replace") if self.log.is_file() else ""
        return "\n".join("    " + line for line in text.splitlines()[-lines:])


def start(name, command, extra=None, cwd=None, folder=None):
    """Starts a program with its output in build/run/<name>.log and its record beside it."""
    folder = folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.log", "wb") as log:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment(extra),
            start_new_session=True,
        )
    started = start_time(child.pid)
    record = folder / f"{name}.pid"
    record.write_text(f"{child.pid} {started}\n")
    return Running(record, child.pid, started, child)


def recorded():
    """The programs that an earlier `up` left, the last started first."""
    found = []
    for path in sorted(FOLDER.glob("*.pid"), key=lambda path: path.stat().st_mtime_ns):
        words = path.read_text().split()
        if len(words) == 2 and words[0].isdigit():
            found.append(Running(path, int(words[0]), words[1]))
        else:
            path.unlink()
    return found[::-1]


def stop_recorded():
    """Stops what the records name; returns the names of those that were alive."""
    names = []
    for program in recorded():
        if program.is_alive():
            names.append(program.name)
        program.stop()
    return names


def require_free(address, port, option):
    """A Failure in one sentence when somebody listens there already."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Failure(
                f"{address} port {port} cannot be used ({error.strerror.lower()}): stop what "
                f"listens there (`./dev down`?) or {option}"
            ) from None


def require_alive(programs):
    """A Failure with its last words when one of them has ended by itself."""
    for program in programs:
        if not program.is_alive():
            words = program.last_words()
            raise Failure(f"{program.name} stopped by itself; its last lines:\n{words}")


def wait_until(ready, seconds, what, programs=()):
    """Asks `ready` until it answers something true; a Failure when time or a program ends."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ready()
        if answer:
            return answer
        require_alive(programs)
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.05)

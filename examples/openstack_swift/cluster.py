# SPDX-License-Identifier: Apache-2.0
"""A Swift cluster as programs: Debian's own servers, started traced, reloaded, stopped by id.

Each server is the leader of a session of its own, because a Swift server that is told to end tells
its whole group.
"""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

from layout import Layout

# Before each command: others on the machine come first, and a server ends, with its workers, when
# the program that started it is gone, however that ended.
LAUNCHER = ["/usr/bin/setpriv", "--pdeathsig", "TERM", "/usr/bin/nice", "-n", "10"]
READY_SECONDS_MAX = 90  # six servers start at once, perhaps on a busy machine
STOP_SECONDS_MAX = 10


class ClusterError(Exception):
    """What went wrong, in one sentence, with a server's last words."""


@dataclass
class Reply:
    status: int
    headers: dict = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def transaction(self):
        """What Swift calls this request in its logs, and clew in the tag swift.trans_id."""
        return self.headers["x-trans-id"]


class Cluster:
    """Proxy, storage servers and memcached below one folder.

    folder: made when missing; what is in it from an earlier run is reused.
    traced: the words before a server's command that have it traced.
    environment: added to that of the servers.
    """

    def __init__(self, folder, traced, environment):
        self.layout = Layout(folder)
        self.traced = traced
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
        self.programs = {}

    def start(self):
        """Returns when every server answers."""
        self.layout.write()
        self._start_cache()
        # Each start takes a second of processor time or two; together they take less.
        for name in self.layout.servers:
            self._launch(name, self.traced)
        for name in self.layout.servers:
            self._wait_for(name)

    def start_server(self, name, traced=None):
        """Returns when it answers; traced: instead of the cluster's own."""
        self._launch(name, self.traced if traced is None else traced)
        self._wait_for(name)

    def stop_server(self, name):
        """Ends a server and its workers."""
        stop(self.programs.pop(name))

    def stop(self):
        """Ends everything, the proxy first."""
        for name in reversed(list(self.programs)):
            self.stop_server(name)

    def reload(self, name):
        """Has a server replace itself by SIGUSR1; returns when its new workers answer.

        Swift's master starts its own script again under the same id; the old workers finish
        what they serve, and end.
        """
        program = self.programs[name]
        old = children(program.pid)
        program.send_signal(signal.SIGUSR1)
        self._wait(name, lambda: not old & set(members(program.pid)), "the old workers to end")
        self._wait_for(name)

    def request(self, method, path, body=None, headers=None, proxy="proxy"):
        """Asks a proxy, on a connection of its own."""
        port = self.layout.servers[proxy][2]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS_MAX)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, response.read())

    def last_words(self, name, lines=15):
        text = self._log(name).read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _log(self, name):
        return self.layout.folder / f"{name}.log"

    def _start_cache(self):
        listen = ["-l", "127.0.0.1", "-p", str(self.layout.cache_port), "-U", "0", "-m", "16"]
        user = ["-u", "root"] if os.geteuid() == 0 else []
        self._start("memcached", ["/usr/bin/memcached", *listen, *user])

    def _launch(self, name, traced):
        program, configuration, _ = self.layout.servers[name]
        # -v: log lines go to the standard error, too; else to syslog alone.
        command = [*traced, f"/usr/bin/{program}", str(configuration), "-v"]
        self._start(name, command)

    def _start(self, name, command):
        with open(self._log(name), "ab") as log:
            self.programs[name] = subprocess.Popen(
                [*LAUNCHER, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )

    def _wait_for(self, name):
        port = self.layout.servers[name][2]
        self._wait(name, lambda: is_healthy(port), "it to answer")

    def _wait(self, name, ready, what):
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not ready():
            if self.programs[name].poll() is not None:
                raise ClusterError(f"{name} has ended:\n{self.last_words(name)}")
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"{name}: waited {READY_SECONDS_MAX} s for {what}:\n{self.last_words(name)}"
                )
            time.sleep(0.05)


def is_healthy(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS_MAX)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthcheck")
        return connection.getresponse().status == 200
    return False


def stat_of(pid):
    """(parent, process group) of a program; None when it is gone, or only waits to be reaped."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
        state, parent, group = file.read().rpartition(")")[2].split()[:3]
        return None if state == "Z" else (int(parent), int(group))
    return None


def running():
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (found := stat_of(entry)) is not None:
            yield int(entry), *found


def children(pid):
    return {child for child, parent, _ in running() if parent == pid}


def members(group):
    return [pid for pid, _, its_group in running() if its_group == group]


def stop(program):
    """Ends a program and its group: asked first, then killed."""
    if program.poll() is None:
        program.terminate()
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while members(program.pid) and time.monotonic() < deadline:
        program.poll()
        time.sleep(0.02)
    for pid in members(program.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    program.wait()

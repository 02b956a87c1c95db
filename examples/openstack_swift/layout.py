# SPDX-License-Identifier: Apache-2.0
"""A Swift cluster as files: rings, devices and the configuration of each server, in one folder.

Four object servers with a device each, so that an object's three replicas leave one device over:
the handoff. One account and one container server with four devices each. All on the loopback.

    folder/etc       rings and *.conf
    folder/devices   where Swift keeps what it stores; needs extended attributes
"""

import os
import pwd
import random
import socket
import subprocess
from pathlib import Path

DEVICES = 4
REPLICAS = 3
PART_POWER = 4  # 16 partitions; a ring of real size takes seconds to make
WORKERS = 2
# Below the range that the kernel takes ports from for connections and for "any free port": between
# the choice here and the server's own bind() nobody is given one of these by chance.
PORTS = range(20000, 32000)
# Swift's own defaults are for machines with room: on a busy one a late answer would count as none.
SECONDS_MAX = 30

SERVER = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = {workers}
user = {user}
swift_dir = {etc}
devices = {devices}
mount_check = false
disable_fallocate = true
log_name = {name}
conn_timeout = {seconds}
node_timeout = {seconds}

[pipeline:main]
pipeline = healthcheck {kind}-server

[app:{kind}-server]
use = egg:swift#{kind}
container_update_timeout = {seconds}

[filter:healthcheck]
use = egg:swift#healthcheck
"""

PROXY = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = {workers}
user = {user}
swift_dir = {etc}
log_name = proxy

[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache bulk slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = {seconds}
node_timeout = {seconds}
recoverable_node_timeout = {seconds}
post_quorum_timeout = {seconds}

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:healthcheck]
use = egg:swift#healthcheck

[filter:proxy-logging]
use = egg:swift#proxy_logging

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{cache_port}
connect_timeout = {seconds}
pool_timeout = {seconds}
io_timeout = {seconds}

[filter:bulk]
use = egg:swift#bulk

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo
"""


class Layout:
    """Writes the files of a cluster; knows its servers as {name: (program, config file, port)}."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.etc = self.folder / "etc"
        self.devices = self.folder / "devices"
        self.servers = {}
        self.cache_port = 0

    @property
    def object_servers(self):
        return [f"object-{number}" for number in range(1, DEVICES + 1)]

    def write(self):
        """Everything that the servers read. OSError: the file system has no user attributes."""
        self.etc.mkdir(parents=True, exist_ok=True)
        for kind in "oca":
            for number in range(1, DEVICES + 1):
                (self.devices / f"{kind}{number}").mkdir(parents=True, exist_ok=True)
        require_attributes(self.devices)
        names = ["account", "container", *self.object_servers]
        self.cache_port, proxy_port, *ports = free_ports(len(names) + 2)
        for name, port in zip(names, ports):
            self._write_server(name, name.partition("-")[0], port)
        self._write_proxy(proxy_port)
        self._write_ring("account", [self.servers["account"][2]] * DEVICES)
        self._write_ring("container", [self.servers["container"][2]] * DEVICES)
        self._write_ring("object", [self.servers[name][2] for name in self.object_servers])

    def _write_server(self, name, kind, port):
        text = SERVER.format(**self._settings(port), name=name, kind=kind)
        self._write_configuration(name, f"swift-{kind}-server", text, port)

    def _write_proxy(self, port):
        text = PROXY.format(**self._settings(port), cache_port=self.cache_port)
        self._write_configuration("proxy", "swift-proxy-server", text, port)

    def _write_configuration(self, name, program, text, port):
        path = self.etc / f"{name}.conf"
        path.write_text(text)
        self.servers[name] = (program, path, port)

    def _settings(self, port):
        return {
            "port": port,
            "workers": WORKERS,
            "user": pwd.getpwuid(os.geteuid()).pw_name,
            "etc": self.etc,
            "devices": self.devices,
            "seconds": SECONDS_MAX,
        }

    def _write_ring(self, kind, ports):
        builder = self.etc / f"{kind}.builder"
        builder.unlink(missing_ok=True)
        ring(builder, "create", PART_POWER, REPLICAS, 0)
        for number, port in enumerate(ports, 1):
            ring(builder, "add", f"r1z{number}-127.0.0.1:{port}/{kind[0]}{number}", 1)
        ring(builder, "rebalance")


def ring(builder, *words):
    command = ["/usr/bin/swift-ring-builder", builder, *words]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise OSError(f"swift-ring-builder {words[0]}: {done.stdout}{done.stderr}")


def require_attributes(folder):
    """OSError, in one sentence, where files cannot have the attributes that Swift writes."""
    probe = folder / ".probe"
    probe.touch()
    try:
        os.setxattr(probe, "user.swift.metadata", b"x")
    except OSError as error:
        raise OSError(
            f"{folder} is on a file system without user attributes ({error.strerror}); Swift "
            "needs them: choose a folder on ext4, xfs or btrfs"
        ) from None
    finally:
        probe.unlink()


def free_ports(count):
    """So many different ports of the loopback that nobody listens on."""
    found = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"there are no {count} free ports from {PORTS.start} to {PORTS.stop - 1}")

# SPDX-License-Identifier: Apache-2.0
"""Every test here talks to the real program over real sockets; CLEW_BINARY says which one."""

import os
import pathlib

import pytest
from server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("CLEW_BINARY")
    if not path:
        pytest.skip("CLEW_BINARY does not name a built `clew`; ./dev test sets it")
    return path


def starter(binary, folder):
    """start(*flags, **environment): one more server; all of them end with the fixture."""
    servers = []

    def start_one(*flags, **environment):
        servers.append(Server(binary, folder / f"ports{len(servers)}", flags, environment))
        return servers[-1]

    yield start_one
    for server in servers:
        server.stop()


@pytest.fixture
def start(binary, tmp_path):
    yield from starter(binary, tmp_path)


@pytest.fixture(scope="module")
def start_once(binary, tmp_path_factory):
    """The same for servers that the tests of a module share."""
    yield from starter(binary, tmp_path_factory.mktemp("servers"))


@pytest.fixture
def server(start):
    return start()


@pytest.fixture(scope="session")
def shared():
    """The folder of real traces beside the checkout; tests that read it skip without."""
    folder = pathlib.Path(os.environ.get("CLEW_SHARED") or ROOT.parent / "shared") / "data"
    if not (folder / "expected.json").is_file():
        pytest.skip("the shared folder of real traces is not beside this checkout")
    return folder

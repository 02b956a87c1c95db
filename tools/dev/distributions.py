# SPDX-License-Identifier: Apache-2.0
"""The versions of what is traced that people run, beside the newest ones of the other tests: those
of Debian 12, on Debian's own Python, and the last urllib3 1.x, which many programs pin.
"""

import shutil
from collections import namedtuple

from dev import packages, venv
from dev.shell import BUILD, Stamp, run, say

PYTHON = "/usr/bin/python3"
# Of python/tests: what depends on versions of servers, clients and eventlet.
DEBIAN_TESTS = [
    "test_client_matrix",
    "test_client_spans",
    "test_http_client",
    "test_proxies",
    "test_module_copies",
    "test_aiohttp",
    "test_httpx",
    "test_context",
    "test_wsgi",
    "test_wsgi_files",
    "test_threads",
    "test_oslo",
]
PINNED_TESTS = ["test_client_matrix", "test_proxies"]
PINNED = ["urllib3==1.26.20", "requests==2.31.0"]

# tests: of python/tests, by name. environment: what they need beside the usual.
Lane = namedtuple("Lane", "python tests environment")


def debian():
    """Debian's Python with Debian's packages, which the virtual environment sees; clew and pytest
    are all that it has of its own.
    """
    packages.install_missing("debian")
    folder = BUILD / "venv-debian"
    if not folder.exists():
        run([PYTHON, "-m", "venv", "--system-site-packages", folder], quiet=True)
    python = venv.ensure(folder, folder.name, [], ["pytest==8.4.2"], base=PYTHON)
    return Lane(python, DEBIAN_TESTS, {})


def pinned():
    """The interpreter of the other tests, with older packages before the newest ones."""
    python = venv.test_python()
    folder = BUILD / "urllib3-1.26"
    stamp = Stamp(folder.name, *PINNED)
    if stamp.is_stale():
        say(f"installing {' and '.join(PINNED)} into build/{folder.name}")
        shutil.rmtree(folder, ignore_errors=True)
        install = [python, "-m", "pip", "install", "-q", "--no-deps", "--target", folder]
        run([*install, *PINNED], quiet=True)
        stamp.set()
    return Lane(python, PINNED_TESTS, {"PYTHONPATH": str(folder)})


def lanes():
    """{name: what makes it}; says which are left out, and why."""
    if shutil.which("dpkg-query"):
        return {"debian": debian, "urllib3-1.26": pinned}
    say("no Debian, so Debian's packages are not traced")
    return {"urllib3-1.26": pinned}

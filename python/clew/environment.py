# SPDX-License-Identifier: Apache-2.0
"""The names of the environment variables that the tracer obeys, and those that look as if.

Threads: reads the environment, so not while another thread changes it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from clew import faults
from clew.arguments import nearest

# docs/reference/configuration.md has their meanings; a test holds the two together.
KNOWN = (
    "CLEW_CLOSE_TIMEOUT_MS",
    "CLEW_DETACH_AFTER_MS",
    "CLEW_ENABLE",
    "CLEW_ENDPOINT",
    "CLEW_ERROR_STACK",
    "CLEW_EXTRACT_ORDER",
    "CLEW_FLUSH_INTERVAL_MS",
    "CLEW_GZIP",
    "CLEW_INCLUDE",
    "CLEW_JOIN",
    "CLEW_LOCAL_IP",
    "CLEW_LOCAL_PORT",
    "CLEW_LOG_ANNOTATIONS",
    "CLEW_PROPAGATION",
    "CLEW_QUEUE_BYTES_MAX",
    "CLEW_RING_BYTES",
    "CLEW_RING_DIR",
    "CLEW_SAMPLER",
    "CLEW_SAMPLE_RATE",
    "CLEW_SERVICE_NAME",
    "CLEW_TLS_CA_FILE",
    "CLEW_TRACE_ID_BITS",
    "CLEW_TRUST_INBOUND",
)
# Set by clew-run, by the project's own tools, and by Kubernetes for a service named "clew...".
FOREIGN = re.compile(
    r"CLEW_(RUN|BINARY|SHARED|SERVE_.*|SOAK_SECONDS"
    r"|(.*_)?SERVICE_(HOST|PORT(_.*)?)|(.*_)?PORT(_\d+_.*)?)"
)

_told: set[str] = set()


def misspelt(names: Iterable[str]) -> list[str]:
    """Those of some names that seem to be meant for the tracer, and are not known."""
    return sorted(
        name
        for name in names
        if name.startswith("CLEW_") and name not in KNOWN and not FOREIGN.fullmatch(name)
    )


def tell_misspelt() -> None:
    """Names each such variable of the environment in the log, once in this process."""
    for name in misspelt(os.environ):
        if name not in _told:
            _told.add(name)
            meant = nearest(name, KNOWN)
            hint = "no setting has such a name" if meant is None else f"did you mean {meant}?"
            faults.LOGGER.warning("clew ignores the environment variable %s: %s", name, hint)

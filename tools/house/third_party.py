# SPDX-License-Identifier: Apache-2.0
"""Each third-party header has one home, and third_party/README.md is where that is written down.

The table's rows read `| Library | Version | Headers | May be included in | Licence | Why |`; the
cells "Headers" and "May be included in" hold patterns in backticks. A pattern without a wildcard
ends is matched whole, `*` stays in one folder, `**` crosses folders.
"""

import re

from house.layering import includes
from house.tree import Finding

TABLE = "third_party/README.md"
SYSTEM_FOLDERS = ("arpa/", "asm/", "linux/", "net/", "netinet/", "sys/")
SYSTEM_HEADERS = set(
    "aio alloca assert byteswap cpuid ctype dirent dlfcn elf emmintrin endian errno fcntl fenv "
    "float getopt glob grp ifaddrs immintrin inttypes limits link locale malloc math netdb "
    "nmmintrin poll pthread pwd sched semaphore setjmp signal spawn stdarg stdatomic stdbool "
    "stddef stdint stdio stdlib string strings syslog termios threads time unistd utime "
    "x86intrin".split()
)


def matches(pattern, path):
    expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    expression = expression.replace(r"\*", "[^/]*")
    return re.fullmatch(expression, path) is not None


def homes(tree):
    """The table as a list of (header patterns, home patterns)."""
    if TABLE not in tree.files:
        return []
    rows = []
    for line in tree.lines(TABLE):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) >= 4:
            headers, home = re.findall(r"`([^`]+)`", cells[2]), re.findall(r"`([^`]+)`", cells[3])
            if headers and home:
                rows.append((headers, home))
    return rows


def is_system(target):
    if "/" not in target and "." not in target:
        return True  # the standard library
    return target.startswith(SYSTEM_FOLDERS) or (
        target.endswith(".h") and target[:-2] in SYSTEM_HEADERS
    )


def check_include_homes(tree):
    """A third-party header is included only where the table of third_party/README.md says."""
    table = homes(tree)
    for path in tree.with_suffix(".h", ".cc", ".c"):
        for line, quote, target in includes(tree, path):
            if quote == '"' or target.startswith("clew/") or is_system(target):
                continue
            rows = [row for row in table if any(matches(header, target) for header in row[0])]
            if not rows:
                message = f"<{target}> has no row in {TABLE}"
                yield Finding(path, line, "third-party", message)
            elif not any(matches(home, path) for row in rows for home in row[1]):
                at = ", ".join(home for row in rows for home in row[1])
                message = f"<{target}> may be included only in {at}"
                yield Finding(path, line, "third-party", message)


RULES = [check_include_homes]

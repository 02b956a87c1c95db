#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the extension with asan and ubsan, beside the released one, and runs the tests with it.
#
#   run_sanitized.sh PYTHON [PYTEST ARGUMENT ...]
#
# PYTHON is an interpreter that has the tests' packages. Leaks are not looked for: the interpreter
# itself keeps memory until the end (test_nothing_leaks watches ours).
set -euo pipefail
python=${1:?usage: run_sanitized.sh PYTHON [PYTEST ARGUMENT ...]}
shift
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
site=$root/build/python-sanitized/site

mkdir -p "$site"
"$python" -m pip install --quiet --upgrade --no-deps --target "$site" \
    --config-settings "build-dir=../build/python-sanitized/{wheel_tag}" \
    --config-settings cmake.build-type=Debug \
    --config-settings cmake.define.CMAKE_CXX_FLAGS_DEBUG="-O1 -g1" \
    --config-settings cmake.define.CMAKE_C_FLAGS_DEBUG="-O1 -g1" \
    --config-settings cmake.define.CMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF \
    --config-settings cmake.define.CLEW_HARDEN=OFF \
    --config-settings cmake.define.CLEW_SANITIZE=address,undefined \
    "$root/python"

cd "$root/python"
export PYTHONPATH=$site PYTHONDONTWRITEBYTECODE=1 PYTHONMALLOC=malloc
export ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:abort_on_error=1
export CLEW_SOAK_SECONDS=10  # what is longer shows nothing more to a sanitizer
export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1
# libstdc++ too: asan looks for its __cxa_throw when it is loaded, and Python has none yet.
preload="$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libstdc++.so)"
quiet_fork=$site/quiet_fork.so
gcc -shared -fPIC -O1 -o "$quiet_fork" "$root/python/tests/programs/quiet_fork.c"
# Without the many servers of test_stacks.py: test_frameworks.py shows a sanitizer the same.
LD_PRELOAD=$preload:$quiet_fork exec "$python" -m pytest -q -p no:cacheprovider \
    --ignore=tests/test_stacks.py "${@:-tests}"

// SPDX-License-Identifier: Apache-2.0
#include "clew/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace clew {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
    std::abort();
}

}  // namespace clew

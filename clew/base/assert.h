// SPDX-License-Identifier: Apache-2.0
#pragma once

// CLEW_ASSERT(condition): a bug in clew itself, never bad input. On in every build. In servers and
// tools a false condition prints its place and aborts, because a store must not go on with a broken
// invariant. Code that runs inside somebody's application (tracer, reporter) must never reach one:
// it checks, counts a dropped span and goes on.

namespace clew {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace clew

#define CLEW_ASSERT(condition)                         \
    (__builtin_expect(static_cast<bool>(condition), 1) \
         ? static_cast<void>(0)                        \
         : ::clew::assertion_failed(#condition, __FILE__, __LINE__))

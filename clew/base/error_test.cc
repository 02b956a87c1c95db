// SPDX-License-Identifier: Apache-2.0
// Goal: errors keep their numbers, gain context while climbing, and carry the system's words.
#include "clew/base/error.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace clew {
namespace {

TEST(Error, numbers_and_names_are_permanent) {
    EXPECT_EQ(static_cast<int>(Code::invalid_argument), 1);
    EXPECT_EQ(static_cast<int>(Code::internal), 14);
    EXPECT_EQ(code_name(Code::limit_exceeded), "limit_exceeded");
    for (int number = 1; number <= 14; ++number) {
        EXPECT_NE(code_name(static_cast<Code>(number)), "unknown") << number;
    }
    EXPECT_EQ(code_name(static_cast<Code>(9999)), "unknown");
}

TEST(Error, context_is_prepended) {
    const Error error =
        Error{Code::io, "disk full"}.with_context("writing x").with_context("closing");
    EXPECT_EQ(error.message, "closing: writing x: disk full");
    EXPECT_EQ(error.code, Code::io);
}

TEST(SystemError, codes_follow_errno) {
    EXPECT_EQ(system_error("bind", EADDRINUSE).code, Code::address_in_use);
    EXPECT_EQ(system_error("bind", EACCES).code, Code::permission_denied);
    EXPECT_EQ(system_error("open", EPERM).code, Code::permission_denied);
    EXPECT_EQ(system_error("open", ENOENT).code, Code::not_found);
    EXPECT_EQ(system_error("connect", ETIMEDOUT).code, Code::timed_out);
    EXPECT_EQ(system_error("connect", ECONNREFUSED).code, Code::unavailable);
    EXPECT_EQ(system_error("write", EIO).code, Code::io);
    EXPECT_EQ(system_error("bind", EADDRINUSE).message, "bind: Address already in use");
}

}  // namespace
}  // namespace clew

// SPDX-License-Identifier: Apache-2.0
// Goal: connections are limited to what descriptors there are. Method: rows of limits, and the
// limit of this very process.
#include "clew/app/descriptors.h"

#include <sys/resource.h>

#include <gtest/gtest.h>

namespace clew::app {
namespace {

TEST(Descriptors, are_as_many_as_the_hard_limit_allows) {
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit lower{before.rlim_max / 2, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lower), 0);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    rlimit after{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
}

TEST(Descriptors, leave_connections_as_they_are_where_they_fit) {
    const ConnectionLimits wanted{4096, 4096};
    EXPECT_EQ(fit_connections(wanted, 8192 + kOwnDescriptors), wanted);
    EXPECT_EQ(fit_connections({}, 0), ConnectionLimits{});
}

TEST(Descriptors, are_divided_in_proportion_where_they_are_too_few) {
    EXPECT_EQ(fit_connections({4096, 4096}, 1024), (ConnectionLimits{432, 432}));
    EXPECT_EQ(fit_connections({3000, 1000}, 1160), (ConnectionLimits{750, 250}));
    EXPECT_EQ(fit_connections({4096, 4096}, 64), (ConnectionLimits{8, 8}));
    EXPECT_EQ(fit_connections({4096, 1}, 20), (ConnectionLimits{4, 1}));
    EXPECT_EQ(fit_connections({4096, 0}, 1160), (ConnectionLimits{1000, 0}));
}

}  // namespace
}  // namespace clew::app

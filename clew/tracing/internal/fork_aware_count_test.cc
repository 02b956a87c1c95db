// SPDX-License-Identifier: Apache-2.0
// Goal: a count is of one process. Method: threads that count, and a child that starts anew.
#include "clew/tracing/internal/fork_aware_count.h"

#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace clew::tracing::internal {

TEST(ForkAwareCount, counts_from_all_threads) {
    ForkAwareCount count;
    EXPECT_EQ(count.value(), 0U);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 1000; ++j) count.add_one();
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(count.value(), 4000U);
}

TEST(ForkAwareCount, begins_at_zero_in_a_child) {
    ForkAwareCount count;
    count.add_one();
    count.add_one();
    const pid_t child = fork();
    if (child == 0) {
        const bool was_zero = count.value() == 0;
        count.add_one();
        _exit(was_zero && count.value() == 1 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(count.value(), 2U);
}

}  // namespace clew::tracing::internal

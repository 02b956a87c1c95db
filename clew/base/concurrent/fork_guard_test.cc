// SPDX-License-Identifier: Apache-2.0
// Goal: a forked child knows that it is one, however it was made. Method: children answer by their
// exit status.
#include "clew/base/concurrent/fork_guard.h"

#include <csignal>
#include <functional>

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace clew {

namespace {

// Exit status of a child that runs `body`.
int status_of_child(const std::function<int()>& body, bool raw_clone = false) {
    const pid_t child =
        raw_clone ? static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)) : fork();
    if (child == 0) _exit(body());
    int status = -1;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

}  // namespace

TEST(ForkGuard, keeps_its_number_within_a_process) {
    const std::uint32_t generation = fork_generation();
    EXPECT_NE(generation, 0U);
    EXPECT_EQ(fork_generation(), generation);
}

TEST(ForkGuard, has_another_number_in_a_child_and_in_its_child) {
    const std::uint32_t parent = fork_generation();
    const int status = status_of_child([&] {
        const std::uint32_t child = fork_generation();
        if (child == parent || child == 0 || child != fork_generation()) return 1;
        return status_of_child([&] {
            const std::uint32_t grandchild = fork_generation();
            return grandchild == child || grandchild == parent || grandchild == 0 ? 2 : 0;
        });
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(fork_generation(), parent);
}

TEST(ForkGuard, tells_generations_apart_when_the_child_in_between_never_asked) {
    const std::uint32_t parent = fork_generation();
    const int status = status_of_child([&] {
        return status_of_child([&] { return fork_generation() == parent ? 1 : 0; });
    });
    EXPECT_EQ(status, 0);
}

TEST(ForkGuard, notices_a_raw_clone_that_runs_no_handlers) {
    const std::uint32_t parent = fork_generation();
    EXPECT_EQ(status_of_child([&] { return fork_generation() == parent ? 1 : 0; }, true), 0);
}

TEST(ForkGuard, falls_back_on_a_fork_handler_where_the_kernel_wipes_no_pages) {
    std::atomic<std::uint32_t>* const page = internal::plain_page_with_handler();
    page->store(7);
    EXPECT_EQ(status_of_child([&] { return page->load() == 0 ? 0 : 1; }), 0);
    EXPECT_EQ(page->load(), 7U);
}

TEST(ForkGuard, uses_a_wiped_page_on_this_kernel) {
    std::atomic<std::uint32_t>* const page = internal::map_wiped_page();
    ASSERT_NE(page, nullptr);
    page->store(7);
    EXPECT_EQ(status_of_child([&] { return page->load() == 0 ? 0 : 1; }, true), 0);
    EXPECT_EQ(page->load(), 7U);
}

}  // namespace clew

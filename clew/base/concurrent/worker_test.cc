// SPDX-License-Identifier: Apache-2.0
// Goal: a worker wakes, stops and keeps out of its host's way. Method: bodies that record what they
// saw; every wait has a deadline.
#include "clew/base/concurrent/worker.h"

#include <atomic>
#include <csignal>
#include <cstring>
#include <future>
#include <stdexcept>
#include <string>

#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace clew {

namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 20s;

}  // namespace

TEST(Worker, runs_its_body_until_it_is_stopped) {
    Worker worker;
    EXPECT_FALSE(worker.is_running());
    std::promise<Worker::Woken> woken;
    ASSERT_TRUE(worker.start("clew-test", [&](Worker& self) { woken.set_value(self.wait(1h)); }));
    EXPECT_TRUE(worker.is_running());
    EXPECT_EQ(worker.start("clew-test", [](Worker&) {}).error().code, Code::invalid_argument);
    EXPECT_TRUE(worker.stop(kDeadline));
    EXPECT_FALSE(worker.is_running());
    EXPECT_EQ(woken.get_future().get(), Worker::Woken::stop);
}

TEST(Worker, is_woken_also_by_a_call_that_came_before_it_waited) {
    Worker worker;
    std::promise<void> go;
    std::promise<Worker::Woken> first;
    std::promise<Worker::Woken> second;
    ASSERT_TRUE(worker.start("clew-test", [&](Worker& self) {
        go.get_future().wait();
        first.set_value(self.wait(1h));
        second.set_value(self.wait(1h));
    }));
    worker.wake();
    worker.wake();
    go.set_value();
    auto woken = first.get_future();
    ASSERT_EQ(woken.wait_for(kDeadline), std::future_status::ready);
    EXPECT_EQ(woken.get(), Worker::Woken::wake);
    worker.wake();
    woken = second.get_future();
    ASSERT_EQ(woken.wait_for(kDeadline), std::future_status::ready);
    EXPECT_EQ(woken.get(), Worker::Woken::wake);
}

TEST(Worker, goes_on_by_itself_after_the_timeout) {
    Worker worker;
    std::promise<Worker::Woken> woken;
    ASSERT_TRUE(worker.start("clew-test", [&](Worker& self) { woken.set_value(self.wait(1ms)); }));
    auto answer = woken.get_future();
    ASSERT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
    EXPECT_EQ(answer.get(), Worker::Woken::timeout);
}

TEST(Worker, leaves_a_body_that_does_not_return_to_itself_after_the_deadline) {
    auto release = std::make_shared<std::promise<void>>();
    auto seen = std::make_shared<std::promise<bool>>();
    std::future<bool> stopping = seen->get_future();
    {
        Worker worker;
        ASSERT_TRUE(worker.start("clew-test", [release, seen](Worker& self) {
            release->get_future().wait();
            seen->set_value(self.is_stopping() && self.wait(1h) == Worker::Woken::stop);
        }));
        EXPECT_FALSE(worker.stop(10ms));
        EXPECT_FALSE(worker.is_running());
    }
    release->set_value();
    ASSERT_EQ(stopping.wait_for(kDeadline), std::future_status::ready);
    EXPECT_TRUE(stopping.get());
}

TEST(Worker, has_its_name_its_small_stack_and_no_signals) {
    Worker worker;
    std::string name;
    std::size_t stack_bytes = 0;
    bool blocked = true;
    bool faults_blocked = false;
    ASSERT_TRUE(worker.start("clew-report-with-a-long-name", [&](Worker&) {
        char text[16] = {};
        pthread_getname_np(pthread_self(), text, sizeof text);
        name = text;
        pthread_attr_t attributes;
        pthread_getattr_np(pthread_self(), &attributes);
        pthread_attr_getstacksize(&attributes, &stack_bytes);
        pthread_attr_destroy(&attributes);
        sigset_t mask;
        pthread_sigmask(SIG_BLOCK, nullptr, &mask);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD, SIGALRM, SIGPIPE}) {
            blocked = blocked && sigismember(&mask, signal) == 1;
        }
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
            faults_blocked = faults_blocked || sigismember(&mask, fault) == 1;
        }
    }));
    ASSERT_TRUE(worker.stop(kDeadline));
    EXPECT_EQ(name, "clew-report-wit");
    // A sanitizer adds room of its own; the usual stack has 8 MiB.
    EXPECT_GE(stack_bytes, Worker::kStackBytes);
    EXPECT_LT(stack_bytes, std::size_t{1} << 20);
    EXPECT_TRUE(blocked);
    EXPECT_FALSE(faults_blocked);  // a crash handler of the application is told
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    EXPECT_EQ(sigismember(&mask, SIGTERM), 0);  // the starter's own mask is as it was
}

TEST(Worker, ends_alone_when_its_body_throws) {
    Worker worker;
    ASSERT_TRUE(worker.start("clew-test", [](Worker&) { throw std::runtime_error("no"); }));
    EXPECT_TRUE(worker.stop(kDeadline));
}

TEST(Worker, may_be_started_again) {
    Worker worker;
    std::atomic<int> runs{0};
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(worker.start("clew-test", [&](Worker&) { ++runs; }));
        ASSERT_TRUE(worker.stop(kDeadline));
    }
    EXPECT_EQ(runs, 3);
    EXPECT_TRUE(worker.stop(kDeadline));  // not running: nothing to stop
    worker.wake();
}

TEST(Worker, may_end_by_itself_and_is_not_counted_by_the_system_then) {
    Worker worker;
    EXPECT_FALSE(worker.is_running());
    worker.stop_ended(kDeadline);  // there is none
    std::promise<pid_t> number;
    std::promise<void> go;
    ASSERT_TRUE(worker.start("clew-test", [&](Worker&) {
        number.set_value(gettid());
        go.get_future().wait();
    }));
    const pid_t thread = number.get_future().get();
    EXPECT_FALSE(worker.wait_until_ended(1ms));
    go.set_value();
    EXPECT_TRUE(worker.wait_until_ended(kDeadline));
    EXPECT_TRUE(worker.is_running());  // nobody has stopped it
    worker.stop_ended(kDeadline);
    EXPECT_FALSE(worker.is_running());
    EXPECT_NE(syscall(SYS_tgkill, getpid(), thread, 0), 0);
}

TEST(Worker, is_not_running_in_a_child) {
    Worker worker;
    ASSERT_TRUE(worker.start("clew-test", [](Worker& self) { self.wait(1h); }));
    const pid_t child = fork();
    if (child == 0) {
        const bool inherited = worker.is_running();
        worker.wake();
        const bool stopped = worker.stop(1h);  // at once: there is nothing to wait for
        _exit(!inherited && stopped ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_TRUE(worker.is_running());
    EXPECT_TRUE(worker.stop(kDeadline));
}

}  // namespace clew

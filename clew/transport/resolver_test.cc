// SPDX-License-Identifier: Apache-2.0
// Goal: a resolver that hangs holds nobody longer than a deadline, and is never asked twice at
// once. Method: a look-up that a test holds back, in the place of the system's.
#include "clew/transport/resolver.h"

#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{20'000};

std::atomic<bool> held{false};
std::atomic<int> asked{0};
std::atomic<int> ended{0};

int held_lookup(const char*, const char* port, const addrinfo* hints, addrinfo** found) {
    asked.fetch_add(1);
    while (held.load()) std::this_thread::yield();
    const int code = getaddrinfo("127.0.0.1", port, hints, found);
    ended.fetch_add(1);
    return code;
}

int empty_lookup(const char*, const char*, const addrinfo*, addrinfo**) { return EAI_NONAME; }

int failed_lookup(const char*, const char*, const addrinfo*, addrinfo**) {
    errno = ENETDOWN;
    return EAI_SYSTEM;
}

class ResolverTest : public ::testing::Test {
protected:
    ResolverTest() {
        held.store(true);
        asked.store(0);
        ended.store(0);
    }
    // Each look-up ends before the test does.
    ~ResolverTest() override {
        held.store(false);
        while (ended.load() < asked.load()) std::this_thread::yield();
    }
    static Deadline soon() { return Deadline::after(milliseconds(50)); }
    static Deadline patience() { return Deadline::after(kPatience); }
    Code failure(Resolver& resolver, const Deadline& deadline, const char* host = "collector") {
        const Expected<AddressList> found = resolver.resolve({host, 9411}, deadline);
        return found ? Code::internal : found.error().code;
    }

    Interrupt interrupt_;
};

TEST_F(ResolverTest, needs_no_look_up_for_digits) {
    Resolver resolver(interrupt_, &held_lookup);
    for (const char* host : {"127.0.0.1", "::1"}) {
        const Expected<AddressList> found = resolver.resolve({host, 80}, soon());
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_NE(found->get(), nullptr);
    }
    EXPECT_EQ(asked.load(), 0);
}

TEST_F(ResolverTest, finds_a_name) {
    Resolver resolver(interrupt_);
    const Expected<AddressList> found = resolver.resolve({"localhost", 80}, patience());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_NE(found->get(), nullptr);
}

TEST_F(ResolverTest, says_which_name_there_is_not) {
    Resolver resolver(interrupt_, &empty_lookup);
    const Expected<AddressList> found = resolver.resolve({"collector", 80}, patience());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::unavailable);
    EXPECT_EQ(found.error().message, "resolving collector: Name or service not known");
}

TEST_F(ResolverTest, passes_on_what_the_system_says) {
    Resolver resolver(interrupt_, &failed_lookup);
    const Expected<AddressList> found = resolver.resolve({"collector", 80}, patience());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message, "resolving collector: Network is down");
}

TEST_F(ResolverTest, gives_up_at_the_deadline) {
    Resolver resolver(interrupt_, &held_lookup);
    EXPECT_EQ(failure(resolver, soon()), Code::timed_out);
}

TEST_F(ResolverTest, takes_up_the_answer_that_came_late) {
    Resolver resolver(interrupt_, &held_lookup);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(failure(resolver, soon()), Code::timed_out);
    EXPECT_EQ(asked.load(), 1);
    held.store(false);
    EXPECT_TRUE(resolver.resolve({"collector", 9411}, patience()));
    EXPECT_EQ(asked.load(), 1);
    EXPECT_TRUE(resolver.resolve({"collector", 9411}, patience()));
    EXPECT_EQ(asked.load(), 2);  // names move
}

TEST_F(ResolverTest, asks_anew_for_another_name) {
    Resolver resolver(interrupt_, &held_lookup);
    EXPECT_EQ(failure(resolver, soon(), "one"), Code::timed_out);
    held.store(false);
    EXPECT_TRUE(resolver.resolve({"two", 9411}, patience()));
    EXPECT_EQ(asked.load(), 2);
}

TEST_F(ResolverTest, leaves_at_an_interrupt_and_works_on_meanwhile) {
    struct Calls {
        Interrupt* interrupt;
        int count = 0;
    } calls{&interrupt_};
    interrupt_.set_wait_hook(
        {[](void* receiver) noexcept {
             auto* const seen = static_cast<Calls*>(receiver);
             if (++seen->count == 3) seen->interrupt->raise();
         },
         &calls}
    );
    Resolver resolver(interrupt_, &held_lookup);
    EXPECT_EQ(failure(resolver, patience()), Code::cancelled);
    EXPECT_EQ(calls.count, 3);
}

TEST_F(ResolverTest, may_end_while_it_is_still_asking) {
    {
        Resolver resolver(interrupt_, &held_lookup);
        EXPECT_EQ(failure(resolver, soon()), Code::timed_out);
    }
    EXPECT_EQ(ended.load(), 0);
}

}  // namespace
}  // namespace clew::transport

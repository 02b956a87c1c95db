// SPDX-License-Identifier: Apache-2.0
// Goal: across fork() every span is delivered exactly once, by the process that finished it, and
// ids never repeat. Method: children drain their own tracer and answer through a pipe; parent and
// child lists are compared.
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "clew/base/testing/forked_child.h"
#include "clew/tracer/tracer.h"

namespace clew::tracer {

namespace {

using Names = std::multiset<std::string>;

Tracer make(std::size_t ring_bytes = 4096) {
    TracerOptions options;
    options.service_name = "frontend";
    options.limits.ring_bytes_max = ring_bytes;
    return Tracer::create(std::move(options)).value();
}

Names drain(const Tracer& tracer) {
    model::SpanBuilder builder;
    tracer.finished_spans().drain(builder, 1'000'000);
    Names names;
    for (const model::Span span : builder.finish()) names.emplace(span.name());
    return names;
}

// The allocator of gcc's asan, unlike the C library's, is left locked in a child when fork()
// interrupts it. With it, who allocates lets no fork happen meanwhile; without it, nobody cares.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kForkSparesAllocator = false;
#else
constexpr bool kForkSparesAllocator = true;
#endif
std::unique_lock<std::mutex> spared_allocator() {
    static std::mutex allocating;  // one, as the allocator is
    return kForkSparesAllocator ? std::unique_lock<std::mutex>() : std::unique_lock(allocating);
}

pid_t fork_now(bool raw_clone) {
    const auto spared = spared_allocator();
    return raw_clone ? static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)) : fork();
}

// What `body` returns when run in a child, one text a line; "?" when the child did not end well.
Names in_child(const std::function<Names()>& body, bool raw_clone = false) {
    const std::string answer = clew::testing::said_in_child(
        [&] {
            std::string lines;
            for (const std::string& name : body()) lines += name + "\n";
            return lines;
        },
        [&] { return fork_now(raw_clone); }
    );
    if (answer == "?") return {answer};
    Names names;
    for (std::size_t at = 0; at < answer.size();) {
        const std::size_t end = answer.find('\n', at);
        names.insert(answer.substr(at, end - at));
        at = end + 1;
    }
    return names;
}

}  // namespace

TEST(Fork, before_the_first_span_lets_both_processes_record) {
    const Tracer tracer = make();
    const Names child = in_child([&] {
        tracer.new_trace("child").finish();
        return drain(tracer);
    });
    tracer.new_trace("parent").finish();
    EXPECT_EQ(child, (Names{"child"}));
    EXPECT_EQ(drain(tracer), (Names{"parent"}));
}

TEST(Fork, leaves_spans_that_wait_in_the_ring_to_the_parent) {
    for (const bool raw_clone : {false, true}) {
        const Tracer tracer = make();
        tracer.new_trace("before").finish();
        const Names child = in_child(
            [&] {
                if (!drain(tracer).empty()) return Names{"inherited"};
                tracer.new_trace("child").finish();
                return drain(tracer);
            },
            raw_clone
        );
        tracer.new_trace("after").finish();
        EXPECT_EQ(child, (Names{"child"}));
        EXPECT_EQ(drain(tracer), (Names{"before", "after"}));
    }
}

TEST(Fork, leaves_an_open_span_to_the_parent_but_its_context_to_both) {
    const Tracer tracer = make();
    Span open = tracer.new_trace("open");
    const Names child = in_child([&] {
        open.tag("key", "value").annotate("event");
        Span own = tracer.new_child(open.context(), "own");
        if (own.context().parent_id != open.context().span_id) return Names{"lost its parent"};
        own.finish();
        open.finish();
        return drain(tracer);
    });
    open.finish();
    EXPECT_EQ(child, (Names{"own"}));
    EXPECT_EQ(drain(tracer), (Names{"open"}));
}

TEST(Fork, flushes_no_inherited_span_in_the_child) {
    const Tracer tracer = make();
    auto open = std::make_unique<Span>(tracer.new_trace("open"));
    const Names child = in_child([&] {
        open.reset();
        const bool counted = tracer.finished_spans().counts().orphans != 0;
        return counted ? Names{"counted"} : drain(tracer);
    });
    EXPECT_EQ(child, Names{});
    open->finish();
    EXPECT_EQ(drain(tracer), (Names{"open"}));
}

TEST(Fork, gives_the_child_of_a_full_ring_an_empty_one_and_counts_from_zero) {
    const Tracer tracer = make();
    for (int i = 0; i < 1000; ++i) tracer.new_trace("parent").finish();
    const Names child = in_child([&] {
        const FinishedCounts before = tracer.finished_spans().counts();
        if (before.finished != 0 || before.dropped_total() != 0) return Names{"counted"};
        for (int i = 0; i < 10; ++i) tracer.new_trace("child").finish();
        const FinishedCounts after = tracer.finished_spans().counts();
        if (after.finished != 10 || after.dropped_total() != 0) return Names{"dropped"};
        return drain(tracer);
    });
    EXPECT_EQ(child.size(), 10U);
    EXPECT_EQ(child.count("child"), 10U);
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(counts.finished, 1000U);
    EXPECT_EQ(drain(tracer).size() + counts.dropped_total(), 1000U);
}

TEST(Fork, tells_the_hook_again_in_the_child) {
    const Tracer tracer = make();
    std::atomic<int> told{0};
    tracer.finished_spans().set_wake_up(
        {[](void* count, WakeReason reason) noexcept {
             if (reason == WakeReason::first_finish) ++*static_cast<std::atomic<int>*>(count);
         },
         &told}
    );
    tracer.new_trace("parent").finish();
    EXPECT_EQ(told, 1);
    const Names child = in_child([&] {
        tracer.new_trace("child").finish();
        tracer.new_trace("child").finish();
        return Names{std::to_string(told)};
    });
    EXPECT_EQ(child, (Names{"2"}));
    EXPECT_EQ(told, 1);
    tracer.finished_spans().set_wake_up({});
}

TEST(Fork, never_gives_parent_and_children_the_same_ids) {
    const Tracer tracer = make();
    const auto draw = [&] {
        Names ids;
        for (int i = 0; i < 100; ++i) ids.insert(tracer.new_trace("a").context().trace_id.to_hex());
        return ids;
    };
    std::set<std::string> all;
    for (const std::string& id : draw()) all.insert(id);
    for (int child = 0; child < 5; ++child) {
        for (const std::string& id : in_child(draw)) all.insert(id);
    }
    for (const std::string& id : draw()) all.insert(id);
    EXPECT_EQ(all.size(), 700U);
}

TEST(Fork, works_down_a_line_of_children) {
    const Tracer tracer = make();
    tracer.new_trace("parent").finish();
    const Names child = in_child([&] {
        tracer.new_trace("child").finish();
        Names names = in_child([&] {
            tracer.new_trace("grandchild").finish();
            return drain(tracer);
        });
        names.merge(drain(tracer));
        return names;
    });
    EXPECT_EQ(child, (Names{"child", "grandchild"}));
    EXPECT_EQ(drain(tracer), (Names{"parent"}));
}

TEST(Fork, works_while_other_threads_record_and_drain) {
    const Tracer tracer = make(std::size_t{64} * 1024);
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> drained{0};
    std::atomic<int> begun{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            tracer.new_trace("parent").finish();  // allocates, for this thread's later ones too
            ++begun;
            while (!stop) tracer.new_trace("parent").finish();
        });
    }
    while (begun < 2) std::this_thread::yield();
    threads.emplace_back([&] {
        while (!stop) {
            const auto spared = spared_allocator();
            drained += drain(tracer).size();
        }
    });
    std::size_t forked = 0;
    for (; forked < 30; ++forked) {
        const Names child = in_child([&] {
            for (int i = 0; i < 3; ++i) tracer.new_trace("child").finish();
            return drain(tracer);
        });
        if (child != Names{"child", "child", "child"}) break;
    }
    EXPECT_EQ(forked, 30U);
    stop = true;
    for (std::thread& thread : threads) thread.join();
    drained += drain(tracer).size();
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(counts.finished, counts.dropped_total() + drained);
}

}  // namespace clew::tracer

// SPDX-License-Identifier: Apache-2.0
// Goal: every finished span is drained once or counted once, whatever threads do; the reporter is
// woken when it has to be. Method: rings of the smallest size, threads at full speed, hooks that
// count.
#include "clew/tracer/finished_spans.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "clew/tracer/tracer.h"

namespace clew::tracer {

namespace {

Tracer make(std::size_t ring_bytes = 4096, std::size_t rings = 256) {
    TracerOptions options;
    options.service_name = "frontend";
    options.limits.ring_bytes_max = ring_bytes;
    options.limits.rings_max = rings;
    return Tracer::create(std::move(options)).value();
}

std::size_t drain(const Tracer& tracer, std::size_t spans_max = 1'000'000) {
    model::SpanBuilder builder;
    return tracer.finished_spans().drain(builder, spans_max);
}

std::uint64_t dropped(const Tracer& tracer, DropReason reason) {
    return tracer.finished_spans().counts().dropped[static_cast<std::size_t>(reason)];
}

// A hook that counts its calls.
struct Waker {
    std::atomic<int> first{0};
    std::atomic<int> half{0};

    WakeUp hook() {
        return {
            [](void* self, WakeReason reason) noexcept {
                auto* const own = static_cast<Waker*>(self);
                ++(reason == WakeReason::first_finish ? own->first : own->half);
            },
            this};
    }
};

}  // namespace

TEST(FinishedSpans, gives_spans_of_a_thread_in_the_order_of_their_end) {
    const Tracer tracer = make();
    for (int i = 0; i < 5; ++i) tracer.new_trace("span" + std::to_string(i)).finish();
    model::SpanBuilder builder;
    EXPECT_EQ(tracer.finished_spans().drain(builder, 3), 3U);
    EXPECT_EQ(tracer.finished_spans().drain(builder, 3), 2U);
    EXPECT_EQ(tracer.finished_spans().drain(builder, 3), 0U);
    EXPECT_EQ(tracer.finished_spans().drain(builder, 0), 0U);
    const model::SpanBatch batch = builder.finish();
    ASSERT_EQ(batch.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(batch[i].name(), "span" + std::to_string(i));
    }
}

TEST(FinishedSpans, drops_the_newest_and_counts_it_when_the_ring_is_full) {
    const Tracer tracer = make();
    for (int i = 0; i < 1000; ++i) tracer.new_trace("span" + std::to_string(i)).finish();
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(counts.finished, 1000U);
    EXPECT_GT(dropped(tracer, DropReason::ring_full), 900U);
    model::SpanBuilder builder;
    const std::size_t drained = tracer.finished_spans().drain(builder, 1000);
    EXPECT_EQ(drained + counts.dropped_total(), 1000U);
    EXPECT_EQ(builder.finish()[0].name(), "span0");  // the oldest are kept
    tracer.new_trace("after").finish();
    EXPECT_EQ(drain(tracer), 1U);
}

TEST(FinishedSpans, are_told_about_by_the_first_finish_only) {
    const Tracer tracer = make();
    Waker waker;
    tracer.finished_spans().set_wake_up(waker.hook());
    Span open = tracer.new_trace("open");
    EXPECT_EQ(waker.first, 0);
    tracer.new_trace("a").finish();
    EXPECT_EQ(waker.first, 1);
    tracer.new_trace("b").finish();
    open.finish();
    EXPECT_EQ(waker.first, 1);
    tracer.finished_spans().set_wake_up({});
    tracer.new_trace("c").finish();
    Waker next;
    tracer.finished_spans().set_wake_up(next.hook());
    EXPECT_EQ(next.first, 0);
    tracer.new_trace("d").finish();  // tells what finished before, too
    EXPECT_EQ(next.first, 1);
    EXPECT_EQ(waker.first, 1);
    tracer.finished_spans().set_wake_up({});
}

TEST(FinishedSpans, are_told_about_when_a_ring_becomes_half_full) {
    const Tracer tracer = make();
    Waker waker;
    tracer.finished_spans().set_wake_up(waker.hook());
    for (int round = 1; round <= 3; ++round) {
        for (int i = 0; i < 15; ++i) tracer.new_trace("a").finish();
        EXPECT_EQ(waker.half, round - 1);  // 15 spans of 88 bytes are less than half of 4096
        for (int i = 0; i < 20; ++i) tracer.new_trace("a").finish();
        EXPECT_EQ(waker.half, round);  // once, until the reporter has been here
        EXPECT_EQ(drain(tracer), 35U);
    }
    EXPECT_EQ(waker.first, 1);
    tracer.finished_spans().set_wake_up({});
}

TEST(FinishedSpans, are_dropped_and_counted_beyond_the_number_of_rings) {
    const Tracer tracer = make(4096, 1);
    tracer.new_trace("here").finish();
    std::thread([&] { tracer.new_trace("there").finish(); }).join();
    EXPECT_EQ(dropped(tracer, DropReason::rings_max), 1U);
    EXPECT_EQ(tracer.finished_spans().counts().finished, 2U);
    EXPECT_EQ(drain(tracer), 1U);
}

TEST(FinishedSpans, pass_the_ring_of_an_ended_thread_to_the_next_one) {
    const Tracer tracer = make(4096, 1);
    for (int i = 0; i < 20; ++i) {
        std::thread([&] { tracer.new_trace("a").finish(); }).join();
    }
    EXPECT_EQ(dropped(tracer, DropReason::rings_max), 0U);
    EXPECT_EQ(drain(tracer), 20U);  // what the threads left is still there
}

TEST(FinishedSpans, come_also_from_a_thread_that_is_ending) {
    // The span ends in a destructor of the thread's own, after the tracer's per-thread state did.
    struct Late {
        Span span;
        ~Late() { span.finish(); }
    };
    const Tracer tracer = make(4096, 1);
    std::thread([&] {
        static thread_local Late late;  // made before the ring, so destroyed after it
        late.span = tracer.new_trace("late");
        tracer.new_trace("early").finish();
    }).join();
    EXPECT_EQ(drain(tracer), 2U);
    std::thread([&] { tracer.new_trace("next").finish(); }).join();
    EXPECT_EQ(drain(tracer), 1U);
    EXPECT_EQ(tracer.finished_spans().counts().dropped_total(), 0U);
}

TEST(FinishedSpans, of_many_tracers_on_one_thread_stay_apart) {
    std::vector<Tracer> tracers;
    for (int i = 0; i < 10; ++i) tracers.push_back(make());
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < tracers.size(); ++i) {
            for (std::size_t n = 0; n <= i; ++n) tracers[i].new_trace("a").finish();
        }
    }
    for (std::size_t i = 0; i < tracers.size(); ++i) {
        EXPECT_EQ(drain(tracers[i]), 3 * (i + 1));
        EXPECT_EQ(tracers[i].finished_spans().counts().dropped_total(), 0U);
    }
}

TEST(FinishedSpans, have_a_name_for_every_reason) {
    EXPECT_STREQ(drop_reason_name(DropReason::ring_full), "ring_full");
    std::set<std::string> names;
    for (std::size_t i = 0; i <= kDropReasons; ++i) {
        names.insert(drop_reason_name(static_cast<DropReason>(i)));
    }
    EXPECT_EQ(names.size(), kDropReasons + 1);  // the last one is "unknown"
}

// Threads record as fast as they can while one drains: every span once or counted, each whole.
void record_from_threads(std::size_t threads, int spans, std::size_t ring_bytes) {
    const Tracer tracer = make(ring_bytes);
    Waker waker;
    tracer.finished_spans().set_wake_up(waker.hook());
    std::atomic<std::size_t> running{threads};
    std::vector<std::thread> recorders;
    for (std::size_t t = 0; t < threads; ++t) {
        recorders.emplace_back([&] {
            for (int i = 0; i < spans; ++i) {
                Span span = tracer.new_trace("a");
                const std::string id = span.context().trace_id.to_hex();
                span.tag("id", id).annotate(id).finish();
            }
            --running;
        });
    }
    std::set<std::uint64_t> ids;
    std::size_t drained = 0;
    std::size_t wrong = 0;
    for (bool last = false;;) {
        model::SpanBuilder builder;
        const std::size_t taken = tracer.finished_spans().drain(builder, 100);
        for (const model::Span span : builder.finish()) {
            ids.insert(span.trace_id().low);
            const std::string id = span.trace_id().to_hex();
            if (span.find_tag("id")->text() != id || span.annotations()[0].value != id) ++wrong;
        }
        drained += taken;
        const FinishedCounts counts = tracer.finished_spans().counts();
        EXPECT_LE(counts.drained + counts.dropped_total(), counts.finished);
        if (taken == 0 && last) break;
        last = taken == 0 && running == 0;
    }
    for (std::thread& recorder : recorders) recorder.join();
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(ids.size(), drained);
    EXPECT_EQ(counts.drained, drained);
    EXPECT_EQ(counts.finished, threads * static_cast<std::size_t>(spans));
    EXPECT_EQ(counts.drained + counts.dropped_total(), counts.finished);
    EXPECT_EQ(waker.first, 1);
    tracer.finished_spans().set_wake_up({});
}

TEST(FinishedSpans, are_drained_or_counted_exactly_once_under_load) {
    record_from_threads(4, 5000, std::size_t{64} * 1024);
}

TEST(FinishedSpans, are_drained_or_counted_exactly_once_when_rings_overflow) {
    record_from_threads(8, 2000, 4096);
}

TEST(FinishedSpans, survive_a_hook_that_comes_and_goes) {
    const Tracer tracer = make(4096);
    std::atomic<bool> stop{false};
    std::vector<std::thread> recorders;
    for (int t = 0; t < 3; ++t) {
        recorders.emplace_back([&] {
            while (!stop) tracer.new_trace("a").finish();
        });
    }
    int told = 0;
    for (int i = 0; i < 30; ++i) {
        auto waker = std::make_unique<Waker>();
        tracer.finished_spans().set_wake_up(waker->hook());
        while (waker->first == 0) drain(tracer);
        told += waker->first;
        tracer.finished_spans().set_wake_up({});
        waker.reset();  // nobody calls it any more
    }
    stop = true;
    for (std::thread& recorder : recorders) recorder.join();
    EXPECT_EQ(told, 30);
}

TEST(FinishedSpans, survive_the_end_of_the_tracer_while_threads_finish) {
    for (int round = 0; round < 20; ++round) {
        Tracer tracer = make(4096);
        FinishedSpans finished = tracer.finished_spans();
        std::vector<std::thread> recorders;
        std::atomic<int> begun{0};
        for (int t = 0; t < 3; ++t) {
            recorders.emplace_back([&begun, &tracer] {
                std::vector<Span> spans;
                for (int i = 0; i < 300; ++i) spans.push_back(tracer.new_trace("a"));
                ++begun;
                for (Span& span : spans) span.finish();
            });
        }
        while (begun != 3) drain(tracer);
        tracer = Tracer();
        for (std::thread& recorder : recorders) recorder.join();
        EXPECT_EQ(finished.counts().finished, 900U);
        model::SpanBuilder builder;
        EXPECT_EQ(finished.drain(builder, 1000), 0U);
    }
}

}  // namespace clew::tracer

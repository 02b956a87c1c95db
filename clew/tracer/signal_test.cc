// SPDX-License-Identifier: Apache-2.0
// Goal: a signal handler that records spans costs its own spans at most, each counted.
// Method: spans inside of what a handler may interrupt; then a storm of signals on a thread that
// records, with a reader that checks every record it drains.
#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include <pthread.h>

#include <gtest/gtest.h>

#include "clew/model/span_builder.h"
#include "clew/tracer/internal/thread_state.h"
#include "clew/tracer/tracer.h"

namespace clew::tracer {
namespace {

Tracer make() {
    TracerOptions options;
    options.service_name = "signals";
    return *Tracer::create(std::move(options));
}

std::uint64_t in_signal(const Tracer& tracer) {
    const FinishedCounts counts = tracer.finished_spans().counts();
    return counts.dropped[static_cast<std::size_t>(DropReason::in_signal)];
}

const Tracer* traced_by_handler = nullptr;

void record_in_handler(int) {
    Span span = traced_by_handler->new_trace("handler");
    span.tag("key", "value");
    span.finish();
}

TEST(Signal, counts_spans_of_a_handler_that_interrupts_the_tracer) {
    const Tracer tracer = make();
    Span open = tracer.new_trace("open");
    {
        const internal::Entered entered(internal::thread_state);
        Span begun = tracer.new_trace("begun");
        EXPECT_FALSE(begun.is_recording());
        EXPECT_TRUE(begun.context().has_ids());
        begun.finish();
        open.finish();
    }
    EXPECT_EQ(in_signal(tracer), 2U);
    Span after = tracer.new_trace("after");
    EXPECT_TRUE(after.is_recording());
    after.finish();
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(counts.finished, 3U);
    EXPECT_EQ(counts.dropped_total(), 2U);
}

TEST(Signal, leaves_every_record_whole_in_a_storm_of_signals) {
    const Tracer tracer = make();
    traced_by_handler = &tracer;
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = record_in_handler;
    ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
    // Both have their blocks and rings before the first signal comes.
    record_in_handler(0);
    std::atomic<bool> is_done{false};
    const pthread_t recording = pthread_self();
    std::thread sender([&] {
        while (!is_done.load()) pthread_kill(recording, SIGUSR1);
    });
    std::uint64_t drained = 0;
    FinishedSpans finished = tracer.finished_spans();
    std::thread reader([&] {
        while (!is_done.load()) {
            model::SpanBuilder spans;
            drained += finished.drain(spans, 1000);
            for (const model::Span span : spans.finish()) {
                ASSERT_TRUE(span.name() == "handler" || span.name() == "work");
                ASSERT_EQ(span.tags().size(), 1U);
            }
        }
    });
    for (int i = 0; i < 20'000; ++i) {
        Span span = tracer.new_trace("work");
        span.tag("key", "value");
        span.finish();
    }
    is_done.store(true);
    sender.join();
    reader.join();
    ASSERT_EQ(sigaction(SIGUSR1, &before, nullptr), 0);
    model::SpanBuilder rest;
    while (const std::size_t more = finished.drain(rest, 100'000)) drained += more;
    const FinishedCounts counts = finished.counts();
    EXPECT_GT(counts.finished, 20'000U);
    EXPECT_EQ(counts.finished, drained + counts.dropped_total());
}

}  // namespace
}  // namespace clew::tracer

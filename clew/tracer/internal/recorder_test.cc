// SPDX-License-Identifier: Apache-2.0
// Goal: a recorder counts what it cannot keep, and starts over in another generation once. Method:
// blocks are delivered by hand, to recorders with limits that no application may set.
#include "clew/tracer/internal/recorder.h"

#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"

namespace clew::tracer::internal {

namespace {

constexpr propagation::TraceContext kContext{
    {0, 1}, {2}, {}, propagation::Sampling::sampled, false, false, 1};

Recorder* make(std::size_t ring_bytes) {
    TracerOptions options;
    options.limits.ring_bytes_max = ring_bytes;
    return Recorder::create(std::move(options));
}

void deliver_one(Recorder& recorder) {
    SpanBlock* const block = SpanBlock::take(SIZE_MAX);
    block->recorder = &recorder;
    block->generation = fork_generation();
    block->kind = model::Kind::none;
    block->start = recorder.ticks();
    recorder.deliver(kContext, *block, recorder.ticks());
    SpanBlock::give_back(block);
}

std::uint64_t dropped(Recorder& recorder, DropReason reason) {
    return recorder.counts().dropped[static_cast<std::size_t>(reason)];
}

}  // namespace

TEST(Recorder, counts_spans_for_which_there_is_no_memory) {
    Recorder* const recorder = make(std::size_t{1} << 60);
    deliver_one(*recorder);
    deliver_one(*recorder);
    EXPECT_EQ(dropped(*recorder, DropReason::no_memory), 2U);
    EXPECT_EQ(recorder->counts().finished, 2U);
    recorder->close();
}

TEST(Recorder, counts_spans_that_come_after_its_end) {
    Recorder* const recorder = make(4096);
    deliver_one(*recorder);
    recorder->close();
    deliver_one(*recorder);
    std::thread([&] { deliver_one(*recorder); }).join();
    EXPECT_EQ(dropped(*recorder, DropReason::closed), 2U);
    EXPECT_EQ(recorder->counts().finished, 3U);
    model::SpanBuilder builder;
    EXPECT_EQ(recorder->drain(builder, 10), 0U);
    recorder->close();  // again: nothing happens
}

TEST(Recorder, serves_rings_in_turn_when_little_is_taken_at_a_time) {
    Recorder* const recorder = make(4096);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 4; ++i) deliver_one(*recorder);
        });
    }
    for (std::thread& thread : threads) thread.join();
    model::SpanBuilder builder;
    std::size_t taken = 0;
    for (int round = 0; round < 12; ++round) taken += recorder->drain(builder, 1);
    EXPECT_EQ(taken, 12U);
    EXPECT_EQ(recorder->drain(builder, 1), 0U);
    recorder->close();
}

TEST(Recorder, moves_the_anchor_of_time_while_spans_are_drained) {
    static testing::FakeClock clock;
    TracerOptions options;
    options.clock = &clock;
    Recorder* const recorder = Recorder::create(std::move(options));
    EXPECT_EQ(recorder->time_anchor(), 1U);
    model::SpanBuilder builder;
    recorder->drain(builder, 10);
    EXPECT_EQ(recorder->time_anchor(), 1U);
    clock.advance(Microseconds(2'000'000));
    recorder->drain(builder, 10);
    EXPECT_EQ(recorder->time_anchor(), 2U);
    recorder->close();
}

}  // namespace clew::tracer::internal

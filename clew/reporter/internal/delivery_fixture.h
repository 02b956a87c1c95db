// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of a delivery stand on: a real tracer, a scripted sender, a clock that stands
// still; rounds are run by hand.
//
// Threads: one.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"
#include "clew/codec/json_v2/json_v2_encoder.h"
#include "clew/reporter/internal/delivery.h"
#include "clew/tracer/tracer.h"
#include "clew/transport/testing/scripted_sender.h"

namespace clew::reporter::internal {

class DeliveryTest : public ::testing::Test {
protected:
    DeliveryTest() : tracer_(*tracer::Tracer::create({})) { start({}); }

    void start(const ReporterOptions& options) {
        auto sender = std::make_unique<transport::testing::ScriptedSender>();
        sender_ = sender.get();
        delivery_ = std::make_unique<Delivery>(
            Delivery::Parts{
                tracer_.finished_spans(),
                std::make_unique<codec::JsonV2Encoder>(),
                std::move(sender),
                news_},
            options,
            clock_,
            1
        );
    }
    void finish_spans(int count, std::size_t tag_bytes = 10) {
        for (int i = 0; i < count; ++i) {
            tracer::Span span = tracer_.new_trace("work");
            span.tag("text", std::string(tag_bytes, 'x'));
            span.finish();
        }
    }
    ReporterCounts counts() const {
        ReporterCounts counts;
        delivery_->add_counts(counts);
        counts.tracer = tracer_.finished_spans().counts();
        return counts;
    }
    std::uint64_t dropped(DropReason reason) const {
        return counts().dropped[static_cast<std::size_t>(reason)];
    }
    void expect_balance() const {
        const ReporterCounts now = counts();
        EXPECT_EQ(now.tracer.drained, now.tracer.finished - now.tracer.dropped_total());
        EXPECT_EQ(now.finished(), now.sent + now.dropped_total() + now.queue_spans);
    }
    std::size_t attempts() const { return sender_->messages.size(); }

    std::shared_ptr<std::atomic<std::uint32_t>> news_ =
        std::make_shared<std::atomic<std::uint32_t>>(0);
    clew::testing::FakeClock clock_;
    tracer::Tracer tracer_;
    transport::testing::ScriptedSender* sender_ = nullptr;
    std::unique_ptr<Delivery> delivery_;
};

}  // namespace clew::reporter::internal

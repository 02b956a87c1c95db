// SPDX-License-Identifier: Apache-2.0
// Goal: a loss is told once, with its reason and its sum. Method: counts that the test makes up.
#include "clew/reporter/internal/loss_notice.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace clew::reporter::internal {

namespace {

using Tags = std::map<std::string, std::string>;

class LossNoticeTest : public ::testing::Test {
protected:
    // What the notice adds to a span that has one tag already.
    Tags told() {
        model::SpanBuilder spans;
        spans.start_span();
        spans.add_tag("own", model::Value("kept"));
        notice_.add_to(spans, counts_);
        Tags tags;
        const model::SpanBatch batch = spans.finish();
        for (const model::Tag& tag : batch[0].tags())
            tags.emplace(tag.key, std::string(tag.value.text()));
        EXPECT_EQ(tags.erase("own"), 1U);
        return tags;
    }
    std::uint64_t& dropped(DropReason reason) {
        return counts_.dropped[static_cast<std::size_t>(reason)];
    }
    std::uint64_t& dropped(tracer::DropReason reason) {
        return counts_.tracer.dropped[static_cast<std::size_t>(reason)];
    }

    ReporterCounts counts_;
    LossNotice notice_;
};

}  // namespace

TEST_F(LossNoticeTest, says_nothing_when_nothing_was_lost) { EXPECT_EQ(told(), Tags{}); }

TEST_F(LossNoticeTest, tells_each_reason_once_with_its_sum) {
    dropped(DropReason::queue_full) = 12;
    dropped(tracer::DropReason::ring_full) = 3;
    EXPECT_EQ(told(), (Tags{{"clew.dropped.queue_full", "12"}, {"clew.dropped.ring_full", "3"}}));
    EXPECT_EQ(told(), Tags{});
    dropped(DropReason::queue_full) = 14;
    EXPECT_EQ(told(), (Tags{{"clew.dropped.queue_full", "14"}}));
}

TEST_F(LossNoticeTest, adds_up_the_reason_that_tracer_and_reporter_share) {
    dropped(DropReason::no_memory) = 2;
    dropped(tracer::DropReason::no_memory) = 5;
    EXPECT_EQ(told(), (Tags{{"clew.dropped.no_memory", "7"}}));
    EXPECT_EQ(told(), Tags{});
}

}  // namespace clew::reporter::internal

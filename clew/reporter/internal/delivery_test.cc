// SPDX-License-Identifier: Apache-2.0
// Goal: what follows from every outcome of a message, within bounds, with counts that add up.
// Method: a real tracer, a scripted sender, a clock that stands still; rounds run by hand.
#include "clew/reporter/internal/delivery.h"

#include <gtest/gtest.h>

#include "clew/reporter/internal/delivery_fixture.h"

namespace clew::reporter::internal {
namespace {

using std::chrono::milliseconds;
using transport::Outcome;

TEST_F(DeliveryTest, sends_what_has_finished_in_one_message) {
    finish_spans(300);
    delivery_->round();
    ASSERT_EQ(attempts(), 1U);
    EXPECT_EQ(sender_->messages[0].size(), 300U);
    EXPECT_TRUE(sender_->messages[0][0].starts_with("{\"traceId\":\""));
    EXPECT_EQ(counts().sent, 300U);
    EXPECT_EQ(counts().messages_sent, 1U);
    expect_balance();
}

TEST_F(DeliveryTest, sends_nothing_when_nothing_has_finished) {
    delivery_->round();
    EXPECT_EQ(attempts(), 0U);
}

TEST_F(DeliveryTest, cuts_messages_at_the_senders_bounds) {
    sender_->set_bounds({1U << 20U, 40});
    finish_spans(100);
    delivery_->round();
    ASSERT_EQ(attempts(), 3U);
    EXPECT_EQ(sender_->messages[2].size(), 20U);
    EXPECT_EQ(counts().sent, 100U);
}

TEST_F(DeliveryTest, keeps_what_was_not_sent_and_tries_again_after_a_pause) {
    sender_->answer(Outcome::not_sent);
    finish_spans(3);
    delivery_->round();
    EXPECT_EQ(counts().messages_failed, 1U);
    EXPECT_EQ(counts().queue_spans, 3U);
    EXPECT_EQ(delivery_->last_error(), "not_sent");
    expect_balance();
    delivery_->round();
    EXPECT_EQ(attempts(), 1U);  // still pausing
    clock_.advance(milliseconds(100));
    delivery_->round();
    EXPECT_EQ(attempts(), 2U);
    EXPECT_EQ(counts().sent, 3U);
    expect_balance();
}

TEST_F(DeliveryTest, pauses_longer_from_failure_to_failure) {
    finish_spans(1);
    for (int i = 0; i < 5; ++i) sender_->answer(Outcome::not_sent);
    for (const int pause : {0, 100, 200, 400, 800}) {
        clock_.advance(milliseconds(pause));
        delivery_->round();
    }
    EXPECT_EQ(attempts(), 5U);
    clock_.advance(milliseconds(799));  // the next pause is 800 to 1600 ms
    delivery_->round();
    EXPECT_EQ(attempts(), 5U);
}

TEST_F(DeliveryTest, waits_as_long_as_the_collector_asks) {
    sender_->answer(Outcome::try_later, milliseconds(7'000));
    finish_spans(3);
    delivery_->round();
    clock_.advance(milliseconds(6'999));
    delivery_->ask_flush();  // does not overrule the collector
    delivery_->round();
    EXPECT_EQ(attempts(), 1U);
    clock_.advance(milliseconds(101));  // and up to a backoff more, which others draw differently
    delivery_->round();
    EXPECT_EQ(counts().sent, 3U);
    expect_balance();
}

TEST_F(DeliveryTest, ends_its_own_pause_when_a_flush_is_asked_for) {
    sender_->answer(Outcome::not_sent);
    finish_spans(3);
    delivery_->round();
    const std::uint64_t ticket = delivery_->ask_flush();
    EXPECT_FALSE(delivery_->wait_until_flushed(ticket, milliseconds(0)));
    delivery_->round();
    EXPECT_EQ(counts().sent, 3U);
    EXPECT_TRUE(delivery_->wait_until_flushed(ticket, milliseconds(0)));
}

TEST_F(DeliveryTest, drops_what_is_refused_and_goes_on_at_once) {
    sender_->set_bounds({1U << 20U, 2});
    sender_->answer(Outcome::refused);
    finish_spans(3);
    delivery_->round();
    EXPECT_EQ(dropped(DropReason::refused), 2U);
    EXPECT_EQ(counts().sent, 1U);
    expect_balance();
}

TEST_F(DeliveryTest, has_news_after_failures_the_end_of_failures_and_losses_alone) {
    const auto round_with = [this](int spans) {
        finish_spans(spans);
        clock_.advance(milliseconds(200));
        delivery_->round();
        return news_->load();
    };
    EXPECT_EQ(round_with(1), 0U);
    sender_->answer(Outcome::not_sent);
    EXPECT_EQ(round_with(1), 1U);
    EXPECT_EQ(counts().failures_in_row, 1U);
    EXPECT_EQ(round_with(0), 2U);  // works again
    EXPECT_EQ(counts().failures_in_row, 0U);
    EXPECT_EQ(round_with(1), 2U);
    sender_->answer(Outcome::refused);
    EXPECT_EQ(round_with(1), 3U);
    EXPECT_EQ(round_with(1), 4U);
    ReporterOptions small;
    small.queue_bytes_max = 64U << 10U;
    start(small);
    const std::uint32_t before = news_->load();
    finish_spans(300, 1'000);
    EXPECT_EQ(round_with(0), before + 1);  // sent what there was room for
    EXPECT_GT(dropped(DropReason::queue_full), 0U);
    EXPECT_EQ(round_with(1), before + 1);
}

TEST_F(DeliveryTest, tells_the_collector_of_losses_with_the_next_span) {
    sender_->answer(Outcome::refused);
    finish_spans(2);
    delivery_->round();
    finish_spans(1);
    delivery_->round();
    finish_spans(1);
    delivery_->round();
    ASSERT_EQ(sender_->messages.size(), 3U);
    EXPECT_NE(sender_->messages[1][0].find("\"clew.dropped.refused\":\"2\""), std::string::npos);
    EXPECT_EQ(sender_->messages[2][0].find("clew.dropped"), std::string::npos);
}

TEST_F(DeliveryTest, never_repeats_what_was_not_answered) {
    sender_->answer(Outcome::unanswered);
    finish_spans(3);
    delivery_->round();
    EXPECT_EQ(dropped(DropReason::unanswered), 3U);
    finish_spans(1);
    delivery_->round();
    EXPECT_EQ(attempts(), 1U);  // it pauses
    clock_.advance(milliseconds(100));
    delivery_->round();
    ASSERT_EQ(attempts(), 2U);
    EXPECT_EQ(sender_->messages[1].size(), 1U);
    expect_balance();
}

TEST_F(DeliveryTest, drops_a_span_that_no_message_can_hold) {
    sender_->set_bounds({1'000, 100});
    finish_spans(1, 2'000);
    finish_spans(1, 10);
    delivery_->round();
    EXPECT_EQ(dropped(DropReason::too_large), 1U);
    EXPECT_EQ(counts().sent, 1U);
    expect_balance();
}

TEST_F(DeliveryTest, holds_no_more_than_its_bound_while_the_collector_is_away) {
    ReporterOptions options;
    options.queue_bytes_max = 64 * 1024;
    start(options);
    constexpr std::size_t kSpanBytes = 2'000;
    for (int i = 0; i < 100; ++i) sender_->answer(Outcome::not_sent);
    for (int i = 0; i < 20; ++i) {
        finish_spans(20, kSpanBytes);
        delivery_->round();
        EXPECT_LE(counts().queue_bytes, options.queue_bytes_max + 2 * kSpanBytes);
        expect_balance();
    }
    EXPECT_GT(dropped(DropReason::queue_full), 100U);
    EXPECT_GT(counts().queue_spans, 10U);
    sender_->script.clear();
    delivery_->ask_flush();
    delivery_->round();
    EXPECT_EQ(counts().queue_spans, 0U);
    EXPECT_EQ(counts().queue_bytes, 0U);
    expect_balance();
}

TEST_F(DeliveryTest, empties_the_rings_while_the_sender_waits) {
    sender_->set_bounds({1U << 20U, 10});
    finish_spans(10);
    sender_->while_sending = [this] {
        sender_->while_sending = nullptr;
        finish_spans(500);
    };
    sender_->answer(Outcome::not_sent);
    delivery_->round();
    EXPECT_EQ(attempts(), 1U);
    EXPECT_EQ(counts().queue_spans, 510U);
    expect_balance();
}

TEST_F(DeliveryTest, lets_what_comes_while_it_sends_wait_for_company) {
    sender_->while_sending = [this] { finish_spans(3); };
    finish_spans(10);
    EXPECT_EQ(delivery_->round(), milliseconds(500));
    EXPECT_EQ(attempts(), 1U);
    EXPECT_EQ(counts().sent, 10U);
    EXPECT_EQ(counts().queue_spans, 3U);
    const std::uint64_t ticket = delivery_->ask_flush();  // in the middle of steady traffic
    delivery_->round();
    EXPECT_TRUE(delivery_->wait_until_flushed(ticket, milliseconds(0)));
    EXPECT_EQ(attempts(), 2U);
    sender_->set_bounds({1U << 20U, 3});
    int times = 0;
    sender_->while_sending = [&] {
        if (++times < 5) finish_spans(3);  // a whole message each time
    };
    delivery_->round();
    EXPECT_EQ(counts().queue_spans, 0U);
    expect_balance();
}

TEST_F(DeliveryTest, flushes_what_had_finished_not_what_comes_later) {
    sender_->set_bounds({1U << 20U, 10});
    finish_spans(10);
    const std::uint64_t ticket = delivery_->ask_flush();
    sender_->while_sending = [this] { finish_spans(1); };
    sender_->answer(Outcome::accepted);
    sender_->script.front().reason.clear();
    sender_->answer(Outcome::not_sent);
    delivery_->round();
    EXPECT_TRUE(delivery_->wait_until_flushed(ticket, milliseconds(0)));
    EXPECT_EQ(counts().sent, 10U);
}

TEST_F(DeliveryTest, flushes_more_than_one_round_takes) {
    tracer::TracerOptions roomy;
    roomy.limits.ring_bytes_max = std::size_t{1} << 22;
    tracer_ = *tracer::Tracer::create(std::move(roomy));
    start({});
    finish_spans(20'000, 1);
    const std::uint64_t ticket = delivery_->ask_flush();
    const auto is_flushed = [&] { return delivery_->wait_until_flushed(ticket, milliseconds(0)); };
    for (int i = 0; i < 10 && !is_flushed(); ++i) delivery_->round();
    EXPECT_TRUE(is_flushed());
    EXPECT_EQ(counts().sent, 20'000U);
    expect_balance();
}

TEST_F(DeliveryTest, sends_nothing_more_once_it_is_stopped) {
    finish_spans(3);
    delivery_->stop_sending();
    delivery_->round();
    EXPECT_EQ(attempts(), 0U);
    EXPECT_EQ(counts().queue_spans, 3U);
}

TEST_F(DeliveryTest, comes_again_after_the_interval_or_its_pause) {
    EXPECT_EQ(delivery_->round(), milliseconds(500));
    finish_spans(1);
    sender_->answer(Outcome::not_sent);
    EXPECT_LE(delivery_->round(), milliseconds(100));
    EXPECT_GE(delivery_->round(), milliseconds(1));
}

}  // namespace
}  // namespace clew::reporter::internal

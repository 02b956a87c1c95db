// SPDX-License-Identifier: Apache-2.0
// Goal: a collector in trouble is asked ever less often, a retry is the exception, and an
// application that ends does not wait for what cannot come. Method: the fixture's still clock,
// moved by hand.
#include <gtest/gtest.h>

#include "clew/reporter/internal/delivery_fixture.h"

namespace clew::reporter::internal {
namespace {

using std::chrono::milliseconds;
using transport::BreakerState;
using transport::Outcome;

constexpr milliseconds kBreakerPause{10'000};

class DeliveryPacing : public DeliveryTest {
protected:
    // So many attempts that fail, as soon as each is allowed.
    void fail(int attempts_wanted, Outcome outcome = Outcome::not_sent) {
        const std::size_t before = attempts();
        for (int i = 0; i < attempts_wanted; ++i) sender_->answer(outcome);
        for (int rounds = 0; attempts() < before + static_cast<std::size_t>(attempts_wanted);
             ++rounds) {
            ASSERT_LT(rounds, 1'000);
            const ReporterCounts now = counts();
            const bool is_all_settled = now.finished() == now.sent + now.dropped_total();
            if (is_all_settled) finish_spans(1);
            delivery_->round();
            if (counts().breaker == BreakerState::open) break;
            clock_.advance(milliseconds(100));
        }
    }
    bool close(milliseconds time) {
        delivery_->begin_close(time);
        ticket_ = delivery_->ask_flush();
        delivery_->round();
        return delivery_->wait_until_flushed(ticket_, milliseconds(0));
    }
    // Whether waiting for the close's flush ends at once, though nothing is settled.
    bool has_given_up() {
        const auto begin = std::chrono::steady_clock::now();
        const bool flushed = delivery_->wait_until_flushed(ticket_, milliseconds(60'000));
        return !flushed && std::chrono::steady_clock::now() - begin < milliseconds(30'000);
    }

    std::uint64_t ticket_ = 0;
};

TEST_F(DeliveryPacing, leaves_a_collector_alone_after_five_failures_in_a_row) {
    finish_spans(3);
    fail(5);
    EXPECT_EQ(attempts(), 5U);
    EXPECT_EQ(counts().breaker, BreakerState::open);
    EXPECT_EQ(counts().breaker_openings, 1U);
    for (int i = 0; i < 49; ++i) {
        clock_.advance(milliseconds(100));
        finish_spans(1);
        delivery_->round();
    }
    EXPECT_EQ(attempts(), 5U);
    EXPECT_EQ(counts().queue_spans, 52U);  // collected all the while
    expect_balance();
}

TEST_F(DeliveryPacing, sends_one_small_probe_after_the_pause_and_all_the_rest_after_it) {
    finish_spans(1);
    fail(5);
    finish_spans(250);
    clock_.advance(kBreakerPause);
    std::vector<BreakerState> seen;
    sender_->while_sending = [&] { seen.push_back(counts().breaker); };
    delivery_->round();
    sender_->while_sending = nullptr;
    EXPECT_EQ(seen, (std::vector{BreakerState::half_open, BreakerState::closed}));
    ASSERT_EQ(attempts(), 7U);
    EXPECT_EQ(sender_->messages[5].size(), 100U);
    EXPECT_EQ(sender_->messages[6].size(), 151U);
    EXPECT_EQ(counts().breaker, BreakerState::closed);
    EXPECT_EQ(counts().sent, 251U);
    expect_balance();
}

TEST_F(DeliveryPacing, waits_again_after_a_probe_that_failed) {
    finish_spans(1);
    fail(5);
    sender_->answer(Outcome::not_sent);
    clock_.advance(kBreakerPause);
    delivery_->round();
    EXPECT_EQ(attempts(), 6U);
    EXPECT_EQ(counts().breaker, BreakerState::open);
    clock_.advance(kBreakerPause / 2 - milliseconds(1));
    delivery_->round();
    EXPECT_EQ(attempts(), 6U);
    clock_.advance(kBreakerPause);
    delivery_->round();
    EXPECT_EQ(counts().sent, 1U);
    expect_balance();
}

TEST_F(DeliveryPacing, opens_the_breaker_for_refusals_too) {
    sender_->set_bounds({1U << 20U, 10});
    for (int i = 0; i < 5; ++i) sender_->answer(Outcome::refused);
    finish_spans(100);
    delivery_->round();
    EXPECT_EQ(attempts(), 5U);
    EXPECT_EQ(counts().breaker, BreakerState::open);
    EXPECT_EQ(dropped(DropReason::refused), 50U);
    EXPECT_EQ(counts().queue_spans, 50U);
    expect_balance();
}

TEST_F(DeliveryPacing, loses_no_more_than_a_probe_to_a_collector_that_never_answers) {
    sender_->set_bounds({1U << 20U, 1'000});
    fail(5, Outcome::unanswered);
    ASSERT_EQ(counts().breaker, BreakerState::open);
    const std::uint64_t before = dropped(DropReason::unanswered);
    finish_spans(500);
    sender_->answer(Outcome::unanswered);
    clock_.advance(kBreakerPause);
    delivery_->round();
    EXPECT_EQ(dropped(DropReason::unanswered), before + 100);
    expect_balance();
}

TEST_F(DeliveryPacing, counts_what_it_sends_again) {
    finish_spans(1);
    fail(2);
    clock_.advance(milliseconds(1'000));
    delivery_->round();
    EXPECT_EQ(counts().retries, 2U);
    EXPECT_EQ(counts().messages_failed, 2U);
    EXPECT_EQ(counts().messages_sent, 1U);
}

TEST_F(DeliveryPacing, sends_again_a_fifth_of_what_it_sends_at_first) {
    constexpr int kMessages = 1'000;
    for (int i = 0; i < kMessages; ++i) {
        // Each first attempt fails, each second one succeeds.
        if (counts().queue_spans == 0) sender_->answer(Outcome::not_sent);
        finish_spans(1);
        delivery_->round();
        clock_.advance(milliseconds(100));
        delivery_->round();
    }
    const double seconds = kMessages * 0.1;
    const double firsts = static_cast<double>(attempts()) - static_cast<double>(counts().retries);
    EXPECT_LE(static_cast<double>(counts().retries), firsts * 0.2 + seconds / 10 + 10 + 1);
    EXPECT_GE(counts().retries, 10U);
    expect_balance();
}

TEST_F(DeliveryPacing, is_not_hurried_by_an_application_that_flushes_all_the_time) {
    finish_spans(1);
    fail(5);
    for (int i = 0; i < 1'000; ++i) {
        sender_->answer(Outcome::not_sent);
        delivery_->ask_flush();
        delivery_->round();
    }
    EXPECT_LE(attempts(), 5U + 10U);
    EXPECT_GT(attempts(), 5U);
}

TEST_F(DeliveryPacing, gives_a_close_up_when_nobody_listens) {
    finish_spans(3);
    for (int i = 0; i < 10; ++i) sender_->answer(Outcome::not_sent);
    EXPECT_FALSE(close(milliseconds(60'000)));
    EXPECT_EQ(attempts(), 1U);  // one more may help
    clock_.advance(milliseconds(100));
    delivery_->round();
    EXPECT_EQ(attempts(), 2U);
    EXPECT_TRUE(has_given_up());
}

TEST_F(DeliveryPacing, gives_a_close_up_when_the_collector_wants_to_be_left_alone_until_then) {
    finish_spans(3);
    sender_->answer(Outcome::try_later, milliseconds(7'000));
    EXPECT_FALSE(close(milliseconds(5'000)));
    EXPECT_EQ(attempts(), 1U);
    EXPECT_TRUE(has_given_up());
}

TEST_F(DeliveryPacing, waits_at_a_close_for_what_the_collector_takes_in_time) {
    finish_spans(3);
    sender_->answer(Outcome::try_later, milliseconds(2'000));
    EXPECT_FALSE(close(milliseconds(5'000)));
    clock_.advance(milliseconds(2'100));
    delivery_->round();
    EXPECT_TRUE(delivery_->wait_until_flushed(ticket_, milliseconds(0)));
    EXPECT_EQ(counts().sent, 3U);
}

TEST_F(DeliveryPacing, probes_once_at_a_close_while_the_breaker_is_open) {
    finish_spans(3);
    fail(5);
    sender_->answer(Outcome::not_sent);
    EXPECT_FALSE(close(milliseconds(1'000)));
    EXPECT_EQ(attempts(), 6U);
    EXPECT_TRUE(has_given_up());
}

TEST_F(DeliveryPacing, counts_bytes_before_and_after_compression) {
    finish_spans(1);
    transport::SendResult result{Outcome::accepted, {}, {}};
    result.message_bytes = 700;
    result.written_bytes = 100;
    result.compression_was_refused = true;
    sender_->script.push_back(result);
    delivery_->round();
    EXPECT_EQ(counts().message_bytes, 700U);
    EXPECT_EQ(counts().written_bytes, 100U);
    EXPECT_EQ(counts().compression_refused, 1U);
}

}  // namespace
}  // namespace clew::reporter::internal

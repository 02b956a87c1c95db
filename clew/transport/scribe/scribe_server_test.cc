// SPDX-License-Identifier: Apache-2.0
// Goal: every point of the scribe protocol holds on a real connection. Method: real sockets, raw
// bytes; limits are in scribe_server_limits_test.
#include "clew/transport/scribe/scribe_server.h"

#include <algorithm>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/becomes_true.h"
#include "clew/transport/scribe/internal/scribe_server_harness.h"
#include "clew/transport/testing/raw_client.h"

namespace clew::transport {
namespace {

using clew::testing::becomes_true;

using std::string_literals::operator""s;
using testing::RawClient;

class ScribeServerTest : public ::testing::Test, protected ScribeServerHarness {
protected:
    RawClient connect() const { return RawClient(port()); }

    static void accept(const LogRequest&, LogResponder responder) { responder.send(LogResult::ok); }

    // What the server says to these bytes, as many as are expected.
    std::string answer(std::string_view bytes, std::string_view expected) {
        RawClient client = connect();
        EXPECT_TRUE(client.send(bytes));
        return client.read(expected.size());
    }
};

TEST_F(ScribeServerTest, answers_the_old_form_in_the_old_form) {
    ASSERT_TRUE(open(accept));
    const std::string expected = "\0\0\0\x14\0\0\0\3Log\2\0\0\0\0\x08\0\0\0\0\0\0\0"s;
    EXPECT_EQ(answer(log("bWVzc2FnZQ=="), expected), expected);
}

TEST_F(ScribeServerTest, answers_the_strict_form_with_the_golden_reply) {
    ASSERT_TRUE(open(accept));
    const std::string expected =
        "\x00\x00\x00\x17\x80\x01\x00\x02\x00\x00\x00\x03\x4c\x6f\x67\x00\x00\x00\x00\x08\x00\x00"
        "\x00\x00\x00\x00\x00"s;
    EXPECT_EQ(answer(strict_call("Log", entries({entry("zipkin", "x")})), expected), expected);
}

TEST_F(ScribeServerTest, hands_over_entries_as_they_were_sent) {
    ASSERT_TRUE(open(kept_.handler()));
    RawClient client = connect();
    client.send(call("Log", entries({entry("zipkin", "one"), entry("other", "two\n")})));
    ASSERT_TRUE(kept_.wait_for(1));
    EXPECT_EQ(kept_.messages(), (std::vector<std::string>{"one", "two\n"}));
    kept_.answer(0, LogResult::ok);
    EXPECT_EQ(client.read(24), log_reply(0));
    EXPECT_EQ(metrics().log_calls.value(), 1U);
}

TEST_F(ScribeServerTest, passes_try_later_on) {
    ASSERT_TRUE(open([](const LogRequest&, LogResponder responder) {
        responder.send(LogResult::try_later);
    }));
    EXPECT_EQ(answer(log("x", 3), log_reply(1, 3)), log_reply(1, 3));
}

TEST_F(ScribeServerTest, hangs_up_instead_of_try_later_when_told_to) {
    options_.disconnect_on_overload = true;
    ASSERT_TRUE(open([calls = 0](const LogRequest&, LogResponder responder) mutable {
        responder.send(++calls == 1 ? LogResult::ok : LogResult::try_later);
    }));
    RawClient client = connect();
    client.send(log("x", 1) + log("y", 2) + log("z", 3));
    EXPECT_EQ(client.read(24), log_reply(0, 1));
    EXPECT_TRUE(client.is_closed());
}

TEST_F(ScribeServerTest, answers_an_empty_call_at_once) {
    ASSERT_TRUE(open(kept_.handler()));
    EXPECT_EQ(answer(call("Log", entries({}), 5), log_reply(0, 5)), log_reply(0, 5));
    EXPECT_EQ(answer(call("Log", {}, 6), log_reply(0, 6)), log_reply(0, 6));
    EXPECT_EQ(metrics().log_calls.value(), 0U);
}

TEST_F(ScribeServerTest, understands_a_call_with_its_service_before_it) {
    ASSERT_TRUE(open(accept));
    const std::string bytes = call("Scribe:Log", entries({entry("zipkin", "x")}), 4);
    EXPECT_EQ(answer(bytes, log_reply(0, 4)), log_reply(0, 4));
}

TEST_F(ScribeServerTest, answers_nothing_to_a_oneway_call) {
    ASSERT_TRUE(open(accept));
    const std::string oneway = call("Log", entries({entry("zipkin", "x")}), 1, 4);
    EXPECT_EQ(answer(oneway + log("y", 2), log_reply(0, 2)), log_reply(0, 2));
    EXPECT_EQ(metrics().log_calls.value(), 2U);
}

TEST_F(ScribeServerTest, answers_pipelined_calls_in_order_whatever_order_they_end_in) {
    ASSERT_TRUE(open(kept_.handler()));
    RawClient client = connect();
    client.send(log("a", 1) + log("b", 2) + call("getStatus", {}, 3) + log("c", 4));
    ASSERT_TRUE(kept_.wait_for(3));
    kept_.answer(2, LogResult::ok);
    kept_.answer(1, LogResult::try_later);
    kept_.answer(0, LogResult::ok);
    const std::string expected = log_reply(0, 1) + log_reply(1, 2) +
                                 reply("getStatus", "\x08\0\0\0\0\0\2"s, 3) + log_reply(0, 4);
    EXPECT_EQ(client.read(expected.size()), expected);
}

TEST_F(ScribeServerTest, answers_thousands_of_pipelined_calls_from_other_threads) {
    std::vector<LogResponder> queue;
    std::mutex mutex;
    const auto serve = [&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::vector<LogResponder> taken;
            {
                const std::lock_guard lock(mutex);
                taken.swap(queue);
            }
            std::ranges::reverse(taken);
            for (const LogResponder& responder : taken) responder.send(LogResult::ok);
            std::this_thread::yield();
        }
    };
    ASSERT_TRUE(open([&](const LogRequest&, LogResponder responder) {
        const std::lock_guard lock(mutex);
        queue.push_back(std::move(responder));
    }));
    const std::jthread one(serve);
    const std::jthread other(serve);
    constexpr int kCalls = 5'000;
    RawClient client = connect();
    std::string calls;
    for (int i = 0; i < kCalls; ++i) calls += log("bWVzc2FnZQ==", i);
    std::jthread sending([&] { client.send(calls); });
    for (int i = 0; i < kCalls; ++i) ASSERT_EQ(client.read(24), log_reply(0, i)) << i;
}

TEST_F(ScribeServerTest, reads_a_frame_that_comes_byte_by_byte) {
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    for (const char c : log("x", 1) + strict_call("getName", {}, 2)) client.send(std::string(1, c));
    EXPECT_EQ(client.read(24), log_reply(0, 1));
    EXPECT_EQ(client.read(8).substr(4), "\x80\1\0\2"s);
}

TEST_F(ScribeServerTest, reads_frames_of_every_size_in_whatever_pieces_they_come) {
    ASSERT_TRUE(open(kept_.handler()));
    std::string bytes;
    std::vector<std::string> expected;
    std::size_t answers = 0;
    for (const std::size_t size : {1U, 5'000U, 16'000U, 17'000U, 70'000U, 700'000U, 3U}) {
        expected.emplace_back(size, static_cast<char>('a' + answers));
        bytes += log(expected.back(), static_cast<std::int32_t>(answers++));
    }
    RawClient client = connect();
    std::jthread sending([&] {
        for (std::size_t at = 0; at < bytes.size(); at += 9'973) {
            client.send(std::string_view(bytes).substr(at, 9'973));
        }
    });
    ASSERT_TRUE(kept_.wait_for(expected.size()));
    EXPECT_EQ(kept_.messages(), expected);
    for (std::size_t i = 0; i < answers; ++i) {
        kept_.answer(i, LogResult::ok);
        EXPECT_EQ(client.read(24), log_reply(0, static_cast<std::int32_t>(i)));
    }
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(ScribeServerTest, answers_status_questions) {
    options_.version = "0.1.0";
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    const auto ask = [&](std::string_view method, const std::string& result) {
        client.send(call(method, {}, 8));
        const std::string expected = reply(method, result, 8);
        EXPECT_EQ(client.read(expected.size()), expected) << method;
    };
    ask("getName", "\x0b\0\0\0\0\0\4clew"s);
    ask("getVersion", "\x0b\0\0\0\0\0\5"s + "0.1.0");
    ask("getStatus", "\x08\0\0\0\0\0\2"s);
    ask("getStatusDetails", "\x0b\0\0\0\0\0\0"s);
    ask("getOptions", "\x0d\0\0\x0b\x0b\0\0\0\0"s);
    client.send(call("getCounter", "\x0b\0\1\0\0\0\x0cstatus_calls"s, 8));
    EXPECT_EQ(client.read(35), reply("getCounter", "\x0a\0\0\0\0\0\0\0\0\0\5"s, 8));
    client.send(call("aliveSince", {}, 8) + call("getCounters", {}, 9));
    EXPECT_EQ(client.read(35).size(), 35U);
    EXPECT_EQ(client.read(20).substr(4), "\0\0\0\x0bgetCounters\2"s);
    EXPECT_EQ(metrics().status_calls.value(), 8U);
}

TEST_F(ScribeServerTest, refuses_remote_control_and_stays_alive) {
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    for (const std::string order : {"shutdown", "reinitialize", "setOption", "getCpuProfile"}) {
        client.send(call(order, {}, 1));
        const std::string expected = exception(order, order + " is refused", 1, 1);
        EXPECT_EQ(client.read(expected.size()), expected);
        client.send(call(order, {}, 2, 4));  // oneway, as fb303 declares them
    }
    client.send(log("x", 7));
    EXPECT_EQ(client.read(24), log_reply(0, 7));
    EXPECT_EQ(metrics().orders_refused.value(), 8U);
}

TEST_F(ScribeServerTest, names_a_method_that_it_does_not_know) {
    ASSERT_TRUE(open(accept));
    const std::string expected = exception("Frob", "no method Frob", 1, 7);
    EXPECT_EQ(answer(call("Frob", {}, 7), expected), expected);
    EXPECT_EQ(metrics().unknown_calls.value(), 1U);
}

TEST_F(ScribeServerTest, answers_arguments_that_it_cannot_read_and_goes_on) {
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    client.send(call("Log", "\x0f\0\1\x0c\0\0\0\7"s, 1) + log("x", 2));
    const std::string expected =
        exception("Log", "Truncated: length 7 > bytes available 1", 7, 1) + log_reply(0, 2);
    EXPECT_EQ(client.read(expected.size()), expected);
    client.send(call("getCounter", "\x0b\0\1\0\0\0\7"s, 3));
    const std::string other =
        exception("getCounter", "Truncated: length 7 > bytes available 1", 7, 3);
    EXPECT_EQ(client.read(other.size()), other);
    EXPECT_EQ(metrics().malformed.value(), 2U);
}

TEST_F(ScribeServerTest, takes_no_answers) {
    ASSERT_TRUE(open(accept));
    const std::string expected = exception("Log", "this is not a call", 2, 1);
    EXPECT_EQ(answer(call("Log", {}, 1, 2), expected), expected);
    EXPECT_EQ(answer(call("Log", {}, 1, 77), expected), expected);
}

TEST_F(ScribeServerTest, hangs_up_when_it_cannot_read_a_header) {
    ASSERT_TRUE(open(accept));
    const std::vector<std::string> broken = {
        framed(""),
        framed("\0\0"s),
        framed("\x80\2\0\1\0\0\0\3Log\0\0\0\0"s),
        framed("\0\0\0\x50Log\1\0\0\0\0"s)};
    for (const std::string& bytes : broken) {
        RawClient client = connect();
        client.send(log("x", 1) + bytes + log("y", 2));
        EXPECT_EQ(client.read(24), log_reply(0, 1));
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_EQ(metrics().malformed.value(), broken.size());
}

TEST_F(ScribeServerTest, says_that_a_call_was_forgotten) {
    ASSERT_TRUE(open([](const LogRequest&, LogResponder) {}));
    const std::string expected = exception("Log", "the call was not answered", 6, 1);
    EXPECT_EQ(answer(log("x", 1), expected), expected);
}

TEST_F(ScribeServerTest, takes_only_the_first_result_of_a_call) {
    ASSERT_TRUE(open([](const LogRequest&, LogResponder responder) {
        responder.send(LogResult::ok);
        responder.send(LogResult::try_later);
    }));
    const std::string expected = log_reply(0, 1) + log_reply(0, 2);
    EXPECT_EQ(answer(log("x", 1) + log("y", 2), expected), expected);
}

TEST_F(ScribeServerTest, answers_a_client_that_has_ended_its_own_side) {
    ASSERT_TRUE(open(kept_.handler()));
    RawClient client = connect();
    client.send(log("x", 1) + log("y", 2));
    client.end_sending();
    ASSERT_TRUE(kept_.wait_for(2));
    RawClient idle = connect();
    idle.end_sending();
    EXPECT_TRUE(idle.is_closed());
    kept_.answer(0, LogResult::ok);
    kept_.answer(1, LogResult::ok);
    const std::string expected = log_reply(0, 1) + log_reply(0, 2);
    EXPECT_EQ(client.read(expected.size()), expected);
    EXPECT_TRUE(client.is_closed());
}

TEST_F(ScribeServerTest, survives_a_client_that_leaves_before_its_answer) {
    ASSERT_TRUE(open(kept_.handler()));
    {
        RawClient client = connect();
        client.send(log("x", 1));
        ASSERT_TRUE(kept_.wait_for(1));
    }
    kept_.answer(0, LogResult::ok);
    EXPECT_TRUE(becomes_true([&] { return server_->listener().counts().open == 0; }));
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(ScribeServerTest, answers_what_is_in_flight_before_it_finishes) {
    ASSERT_TRUE(open(kept_.handler()));
    RawClient idle = connect();
    RawClient client = connect();
    RawClient halfway = connect();
    client.send(log("x", 1));
    ASSERT_TRUE(kept_.wait_for(1));
    const std::string late = log(std::string(20'000, 'y'), 2);
    halfway.send(late.substr(0, 10));
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() > 16 * 1024; }));
    bool finished = false;
    std::jthread finishing([&] { finished = server_->finish(kPatience); });
    EXPECT_TRUE(idle.is_closed());
    kept_.answer(0, LogResult::ok);
    EXPECT_EQ(client.read(24), log_reply(0, 1));
    EXPECT_TRUE(client.is_closed());
    halfway.send(late.substr(10));
    ASSERT_TRUE(kept_.wait_for(2));
    kept_.answer(1, LogResult::ok);
    EXPECT_EQ(halfway.read(24), log_reply(0, 2));
    EXPECT_TRUE(halfway.is_closed());
    finishing.join();
    EXPECT_TRUE(finished);
    EXPECT_FALSE(connect().is_connected());
}

TEST_F(ScribeServerTest, ends_in_time_when_answers_never_come) {
    ASSERT_TRUE(open(kept_.handler()));
    RawClient client = connect();
    client.send(log("x", 1));
    RawClient half_closed = connect();
    half_closed.send(log("y", 2));
    half_closed.end_sending();
    ASSERT_TRUE(kept_.wait_for(2));
    EXPECT_FALSE(server_->finish(std::chrono::milliseconds(50)));
    server_.reset();
    loop_.stop();
    kept_.answer(0, LogResult::ok);
    kept_.answer(1, LogResult::ok);
    EXPECT_TRUE(client.is_closed());
}

}  // namespace
}  // namespace clew::transport

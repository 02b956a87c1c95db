// SPDX-License-Identifier: Apache-2.0
// Goal: each limit of the scribe server holds, with the protocol's own answer. Method: real
// sockets; limits made small where their default is large.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/becomes_true.h"
#include "clew/transport/scribe/internal/scribe_server_harness.h"
#include "clew/transport/scribe/scribe_server.h"
#include "clew/transport/testing/raw_client.h"

namespace clew::transport {
namespace {

using clew::testing::becomes_true;

using std::chrono::milliseconds;
using std::string_literals::operator""s;
using testing::RawClient;

class ScribeServerLimits : public ::testing::Test, protected ScribeServerHarness {
protected:
    RawClient connect() const { return RawClient(port()); }

    static void accept(const LogRequest&, LogResponder responder) { responder.send(LogResult::ok); }
};

TEST_F(ScribeServerLimits, are_documented_by_their_defaults) {
    EXPECT_EQ(options_.frame_bytes_max, 16U * 1024 * 1024);
    EXPECT_EQ(options_.log.entries_max, 100'000U);
    EXPECT_EQ(options_.log.category_bytes_max, 255U);
    EXPECT_EQ(options_.log.message_bytes_max, 1024U * 1024);
    EXPECT_EQ(options_.calls_in_flight_max, 32U);
    EXPECT_EQ(wire::kThriftSkipDepthMax, 64);
}

TEST_F(ScribeServerLimits, close_right_after_the_length_of_a_frame_that_is_too_big) {
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    client.send("\x01\0\0\x01"s);  // and not a byte of the frame
    EXPECT_TRUE(client.is_closed());
    RawClient http = connect();
    http.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(http.is_closed());
    RawClient unframed = connect();
    unframed.send("\x80\1\0\1\0\0\0\3Log"s);
    EXPECT_TRUE(unframed.is_closed());
    EXPECT_EQ(metrics().frames_too_big.value(), 3U);
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(ScribeServerLimits, take_a_frame_of_exactly_frame_bytes_max) {
    const std::string largest = log("x");
    options_.frame_bytes_max = static_cast<std::uint32_t>(largest.size() - 4);
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    client.send(largest + log("xy", 2));
    EXPECT_EQ(client.read(24), log_reply(0));
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(metrics().frames_too_big.value(), 1U);
}

TEST_F(ScribeServerLimits, answer_earlier_calls_before_they_close) {
    ASSERT_TRUE(open(kept_.handler()));
    RawClient client = connect();
    client.send(log("x", 1) + "\x7f\xff\xff\xff"s + std::string(1'000'000, 'x'));
    ASSERT_TRUE(becomes_true([&] { return metrics().frames_too_big.value() == 1; }));
    ASSERT_TRUE(kept_.wait_for(1));
    kept_.answer(0, LogResult::ok);
    EXPECT_EQ(client.read(24), log_reply(0, 1));
    EXPECT_TRUE(client.is_closed());
}

TEST_F(ScribeServerLimits, give_no_memory_to_a_frame_that_is_only_announced) {
    ASSERT_TRUE(open(accept));
    std::vector<RawClient> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(connect());
        clients.back().send("\x01\0\0\0x"s);
    }
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 50 * 16 * 1024; }));
    RawClient small = connect();
    small.send("\0\0\x40\0"s + std::string(16'383, 'x'));
    RawClient other = connect();
    other.send(log("x"));
    EXPECT_EQ(other.read(24), log_reply(0));
    EXPECT_EQ(budget_.bytes_in_use(), 50u * 16 * 1024);
}

TEST_F(ScribeServerLimits, close_on_a_frame_that_could_never_be_in_flight) {
    options_.frame_bytes_max = 0x7fff'ffff;
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    client.send("\x10\0\0\0"s);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(metrics().frames_too_big.value(), 1U);
}

TEST_F(ScribeServerLimits, close_on_a_frame_below_its_rate) {
    options_.frame_bytes_per_second_min = 1'000'000;
    options_.rate_window_ms = milliseconds(50);
    ASSERT_TRUE(open(accept));
    for (const std::string& length : {"\0\0\0\x10"s, "\0\x10\0\0"s}) {
        RawClient client = connect();
        client.send(length + "abc");
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_EQ(metrics().too_slow.value(), 2U);
    EXPECT_EQ(metrics().timed_out.value(), 0U);
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(ScribeServerLimits, refuse_a_call_with_too_many_entries) {
    options_.log.entries_max = 2;
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    const std::string one = entry("zipkin", "x");
    client.send(call("Log", entries({one, one, one}), 1) + log("x", 2));
    const std::string expected =
        exception("Log", "entries_max of 2 exceeded", 7, 1) + log_reply(0, 2);
    EXPECT_EQ(client.read(expected.size()), expected);
}

TEST_F(ScribeServerLimits, leave_out_entries_that_are_too_big_and_take_their_neighbours) {
    std::string taken;
    options_.log.message_bytes_max = 3;
    ASSERT_TRUE(open([&](const LogRequest& request, LogResponder responder) {
        for (const LogEntry& entry : request.entries) taken += entry.message;
        taken += " and " + std::to_string(request.entries_too_big);
        responder.send(LogResult::ok);
    }));
    RawClient client = connect();
    client.send(call(
        "Log",
        entries(
            {entry("c", "one"),
             entry("c", "four"),
             entry(std::string(256, 'c'), "ten"),
             entry("c", "six")}
        )
    ));
    EXPECT_EQ(client.read(24), log_reply(0));
    EXPECT_EQ(taken, "onesix and 2");
    EXPECT_EQ(metrics().entries_too_big.value(), 2U);
}

TEST_F(ScribeServerLimits, refuse_arguments_that_nest_too_deep) {
    ASSERT_TRUE(open(accept));
    std::string deep;
    for (int i = 0; i < 65; ++i) deep += "\x0c\0\x63"s;
    deep.append(65, '\0');
    RawClient client = connect();
    client.send(call("Log", deep, 1));
    const std::string expected = exception("Log", "thrift_skip_depth_max of 64 exceeded", 7, 1);
    EXPECT_EQ(client.read(expected.size()), expected);
}

TEST_F(ScribeServerLimits, keep_the_calls_in_flight_of_one_connection) {
    options_.calls_in_flight_max = 3;
    ASSERT_TRUE(open(kept_.handler()));
    RawClient client = connect();
    std::string bytes;
    for (int i = 0; i < 5; ++i) bytes += log("x", i);
    client.send(bytes);
    ASSERT_TRUE(kept_.wait_for(3));
    kept_.answer(1, LogResult::ok);  // waits for the first one's answer
    EXPECT_EQ(kept_.count(), 3U);
    kept_.answer(0, LogResult::ok);
    ASSERT_TRUE(kept_.wait_for(5));
    for (std::size_t i = 2; i < 5; ++i) kept_.answer(i, LogResult::ok);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(client.read(24), log_reply(0, i));
}

TEST_F(ScribeServerLimits, keep_the_number_of_connections) {
    listener_options_.connections_max = 2;
    ASSERT_TRUE(open(kept_.handler()));
    RawClient first = connect();
    RawClient second = connect();
    for (RawClient* client : {&first, &second}) client->send(log("x"));
    ASSERT_TRUE(kept_.wait_for(2));
    EXPECT_TRUE(connect().is_closed());
    EXPECT_EQ(server_->listener().counts().refused, 1U);
    for (const std::size_t call : {0U, 1U}) kept_.answer(call, LogResult::ok);
    EXPECT_EQ(first.read(24), log_reply(0));
    EXPECT_EQ(second.read(24), log_reply(0));
    RawClient third = connect();  // one of the others makes room now
    third.send(log("x"));
    ASSERT_TRUE(kept_.wait_for(3));
    kept_.answer(2, LogResult::ok);
    EXPECT_EQ(third.read(24), log_reply(0));
    EXPECT_EQ(server_->listener().counts().made_room, 1U);
}

TEST_F(ScribeServerLimits, close_a_connection_that_idles) {
    options_.idle_ms_max = milliseconds(50);
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    client.send(log("x"));
    EXPECT_EQ(client.read(24), log_reply(0));
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(metrics().timed_out.value(), 1U);
}

TEST_F(ScribeServerLimits, let_no_connection_idle_that_waits_for_its_answer) {
    options_.idle_ms_max = milliseconds(50);
    ASSERT_TRUE(open(kept_.handler()));
    RawClient waiting = connect();
    waiting.send(log("x", 1));
    RawClient idle = connect();
    EXPECT_TRUE(idle.is_closed());  // by now the other one would be, too
    ASSERT_TRUE(kept_.wait_for(1));
    kept_.answer(0, LogResult::ok);
    EXPECT_EQ(waiting.read(24), log_reply(0, 1));
}

TEST_F(ScribeServerLimits, close_on_a_frame_that_does_not_come) {
    options_.frame_read_ms_max = milliseconds(50);
    ASSERT_TRUE(open(accept));
    const std::string bytes = log("x");
    for (const std::size_t size : {std::size_t{2}, std::size_t{4}, bytes.size() - 1}) {
        RawClient client = connect();
        client.send(bytes.substr(0, size));
        EXPECT_TRUE(client.is_closed()) << size;
    }
    EXPECT_EQ(metrics().timed_out.value(), 3U);
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(ScribeServerLimits, close_on_a_client_that_takes_no_answers) {
    options_.write_ms_max = milliseconds(50);
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    std::string many;
    for (int i = 0; i < 2'000; ++i) many += call("getCounters", {}, i);
    std::jthread sending([&] {
        while (client.send(many)) {}
    });
    EXPECT_TRUE(becomes_true([&] { return metrics().timed_out.value() == 1; }));
}

TEST_F(ScribeServerLimits, say_try_later_when_there_is_no_room_for_a_frame) {
    ASSERT_TRUE(open(accept));
    ASSERT_TRUE(budget_.try_reserve(budget_.bytes_max() - 1000));
    RawClient client = connect();
    const std::string large(500'000, 'x');
    client.send(log(large, 1));
    EXPECT_EQ(client.read(24), log_reply(1, 1));
    client.send(call("getCounter", "\x0b\0\1\0\7\xa1\x20"s + large, 2));
    const std::string expected = exception("getCounter", "too many bytes in flight", 6, 2);
    EXPECT_EQ(client.read(expected.size()), expected);
    client.send(log("small", 3));
    EXPECT_EQ(client.read(24), log_reply(0, 3));
    budget_.release(budget_.bytes_max() - 1000);
    client.send(log(large, 4));
    EXPECT_EQ(client.read(24), log_reply(0, 4));
    EXPECT_EQ(metrics().overloaded.value(), 2U);
}

TEST_F(ScribeServerLimits, say_try_later_when_room_runs_out_half_way_through_a_frame) {
    ASSERT_TRUE(open(accept));
    RawClient client = connect();
    const std::string bytes = log(std::string(900'000, 'x'), 1);
    client.send(bytes.substr(0, 1000));
    ASSERT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 16 * 1024; }));
    const std::size_t rest = budget_.bytes_max() - 16 * 1024;
    ASSERT_TRUE(budget_.try_reserve(rest));
    client.send(bytes.substr(1000));
    EXPECT_EQ(client.read(24), log_reply(1, 1));
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == rest; }));
    budget_.release(rest);
    client.send(log("x", 2));
    EXPECT_EQ(client.read(24), log_reply(0, 2));
}

TEST_F(ScribeServerLimits, hang_up_on_a_refused_frame_that_has_no_header) {
    ASSERT_TRUE(open(accept));
    ASSERT_TRUE(budget_.try_reserve(budget_.bytes_max()));
    RawClient client = connect();
    client.send(framed(std::string(1'000, '\xff')));
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(metrics().malformed.value(), 1U);
    budget_.release(budget_.bytes_max());
}

}  // namespace
}  // namespace clew::transport

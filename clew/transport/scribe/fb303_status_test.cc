// SPDX-License-Identifier: Apache-2.0
// Goal: monitoring tools get fb303's answers, and nobody can give fb303's orders.
// Method: each method of fb303 called, the bytes of each result compared.
#include "clew/transport/scribe/fb303_status.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

struct Answer {
    Fb303Outcome outcome;
    std::string result;  // fields of the result struct, stop byte included
};

Answer ask(std::string_view method, std::string_view arguments = "\0"sv, bool stopping = false) {
    const Fb303Status status{"clew", "0.1.0", stopping, 16, {{"one", 1}, {"two", 2}}};
    MessageHeader call;
    call.method = method;
    call.sequence_id = 9;
    wire::ThriftReader reader(arguments);
    std::string frame;
    const Fb303Outcome outcome = answer_fb303(call, reader, status, frame);
    const std::size_t header = 4 + 4 + method.size() + 1 + 4;
    return {outcome, frame.empty() ? "" : frame.substr(header)};
}

TEST(Fb303Status, tells_name_and_version) {
    EXPECT_EQ(ask("getName").result, "\x0b\0\0\0\0\0\4clew\0"s);
    EXPECT_EQ(ask("getVersion").result, "\x0b\0\0\0\0\0\5"s + "0.1.0\0"s);
}

TEST(Fb303Status, is_alive_until_it_stops) {
    EXPECT_EQ(ask("getStatus").result, "\x08\0\0\0\0\0\2\0"s);
    EXPECT_EQ(ask("getStatusDetails").result, "\x0b\0\0\0\0\0\0\0"s);
    EXPECT_EQ(ask("getStatus", "\0"sv, true).result, "\x08\0\0\0\0\0\3\0"s);
    EXPECT_EQ(ask("getStatusDetails", "\0"sv, true).result, "\x0b\0\0\0\0\0\x08stopping\0"s);
}

TEST(Fb303Status, tells_since_when_it_is_alive) {
    EXPECT_EQ(ask("aliveSince").result, "\x0a\0\0\0\0\0\0\0\0\0\x10\0"s);
}

TEST(Fb303Status, tells_its_counters) {
    EXPECT_EQ(
        ask("getCounters").result,
        "\x0d\0\0\x0b\x0a\0\0\0\2\0\0\0\3one\0\0\0\0\0\0\0\1\0\0\0\3two\0\0\0\0\0\0\0\2\0"s
    );
    EXPECT_EQ(ask("getCounter", "\x0b\0\1\0\0\0\3two\0"sv).result, "\x0a\0\0\0\0\0\0\0\0\0\2\0"s);
    EXPECT_EQ(ask("getCounter", "\x0b\0\1\0\0\0\1x\0"sv).result, "\x0a\0\0\0\0\0\0\0\0\0\0\0"s);
}

TEST(Fb303Status, has_no_options) {
    EXPECT_EQ(ask("getOptions").result, "\x0d\0\0\x0b\x0b\0\0\0\0\0"s);
    EXPECT_EQ(ask("getOption", "\x0b\0\1\0\0\0\1x\0"sv).result, "\x0b\0\0\0\0\0\0\0"s);
}

TEST(Fb303Status, follows_no_orders) {
    for (const char* order : {"shutdown", "reinitialize", "setOption", "getCpuProfile"}) {
        const Answer answer = ask(order);
        EXPECT_EQ(answer.outcome, Fb303Outcome::refused) << order;
        EXPECT_EQ(answer.result, "") << order;
    }
}

TEST(Fb303Status, leaves_other_methods_to_others) {
    EXPECT_EQ(ask("Log").outcome, Fb303Outcome::unknown);
    EXPECT_EQ(ask("getname").outcome, Fb303Outcome::unknown);
    EXPECT_EQ(ask("Log", "\x0b\0\1\0"sv).outcome, Fb303Outcome::unknown);
}

TEST(Fb303Status, skips_arguments_that_it_does_not_know_and_refuses_broken_ones) {
    EXPECT_EQ(ask("getStatus", "\x08\0\7\0\0\0\1\0"sv).outcome, Fb303Outcome::answered);
    EXPECT_EQ(ask("getStatus", ""sv).outcome, Fb303Outcome::malformed);
    EXPECT_EQ(ask("getCounter", "\x0b\0\1\0\0\0\x09x\0"sv).outcome, Fb303Outcome::malformed);
}

}  // namespace
}  // namespace clew::transport

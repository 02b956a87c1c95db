// SPDX-License-Identifier: Apache-2.0
// Goal: the arguments of Log are read within their limits, and no bytes do harm.
// Method: arguments written by hand, one test a limit; seeded random mutation.
#include "clew/transport/scribe/log_request.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "clew/wire/thrift_writer.h"

namespace clew::transport {
namespace {

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;
using wire::ThriftReader;
using wire::ThriftType;
using wire::ThriftWriter;

std::string entry(std::string_view category, std::string_view message) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.text_field(1, category);
    writer.text_field(2, message);
    writer.stop();
    return bytes;
}

std::string arguments(const std::vector<std::string>& entries) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.field(ThriftType::list, 1);
    writer.list(ThriftType::structure, static_cast<std::uint32_t>(entries.size()));
    for (const std::string& one : entries) bytes += one;
    writer.stop();
    return bytes;
}

Expected<LogRequest> read(std::string_view bytes, const LogLimits& limits = {}) {
    ThriftReader reader(bytes);
    LogRequest request;
    Expected<void> done = read_log_arguments(reader, limits, request);
    if (!done) return std::move(done).error();
    return request;
}

TEST(LogRequest, reads_entries_in_order) {
    const std::string bytes = arguments({entry("zipkin", "one"), entry("other", "two")});
    const auto request = read(bytes);
    ASSERT_TRUE(request);
    ASSERT_EQ(request->entries.size(), 2U);
    EXPECT_EQ(request->entries[0].category, "zipkin");
    EXPECT_EQ(request->entries[0].message, "one");
    EXPECT_EQ(request->entries[1].category, "other");
    EXPECT_EQ(request->entries[1].message, "two");
}

TEST(LogRequest, is_empty_when_there_is_no_list_or_nothing_in_it) {
    EXPECT_TRUE(read("\0"sv)->entries.empty());
    EXPECT_TRUE(read(arguments({}))->entries.empty());
    EXPECT_TRUE(read("\x0f\0\1\0\0\0\0\0\0"sv)->entries.empty());
}

TEST(LogRequest, skips_fields_that_it_does_not_know) {
    const std::string with_extra = "\x08\0\x63\0\0\0\1\x0b\0\2\0\0\0\1m\x0b\0\1\0\0\0\1c\0"s;
    std::string bytes = "\x0b\0\x63\0\0\0\1x"s + arguments({with_extra});
    const auto request = read(bytes);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->entries[0].category, "c");
    EXPECT_EQ(request->entries[0].message, "m");
}

TEST(LogRequest, refuses_messages_that_are_no_structs) {
    EXPECT_EQ(
        read("\x0f\0\1\x08\0\0\0\1\0\0\0\1\0"sv).error(),
        (Error{Code::malformed, "the messages are no list of structs"})
    );
}

TEST(LogRequest, refuses_arguments_that_are_cut_anywhere) {
    const std::string bytes = arguments({entry("zipkin", "one")});
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        const auto request = read(bytes.substr(0, size));
        ASSERT_FALSE(request) << size;
        ASSERT_EQ(request.error().code, Code::truncated) << size;
    }
}

TEST(LogRequest, refuses_more_than_entries_max) {
    LogLimits limits;
    limits.entries_max = 2;
    EXPECT_TRUE(read(arguments({entry("c", "1"), entry("c", "2")}), limits));
    EXPECT_EQ(
        read(arguments({entry("c", "1"), entry("c", "2"), entry("c", "3")}), limits).error(),
        (Error{Code::limit_exceeded, "entries_max of 2 exceeded"})
    );
    const std::string one = arguments({entry("c", "1"), entry("c", "2")});
    const std::string twice = one.substr(0, one.size() - 1) + one;
    EXPECT_EQ(read(twice, limits).error().code, Code::limit_exceeded);
}

TEST(LogRequest, takes_a_hundred_thousand_entries_by_default) {
    const LogLimits limits;
    EXPECT_EQ(limits.entries_max, 100'000U);
    const std::string bytes = arguments(std::vector<std::string>(limits.entries_max, "\0"s));
    EXPECT_EQ(read(bytes)->entries.size(), 100'000U);
    const std::string more = arguments(std::vector<std::string>(limits.entries_max + 1, "\0"s));
    EXPECT_EQ(read(more).error().code, Code::limit_exceeded);
}

TEST(LogRequest, leaves_out_an_entry_beyond_category_bytes_max) {
    const LogLimits limits;
    const std::string longest(limits.category_bytes_max, 'c');
    const std::string bytes =
        arguments({entry(longest, "1"), entry(longest + "c", "2"), entry("c", "3")});
    const auto request = read(bytes);
    ASSERT_EQ(request->entries.size(), 2U);
    EXPECT_EQ(request->entries[0].category, longest);
    EXPECT_EQ(request->entries[1].message, "3");
    EXPECT_EQ(request->entries_too_big, 1U);
    EXPECT_EQ(limits.category_bytes_max, 255U);
}

TEST(LogRequest, leaves_out_an_entry_beyond_message_bytes_max) {
    const LogLimits limits;
    const std::string longest(limits.message_bytes_max, 'm');
    const std::string bytes = arguments({entry("c", longest), entry("c", longest + "m")});
    const auto request = read(bytes);
    ASSERT_EQ(request->entries.size(), 1U);
    EXPECT_EQ(request->entries_too_big, 1U);
    EXPECT_EQ(limits.message_bytes_max, 1024U * 1024U);
}

TEST(LogRequest, gives_up_on_nesting_beyond_the_skip_depth) {
    std::string deep;
    for (int i = 0; i < wire::kThriftSkipDepthMax; ++i) deep += "\x0c\0\x63"sv;
    deep.append(static_cast<std::size_t>(wire::kThriftSkipDepthMax) + 1, '\0');
    EXPECT_TRUE(read(deep));
    EXPECT_EQ(read("\x0c\0\x63"s + deep + "\0"s).error().code, Code::limit_exceeded);
}

TEST(LogRequest, survives_random_mutations) {
    std::mt19937_64 random(5);
    const std::string sample = arguments({entry("zipkin", "one"), entry("zipkin", "two")});
    int decoded = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = sample.substr(0, 1 + random() % sample.size());
        for (auto changes = random() % 4; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const std::vector<char> exact(bytes.begin(), bytes.end());
        const auto request = read({exact.data(), exact.size()});
        if (!request) continue;
        ++decoded;
        std::size_t size = 0;
        for (const LogEntry& one : request->entries)
            size += one.category.size() + one.message.size();
        ASSERT_LE(size, exact.size());
    }
    EXPECT_GT(decoded, 0);
    EXPECT_LT(decoded, 20'000);
}

}  // namespace
}  // namespace clew::transport

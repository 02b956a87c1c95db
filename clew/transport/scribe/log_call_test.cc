// SPDX-License-Identifier: Apache-2.0
// Goal: calls are the bytes that scribe servers expect, and nothing but a true reply is taken for
// one. Method: bytes written out by hand from the protocol's description.
#include "clew/transport/scribe/log_call.h"

#include <array>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

std::string bytes_of(std::string_view hex) {
    std::string bytes;
    std::string pair;
    for (const char c : hex) {
        if (c == ' ') continue;
        pair.push_back(c);
        if (pair.size() < 2) continue;
        bytes.push_back(static_cast<char>(std::stoi(pair, nullptr, 16)));
        pair.clear();
    }
    return bytes;
}

std::string call_of(std::vector<std::string_view> payloads, std::int32_t sequence_id, bool strict) {
    std::string out;
    append_log_call({"zipkin", payloads, sequence_id, strict}, out);
    return out;
}

std::string error_of(std::string_view hex, std::int32_t sequence_id = 0) {
    const Expected<LogReply> reply = parse_log_reply(bytes_of(hex), sequence_id);
    return reply ? "(no error)" : reply.error().message;
}

TEST(LogCall, begins_with_the_old_header_that_scribe_clients_write) {
    EXPECT_EQ(
        call_of({"abc"}, 0, false),
        bytes_of("0000002e 00000003 4c6f67 01 00000000 0f0001 0c 00000001 "
                 "0b0001 00000006 7a69706b696e 0b0002 00000004 59574a6a 00 00")
    );
}

TEST(LogCall, begins_with_a_version_when_strict) {
    EXPECT_EQ(
        call_of({"abc"}, 258, true),
        bytes_of("00000031 80010001 00000003 4c6f67 00000102 0f0001 0c 00000001 "
                 "0b0001 00000006 7a69706b696e 0b0002 00000004 59574a6a 00 00")
    );
}

TEST(LogCall, has_exactly_the_size_that_is_stated) {
    const std::string large(1000, '\xff');
    for (const bool strict : {false, true}) {
        const std::array<std::string_view, 4> payloads{"", "a", "ab", large};
        std::size_t size = empty_log_call_bytes(strict);
        for (const std::string_view payload : payloads) size += log_entry_bytes(6, payload.size());
        EXPECT_EQ(call_of({payloads.begin(), payloads.end()}, 1, strict).size(), size);
    }
}

TEST(LogReply, is_understood_in_both_forms) {
    const std::string strict_ok = "80010002 00000003 4c6f67 00000007 08 0000 00000000 00";
    const std::string old_later = "00000003 4c6f67 02 00000007 08 0000 00000001 00";
    EXPECT_EQ(parse_log_reply(bytes_of(strict_ok), 7)->answer, LogAnswer::ok);
    EXPECT_EQ(parse_log_reply(bytes_of(old_later), 7)->answer, LogAnswer::try_later);
}

TEST(LogReply, skips_fields_that_it_does_not_know) {
    EXPECT_EQ(
        parse_log_reply(
            bytes_of("00000003 4c6f67 02 00000000 0b 0005 00000001 78 08 0000 00000000 00"), 0
        )
            ->answer,
        LogAnswer::ok
    );
}

TEST(LogReply, carries_the_words_of_an_exception) {
    const Expected<LogReply> reply = parse_log_reply(
        bytes_of("80010003 00000003 4c6f67 00000000 0b 0001 00000002 6e6f 08 0002 00000007 00"), 0
    );
    EXPECT_EQ(reply->answer, LogAnswer::exception);
    EXPECT_EQ(reply->message, "no");
}

TEST(LogReply, is_no_reply_to_another_call) {
    const char* reply = "80010002 00000003 4c6f67 00000007 08 0000 00000000 00";
    EXPECT_EQ(error_of(reply, 8), "the reply answers another call");
    EXPECT_EQ(
        error_of("00000003 4c6f78 02 00000000 08 0000 00000000 00"),
        "the reply answers another call"
    );
}

TEST(LogReply, is_not_believed_when_it_says_nothing) {
    EXPECT_EQ(error_of("00000003 4c6f67 02 00000000 00"), "the reply is neither OK nor TRY_LATER");
    EXPECT_EQ(
        error_of("00000003 4c6f67 02 00000000 08 0000 00000009 00"),
        "the reply is neither OK nor TRY_LATER"
    );
    EXPECT_EQ(
        error_of("00000003 4c6f67 02 00000000 0a 0000 0000000000000000 00"),
        "the reply is neither OK nor TRY_LATER"
    );
    EXPECT_EQ(
        error_of("00000003 4c6f67 01 00000000 08 0000 00000000 00"), "the message is no reply"
    );
}

TEST(LogReply, is_refused_when_it_is_cut_anywhere) {
    const std::string whole = bytes_of("80010002 00000003 4c6f67 00000000 08 0000 00000000 00");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(parse_log_reply(std::string_view(whole).substr(0, size), 0)) << size;
    }
    EXPECT_TRUE(parse_log_reply(whole, 0));
}

}  // namespace
}  // namespace clew::transport

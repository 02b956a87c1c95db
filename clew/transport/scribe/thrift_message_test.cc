// SPDX-License-Identifier: Apache-2.0
// Goal: both forms of the envelope are read, and each is answered in its own. Method: fixed bytes.
#include "clew/transport/scribe/thrift_message.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

MessageHeader header_of(std::string_view bytes) {
    wire::ThriftReader reader(bytes);
    const Expected<MessageHeader> header = read_message_header(reader);
    EXPECT_TRUE(header);
    EXPECT_EQ(reader.bytes_left(), 0U);
    return header ? *header : MessageHeader{};
}

Error error_of(std::string_view bytes) {
    wire::ThriftReader reader(bytes);
    const Expected<MessageHeader> header = read_message_header(reader);
    EXPECT_FALSE(header);
    return header ? Error{} : header.error();
}

TEST(ThriftMessage, reads_the_old_form) {
    const MessageHeader header = header_of("\0\0\0\3Log\1\0\0\0\7"sv);
    EXPECT_EQ(header.form, MessageForm::unversioned);
    EXPECT_EQ(header.type, MessageType::call);
    EXPECT_EQ(header.method, "Log");
    EXPECT_EQ(header.sequence_id, 7);
}

TEST(ThriftMessage, reads_the_strict_form) {
    const MessageHeader header = header_of("\x80\1\0\4\0\0\0\3Log\xff\xff\xff\xff"sv);
    EXPECT_EQ(header.form, MessageForm::strict);
    EXPECT_EQ(header.type, MessageType::oneway);
    EXPECT_EQ(header.method, "Log");
    EXPECT_EQ(header.sequence_id, -1);
}

TEST(ThriftMessage, leaves_out_the_service_before_a_method) {
    EXPECT_EQ(header_of("\0\0\0\x0aScribe:Log\1\0\0\0\0"sv).method, "Log");
}

TEST(ThriftMessage, refuses_what_is_no_header) {
    EXPECT_EQ(error_of(""sv).code, Code::truncated);
    EXPECT_EQ(error_of("\0\0\0\3Log"sv).code, Code::truncated);
    EXPECT_EQ(error_of("\x80\1\0\1\0\0\0\3Log\0\0\0"sv).code, Code::truncated);
    EXPECT_EQ(error_of("\x80\2\0\1\0\0\0\3Log\0\0\0\0"sv).code, Code::malformed);
    EXPECT_EQ(error_of("\0\0\0\0\1\0\0\0\0"sv).code, Code::malformed);
}

TEST(ThriftMessage, bounds_the_methods_name) {
    const std::string longest(kMethodBytesMax, 'm');
    EXPECT_EQ(header_of("\0\0\0\xff"s + longest + "\1\0\0\0\0"s).method, longest);
    EXPECT_EQ(error_of("\0\0\1\0"s + longest + "m\1\0\0\0\0"s).code, Code::malformed);
}

TEST(ThriftMessage, answers_the_old_form) {
    std::string out = "before";
    append_reply(header_of("\0\0\0\3Log\1\0\0\0\7"sv), "\x08\0\0\0\0\0\1"sv, out);
    EXPECT_EQ(out, "before\0\0\0\x14\0\0\0\3Log\2\0\0\0\7\x08\0\0\0\0\0\1\0"sv);
}

TEST(ThriftMessage, answers_the_strict_form) {
    std::string out;
    append_reply(header_of("\x80\1\0\1\0\0\0\3Log\0\0\0\0"sv), "\x08\0\0\0\0\0\0"sv, out);
    EXPECT_EQ(out, "\0\0\0\x17\x80\1\0\2\0\0\0\3Log\0\0\0\0\x08\0\0\0\0\0\0\0"sv);
}

TEST(ThriftMessage, says_what_was_wrong) {
    std::string out;
    const MessageHeader call = header_of("\0\0\0\2up\1\0\0\0\7"sv);
    append_exception(call, ApplicationError::unknown_method, "no", out);
    EXPECT_EQ(out, "\0\0\0\x1c\0\0\0\2up\3\0\0\0\7\x0b\0\1\0\0\0\2no\x08\0\2\0\0\0\1\0"sv);
}

}  // namespace
}  // namespace clew::transport

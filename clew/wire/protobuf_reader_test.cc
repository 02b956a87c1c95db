// SPDX-License-Identifier: Apache-2.0
// Goal: every field of a message is seen, and no bytes of a stranger do harm. Method: messages
// written as hexadecimal.
#include "clew/wire/protobuf_reader.h"

#include <random>

#include <gtest/gtest.h>

namespace clew::wire {
namespace {

std::string message_of(ProtobufReader& fields) {
    while (fields.next()) {}
    return fields.failed() ? fields.error().message : "";
}

std::string error_of(std::string_view bytes) {
    ProtobufReader fields(bytes);
    return message_of(fields);
}

TEST(ProtobufReader, reads_every_wire_type) {
    const std::string bytes("\x08\x96\x01\x11\x01\0\0\0\0\0\0\x80\x1a\x02hi\x20\x01", 18);
    ProtobufReader fields(bytes);
    ASSERT_TRUE(fields.next());
    EXPECT_EQ(fields.number(), 1U);
    EXPECT_EQ(fields.varint(), 150U);
    ASSERT_TRUE(fields.next());
    EXPECT_EQ(fields.fixed64(), 0x8000000000000001U);
    ASSERT_TRUE(fields.next());
    EXPECT_EQ(fields.bytes(), "hi");
    ASSERT_TRUE(fields.next());
    EXPECT_TRUE(fields.boolean());
    EXPECT_FALSE(fields.next());
    EXPECT_FALSE(fields.failed());
}

TEST(ProtobufReader, steps_over_what_is_not_read) {
    const std::string bytes(
        "\x08\x96\x01\x11\x01\0\0\0\0\0\0\x80\x1a\x02hi\x25\x01\0\0\0\x30\x07", 23
    );
    ProtobufReader fields(bytes);
    std::uint64_t last = 0;
    while (fields.next()) {
        if (fields.number() == 6) last = fields.varint();
    }
    EXPECT_FALSE(fields.failed());
    EXPECT_EQ(last, 7U);
}

TEST(ProtobufReader, gives_nothing_for_another_wire_type) {
    ProtobufReader fields("\x08\x07");
    ASSERT_TRUE(fields.next());
    EXPECT_EQ(fields.bytes(), "");
    EXPECT_EQ(fields.fixed64(), 0U);
    EXPECT_EQ(fields.varint(), 7U);
}

TEST(ProtobufReader, says_where_a_nested_message_breaks) {
    ProtobufReader fields(std::string_view("\x0a\x02\x00\x00", 4));
    ASSERT_TRUE(fields.next());
    ProtobufReader inner = fields.message();
    EXPECT_EQ(message_of(inner), "Malformed: fieldNumber was zero at byte 2");
}

TEST(ProtobufReader, refuses_with_zipkins_words) {
    EXPECT_EQ(error_of(std::string_view("\x00", 1)), "Malformed: fieldNumber was zero at byte 0");
    EXPECT_EQ(error_of("\x0b"), "Malformed: invalid wireType 3 at byte 0");
    EXPECT_EQ(error_of("\x0f"), "Malformed: invalid wireType 7 at byte 0");
    EXPECT_EQ(error_of("\x0a\x42xy"), "Truncated: length 66 > bytes available 2");
    EXPECT_EQ(error_of("\x08"), "Truncated: length 1 > bytes available 0");
    EXPECT_EQ(error_of("\x09\x01"), "Truncated: length 8 > bytes available 1");
    EXPECT_EQ(
        error_of("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
        "Malformed: varint is longer than 64 bits at byte 11"
    );
    EXPECT_EQ(
        error_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        "Malformed: fieldNumber is too large at byte 0"
    );
}

TEST(ProtobufReader, refuses_a_boolean_that_is_neither) {
    ProtobufReader fields("\x08\x02\x08\x01");
    ASSERT_TRUE(fields.next());
    EXPECT_FALSE(fields.boolean());
    EXPECT_EQ(fields.error().message, "Malformed: invalid boolean value at byte 1");
    EXPECT_FALSE(fields.next());
}

TEST(ProtobufReader, survives_random_bytes) {
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random());
        ProtobufReader fields(bytes);
        while (fields.next()) {
            if (random() % 2 == 0) {
                EXPECT_LE(fields.bytes().size(), bytes.size());
            }
        }
        EXPECT_LE(fields.position(), bytes.size());
    }
}

}  // namespace
}  // namespace clew::wire

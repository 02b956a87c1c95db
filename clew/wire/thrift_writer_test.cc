// SPDX-License-Identifier: Apache-2.0
// Goal: what the writer writes is TBinary, byte for byte, and the reader reads it back.
// Method: fixed bytes for each verb.
#include "clew/wire/thrift_writer.h"

#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace clew::wire {
namespace {

using std::string_view_literals::operator""sv;

TEST(ThriftWriter, writes_numbers_in_network_order) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.write_byte(-1);
    writer.write_int16(0x0102);
    writer.write_int32(-2);
    writer.write_int64(0xabc);
    EXPECT_EQ(bytes, "\xff\x01\x02\xff\xff\xff\xfe\x00\x00\x00\x00\x00\x00\x0a\xbc"sv);
}

TEST(ThriftWriter, writes_whole_fields) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.bool_field(9, true);
    writer.int32_field(0, 1);
    writer.int64_field(1, 2);
    writer.text_field(3, "GET");
    writer.field(ThriftType::list, 6);
    writer.list(ThriftType::structure, 0);
    writer.stop();
    EXPECT_EQ(
        bytes,
        "\x02\0\x09\1"
        "\x08\0\0\0\0\0\1"
        "\x0a\0\1\0\0\0\0\0\0\0\2"
        "\x0b\0\3\0\0\0\3GET"
        "\x0f\0\6\x0c\0\0\0\0"
        "\0"sv
    );
}

TEST(ThriftWriter, writes_what_the_reader_reads) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.write_int16(std::numeric_limits<std::int16_t>::min());
    writer.write_int32(std::numeric_limits<std::int32_t>::max());
    writer.write_int64(std::numeric_limits<std::int64_t>::min());
    writer.write_text("a text");
    ThriftReader reader(bytes);
    EXPECT_EQ(reader.read_int16(), std::numeric_limits<std::int16_t>::min());
    EXPECT_EQ(reader.read_int32(), std::numeric_limits<std::int32_t>::max());
    EXPECT_EQ(reader.read_int64(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(reader.read_text(), "a text");
    EXPECT_EQ(reader.bytes_left(), 0U);
}

}  // namespace
}  // namespace clew::wire

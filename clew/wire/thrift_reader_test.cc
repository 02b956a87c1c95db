// SPDX-License-Identifier: Apache-2.0
// Goal: the walk reads what TBinary says, believes no declared size, and survives any bytes.
// Method: hand-made bytes for each type and limit; seeded random mutation of a valid message.
#include "clew/wire/thrift_reader.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "clew/wire/thrift_writer.h"

namespace clew::wire {
namespace {

using std::string_view_literals::operator""sv;

TEST(ThriftReader, reads_numbers_in_network_order) {
    ThriftReader reader("\x01\x01\x02\xff\xff\xff\xfe\x00\x00\x00\x00\x00\x00\x0a\xbc"sv);
    EXPECT_EQ(reader.read_byte(), 1);
    EXPECT_EQ(reader.read_int16(), 0x0102);
    EXPECT_EQ(reader.read_int32(), -2);
    EXPECT_EQ(reader.read_int64(), 0xabc);
    EXPECT_EQ(reader.bytes_left(), 0U);
    EXPECT_TRUE(reader.ok());
}

TEST(ThriftReader, reads_a_double_as_its_bits) {
    ThriftReader reader("\x3f\xf8\x00\x00\x00\x00\x00\x00"sv);
    EXPECT_EQ(reader.read_float64(), 1.5);
}

TEST(ThriftReader, returns_texts_that_point_into_the_bytes) {
    const std::string_view bytes = "\x00\x00\x00\x03GET"sv;
    ThriftReader reader(bytes);
    const std::string_view text = reader.read_text();
    EXPECT_EQ(text, "GET");
    EXPECT_EQ(text.data(), bytes.data() + 4);
}

TEST(ThriftReader, keeps_its_first_failure) {
    ThriftReader reader("\x00\x00\x00\x09GET"sv);
    EXPECT_EQ(reader.read_text(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.read_int64(), 0);
    EXPECT_EQ(reader.read_text(), "");
    EXPECT_EQ(reader.read_list().count, 0U);
    ThriftField field;
    EXPECT_FALSE(reader.next_field(field));
    EXPECT_EQ(reader.error(), (Error{Code::truncated, "Truncated: length 9 > bytes available 3"}));
}

TEST(ThriftReader, says_how_many_bytes_a_number_misses) {
    ThriftReader reader("\x00\x00\x01"sv);
    EXPECT_EQ(reader.read_int64(), 0);
    EXPECT_EQ(reader.error().message, "Truncated: length 8 > bytes available 3");
}

TEST(ThriftReader, refuses_a_negative_text_length) {
    ThriftReader reader("\xff\xff\xff\xff some bytes"sv);
    EXPECT_EQ(reader.read_text(), "");
    EXPECT_EQ(reader.error().code, Code::malformed);
}

TEST(ThriftReader, ends_a_struct_at_its_stop_byte) {
    ThriftReader reader("\x08\x00\x07\x00\x00\x00\x2a\x00"sv);
    ThriftField field;
    ASSERT_TRUE(reader.next_field(field));
    EXPECT_EQ(field, (ThriftField{ThriftType::int32, 7}));
    EXPECT_EQ(reader.read_int32(), 42);
    EXPECT_FALSE(reader.next_field(field));
    EXPECT_TRUE(reader.ok());
}

TEST(ThriftReader, ends_a_struct_that_is_cut_in_its_field_head) {
    ThriftReader reader("\x08\x00"sv);
    ThriftField field;
    EXPECT_FALSE(reader.next_field(field));
    EXPECT_FALSE(reader.ok());
}

TEST(ThriftReader, takes_a_field_only_when_it_comes_next) {
    ThriftReader reader("\x08\x00\x07\x00\x00\x00\x2a\x0b\x00"sv);
    EXPECT_FALSE(reader.take_field({ThriftType::int32, 8}));
    EXPECT_FALSE(reader.take_field({ThriftType::int64, 7}));
    ASSERT_TRUE(reader.take_field({ThriftType::int32, 7}));
    EXPECT_EQ(reader.read_int32(), 42);
    EXPECT_FALSE(reader.take_field({ThriftType::text, 0}));
    EXPECT_TRUE(reader.ok()) << "asking is no failure";
    EXPECT_EQ(reader.bytes_left(), 2U);
}

TEST(ThriftReader, ends_a_struct_whose_stop_byte_is_among_the_last_bytes) {
    for (const std::string_view bytes : {"\0"sv, "\0a"sv, "\0ab"sv}) {
        ThriftReader reader(bytes);
        ThriftField field;
        EXPECT_FALSE(reader.next_field(field));
        EXPECT_TRUE(reader.ok());
        EXPECT_EQ(reader.bytes_left(), bytes.size() - 1);
    }
}

TEST(ThriftReader, refuses_a_count_that_the_bytes_left_cannot_hold) {
    ThriftReader texts("\x0b\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00"sv);
    EXPECT_EQ(texts.read_list().count, 0U);
    EXPECT_EQ(texts.error().message, "Truncated: length 12 > bytes available 8");
    ThriftReader structs("\x0c\x7f\xff\xff\xff"sv);
    EXPECT_EQ(structs.read_list().count, 0U);
    EXPECT_EQ(structs.error().code, Code::truncated);
    ThriftReader negative("\x0c\xff\xff\xff\xff\x00"sv);
    EXPECT_EQ(negative.read_list().count, 0U);
    EXPECT_EQ(negative.error().code, Code::malformed);
}

TEST(ThriftReader, accepts_an_empty_list_of_any_type_and_no_other_of_an_unknown_one) {
    ThriftReader empty("\x00\x00\x00\x00\x00"sv);
    EXPECT_EQ(empty.read_list().count, 0U);
    EXPECT_TRUE(empty.ok());
    ThriftReader unknown("\x05\x00\x00\x00\x01\x00"sv);
    EXPECT_EQ(unknown.read_list().count, 0U);
    EXPECT_EQ(unknown.error().message, "Malformed: no thrift type 5");
}

struct Skipped {
    ThriftType type;
    std::string_view bytes;
};

TEST(ThriftReader, skips_every_type) {
    const Skipped all[] = {
        {ThriftType::boolean, "\1"sv},
        {ThriftType::byte, "\1"sv},
        {ThriftType::float64, "12345678"sv},
        {ThriftType::int16, "12"sv},
        {ThriftType::int32, "1234"sv},
        {ThriftType::int64, "12345678"sv},
        {ThriftType::text, "\0\0\0\5hello"sv},
        {ThriftType::structure, "\x08\0\1\0\0\0\1\x0b\0\2\0\0\0\1x\0"sv},
        {ThriftType::map, "\x0b\x08\0\0\0\2\0\0\0\1a\0\0\0\1\0\0\0\1b\0\0\0\2"sv},
        {ThriftType::map, "\0\0\0\0\0\0"sv},
        {ThriftType::set,
         "\x0a\0\0\0\2"
         "1234567812345678"sv},
        {ThriftType::list, "\x0f\0\0\0\1\x0b\0\0\0\1\0\0\0\3abc"sv},
    };
    for (const Skipped& value : all) {
        const std::string bytes = std::string(value.bytes) + "rest";
        ThriftReader reader(bytes);
        reader.skip(value.type);
        EXPECT_TRUE(reader.ok()) << static_cast<int>(value.type);
        EXPECT_EQ(reader.bytes_left(), 4U) << static_cast<int>(value.type);
        for (std::size_t cut = 0; cut < value.bytes.size(); ++cut) {
            ThriftReader shorter(value.bytes.substr(0, cut));
            shorter.skip(value.type);
            EXPECT_FALSE(shorter.ok()) << static_cast<int>(value.type) << " cut at " << cut;
        }
    }
}

TEST(ThriftReader, skips_no_unknown_type) {
    for (const int type : {0, 1, 5, 7, 9, 16, 127, 255}) {
        ThriftReader reader("0123456789"sv);
        reader.skip(static_cast<ThriftType>(type));
        EXPECT_EQ(reader.error().message, "Malformed: no thrift type " + std::to_string(type));
    }
    ThriftReader map("\x0b\x05\0\0\0\1\0\0\0\0\0\0\0\0"sv);
    map.skip(ThriftType::map);
    EXPECT_EQ(map.error().message, "Malformed: no thrift type 5");
}

std::string nested_structs(int depth) {
    std::string bytes;
    for (int level = 0; level < depth; ++level) bytes += "\x0c\0\1"sv;
    bytes.append(static_cast<std::size_t>(depth) + 1, '\0');
    return bytes;
}

TEST(ThriftReader, gives_up_beyond_the_skip_depth) {
    const std::string deepest = nested_structs(kThriftSkipDepthMax - 1);
    ThriftReader within(deepest);
    within.skip(ThriftType::structure);
    EXPECT_TRUE(within.ok());
    EXPECT_EQ(within.bytes_left(), 0U);

    const std::string too_deep = nested_structs(kThriftSkipDepthMax);
    ThriftReader beyond(too_deep);
    beyond.skip(ThriftType::structure);
    EXPECT_EQ(
        beyond.error(), (Error{Code::limit_exceeded, "thrift_skip_depth_max of 64 exceeded"})
    );
}

TEST(ThriftReader, steps_over_repeated_bytes_only_when_all_are_there) {
    ThriftReader reader("abcabcab"sv);
    EXPECT_TRUE(reader.skip_equal("abc"));
    EXPECT_FALSE(reader.skip_equal("abd"));
    EXPECT_TRUE(reader.skip_equal("abc"));
    EXPECT_FALSE(reader.skip_equal("abc"));
    EXPECT_EQ(reader.bytes_left(), 2U);
    EXPECT_TRUE(reader.ok());
}

std::string sample_message() {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.int64_field(1, 0xabc);
    writer.text_field(3, "get /users");
    writer.field(ThriftType::list, 6);
    writer.list(ThriftType::structure, 3);
    for (int i = 0; i < 3; ++i) {
        writer.text_field(1, "key");
        writer.field(ThriftType::map, 2);
        bytes += "\x08\x0b\0\0\0\1\0\0\0\7\0\0\0\1v"sv;
        writer.stop();
    }
    writer.bool_field(9, true);
    writer.stop();
    return bytes;
}

TEST(ThriftReader, survives_random_mutations) {
    std::mt19937_64 random(4711);
    const std::string sample = sample_message();
    int failed = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = sample.substr(0, 1 + random() % sample.size());
        for (auto changes = random() % 4; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const std::vector<char> exact(bytes.begin(), bytes.end());
        ThriftReader reader({exact.data(), exact.size()});
        reader.skip(ThriftType::structure);
        failed += reader.ok() ? 0 : 1;
        ASSERT_LE(reader.position(), exact.data() + exact.size());
    }
    EXPECT_GT(failed, 0);
}

}  // namespace
}  // namespace clew::wire

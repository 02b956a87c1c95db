// SPDX-License-Identifier: Apache-2.0
// Goal: what is compressed comes back, and no stream makes more bytes, or takes more memory, than
// it may. Method: round trips, broken streams, and a bomb.
#include "clew/wire/compression.h"

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"

namespace clew::wire {
namespace {

constexpr std::size_t kPadding = 64;

std::string compressed(std::string_view text, int level = 6) {
    std::string out;
    gzip(text, level, out);
    return out;
}

Code inflating_fails_with(std::string_view bytes, std::size_t bytes_max = 1'000'000) {
    std::string out = "before";
    const Expected<void> done = gunzip(bytes, bytes_max, kPadding, out);
    EXPECT_EQ(out, "before");
    return done ? Code::internal : done.error().code;
}

TEST(Compression, gives_back_what_was_compressed) {
    for (const std::size_t size : {0u, 1u, 100u, 10'000u, 3'000'000u}) {
        std::string text;
        while (text.size() < size) text += std::to_string(text.size() * 2654435761u) + ",";
        text.resize(size);
        std::string out = "kept:";
        ASSERT_TRUE(gunzip(compressed(text), size, kPadding, out).has_value()) << size;
        EXPECT_EQ(out, "kept:" + text);
        EXPECT_GE(out.capacity(), out.size() + kPadding);
    }
}

TEST(Compression, reads_all_members_of_a_stream) {
    std::string out;
    const std::string stream = compressed("[1,") + compressed("") + compressed("2]");
    ASSERT_TRUE(gunzip(stream, 5, kPadding, out).has_value());
    EXPECT_EQ(out, "[1,2]");
}

TEST(Compression, stops_at_exactly_its_limit) {
    const std::string stream = compressed(std::string(100'000, 'x'));
    std::string out;
    EXPECT_TRUE(gunzip(stream, 100'000, kPadding, out).has_value());
    EXPECT_EQ(out.size(), 100'000u);
    EXPECT_EQ(inflating_fails_with(stream, 99'999), Code::limit_exceeded);
    EXPECT_EQ(inflating_fails_with(compressed("ab") + compressed("cd"), 3), Code::limit_exceeded);
}

TEST(Compression, takes_no_more_memory_than_its_limit_whatever_the_bomb) {
    const std::string bomb = compressed(std::string(40'000'000, '\0'), 1);
    ASSERT_LT(bomb.size(), 300'000u);
    std::string out;
    const Expected<void> done = gunzip(bomb, 10'000'000, kPadding, out);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, Code::limit_exceeded);
    EXPECT_EQ(done.error().message, "the body inflates to more than 10000000 bytes");
    EXPECT_EQ(out, "");
    EXPECT_LE(out.capacity(), 10'000'000u + kPadding);
}

TEST(Compression, refuses_a_bomb_of_many_members) {
    std::string bomb;
    for (int i = 0; i < 100; ++i) bomb += compressed(std::string(100'000, 'x'));
    EXPECT_EQ(inflating_fails_with(bomb, 5'000'000), Code::limit_exceeded);
}

TEST(Compression, copies_what_it_made_a_few_times_however_many_members_there_are) {
    // Each makes far more than eight times its own bytes.
    const std::string member = compressed(std::string(3'000, 'x'));
    std::string stream;
    for (int i = 0; i < 10'000; ++i) stream += member;
    std::string out;
    const std::size_t before = testing::allocation_count();
    ASSERT_TRUE(gunzip(stream, 32'000'000, kPadding, out).has_value());
    EXPECT_EQ(out.size(), 30'000'000U);
    EXPECT_LE(testing::allocation_count() - before, 40U);
}

TEST(Compression, refuses_a_stream_that_is_cut_anywhere) {
    const std::string stream = compressed("[{\"traceId\":\"1\",\"id\":\"2\"}]");
    for (std::size_t size = 0; size < stream.size() - 8; ++size) {
        EXPECT_EQ(inflating_fails_with(stream.substr(0, size)), Code::malformed) << size;
    }
}

// As Zipkin does, and the next ones.
TEST(Compression, takes_a_stream_whose_trailer_is_missing_or_cut) {
    const std::string stream = compressed("[]");
    for (std::size_t cut = 0; cut <= 8; ++cut) {
        std::string out;
        ASSERT_TRUE(gunzip(stream.substr(0, stream.size() - cut), 10, kPadding, out).has_value());
        EXPECT_EQ(out, "[]") << cut;
    }
}

TEST(Compression, refuses_a_wrong_trailer_as_far_as_it_is_there) {
    const std::string stream = compressed("[]");
    for (std::size_t at = stream.size() - 8; at < stream.size(); ++at) {
        std::string broken = stream.substr(0, at + 1);
        broken[at] = static_cast<char>(broken[at] ^ 1);
        EXPECT_EQ(inflating_fails_with(broken), Code::malformed) << at;
    }
}

TEST(Compression, takes_a_stream_that_was_flushed_and_not_ended) {
    // A stored block of "[]", and the empty one that a flush writes.
    const std::string header("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    const std::string flushed = header + std::string("\0\2\0\xfd\xff[]\0\0\0\xff\xff", 12);
    std::string out;
    ASSERT_TRUE(gunzip(flushed, 10, kPadding, out).has_value());
    EXPECT_EQ(out, "[]");
    EXPECT_EQ(inflating_fails_with(flushed.substr(0, flushed.size() - 1)), Code::malformed);
}

TEST(Compression, takes_a_stream_that_is_followed_by_something_else) {
    for (const std::string& behind :
         {std::string("rest"),
          std::string(40, 'x'),
          std::string(20, '\0'),
          std::string("\x1f\x8b")}) {
        std::string out;
        ASSERT_TRUE(gunzip(compressed("text") + behind, 10, kPadding, out).has_value());
        EXPECT_EQ(out, "text");
    }
}

TEST(Compression, reads_every_optional_field_of_a_header) {
    const std::string blocks = compressed("[]").substr(10);
    const std::string flags("\x1f\x8b\x08\x1e\0\0\0\0\0\xff", 10);
    const std::string header =
        flags + std::string("\2\0ab", 4) + std::string("name\0note\0", 10) + "hc";
    std::string out;
    ASSERT_TRUE(gunzip(header + blocks, 10, kPadding, out).has_value());
    EXPECT_EQ(out, "[]");
    for (std::size_t size = 0; size < header.size(); ++size) {
        EXPECT_EQ(inflating_fails_with(header.substr(0, size)), Code::malformed) << size;
    }
    EXPECT_EQ(
        inflating_fails_with("\x1f\x8b\x08\x20" + header.substr(4) + blocks), Code::malformed
    );
}

TEST(Compression, refuses_what_is_not_gzip) {
    EXPECT_EQ(inflating_fails_with(""), Code::malformed);
    EXPECT_EQ(inflating_fails_with("[{\"traceId\":\"1\",\"id\":\"2\"}]"), Code::malformed);
    EXPECT_EQ(
        inflating_fails_with(compressed("text") + compressed("more").substr(0, 12)), Code::malformed
    );
}

TEST(Compression, lets_no_flipped_bit_change_the_content) {
    const std::string text = "the quick brown fox";
    const std::string stream = compressed(text);
    std::size_t noticed = 0;
    for (std::size_t bit = 0; bit < stream.size() * 8; ++bit) {
        std::string broken = stream;
        broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
        std::string out;
        const Expected<void> done = gunzip(broken, 1000, kPadding, out);
        // Unused bits and the header's time of day may be anything.
        EXPECT_EQ(out, done ? text : "") << bit;
        if (!done) ++noticed;
    }
    EXPECT_GT(noticed, (stream.size() - 10) * 7);
}

}  // namespace
}  // namespace clew::wire

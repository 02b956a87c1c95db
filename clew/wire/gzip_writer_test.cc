// SPDX-License-Identifier: Apache-2.0
// Goal: what an application compresses is gzip to others, in memory that does not grow from body to
// body. Method: round trips through the server's reader, one writer for many texts.
#include "clew/wire/gzip_writer.h"

#include <gtest/gtest.h>

#include "clew/wire/compression.h"

namespace clew::wire {
namespace {

std::string spans(std::size_t count, std::uint32_t seed) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        seed = seed * 1'664'525U + 1'013'904'223U;
        text += "{\"id\":\"" + std::to_string(seed) + "\",\"name\":\"get /v1/account\"},";
    }
    return text;
}

std::string inflated(std::string_view bytes) {
    std::string out;
    const Expected<void> done = gunzip(bytes, 10'000'000, 0, out);
    return done ? out : done.error().message;
}

TEST(GzipWriter, is_in_every_build_that_is_tested) { EXPECT_TRUE(GzipWriter::is_built()); }

TEST(GzipWriter, writes_what_every_gzip_reader_gives_back) {
    GzipWriter writer;
    std::string out = "what was there before";
    for (const std::size_t count : {0U, 1U, 10U, 1'000U, 50'000U, 3U}) {
        const std::string text = spans(count, static_cast<std::uint32_t>(count));
        ASSERT_TRUE(writer.write(text, out));
        EXPECT_EQ(inflated(out), text) << count;
    }
}

TEST(GzipWriter, makes_a_body_of_spans_much_smaller) {
    GzipWriter writer;
    const std::string text = spans(1'000, 1);
    std::string out;
    ASSERT_TRUE(writer.write(text, out));
    EXPECT_LT(out.size() * 3, text.size());
}

TEST(GzipWriter, writes_the_same_bytes_whatever_it_wrote_before) {
    GzipWriter used;
    GzipWriter fresh;
    std::string used_out;
    std::string fresh_out;
    ASSERT_TRUE(used.write(spans(500, 9), used_out));
    ASSERT_TRUE(used.write(spans(100, 1), used_out));
    ASSERT_TRUE(fresh.write(spans(100, 1), fresh_out));
    EXPECT_EQ(used_out, fresh_out);
}

TEST(GzipWriter, takes_no_more_memory_from_body_to_body) {
    GzipWriter writer;
    std::string out;
    ASSERT_TRUE(writer.write(spans(1'000, 1), out));
    const std::size_t capacity = out.capacity();
    const char* const at = out.data();
    for (std::uint32_t i = 2; i < 50; ++i) ASSERT_TRUE(writer.write(spans(900, i), out));
    EXPECT_EQ(out.capacity(), capacity);
    EXPECT_EQ(out.data(), at);
}

}  // namespace
}  // namespace clew::wire

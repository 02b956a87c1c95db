// SPDX-License-Identifier: Apache-2.0
// Goal: pointers stay valid, alignment holds, the number of allocations grows slowly. Method: write
// into what is handed out and read it back.
#include "clew/base/arena.h"

#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

namespace clew {
namespace {

TEST(Arena, keeps_copies_apart_and_unchanged) {
    Arena arena;
    std::vector<std::string_view> copies;
    for (int i = 0; i < 2'000; ++i) copies.push_back(arena.copy("text " + std::to_string(i)));
    for (int i = 0; i < 2'000; ++i) {
        EXPECT_EQ(copies[static_cast<std::size_t>(i)], "text " + std::to_string(i));
    }
}

TEST(Arena, aligns_arrays_whatever_came_before) {
    Arena arena;
    for (int i = 1; i < 100; ++i) {
        arena.allocate(static_cast<std::size_t>(i));
        auto* numbers = arena.allocate_array<std::uint64_t>(3);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers) % alignof(std::uint64_t), 0U);
        std::memset(numbers, 0xff, 3 * sizeof(std::uint64_t));
    }
}

TEST(Arena, adopts_a_buffer_without_moving_its_characters) {
    Arena arena;
    std::string buffer(1000, 'x');
    const char* place = buffer.data();
    const std::string_view adopted = arena.adopt(std::move(buffer));
    EXPECT_EQ(adopted.data(), place);
    EXPECT_EQ(arena.adopt(std::string("short")), "short");
}

TEST(Arena, keeps_pointers_valid_when_it_is_moved) {
    Arena first;
    const std::string_view text = first.copy("stays");
    Arena second = std::move(first);
    EXPECT_EQ(text, "stays");
    Arena third;
    third.copy("goes");
    third = std::move(second);
    EXPECT_EQ(text, "stays");
    EXPECT_EQ(
        first.copy("usable again"), "usable again"
    );  // NOLINT(bugprone-use-after-move): promised
}

TEST(Arena, counts_the_bytes_it_holds) {
    Arena arena;
    EXPECT_EQ(arena.size_bytes(), 0U);
    arena.reserve(10'000);
    EXPECT_EQ(arena.size_bytes(), 10'000U);
    arena.allocate(9'999);
    EXPECT_EQ(arena.size_bytes(), 10'000U);
    arena.adopt(std::string(5'000, 'x'));
    EXPECT_GE(arena.size_bytes(), 15'000U);
}

TEST(Arena, gives_nothing_for_an_empty_text) {
    Arena arena;
    EXPECT_TRUE(arena.copy("").empty());
    EXPECT_EQ(arena.size_bytes(), 0U);
}

}  // namespace
}  // namespace clew

// SPDX-License-Identifier: Apache-2.0
// Goal: equal keys have equal hashes, and keys that a stranger would choose spread out.
#include "clew/base/secret_hash.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace clew {
namespace {

TEST(SecretHash, is_the_same_for_the_same_key) {
    EXPECT_EQ(secret_hash(std::uint64_t{7}), secret_hash(std::uint64_t{7}));
    EXPECT_EQ(secret_hash("frontend"), secret_hash(std::string("front") + "end"));
    EXPECT_EQ(SecretHash{}("x"), secret_hash("x"));
}

TEST(SecretHash, tells_keys_apart_that_differ_little) {
    std::set<std::uint64_t> hashes;
    std::string text;
    for (int length = 0; length < 40; ++length) {
        EXPECT_TRUE(hashes.insert(secret_hash(text)).second) << length;
        text.push_back('\0');
    }
    hashes.clear();
    for (std::uint64_t value = 0; value < 10'000; ++value) {
        EXPECT_TRUE(hashes.insert(secret_hash(value << 40)).second) << value;
    }
}

TEST(SecretHash, depends_on_the_order_of_what_is_added) {
    SecretHasher one;
    one.add("ab");
    one.add("c");
    SecretHasher two;
    two.add("a");
    two.add("bc");
    SecretHasher three;
    three.add("c");
    three.add("ab");
    EXPECT_NE(one.result(), two.result());
    EXPECT_NE(one.result(), three.result());
}

TEST(SecretHash, spreads_multiples_over_the_low_bits) {
    // Ids that a stranger made to fall into one bucket of an identity hash.
    for (const std::uint64_t step :
         {1ULL, 4096ULL, 1ULL << 20, 1ULL << 50, 0x9e37'79b9'7f4a'7c15ULL}) {
        std::set<std::uint64_t> buckets;
        for (std::uint64_t i = 0; i < 4096; ++i) buckets.insert(secret_hash(i * step) % 4096);
        // Chance hits 63.2 %, which is 2589, give or take 30.
        EXPECT_GT(buckets.size(), 2300U) << step;
    }
}

}  // namespace
}  // namespace clew

// SPDX-License-Identifier: Apache-2.0
// Goal: baggage is read, changed and written as W3C Baggage says, within its limits. Method: one
// test for each rule, by texts as they stand on the wire.
#include "clew/propagation/baggage.h"

#include <string>

#include <gtest/gtest.h>

namespace clew::propagation {

namespace {

std::string decoded(std::string_view value) {
    std::string out;
    append_decoded(value, out);
    return out;
}

void expect_skipped(std::string_view member) {
    std::string text("first=1,");
    text.append(member).append(",last=2");
    const ReceivedBaggage received = normal_baggage(text);
    EXPECT_EQ(received.text, "first=1,last=2") << member;
    EXPECT_TRUE(received.had_malformed) << member;
}

std::string members(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text.append(i == 0 ? "" : ",").append("k").append(std::to_string(i)).append("=v");
    }
    return text;
}

}  // namespace

TEST(Baggage, loses_spaces_and_empty_members) {
    const ReceivedBaggage received =
        normal_baggage(" a = 1 ,, b=2 ; p = 3 ;q\t, c=\t ,key3=value3; propertyKey=propertyValue");
    EXPECT_EQ(received.text, "a=1,b=2;p=3;q,c=,key3=value3;propertyKey=propertyValue");
    EXPECT_FALSE(received.had_malformed);
    EXPECT_EQ(normal_baggage("").text, "");
    EXPECT_FALSE(normal_baggage(" , ").had_malformed);
}

TEST(Baggage, keeps_every_character_that_the_format_allows) {
    const std::string key = "!#$%&'*+-.^_`|~09azAZ";
    const std::string value = "!#$%&'()*+-./0:<=>?@AZ[]^_`az{|}~";
    EXPECT_EQ(normal_baggage(key + "=" + value).text, key + "=" + value);
}

TEST(Baggage, skips_malformed_members_alone) {
    for (const std::string_view member :
         {"a",
          "=1",
          "a b=1",
          "a=1 2",
          "a=\"1\"",
          "a=\\",
          "\xc3\xa9=1",
          "a=\xc3\xa9",
          "a=1;",
          "a=1;=2",
          "a=1;p q",
          "a=1;p=\"",
          "a(=1",
          "a=\x7f",
          "a=\x01"}) {
        expect_skipped(member);
    }
}

TEST(Baggage, keeps_keys_that_stand_twice) { EXPECT_EQ(normal_baggage("a=1,a=2").text, "a=1,a=2"); }

TEST(Baggage, leaves_whole_members_out_that_are_beyond_64) {
    EXPECT_EQ(normal_baggage(members(64)).text, members(64));
    EXPECT_FALSE(normal_baggage(members(64)).had_malformed);
    EXPECT_EQ(normal_baggage(members(70)).text, members(64));
    EXPECT_TRUE(normal_baggage(members(70)).had_malformed);
}

TEST(Baggage, leaves_whole_members_out_that_are_beyond_8192_bytes) {
    const std::string exact = "a=" + std::string(kBaggageBytesMax - 2, 'x');
    EXPECT_EQ(normal_baggage(exact).text, exact);
    EXPECT_EQ(normal_baggage(exact + ",b=1").text, exact);
    EXPECT_EQ(normal_baggage("b=1," + exact + ",c=2").text, "b=1,c=2");
    EXPECT_EQ(normal_baggage(exact + "x").text, "");
}

TEST(Baggage, decodes_values_and_repairs_what_is_no_utf8) {
    EXPECT_EQ(decoded("DF%2028"), "DF 28");
    EXPECT_EQ(decoded("Am%C3%A9lie"), "Am\xc3\xa9lie");
    EXPECT_EQ(
        decoded("a%ffb"),
        "a\xef\xbf\xbd"
        "b"
    );
    EXPECT_EQ(decoded("%"), "%");
    EXPECT_EQ(decoded("%2"), "%2");
    EXPECT_EQ(decoded("%2g%g2"), "%2g%g2");
    EXPECT_EQ(decoded("%41"), "A");
    EXPECT_EQ(decoded("a+b=c"), "a+b=c");
}

TEST(Baggage, takes_any_text_for_a_new_value) {
    const std::string any("a b,c;d\"e\\f%g+\xc3\xa9\0\n", 18);
    const auto text = with_baggage("first=1", "key", any);
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, "first=1,key=a%20b%2Cc%3Bd%22e%5Cf%25g%2B%C3%A9%00%0A");
    BaggageReader reader(*text);
    BaggageMember member;
    ASSERT_TRUE(reader.next(member));
    ASSERT_TRUE(reader.next(member));
    EXPECT_EQ(decoded(member.value), any);
    EXPECT_FALSE(reader.next(member));
}

TEST(Baggage, puts_a_new_value_in_place_of_all_others_of_its_key) {
    EXPECT_EQ(with_baggage("a=1;p=1,b=2,a=3", "a", "4"), "b=2,a=4");
    EXPECT_EQ(with_baggage("", "a", ""), "a=");
}

TEST(Baggage, refuses_a_key_that_is_no_token_and_what_would_pass_a_limit) {
    for (const std::string_view key : {"", "a b", "a,", "a=", "\xc3\xa9", "a;"}) {
        EXPECT_FALSE(with_baggage("", key, "1")) << key;
    }
    EXPECT_FALSE(with_baggage(members(64), "more", "1"));
    EXPECT_TRUE(with_baggage(members(64), "k0", "1"));
    EXPECT_TRUE(with_baggage("", "a", std::string(kBaggageBytesMax - 2, 'x')));
    EXPECT_FALSE(with_baggage("", "a", std::string(kBaggageBytesMax - 1, 'x')));
    EXPECT_FALSE(with_baggage("", "a", std::string(kBaggageBytesMax / 3 + 1, ' ')));
    EXPECT_FALSE(with_baggage("", "a", std::string(kBaggageBytesMax * 2, 'x')));
}

TEST(Baggage, is_taken_out_by_key) {
    EXPECT_EQ(without_baggage("a=1;p,b=2,a=3", "a"), "b=2");
    EXPECT_EQ(without_baggage("a=1", "A"), "a=1");
    EXPECT_EQ(without_baggage("a=1", "a"), "");
}

TEST(BaggageReader, gives_key_value_and_properties) {
    BaggageReader reader("nonsense,a=1;p=2;q,b=%20");
    BaggageMember member;
    ASSERT_TRUE(reader.next(member));
    EXPECT_EQ(member.key, "a");
    EXPECT_EQ(member.value, "1");
    EXPECT_EQ(member.properties, ";p=2;q");
    ASSERT_TRUE(reader.next(member));
    EXPECT_EQ(member.key, "b");
    EXPECT_EQ(member.value, "%20");
    EXPECT_EQ(member.properties, "");
    EXPECT_FALSE(reader.next(member));
    EXPECT_EQ(reader.malformed_count(), 1U);
}

}  // namespace clew::propagation

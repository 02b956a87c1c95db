// SPDX-License-Identifier: Apache-2.0
// Goal: parameters mean what browsers and scripts mean by them. Method: rows of text.
#include "clew/web/query_string.h"

#include <gtest/gtest.h>

namespace clew::web {
namespace {

using Parameters = std::vector<query::Parameter>;

TEST(QueryString, keeps_order_and_repetition) {
    EXPECT_EQ(parse_query_string("b=1&a=2&b=3"), (Parameters{{"b", "1"}, {"a", "2"}, {"b", "3"}}));
}

TEST(QueryString, takes_a_name_without_a_value_for_an_empty_one) {
    EXPECT_EQ(parse_query_string("a&b="), (Parameters{{"a", ""}, {"b", ""}}));
    EXPECT_EQ(parse_query_string(""), Parameters{});
    EXPECT_EQ(parse_query_string("&&"), Parameters{});
    EXPECT_EQ(parse_query_string("=x"), (Parameters{{"", "x"}}));
}

TEST(QueryString, decodes_escapes_and_plus_in_names_and_values) {
    EXPECT_EQ(
        parse_query_string("annotation%51uery=http.path%3D%2Fa+b%2bc%20and+error"),
        (Parameters{{"annotationQuery", "http.path=/a b+c and error"}})
    );
    EXPECT_EQ(parse_query_string("a=%C3%A4"), (Parameters{{"a", "\xc3\xa4"}}));
}

TEST(QueryString, splits_at_the_first_equals_sign) {
    EXPECT_EQ(parse_query_string("a=b=c"), (Parameters{{"a", "b=c"}}));
}

TEST(QueryString, leaves_an_escape_that_is_none_as_it_stands) {
    EXPECT_EQ(
        parse_query_string("a=%zz&b=%4&c=100%"),
        (Parameters{{"a", "%zz"}, {"b", "%4"}, {"c", "100%"}})
    );
}

TEST(QueryString, decodes_a_path_but_not_its_plus) {
    EXPECT_EQ(decode_path("%20abc+%2f"), " abc+/");
    EXPECT_EQ(decode_path("a%00b"), std::nullopt);
}

}  // namespace
}  // namespace clew::web

// SPDX-License-Identifier: Apache-2.0
// Goal: lists of formats are read as people write them. Method: texts.
#include "clew/propagation/format.h"

#include <gtest/gtest.h>

namespace clew::propagation {

TEST(Format, has_a_name_that_leads_back_to_it) {
    for (std::size_t at = 0; at < kFormats; ++at) {
        const auto format = static_cast<Format>(at);
        EXPECT_EQ(format_of(format_name(format)), format);
    }
    EXPECT_EQ(format_of("b4"), std::nullopt);
    EXPECT_EQ(format_of(""), std::nullopt);
}

TEST(FormatList, holds_each_format_once_in_order) {
    const FormatList list{Format::baggage, Format::b3_single, Format::baggage};
    EXPECT_EQ(list.size(), 2U);
    EXPECT_EQ(*list.begin(), Format::baggage);
    EXPECT_TRUE(list.contains(Format::b3_single));
    EXPECT_FALSE(list.contains(Format::b3_multi));
}

TEST(FormatList, is_read_from_names_between_commas) {
    EXPECT_EQ(parse_formats("b3multi"), FormatList{Format::b3_multi});
    EXPECT_EQ(
        parse_formats("tracecontext, baggage ,b3,b3"),
        (FormatList{Format::trace_context, Format::baggage, Format::b3_single})
    );
    EXPECT_EQ(parse_formats(" none "), FormatList());
}

TEST(FormatList, refuses_unknown_names_or_skips_them) {
    for (const std::string_view text :
         {"", " ", "b3,", ",b3", "b3,,b3multi", "w3c", "b3,jaeger", "B3"}) {
        EXPECT_EQ(parse_formats(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_formats("jaeger,b3", UnknownNames::skip), FormatList{Format::b3_single});
    EXPECT_EQ(parse_formats("jaeger", UnknownNames::skip), std::nullopt);
    EXPECT_EQ(parse_formats("none", UnknownNames::skip), FormatList());
}

}  // namespace clew::propagation

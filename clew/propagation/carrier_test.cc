// SPDX-License-Identifier: Apache-2.0
// Goal: any callable is a carrier, and none can throw through propagation. Method: one lambda for
// each kind of answer.
#include "clew/propagation/carrier.h"

#include <array>
#include <map>
#include <new>
#include <stdexcept>

#include <gtest/gtest.h>

#include "clew/propagation/b3_multi.h"
#include "clew/propagation/b3_single.h"

namespace clew::propagation {

TEST(HeaderReader, tells_an_absent_header_from_an_empty_one_where_the_carrier_does) {
    const auto optional = [](std::string_view name) -> std::optional<std::string_view> {
        if (name == "empty") return std::string_view();
        if (name == "full") return "value";
        return std::nullopt;
    };
    const HeaderReader headers(optional);
    EXPECT_EQ(headers.get("absent"), std::nullopt);
    EXPECT_EQ(headers.get("empty"), "");
    EXPECT_EQ(headers.get("full"), "value");
}

TEST(HeaderReader, takes_empty_texts_and_null_pointers_for_absent) {
    const auto text = [](std::string_view name) {
        return name == "full" ? std::string_view("value") : std::string_view("");
    };
    EXPECT_EQ(HeaderReader(text).get("absent"), std::nullopt);
    EXPECT_EQ(HeaderReader(text).get("full"), "value");
    const auto c_string = [](std::string_view name) { return name == "full" ? "value" : nullptr; };
    EXPECT_EQ(HeaderReader(c_string).get("absent"), std::nullopt);
    EXPECT_EQ(HeaderReader(c_string).get("full"), "value");
    const std::map<std::string, std::string, std::less<>> map{{"full", "value"}};
    const std::string none;
    const auto reference = [&](std::string_view name) -> const std::string& {
        const auto at = map.find(name);
        return at == map.end() ? none : at->second;
    };
    EXPECT_EQ(HeaderReader(reference).get("full"), "value");
    EXPECT_EQ(HeaderReader(reference).get("absent"), std::nullopt);
}

TEST(HeaderReader, turns_an_exception_into_a_malformed_context) {
    const auto get = [](std::string_view) -> std::string_view { throw std::runtime_error("no"); };
    EXPECT_EQ(B3Single().extract(get).found, Extracted::Found::malformed);
    EXPECT_EQ(B3Multi().extract(get).found, Extracted::Found::malformed);
    const auto half = [](std::string_view name) -> std::string_view {
        if (name == "X-B3-TraceId") return "463ac35c9f6413ad";
        if (name == "X-B3-SpanId") throw std::bad_alloc();
        return {};
    };
    EXPECT_EQ(B3Multi().extract(half).found, Extracted::Found::malformed);
}

TEST(HeaderWriter, says_when_the_carrier_threw) {
    const auto refuse = [](std::string_view, std::string_view) { throw std::bad_alloc(); };
    EXPECT_FALSE(HeaderWriter(refuse).set("name", "value"));
    std::string taken;
    const auto take = [&](std::string_view name, std::string_view value) {
        taken.append(name).append("=").append(value);
    };
    EXPECT_TRUE(HeaderWriter(take).set("name", "value"));
    EXPECT_EQ(taken, "name=value");
}

TEST(HeaderFields, compares_names_without_regard_to_case) {
    const std::array<HeaderField, 3> list{
        {{"X-B3-TRACEID", "1"}, {"x-b3-traceid", "2"}, {"b3", ""}}};
    const HeaderFields fields(list);
    EXPECT_EQ(fields("X-B3-TraceId"), "1,2");  // both
    EXPECT_EQ(fields("B3"), "");
    EXPECT_EQ(fields("b"), std::nullopt);
    EXPECT_EQ(fields("X-B3-SpanId"), std::nullopt);
}

}  // namespace clew::propagation

// SPDX-License-Identifier: Apache-2.0
// Goal: a copy of spans is the same spans, in memory of its own and no more than they need.
// Method: spans with everything in them; allocations and bytes counted.
#include "clew/model/span_copy.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"

namespace clew::model {
namespace {

// `count` spans that have everything a span can have.
SpanBatch rich_spans(std::size_t count) {
    SpanBuilder builder;
    for (std::size_t i = 0; i < count; ++i) {
        SpanRow& row = builder.start_span();
        row.trace_id = {1, i};
        row.id = {i + 1};
        row.name = builder.copy("span " + std::to_string(i));
        row.status_message = "status";
        row.trace_state = "a=1";
        row.timestamp = {static_cast<std::int64_t>(i + 1), 500};
        builder.set_local_endpoint({builder.copy("local"), Ipv4Address{1, 2, 3, 4}, {}, 80});
        builder.set_remote_endpoint({builder.copy("remote"), {}, Ipv6Address{1}, 0});
        builder.add_tag(builder.copy("text"), Value(builder.copy(std::to_string(i))));
        Value* elements = builder.arena().allocate_array<Value>(2);
        elements[0] = Value(builder.copy("element"));
        elements[1] = Value::of_int64(7);
        builder.add_tag("array", Value::of_array({elements, 2}));
        Tag* entries = builder.arena().allocate_array<Tag>(1);
        entries[0] = {builder.copy("key"), Value::of_boolean(true)};
        builder.add_tag("map", Value::of_map({entries, 1}));
        builder.add_annotation({5, 0}, builder.copy("note"));
        builder.add_annotation_tag("of note", Value::of_bytes("\x01\x02"));
        builder.add_link({{3, 4}, {5}, "b=2", 1, {}});
        builder.add_link_tag("of link", Value("x"));
        const Tag origin_tags[] = {{"host", Value("h")}};
        builder.row().resource = builder.add_origin({"", "", "schema", {}}, origin_tags);
        builder.row().scope = builder.add_origin({"scope", "1", "", {}}, {});
    }
    return builder.finish();
}

std::vector<Span> all(const SpanBatch& batch) { return {batch.begin(), batch.end()}; }

TEST(SpanCopy, is_equal_in_every_field_and_outlives_the_original) {
    std::optional<SpanBatch> original = rich_spans(20);
    const SpanBatch copy = copy_spans(all(*original));
    const SpanBatch same = rich_spans(20);
    original.reset();
    ASSERT_EQ(copy.size(), 20U);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(copy[i], same[i]);
}

TEST(SpanCopy, takes_spans_in_the_order_given) {
    const SpanBatch original = rich_spans(3);
    const SpanBatch copy = copy_spans(std::vector<Span>{original[2], original[0]});
    ASSERT_EQ(copy.size(), 2U);
    EXPECT_EQ(copy[0], original[2]);
    EXPECT_EQ(copy[1], original[0]);
    EXPECT_TRUE(copy_spans({}).empty());
}

TEST(SpanCopy, allocates_no_more_for_many_spans_than_for_few) {
    const SpanBatch few = rich_spans(10);
    const SpanBatch many = rich_spans(10'000);
    const std::vector<Span> few_spans = all(few);
    const std::vector<Span> many_spans = all(many);
    const std::size_t before_few = testing::allocation_count();
    const SpanBatch copy_of_few = copy_spans(few_spans);
    const std::size_t before_many = testing::allocation_count();
    const SpanBatch copy_of_many = copy_spans(many_spans);
    const std::size_t after = testing::allocation_count();
    // Seven kinds of things; alignment of arrays may ask for some more blocks.
    EXPECT_LE(before_many - before_few, 10U);
    EXPECT_LE(after - before_many, 16U);
}

TEST(SpanCopy, holds_just_what_the_spans_need) {
    SpanBuilder builder;
    builder.reserve_for_body(1 << 20);
    builder.start_span().id = {1};
    builder.add_tag("key", Value(builder.copy(std::string(1000, 'x'))));
    const SpanBatch original = builder.finish();
    EXPECT_GT(original.size_bytes(), 1U << 20);
    const SpanBatch copy = copy_spans(all(original));
    EXPECT_LE(copy.size_bytes(), sizeof(SpanBatch) + sizeof(SpanRow) + sizeof(Tag) + 1003 + 64);
}

}  // namespace
}  // namespace clew::model

// SPDX-License-Identifier: Apache-2.0
// Goal: what is written row by row is read back span by span, and a copy equals its original.
#include "clew/model/span_builder.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace clew::model {
namespace {

// A span that uses every column.
void build_full_span(SpanBuilder& builder) {
    SpanRow& row = builder.start_span();
    row.trace_id = {1, 2};
    row.id = {3};
    row.parent_id = {4};
    row.timestamp = {5, 6};
    row.duration = {7, 8};
    row.name = "name";
    row.status = Status::error;
    row.status_message = "why";
    row.trace_state = "k=v";
    row.flags = 0x301;
    row.kind = Kind::producer;
    row.debug = true;
    row.shared = true;
    builder.set_local_endpoint({"local", Ipv4Address{1, 2, 3, 4}, std::nullopt, 80});
    builder.set_remote_endpoint({"remote", std::nullopt, Ipv6Address{1}, 0});
    static const Value items[] = {Value("x"), Value::of_bytes("y")};
    static const Tag entries[] = {{"inner", Value::of_array(items)}};
    builder.add_tag("text", Value("value"));
    builder.add_tag("map", Value::of_map(entries));
    builder.add_annotation({9, 10}, "first");
    builder.add_annotation_tag("of", Value("first"));
    builder.add_annotation({11, 0}, "second");
    builder.add_link({{5, 6}, {7}, "s=t", 1, {}});
    builder.add_link_tag("of", Value::of_int64(1));
    const Tag attributes[] = {{"host", Value("h")}};
    builder.row().resource = builder.add_origin({{}, {}, "schema", {}}, attributes);
    builder.row().scope = builder.add_origin({"scope", "1.0", {}, {}}, {});
}

SpanBatch full_batch() {
    SpanBuilder builder;
    build_full_span(builder);
    return builder.finish();
}

TEST(SpanBuilder, reads_back_what_was_written) {
    const SpanBatch batch = full_batch();
    ASSERT_EQ(batch.size(), 1U);
    const Span span = batch[0];
    EXPECT_EQ(span.trace_id(), (TraceId{1, 2}));
    EXPECT_EQ(span.id(), SpanId{3});
    EXPECT_EQ(span.parent_id(), SpanId{4});
    EXPECT_EQ(span.timestamp(), (Time{5, 6}));
    EXPECT_EQ(span.duration(), (Time{7, 8}));
    EXPECT_EQ(span.kind(), Kind::producer);
    EXPECT_EQ(span.local_service_name(), "local");
    EXPECT_EQ(span.remote_service_name(), "remote");
    ASSERT_EQ(span.tags().size(), 2U);
    EXPECT_EQ(*span.find_tag("text"), Value("value"));
    EXPECT_EQ(span.find_tag("absent"), nullptr);
    ASSERT_EQ(span.annotations().size(), 2U);
    ASSERT_EQ(span.tags(span.annotations()[0].tags).size(), 1U);
    EXPECT_TRUE(span.tags(span.annotations()[1].tags).empty());
    ASSERT_EQ(span.links().size(), 1U);
    EXPECT_EQ(span.tags(span.links()[0].tags)[0].value, Value::of_int64(1));
    ASSERT_NE(span.resource(), nullptr);
    EXPECT_EQ(span.tags(span.resource()->tags)[0].key, "host");
    EXPECT_EQ(span.scope()->name, "scope");
    EXPECT_EQ(span.status(), Status::error);
    EXPECT_EQ(span.status_message(), "why");
    EXPECT_EQ(span.trace_state(), "k=v");
    EXPECT_EQ(span.flags(), 0x301U);
}

TEST(SpanBuilder, says_absent_for_what_a_minimal_span_lacks) {
    SpanBuilder builder;
    builder.start_span();
    const SpanBatch batch = builder.finish();
    const Span span = batch[0];
    EXPECT_EQ(span.local_endpoint(), nullptr);
    EXPECT_EQ(span.remote_endpoint(), nullptr);
    EXPECT_EQ(span.local_service_name(), "");
    EXPECT_TRUE(span.timestamp().is_absent());
    EXPECT_TRUE(span.tags().empty());
    EXPECT_EQ(span.resource(), nullptr);
}

TEST(SpanBuilder, a_copy_equals_its_original_and_outlives_it) {
    SpanBuilder builder;
    builder.start_span();
    {
        const SpanBatch original = full_batch();
        builder.append(original[0]);
    }
    const SpanBatch copied = builder.finish();
    const SpanBatch fresh = full_batch();
    EXPECT_TRUE(copied[1] == fresh[0]);
    EXPECT_FALSE(copied[0] == fresh[0]);
}

TEST(Span, equality_sees_every_column) {
    const std::vector<std::function<void(SpanBuilder&)>> changes = {
        [](SpanBuilder& b) { b.row().trace_id.high = 9; },
        [](SpanBuilder& b) { b.row().id = {9}; },
        [](SpanBuilder& b) { b.row().parent_id = {9}; },
        [](SpanBuilder& b) { b.row().timestamp.ns = 9; },
        [](SpanBuilder& b) { b.row().duration.us = 9; },
        [](SpanBuilder& b) { b.row().name = "x"; },
        [](SpanBuilder& b) { b.row().kind = Kind::none; },
        [](SpanBuilder& b) { b.row().debug = false; },
        [](SpanBuilder& b) { b.row().shared = false; },
        [](SpanBuilder& b) { b.row().status = Status::ok; },
        [](SpanBuilder& b) { b.row().status_message = "x"; },
        [](SpanBuilder& b) { b.row().trace_state = "x"; },
        [](SpanBuilder& b) { b.row().flags = 0; },
        [](SpanBuilder& b) { b.row().local_endpoint = 0; },
        [](SpanBuilder& b) { b.remote_endpoint()->port = 9; },
        [](SpanBuilder& b) { b.tags()[0].value = Value("x"); },
        [](SpanBuilder& b) { b.annotations()[1].value = "x"; },
        [](SpanBuilder& b) { b.annotations()[0].tags = {}; },
        [](SpanBuilder& b) { b.row().links = {}; },
        [](SpanBuilder& b) { b.row().resource = 0; },
        [](SpanBuilder& b) { b.row().scope = b.row().resource; },
    };
    const SpanBatch original = full_batch();
    for (std::size_t i = 0; i < changes.size(); ++i) {
        SpanBuilder builder;
        build_full_span(builder);
        changes[i](builder);
        const SpanBatch changed = builder.finish();
        EXPECT_FALSE(changed[0] == original[0]) << "change " << i;
    }
    EXPECT_TRUE(full_batch()[0] == original[0]);
}

TEST(SpanBuilder, a_dropped_span_leaves_its_neighbours_whole) {
    SpanBuilder builder;
    build_full_span(builder);
    build_full_span(builder);
    builder.drop_span();
    build_full_span(builder);
    const SpanBatch batch = builder.finish();
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_TRUE(batch[0] == batch[1]);
}

TEST(SpanBuilder, is_empty_after_finish) {
    SpanBuilder builder;
    build_full_span(builder);
    EXPECT_EQ(builder.finish().size(), 1U);
    EXPECT_EQ(builder.size(), 0U);
    EXPECT_TRUE(builder.finish().empty());
}

TEST(SpanBatch, counts_the_memory_it_holds) {
    SpanBuilder builder;
    const std::size_t empty = builder.finish().size_bytes();
    builder.reserve_for_body(100'000);
    builder.adopt(std::string(100'000, 'x'));
    EXPECT_GE(builder.finish().size_bytes(), empty + 200'000);
}

TEST(SpanBatch, iterates_in_the_order_of_rows) {
    SpanBuilder builder;
    for (std::uint64_t i = 1; i <= 3; ++i) builder.start_span().id = {i};
    const SpanBatch batch = builder.finish();
    std::uint64_t expected = 1;
    for (const Span span : batch) EXPECT_EQ(span.id().value, expected++);
    EXPECT_EQ(expected, 4U);
}

Endpoint service(std::string_view name) {
    Endpoint endpoint;
    endpoint.service_name = name;
    return endpoint;
}

Origin origin(std::string_view name) {
    Origin origin;
    origin.name = name;
    return origin;
}

TEST(SpanBuilder, leaves_nothing_of_a_dropped_span_behind) {
    SpanBuilder builder;
    builder.start_span().id = {1};
    builder.set_local_endpoint(service("kept"));
    const SpanBuilder::Mark before = builder.mark();
    for (int i = 0; i < 3; ++i) {
        builder.start_span();
        builder.row().resource = builder.add_origin(origin("scope"), {});
        builder.set_local_endpoint(service("a"));
        builder.set_local_endpoint(service("b"));
        builder.set_remote_endpoint(service("c"));
        builder.add_tag("k", Value("v"));
        builder.add_annotation({1, 0}, "a");
        builder.add_link({});
        builder.drop_span();
    }
    const SpanBuilder::Mark after = builder.mark();
    EXPECT_EQ(after.size.spans, before.size.spans);
    EXPECT_EQ(after.size.tags, before.size.tags);
    EXPECT_EQ(after.size.annotations, before.size.annotations);
    EXPECT_EQ(after.size.endpoints, before.size.endpoints);
    EXPECT_EQ(after.size.links, before.size.links);
    EXPECT_EQ(after.size.origins, before.size.origins);
    const SpanBatch batch = builder.finish();
    EXPECT_EQ(batch[0].local_service_name(), "kept");
}

TEST(SpanBuilder, keeps_one_endpoint_of_a_side_that_is_set_twice) {
    SpanBuilder builder;
    builder.start_span();
    builder.set_local_endpoint(service("a"));
    builder.set_remote_endpoint(service("b"));
    builder.set_local_endpoint(service("c"));
    EXPECT_EQ(builder.mark().size.endpoints, 2U);
    const SpanBatch batch = builder.finish();
    EXPECT_EQ(batch[0].local_service_name(), "c");
    EXPECT_EQ(batch[0].remote_service_name(), "b");
}

TEST(SpanBuilder, rolls_back_to_a_mark_over_many_spans) {
    SpanBuilder builder;
    builder.add_origin(origin("before"), {});
    builder.start_span().id = {1};
    const SpanBuilder::Mark before = builder.mark();
    for (std::uint64_t id = 2; id < 5; ++id) {
        builder.start_span().id = {id};
        builder.set_remote_endpoint(service("x"));
        builder.add_origin(origin("after"), {});
        ++builder.left_out().spans_zero_id;
    }
    builder.rollback(before);
    EXPECT_EQ(builder.mark().size.origins, 1U);
    EXPECT_EQ(builder.mark().size.endpoints, 0U);
    builder.start_span().id = {9};
    const SpanBatch batch = builder.finish();
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_EQ(batch[1].id().value, 9U);
    EXPECT_EQ(batch.left_out(), LeftOut{});
}

}  // namespace
}  // namespace clew::model

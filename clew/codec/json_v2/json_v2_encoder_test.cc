// SPDX-License-Identifier: Apache-2.0
// Goal: the bytes are those of Zipkin's own writer. Method: whole spans compared as text.
#include "clew/codec/json_v2/json_v2_encoder.h"

#include <gtest/gtest.h>

#include "clew/model/span_builder.h"

namespace clew::codec {
namespace {

using model::Value;

std::string encoded(const model::SpanBatch& batch) {
    std::string out;
    JsonV2Encoder().append_list(batch, out);
    return out;
}

model::SpanRow& start(model::SpanBuilder& builder) {
    model::SpanRow& row = builder.start_span();
    row.trace_id = {0, 0xabc};
    row.id = {0xdef};
    return row;
}

TEST(JsonV2Encoder, writes_only_ids_of_a_minimal_span) {
    model::SpanBuilder builder;
    start(builder);
    EXPECT_EQ(
        encoded(builder.finish()), R"([{"traceId":"0000000000000abc","id":"0000000000000def"}])"
    );
}

TEST(JsonV2Encoder, writes_every_field_in_zipkins_order) {
    model::SpanBuilder builder;
    model::SpanRow& row = start(builder);
    row.trace_id.high = 1;
    row.parent_id = {2};
    row.kind = model::Kind::client;
    row.name = "get";
    row.timestamp = {1'700'000'000'000'000, 0};
    row.duration = {12'345, 0};
    row.debug = true;
    row.shared = true;
    builder.set_local_endpoint({"front", Ipv4Address{127, 0, 0, 1}, std::nullopt, 8080});
    Ipv6Address v6{0x20, 0x01, 0x0d, 0xb8};
    v6[15] = 1;
    builder.set_remote_endpoint({{}, std::nullopt, v6, 0});
    builder.add_annotation({3, 0}, "ws");
    builder.add_annotation({4, 0}, "wr");
    builder.add_tag("a", Value("1"));
    builder.add_tag("b", Value(""));
    EXPECT_EQ(
        encoded(builder.finish()),
        R"([{"traceId":"00000000000000010000000000000abc","parentId":"0000000000000002",)"
        R"("id":"0000000000000def","kind":"CLIENT","name":"get","timestamp":1700000000000000,)"
        R"("duration":12345,"localEndpoint":{"serviceName":"front",)"
        R"("ipv4":"127.0.0.1","port":8080},)"
        R"("remoteEndpoint":{"ipv6":"2001:db8::1"},)"
        R"("annotations":[{"timestamp":3,"value":"ws"},{"timestamp":4,"value":"wr"}],)"
        R"("tags":{"a":"1","b":""},"debug":true,"shared":true}])"
    );
}

TEST(JsonV2Encoder, writes_values_that_are_no_text_as_text) {
    model::SpanBuilder builder;
    start(builder);
    const Value items[] = {Value("x"), Value::of_int64(-1)};
    builder.add_tag("array", Value::of_array(items));
    builder.add_tag("boolean", Value::of_boolean(true));
    builder.add_tag("float", Value::of_float64(0.5));
    builder.add_tag("int", Value::of_int64(42));
    EXPECT_EQ(
        encoded(builder.finish()),
        R"([{"traceId":"0000000000000abc","id":"0000000000000def","tags":)"
        R"({"array":"[\"x\",-1]","boolean":"true","float":"0.5","int":"42"}}])"
    );
}

TEST(JsonV2Encoder, writes_a_list_of_views_like_a_batch) {
    model::SpanBuilder builder;
    start(builder);
    start(builder);
    const model::SpanBatch batch = builder.finish();
    const model::Span spans[] = {batch[0], batch[1]};
    std::string out;
    append_json_v2_list(spans, out);
    EXPECT_EQ(out, encoded(batch));
    out.clear();
    append_json_v2_list({}, out);
    EXPECT_EQ(out, "[]");
}

}  // namespace
}  // namespace clew::codec

// SPDX-License-Identifier: Apache-2.0
// Goal: each rule of Zipkin's span model, whatever format a span came in. Method: one rule a test.
#include "clew/model/zipkin_span_builder.h"

#include <functional>

#include <gtest/gtest.h>

namespace clew::model {
namespace {

// One valid span with `change` applied, or no span.
SpanBatch built(
    const std::function<void(ZipkinSpanBuilder&)>& change, std::string* error = nullptr
) {
    SpanBuilder builder;
    ZipkinSpanBuilder spans(builder);
    spans.start();
    spans.set_trace_id("a");
    spans.set_id("b");
    change(spans);
    const Expected<void> finished = spans.finish();
    if (error != nullptr) *error = finished ? "" : finished.error().message;
    return builder.finish();
}

TEST(ZipkinSpanBuilder, folds_names_to_lower_case) {
    const SpanBatch batch = built([](ZipkinSpanBuilder& spans) {
        spans.set_name("GET");
        spans.set_local_endpoint({"Front", std::nullopt, std::nullopt, 0});
        spans.set_remote_endpoint({"Back", std::nullopt, std::nullopt, 0});
        spans.add_tag("Key", "Value");
    });
    EXPECT_EQ(batch[0].name(), "get");
    EXPECT_EQ(batch[0].local_service_name(), "front");
    EXPECT_EQ(batch[0].remote_service_name(), "back");
    EXPECT_EQ(batch[0].tags()[0], (Tag{"Key", Value("Value")}));
}

TEST(ZipkinSpanBuilder, negative_times_are_absent) {
    const SpanBatch batch = built([](ZipkinSpanBuilder& spans) {
        spans.set_timestamp(-1);
        spans.set_duration(-1);
    });
    EXPECT_TRUE(batch[0].timestamp().is_absent());
    EXPECT_TRUE(batch[0].duration().is_absent());
}

TEST(ZipkinSpanBuilder, an_endpoint_with_nothing_in_it_is_absent) {
    const SpanBatch batch = built([](ZipkinSpanBuilder& spans) {
        spans.set_local_endpoint({});
        spans.set_remote_endpoint({});
    });
    EXPECT_EQ(batch[0].local_endpoint(), nullptr);
    EXPECT_EQ(batch[0].remote_endpoint(), nullptr);
}

TEST(ZipkinSpanBuilder, a_span_is_not_its_own_parent) {
    EXPECT_TRUE(
        built([](ZipkinSpanBuilder& spans) { spans.set_parent_id("b"); })[0].parent_id().is_zero()
    );
    EXPECT_EQ(
        built([](ZipkinSpanBuilder& spans) { spans.set_parent_id("c"); })[0].parent_id(),
        SpanId{0xc}
    );
}

TEST(ZipkinSpanBuilder, a_client_is_never_shared) {
    EXPECT_FALSE(built([](ZipkinSpanBuilder& spans) {
                     spans.set_shared(true);
                     spans.set_kind(Kind::client);
                 })[0]
                     .shared());
    EXPECT_TRUE(built([](ZipkinSpanBuilder& spans) { spans.set_shared(true); })[0].shared());
}

TEST(ZipkinSpanBuilder, sorts_tags_and_keeps_the_last_of_a_key) {
    const SpanBatch batch = built([](ZipkinSpanBuilder& spans) {
        for (const char* key : {"c", "a", "b", "a", "c", "a"}) spans.add_tag(key, key);
        spans.add_tag("a", "last");
    });
    const auto tags = batch[0].tags();
    ASSERT_EQ(tags.size(), 3U);
    EXPECT_EQ(tags[0], (Tag{"a", Value("last")}));
    EXPECT_EQ(tags[1], (Tag{"b", Value("b")}));
    EXPECT_EQ(tags[2], (Tag{"c", Value("c")}));
}

TEST(ZipkinSpanBuilder, sorts_many_tags_and_annotations_too) {
    const SpanBatch batch = built([](ZipkinSpanBuilder& spans) {
        for (int i = 0; i < 500; ++i) {
            const int key = i * 7919 % 250;
            spans.add_tag(
                spans.builder().copy(std::to_string(1000 + key)), i < 250 ? "first" : "last"
            );
            spans.add_annotation(1 + key, "x");
        }
    });
    ASSERT_EQ(batch[0].tags().size(), 250U);
    ASSERT_EQ(batch[0].annotations().size(), 250U);
    for (std::size_t i = 0; i < 250; ++i) {
        EXPECT_EQ(batch[0].tags()[i].key, std::to_string(1000 + i));
        EXPECT_EQ(batch[0].tags()[i].value, Value("last"));
        EXPECT_EQ(batch[0].annotations()[i].time.us, static_cast<std::int64_t>(i) + 1);
    }
}

TEST(ZipkinSpanBuilder, sorts_annotations_by_time_then_text_without_duplicates) {
    const SpanBatch batch = built([](ZipkinSpanBuilder& spans) {
        spans.add_annotation(2, "b");
        spans.add_annotation(2, "a");
        spans.add_annotation(1, "z");
        spans.add_annotation(2, "b");
    });
    const auto annotations = batch[0].annotations();
    ASSERT_EQ(annotations.size(), 3U);
    EXPECT_EQ(annotations[0].value, "z");
    EXPECT_EQ(annotations[1].value, "a");
    EXPECT_EQ(annotations[2].value, "b");
}

TEST(ZipkinSpanBuilder, keeps_the_first_violation_and_drops_the_span) {
    std::string error;
    EXPECT_TRUE(built(
                    [](ZipkinSpanBuilder& spans) {
                        spans.set_parent_id("X");
                        spans.set_id("");
                    },
                    &error
    )
                    .empty());
    EXPECT_EQ(error, "X should be lower-hex encoded with no prefix");
}

TEST(ZipkinSpanBuilder, begins_afresh_after_a_violation) {
    SpanBuilder builder;
    ZipkinSpanBuilder spans(builder);
    spans.start();
    EXPECT_EQ(spans.finish().error().message, "Missing : traceId id");
    spans.start();
    spans.set_trace_id(TraceId{0, 1});
    EXPECT_EQ(spans.finish().error().message, "Missing : id");
    spans.start();
    spans.set_trace_id(TraceId{0, 1});
    spans.set_id(SpanId{1});
    EXPECT_TRUE(spans.finish().has_value());
    EXPECT_EQ(builder.size(), 1U);
}

}  // namespace
}  // namespace clew::model

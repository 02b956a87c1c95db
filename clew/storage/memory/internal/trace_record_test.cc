// SPDX-License-Identifier: Apache-2.0
// Goal: a trace of any size, however its spans come in, costs little more than its spans.
// Method: spans one by one; segments, repetitions and bytes held against what is due.
#include "clew/storage/memory/internal/trace_record.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "clew/model/span_builder.h"

namespace clew::storage {

namespace {

model::SpanBatch numbered(std::uint64_t number) {
    model::SpanBuilder builder;
    model::SpanRow& row = builder.start_span();
    row.trace_id = {0, 1};
    row.id = {number + 1};
    row.parent_id = {1};
    row.timestamp = {static_cast<std::int64_t>(number + 1), 0};
    row.name = builder.copy("name " + std::to_string(number % 10));
    builder.add_tag("key", model::Value(builder.copy(std::to_string(number))));
    return builder.finish();
}

void append(TraceRecord& record, const model::SpanBatch& batch) {
    const std::vector<model::Span> spans(batch.begin(), batch.end());
    record.append(make_incoming(1, spans));
}

TEST(TraceRecord, keeps_the_order_of_arrival_while_segments_are_joined) {
    constexpr std::uint64_t kSpans = 20'000;
    TraceRecord record(0);
    std::size_t segments_max = 0;
    for (std::uint64_t i = 0; i < kSpans; ++i) {
        append(record, numbered(i));
        segments_max = std::max(segments_max, record.segments().size());
    }
    EXPECT_LE(segments_max, 70U);
    const auto spans = spans_of(record.segments());
    ASSERT_EQ(spans.size(), kSpans);
    for (std::uint64_t i = 0; i < kSpans; ++i) ASSERT_EQ(spans[i], numbered(i)[0]);
}

TEST(TraceRecord, knows_every_span_it_has_at_any_size) {
    TraceRecord record(0);
    for (std::uint64_t i = 0; i < 5000; ++i) {
        const model::SpanBatch batch = numbered(i);
        ASSERT_FALSE(record.contains(batch[0], span_hash(batch[0])));
        append(record, batch);
        ASSERT_TRUE(record.contains(batch[0], span_hash(batch[0])));
    }
    for (std::uint64_t i = 0; i < 5000; ++i) {
        const model::SpanBatch batch = numbered(i);
        ASSERT_TRUE(record.contains(batch[0], span_hash(batch[0])));
    }
}

TEST(TraceRecord, compares_spans_whose_hashes_collide) {
    TraceRecord record(0);
    append(record, numbered(1));
    const model::SpanBatch other = numbered(2);
    const std::uint64_t hash = span_hash(numbered(1)[0]);
    EXPECT_FALSE(record.contains(other[0], hash));
    EXPECT_TRUE(record.contains(numbered(1)[0], hash));
}

TEST(TraceRecord, leaves_readers_their_segments) {
    TraceRecord record(0);
    for (std::uint64_t i = 0; i < 7; ++i) append(record, numbered(i));
    const Segments before = record.segments();
    append(record, numbered(7));
    EXPECT_EQ(record.segments().size(), 1U) << "eight became one";
    const auto spans = spans_of(before);
    ASSERT_EQ(spans.size(), 7U);
    EXPECT_EQ(spans[3], numbered(3)[0]);
}

TEST(TraceRecord, is_as_old_as_its_root_but_not_younger_than_its_arrival) {
    TraceRecord record(1'000'000);
    EXPECT_EQ(record.began_us(), 1'000'000);
    append(record, numbered(499));
    EXPECT_EQ(record.began_us(), 500);
    append(record, numbered(99));
    EXPECT_EQ(record.began_us(), 100);
    model::SpanBuilder builder;
    builder.start_span().trace_id = {0, 1};
    builder.row().timestamp = {700, 0};
    append(record, builder.finish());
    EXPECT_EQ(record.began_us(), 700);
    TraceRecord early(300);
    append(early, numbered(499));
    EXPECT_EQ(early.began_us(), 300);
}

TEST(SplitByTrace, groups_spans_and_leaves_repetitions_out) {
    model::SpanBuilder builder;
    for (const std::uint64_t trace : {1U, 2U, 1U, 2U, 1U}) {
        builder.start_span().trace_id = {7, trace};
        builder.row().id = {trace};
        builder.row().name = builder.size() == 3 ? "different" : "";
    }
    const auto traces = split_by_trace(builder.finish());
    ASSERT_EQ(traces.size(), 2U);
    EXPECT_EQ(traces[0].trace, 2U);
    EXPECT_EQ(traces[0].spans->size(), 1U);
    EXPECT_EQ(traces[1].trace, 1U);
    ASSERT_EQ(traces[1].spans->size(), 2U);
    EXPECT_EQ((*traces[1].spans)[1].name(), "different");
    EXPECT_EQ(traces[1].hashes.size(), 2U);
}

}  // namespace

}  // namespace clew::storage

// SPDX-License-Identifier: Apache-2.0
// Goal: whole traces are sampled by their id, and every span is counted once when it comes and once
// when its fate is known. Method: a storage that records, and one that refuses.
#include "clew/collector/collector.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/collector/testing/recording_storage.h"
#include "clew/model/span_builder.h"
#include "clew/sampler/boundary_sampler.h"

namespace clew::collector {
namespace {

using testing::RecordingStorage;

// Spans of traces 1, 2, ... with the name "get".
model::SpanBatch spans_of_traces(std::vector<std::uint64_t> low_halves, bool debug = false) {
    model::SpanBuilder builder;
    for (const std::uint64_t low : low_halves) {
        model::SpanRow& row = builder.start_span();
        row.trace_id = {0, low};
        row.id = {low};
        row.name = builder.copy("get");
        row.debug = debug;
        builder.add_tag("http.path", model::Value("/thumb"));
    }
    return builder.finish();
}

// True when the books are balanced and nothing is in flight.
bool is_balanced(const CollectorMetrics& metrics) {
    return metrics.spans.value() ==
           metrics.spans_stored.value() + metrics.spans_sampled_out.value() +
               metrics.spans_rejected.value() + metrics.spans_dropped.value();
}

struct CollectorTest : ::testing::Test {
    Expected<void> accept(model::SpanBatch batch, Refusal refusal = Refusal::told) {
        Collector collector(*sampler, storage);
        Expected<void> answer = Error{Code::internal, "not called"};
        collector.accept(std::move(batch), metrics, refusal, [&answer](Expected<void> stored) {
            answer = std::move(stored);
        });
        return answer;
    }

    void sample(double rate) {
        owned = std::make_unique<sampler::BoundarySampler>(*sampler::BoundarySampler::create(rate));
        sampler = owned.get();
    }

    sampler::AlwaysSampler always;
    std::unique_ptr<sampler::BoundarySampler> owned;
    const sampler::Sampler* sampler = &always;
    RecordingStorage storage;
    CollectorMetrics metrics{"http"};
};

TEST_F(CollectorTest, stores_every_span_by_default) {
    EXPECT_TRUE(accept(spans_of_traces({1, 2, 3})).has_value());
    EXPECT_EQ(storage.span_count(), 3u);
    EXPECT_EQ(metrics.spans.value(), 3u);
    EXPECT_EQ(metrics.spans_stored.value(), 3u);
    EXPECT_EQ(metrics.message_spans.value(), 3);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, leaves_out_the_traces_that_the_sampler_does_not_keep) {
    sample(0.5);
    const std::uint64_t dropped = 0x8000000000000000;
    EXPECT_TRUE(accept(spans_of_traces({1, dropped, 0xffffffffffffffff, dropped})).has_value());
    ASSERT_EQ(storage.batches.size(), 1u);
    ASSERT_EQ(storage.batches[0].size(), 2u);
    EXPECT_EQ(storage.batches[0][0].trace_id().low, 1u);
    EXPECT_EQ(storage.batches[0][1].trace_id().low, 0xffffffffffffffffu);
    EXPECT_EQ(storage.batches[0][1].name(), "get");
    EXPECT_EQ(storage.batches[0][1].tags().size(), 1u);
    EXPECT_EQ(metrics.spans.value(), 4u);
    EXPECT_EQ(metrics.spans_stored.value(), 2u);
    EXPECT_EQ(metrics.spans_sampled_out.value(), 2u);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, keeps_debug_spans_whatever_the_rate) {
    sample(0);
    EXPECT_TRUE(accept(spans_of_traces({5, 6}, true)).has_value());
    EXPECT_EQ(storage.span_count(), 2u);
}

TEST_F(CollectorTest, succeeds_without_the_storage_when_nothing_is_left) {
    sample(0);
    storage.answer = Error{Code::io, "must not be asked"};
    EXPECT_TRUE(accept(spans_of_traces({5, 6})).has_value());
    EXPECT_TRUE(accept({}).has_value());
    EXPECT_TRUE(storage.batches.empty());
    EXPECT_EQ(metrics.spans_sampled_out.value(), 2u);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, counts_what_the_storage_refuses_as_rejected_or_dropped) {
    storage.answer = Error{Code::overloaded, "full"};
    const Expected<void> told = accept(spans_of_traces({1, 2}));
    ASSERT_FALSE(told.has_value());
    EXPECT_EQ(told.error().code, Code::overloaded);
    EXPECT_EQ(metrics.spans_rejected.value(), 2u);
    EXPECT_FALSE(accept(spans_of_traces({3}), Refusal::silent).has_value());
    EXPECT_EQ(metrics.spans_dropped.value(), 1u);
    EXPECT_EQ(metrics.spans_stored.value(), 0u);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, answers_when_the_storage_does_and_not_before) {
    storage.keeps_answers_back = true;
    Collector collector(*sampler, storage);
    bool answered = false;
    collector.accept(spans_of_traces({1}), metrics, Refusal::told, [&](Expected<void> stored) {
        answered = stored.has_value();
    });
    EXPECT_FALSE(answered);
    EXPECT_FALSE(is_balanced(metrics));
    storage.answer_all();
    EXPECT_TRUE(answered);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, keeps_its_books_balanced_under_many_threads) {
    sample(0.5);
    Collector collector(*sampler, storage);
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < 200; ++i) {
                const std::uint64_t id = (thread * 1000 + i + 1) * 0x9e3779b97f4a7c15;
                collector.accept(
                    spans_of_traces({id, ~id}), metrics, Refusal::told, [](Expected<void>) {}
                );
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(metrics.spans.value(), 1600u);
    EXPECT_GT(metrics.spans_sampled_out.value(), 0u);
    EXPECT_EQ(metrics.spans_stored.value(), storage.span_count());
    EXPECT_TRUE(is_balanced(metrics));
}

}  // namespace
}  // namespace clew::collector

// SPDX-License-Identifier: Apache-2.0
// Goal: whole traces are sampled by their id, and every span is counted once when it comes and once
// when its fate is known. Method: a storage that records, and one that refuses.
#include "clew/collector/collector.h"

#include <new>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
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
    Expected<void> accept(
        model::SpanBatch batch,
        Refusal refusal = Refusal::told,
        MessageKind kind = MessageKind::whole
    ) {
        Collector collector(*sampler, storage);
        Expected<void> answer = Error{Code::internal, "not called"};
        const auto note = [&answer](Expected<void> stored) { answer = std::move(stored); };
        collector.accept(std::move(batch), metrics, refusal, kind, note);
        return answer;
    }

    Expected<void> accept_entries(model::SpanBatch batch) {
        return accept(std::move(batch), Refusal::told, MessageKind::entries);
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

TEST_F(CollectorTest, counts_what_a_decoder_left_out_by_reason) {
    model::SpanBuilder builder;
    builder.append(spans_of_traces({1})[0]);
    builder.left_out() = {.spans_zero_id = 2, .spans_empty = 1, .tags = 4, .bytes_behind = 5};
    EXPECT_TRUE(accept(builder.finish()).has_value());
    EXPECT_EQ(metrics.spans.value(), 4u);
    EXPECT_EQ(metrics.spans_stored.value(), 1u);
    EXPECT_EQ(metrics.spans_dropped.value(), 3u);
    EXPECT_EQ(metrics.spans_zero_id.value(), 2u);
    EXPECT_EQ(metrics.spans_empty.value(), 1u);
    EXPECT_EQ(metrics.tags_left_out.value(), 4u);
    EXPECT_EQ(metrics.bytes_behind_list.value(), 5u);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, answers_when_the_storage_does_and_not_before) {
    storage.keeps_answers_back = true;
    Collector collector(*sampler, storage);
    bool answered = false;
    const auto note = [&](Expected<void> stored) { answered = stored.has_value(); };
    collector.accept(spans_of_traces({1}), metrics, Refusal::told, MessageKind::whole, note);
    EXPECT_FALSE(answered);
    EXPECT_FALSE(is_balanced(metrics));
    storage.answer_all();
    EXPECT_TRUE(answered);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, stores_entries_that_do_not_fit_together_in_parts) {
    storage.spans_max = 2;
    EXPECT_TRUE(accept_entries(spans_of_traces({1, 2, 3, 4, 5})).has_value());
    EXPECT_EQ(storage.span_count(), 5u);
    EXPECT_GE(storage.batches.size(), 3u);
    EXPECT_EQ(metrics.spans_stored.value(), 5u);
    EXPECT_EQ(metrics.spans_too_large.value(), 0u);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, leaves_out_an_entry_that_never_fits_and_stores_its_neighbours) {
    storage.refused_trace = 3;
    EXPECT_TRUE(accept_entries(spans_of_traces({1, 2, 3, 4})).has_value());
    EXPECT_EQ(storage.span_count(), 3u);
    EXPECT_EQ(metrics.spans_too_large.value(), 1u);
    EXPECT_EQ(metrics.spans_dropped.value(), 1u);
    EXPECT_TRUE(is_balanced(metrics));
    EXPECT_TRUE(accept_entries(spans_of_traces({3})).has_value());
    EXPECT_EQ(metrics.spans_too_large.value(), 2u);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(CollectorTest, refuses_a_whole_message_that_does_not_fit) {
    storage.spans_max = 2;
    storage.answer = Error{Code::limit_exceeded, "more spans than the storage holds"};
    const Expected<void> told = accept(spans_of_traces({1, 2, 3}));
    ASSERT_FALSE(told.has_value());
    EXPECT_EQ(told.error().code, Code::limit_exceeded);
    EXPECT_EQ(metrics.spans_rejected.value(), 3u);
    EXPECT_EQ(metrics.spans_too_large.value(), 0u);
}

// A storage that says so only when it is asked to store.
TEST_F(CollectorTest, never_tells_the_sender_of_entries_that_a_limit_was_passed) {
    storage.answer = Error{Code::limit_exceeded, "never"};
    EXPECT_TRUE(accept_entries(spans_of_traces({1, 2})).has_value());
    EXPECT_EQ(metrics.spans_too_large.value(), 2u);
    EXPECT_EQ(metrics.spans_dropped.value(), 2u);
    EXPECT_TRUE(is_balanced(metrics));
}

TEST_F(
    CollectorTest, tells_the_sender_of_parts_when_one_is_not_stored_and_only_when_all_are_settled
) {
    storage.spans_max = 1;
    storage.keeps_answers_back = true;
    storage.answer = Error{Code::overloaded, "full"};
    Collector collector(*sampler, storage);
    int answers = 0;
    Code code = Code::internal;
    const auto note = [&](const Expected<void>& stored) {
        ++answers;
        if (!stored) code = stored.error().code;
    };
    collector.accept(
        spans_of_traces({1, 2, 3}), metrics, Refusal::told, MessageKind::entries, note
    );
    EXPECT_EQ(storage.waiting_count(), 3u);
    EXPECT_EQ(answers, 0);
    storage.answer_all();
    EXPECT_EQ(answers, 1);
    EXPECT_EQ(code, Code::overloaded);
    EXPECT_EQ(metrics.spans_rejected.value(), 3u);
    EXPECT_TRUE(is_balanced(metrics));
}

// Whichever allocation fails: one answer, and every span counted once.
TEST_F(CollectorTest, says_overloaded_when_there_is_no_memory) {
    sample(0.5);
    std::size_t failures = 0;
    for (const MessageKind kind : {MessageKind::whole, MessageKind::entries}) {
        storage.spans_max = kind == MessageKind::entries ? 2 : 100;
        for (std::size_t number = 0;; ++number) {
            model::SpanBatch batch = spans_of_traces({1, 0x8000000000000000, 2, 3, 4});
            Collector collector(*sampler, storage);
            int answers = 0;
            bool is_stored = false;
            bool has_thrown = false;
            const std::uint64_t counted = metrics.spans.value();
            AcceptDone note = [&](const Expected<void>& stored) {
                ++answers;
                is_stored = stored.has_value();
                if (!stored) {
                    EXPECT_EQ(stored.error().code, Code::overloaded);
                }
            };
            bool has_failed = false;
            {
                const clew::testing::FailingAllocation failing(number);
                try {
                    collector.accept(
                        std::move(batch), metrics, Refusal::told, kind, std::move(note)
                    );
                } catch (const std::bad_alloc&) {
                    has_thrown = true;
                }
                has_failed = failing.has_failed();
            }
            EXPECT_TRUE(is_balanced(metrics)) << number;
            EXPECT_EQ(answers, has_thrown ? 0 : 1) << number;
            if (has_thrown) {
                EXPECT_EQ(metrics.spans.value(), counted) << number;
            }
            if (!has_failed) {
                EXPECT_TRUE(is_stored);
                break;
            }
            ++failures;
        }
    }
    EXPECT_GT(failures, 10u);
}

TEST_F(CollectorTest, keeps_its_books_balanced_under_many_threads) {
    sample(0.5);
    Collector collector(*sampler, storage);
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < 200; ++i) {
                const std::uint64_t id = (thread * 1000 + i + 1) * 0x9e3779b97f4a7c15;
                const MessageKind kind = i % 2 == 0 ? MessageKind::whole : MessageKind::entries;
                collector.accept(
                    spans_of_traces({id, ~id}), metrics, Refusal::told, kind, [](Expected<void>) {}
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

// SPDX-License-Identifier: Apache-2.0
// Goal: a MemoryStorage stays within its bounds, and what leaves is what came first,
// whole, and counted.
// Method: small bounds, traces at known times, a clock that stands still.
#include <algorithm>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/base/testing/fake_clock.h"
#include "clew/model/testing/sample_spans.h"
#include "clew/model/testing/span_text.h"
#include "clew/storage/memory/memory_storage.h"

namespace clew::storage {

namespace {

using Texts = std::vector<std::string>;

class MemoryBounds : public ::testing::Test {
protected:
    void start(std::uint64_t spans_max, std::uint64_t bytes_max = 1 << 30) {
        MemoryOptions options;
        options.spans_max = spans_max;
        options.bytes_max = bytes_max;
        options.autocomplete_keys = {"k"};
        storage_ = MemoryStorage::create(options, clock_).value();
    }

    Expected<void> store(std::string_view text) {
        Expected<void> answer;
        int answers = 0;
        storage_->accept(model::testing::spans(text), [&](Expected<void> result) {
            answer = std::move(result);
            ++answers;
        });
        EXPECT_EQ(answers, 1);
        return answer;
    }

    // Whether each of the traces 1, 2, ... is there, with the number of its spans.
    std::vector<std::size_t> sizes(std::uint64_t traces) {
        std::vector<std::size_t> result;
        for (std::uint64_t trace = 1; trace <= traces; ++trace) {
            result.push_back(
                storage_->get_trace({0, trace}, QueryContext::unlimited())->spans.size()
            );
        }
        return result;
    }

    testing::FakeClock clock_{Microseconds(1'000'000'000)};
    std::unique_ptr<MemoryStorage> storage_;
};

using Sizes = std::vector<std::size_t>;

TEST_F(MemoryBounds, needs_bounds_above_zero) {
    MemoryOptions options;
    options.spans_max = 0;
    EXPECT_EQ(MemoryStorage::create(options).error().message, "spans_max must be above 0");
    options.spans_max = 1;
    options.bytes_max = 0;
    EXPECT_EQ(MemoryStorage::create(options).error().code, Code::invalid_argument);
}

TEST_F(MemoryBounds, keeps_as_many_spans_as_are_allowed) {
    start(3);
    ASSERT_TRUE(store("trace=1 id=1 at=10\ntrace=2 id=1 at=20\ntrace=3 id=1 at=30"));
    EXPECT_EQ(sizes(3), (Sizes{1, 1, 1}));
    ASSERT_TRUE(store("trace=4 id=1 at=40"));
    EXPECT_EQ(sizes(4), (Sizes{0, 1, 1, 1}));
    EXPECT_EQ(storage_->counts().spans, 3U);
    EXPECT_EQ(storage_->counts().traces, 3U);
    EXPECT_EQ(storage_->counts().spans_evicted(), 1U);
}

TEST_F(MemoryBounds, lets_traces_leave_whole_and_in_the_order_of_their_arrival) {
    start(5);
    ASSERT_TRUE(store("trace=1 id=1 at=50"));
    ASSERT_TRUE(store("trace=2 id=1 at=10\ntrace=2 id=2 parent=1 at=90"));
    ASSERT_TRUE(store("trace=3 id=1 at=20\ntrace=3 id=2 parent=1 at=21"));
    ASSERT_TRUE(store("trace=4 id=1 at=60"));
    EXPECT_EQ(sizes(4), (Sizes{0, 2, 2, 1}));
    ASSERT_TRUE(store("trace=5 id=1 at=70\ntrace=5 id=2 parent=1 at=71"));
    EXPECT_EQ(sizes(5), (Sizes{0, 0, 2, 1, 2}));
}

TEST_F(MemoryBounds, counts_the_arrival_of_a_trace_from_its_first_span) {
    start(3);
    ASSERT_TRUE(store("trace=1 id=2 parent=1 at=10"));
    ASSERT_TRUE(store("trace=2 id=1 at=20"));
    ASSERT_TRUE(store("trace=1 id=1 at=30"));
    ASSERT_TRUE(store("trace=3 id=1 at=40"));
    EXPECT_EQ(sizes(3), (Sizes{0, 1, 1}));
}

TEST_F(MemoryBounds, keeps_what_a_relay_brings_late) {
    start(3);
    ASSERT_TRUE(store("trace=1 id=1 at=100\ntrace=2 id=1 at=101\ntrace=3 id=1 at=102"));
    for (const char* late : {"trace=4 id=1 at=1", "trace=5 id=1 at=2", "trace=6 id=1"}) {
        ASSERT_TRUE(store(late));
    }
    EXPECT_EQ(sizes(6), (Sizes{0, 0, 0, 1, 1, 1}));
}

TEST_F(MemoryBounds, does_not_keep_traces_of_the_future_forever) {
    start(2);
    ASSERT_TRUE(store("trace=1 id=1 at=9000000000000000000"));
    ASSERT_TRUE(store("trace=2 id=1 at=1000000001"));
    ASSERT_TRUE(store("trace=3 id=1 at=1000000002"));
    EXPECT_EQ(sizes(3), (Sizes{0, 1, 1}));
}

TEST_F(MemoryBounds, counts_what_leaves_by_reason) {
    start(3);
    ASSERT_TRUE(store("trace=1 id=1 at=10\ntrace=2 id=1 at=20\ntrace=3 id=1 at=30"));
    ASSERT_TRUE(store("trace=4 id=1 at=40"));
    EXPECT_EQ(storage_->counts().spans_evicted_for_spans, 1U);
    ASSERT_TRUE(store("trace=4 id=2 at=40\ntrace=4 id=3 at=40\ntrace=4 id=4 at=40"));
    EXPECT_EQ(storage_->counts().spans_evicted_for_spans, 3U);
    EXPECT_EQ(storage_->counts().spans_evicted_of_own_trace, 1U);
    EXPECT_EQ(storage_->counts().spans_evicted_for_bytes, 0U);
}

TEST_F(MemoryBounds, never_lets_leave_what_it_has_just_accepted) {
    start(3);
    ASSERT_TRUE(store("trace=1 id=1 at=50\ntrace=2 id=1 at=60\ntrace=3 id=1 at=70"));
    ASSERT_TRUE(store("trace=4 id=1 at=10\ntrace=5 id=1 at=11"));
    EXPECT_EQ(sizes(5), (Sizes{0, 0, 1, 1, 1}));
}

TEST_F(MemoryBounds, lets_the_trace_that_is_added_to_leave_last) {
    start(3);
    ASSERT_TRUE(store("trace=1 id=1 at=10\ntrace=2 id=1 at=20\ntrace=3 id=1 at=30"));
    ASSERT_TRUE(store("trace=1 id=2 parent=1 at=11"));
    EXPECT_EQ(sizes(3), (Sizes{2, 0, 1}));
    ASSERT_TRUE(store("trace=1 id=3 parent=1 at=12\ntrace=1 id=4 parent=1 at=12"));
    EXPECT_EQ(sizes(3), (Sizes{2, 0, 0})) << "alone it is too large: its older part leaves";
    EXPECT_EQ(storage_->counts().spans_evicted(), 4U);
}

TEST_F(MemoryBounds, refuses_a_batch_of_more_spans_than_it_may_hold) {
    start(2);
    ASSERT_TRUE(store("trace=1 id=1 at=10"));
    const auto answer = store("trace=2 id=1 at=20\ntrace=3 id=1 at=20\ntrace=4 id=1 at=20");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::limit_exceeded);
    EXPECT_EQ(answer.error().message, "a batch of 3 spans is larger than spans_max");
    EXPECT_EQ(sizes(4), (Sizes{1, 0, 0, 0})) << "nothing of it, and nothing left for it";
}

TEST_F(MemoryBounds, refuses_a_batch_of_more_bytes_than_it_may_hold) {
    start(1000, 64 * 1024);
    ASSERT_TRUE(store("trace=1 id=1 at=10"));
    const auto answer = store("trace=2 id=1 at=20 tag:k=" + std::string(64 * 1024, 'x'));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::limit_exceeded);
    EXPECT_NE(answer.error().message.find("larger than bytes_max"), std::string::npos);
    EXPECT_EQ(sizes(2), (Sizes{1, 0}));
}

// Whichever allocation fails: the storage goes on, says what it holds, and stores again.
TEST_F(MemoryBounds, survives_running_out_of_memory) {
    bool has_failed = true;
    for (std::size_t number = 0; has_failed; ++number) {
        ASSERT_LT(number, 2000U);
        start(100);
        ASSERT_TRUE(store("trace=1 id=1 at=1000 local=a name=n tag:k=v"));
        model::SpanBatch batch = model::testing::spans(
            "trace=1 id=2 at=2000 local=b name=m remote=c tag:k=w\ntrace=2 id=1 at=1 local=a"
        );
        bool is_stored = false;
        {
            const clew::testing::FailingAllocation failing(number);
            try {
                storage_->accept(std::move(batch), [&](const Expected<void>& stored) {
                    is_stored = stored.has_value();
                });
            } catch (const std::bad_alloc&) {
                is_stored = false;
            }
            has_failed = failing.has_failed();
        }
        const Sizes held = sizes(2);
        EXPECT_EQ(storage_->counts().spans, held[0] + held[1]) << number;
        const bool is_whole = held == (is_stored ? Sizes{2, 1} : Sizes{1, 0});
        EXPECT_TRUE(is_whole || held == (Sizes{0, 0})) << number;
        ASSERT_TRUE(store("trace=3 id=1 at=3000 local=b name=m tag:k=v")) << number;
        EXPECT_EQ(storage_->get_trace({0, 3}, QueryContext::unlimited())->spans.size(), 1U);
    }
}

TEST_F(MemoryBounds, says_beforehand_what_could_never_be_stored) {
    start(2, 100'000);
    const std::string large = "trace=1 id=1 tag:k=" + std::string(200'000, 'x');
    const std::string long_name = "trace=1 id=1 name=" + std::string(60'000, 'x');
    for (const std::string& text :
         {std::string("trace=1 id=1"),
          std::string("trace=1 id=1\ntrace=2 id=2"),
          large,
          long_name,
          std::string("trace=1 id=1\ntrace=2 id=2\ntrace=3 id=3")}) {
        const Expected<void> fits = storage_->check_fits(model::testing::spans(text));
        const Expected<void> stored = store(text);
        EXPECT_EQ(fits.has_value(), stored.has_value()) << text.substr(0, 80);
        if (!fits && !stored) {
            EXPECT_EQ(fits.error(), stored.error());
        }
    }
}

TEST_F(MemoryBounds, says_how_many_spans_a_batch_may_have) {
    start(2, 1 << 30);
    EXPECT_EQ(storage_->batch_spans_max(), 2U);
    start(1'000'000, 100'000);
    const std::size_t most = storage_->batch_spans_max();
    EXPECT_LT(most, 200U);
    // As small as spans can be, all in one trace: one more than that does not fit.
    std::string text;
    for (std::size_t id = 1; id <= most + 1; ++id)
        text += "trace=1 id=" + std::to_string(id) + "\n";
    EXPECT_FALSE(store(text).has_value());
}

TEST_F(MemoryBounds, keeps_within_its_bytes) {
    start(1'000'000, 256 * 1024);
    std::uint64_t most = 0;
    for (int trace = 1; trace <= 500; ++trace) {
        char text[64];
        std::snprintf(
            text, sizeof(text), "trace=%x id=1 at=%d tag:k=", static_cast<unsigned>(trace), trace
        );
        ASSERT_TRUE(store(text + std::string(3000, 'x')));
        most = std::max(most, storage_->counts().bytes);
        ASSERT_LE(storage_->counts().bytes, 256U * 1024);
    }
    EXPECT_GT(most, 200U * 1024) << "and uses them";
    EXPECT_EQ(storage_->counts().spans + storage_->counts().spans_evicted(), 500U);
    EXPECT_EQ(storage_->get_trace({0, 500}, QueryContext::unlimited())->spans.size(), 1U);
    EXPECT_EQ(storage_->get_trace({0, 1}, QueryContext::unlimited())->spans.size(), 0U);
}

TEST_F(MemoryBounds, forgets_names_with_the_last_span_that_carried_them) {
    start(3);
    ASSERT_TRUE(store("trace=1 id=1 at=10 local=a remote=x name=one tag:k=v"));
    ASSERT_TRUE(store("trace=2 id=1 at=20 local=a remote=y name=two tag:k=w"));
    ASSERT_TRUE(store("trace=3 id=1 at=30 local=b remote=x name=one tag:k=w"));
    EXPECT_EQ(storage_->service_names(QueryContext::unlimited()).value(), (Texts{"a", "b"}));
    EXPECT_EQ(storage_->values("k", QueryContext::unlimited()).value(), (Texts{"v", "w"}));
    ASSERT_TRUE(store("trace=4 id=1 at=40 local=b"));
    EXPECT_EQ(storage_->service_names(QueryContext::unlimited()).value(), (Texts{"a", "b"}));
    EXPECT_EQ(storage_->span_names("a", QueryContext::unlimited()).value(), Texts{"two"});
    EXPECT_EQ(storage_->remote_service_names("a", QueryContext::unlimited()).value(), Texts{"y"});
    EXPECT_EQ(storage_->values("k", QueryContext::unlimited()).value(), Texts{"w"});
    ASSERT_TRUE(store("trace=5 id=1 at=50 local=b"));
    EXPECT_EQ(storage_->service_names(QueryContext::unlimited()).value(), Texts{"b"});
    EXPECT_EQ(storage_->span_names("a", QueryContext::unlimited()).value(), Texts{});
    EXPECT_EQ(storage_->values("k", QueryContext::unlimited()).value(), Texts{"w"});
    EXPECT_EQ(storage_->span_names("b", QueryContext::unlimited()).value(), Texts{"one"});
    ASSERT_TRUE(store("trace=6 id=1 at=60\ntrace=7 id=1 at=60\ntrace=8 id=1 at=60"));
    EXPECT_EQ(storage_->service_names(QueryContext::unlimited()).value(), Texts{});
    EXPECT_EQ(storage_->values("k", QueryContext::unlimited()).value(), Texts{});
}

TEST_F(MemoryBounds, counts_every_span_that_came) {
    start(100);
    std::uint64_t sent = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::string span = "trace=" + std::to_string(i % 70 + 1) +
                                 " id=" + std::to_string(i % 9 + 1) +
                                 " at=" + std::to_string(i % 500 + 1);
        ASSERT_TRUE(store(span + "\n" + span));
        sent += 2;
        const StorageCounts counts = storage_->counts();
        ASSERT_EQ(counts.spans + counts.spans_evicted() + counts.spans_repeated, sent);
        ASSERT_LE(counts.spans, 100U);
    }
}

TEST_F(MemoryBounds, searches_and_links_after_traces_have_left) {
    start(8);
    const auto store_sample = [&](std::uint64_t trace) {
        storage_->accept(
            model::testing::sample_trace({0, trace}, static_cast<std::int64_t>(trace) * 1'000'000),
            [](const Expected<void>& result) { EXPECT_TRUE(result.has_value()); }
        );
    };
    for (std::uint64_t trace = 1; trace <= 10; ++trace) store_sample(trace);
    trace::TraceQuery query;
    query.service_name = "backend";
    query.end_ts = std::chrono::milliseconds(20'000);
    query.lookback = std::chrono::milliseconds(20'000);
    const auto traces = storage_->find_traces(query, QueryContext::unlimited());
    ASSERT_TRUE(traces.has_value());
    ASSERT_EQ(traces->size(), 2U);
    EXPECT_EQ((*traces)[0].spans.front().trace_id().low, 10U);
    EXPECT_EQ((*traces)[1].spans.front().trace_id().low, 9U);
    const auto links =
        storage_->dependencies(query.end_ts, query.lookback, QueryContext::unlimited());
    ASSERT_TRUE(links.has_value());
    ASSERT_EQ(links->size(), 2U);
    EXPECT_EQ((*links)[0].call_count, 2U);
}

}  // namespace

}  // namespace clew::storage

// SPDX-License-Identifier: Apache-2.0
// Goal: many writers and readers at once; each batch is there from its `done` on, whole.
// Method: real threads, no sleeps; every reader checks what it sees while the others write.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "clew/model/testing/span_text.h"
#include "clew/storage/testing/storage_contract.h"

namespace clew::storage::testing {

int link_concurrency_contract() { return 1; }

namespace {

constexpr int kWriters = 4;
constexpr int kBatchesPerWriter = 60;
constexpr std::size_t kSpansPerTrace = 4;

model::TraceId id_of(int writer, int batch) {
    return {
        0, static_cast<std::uint64_t>(writer + 1) << 32 | static_cast<std::uint64_t>(batch + 1)};
}

std::size_t spans_in(const Expected<StoredTrace>& trace) { return trace ? trace->spans.size() : 0; }

TEST_P(StorageContract, finds_a_span_as_soon_as_it_is_accepted) {
    for (int round = 0; round < 200; ++round) {
        store(model::testing::sample_trace(id_of(0, round)));
        const auto trace =
            storage().span_store().get_trace(id_of(0, round), QueryContext::unlimited());
        ASSERT_EQ(spans_in(trace), kSpansPerTrace) << "round " << round;
        const auto traces = storage().span_store().find_traces(
            Asking().service("backend").limit(1000).query(), QueryContext::unlimited()
        );
        ASSERT_TRUE(traces.has_value());
        ASSERT_EQ(traces->size(), static_cast<std::size_t>(round) + 1);
    }
}

TEST_P(StorageContract, lets_writers_and_readers_work_at_once) {
    std::atomic<int> writers_left{kWriters};
    std::atomic<int> failures{0};
    const auto expect = [&](bool condition) {
        if (!condition) failures.fetch_add(1);
    };
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
        threads.emplace_back([&, writer] {
            for (int batch = 0; batch < kBatchesPerWriter; ++batch) {
                const model::TraceId id = id_of(writer, batch);
                store(model::testing::sample_trace(id, model::testing::kSampleTimeUs + batch * 1000)
                );
                expect(
                    spans_in(storage().span_store().get_trace(id, QueryContext::unlimited())) ==
                    kSpansPerTrace
                );
            }
            writers_left.fetch_sub(1);
        });
    }
    for (int reader = 0; reader < 2; ++reader) {
        threads.emplace_back([&] {
            while (writers_left.load() > 0) {
                const auto traces = storage().span_store().find_traces(
                    Asking().service("frontend").span_name("get /").query(),
                    QueryContext::unlimited()
                );
                expect(traces.has_value());
                if (!traces) return;
                for (const StoredTrace& trace : *traces) {
                    expect(trace.spans.size() == kSpansPerTrace);
                }
                expect(services().size() <= 2);
                for (const std::string& link : links()) {
                    expect(
                        link.starts_with("frontend>backend ") || link.starts_with("backend>db ")
                    );
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failures.load(), 0);
    EXPECT_EQ(found(Asking().limit(1000)).size(), std::size_t{kWriters * kBatchesPerWriter});
    EXPECT_EQ(storage().counts().spans, kWriters * kBatchesPerWriter * kSpansPerTrace);
    EXPECT_EQ(links(), (Texts{"backend>db 240/240", "frontend>backend 240/0"}));
}

TEST_P(StorageContract, collects_one_trace_from_many_writers) {
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
        threads.emplace_back([&, writer] {
            for (int i = 0; i < 100; ++i) {
                store(
                    "trace=a id=" + std::to_string(writer + 1) + std::to_string(i) + " at=+" +
                    std::to_string(i * 500) + " local=s" + std::to_string(writer)
                );
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(got({0, 0xa}), "000000000000000a");
    EXPECT_EQ(storage().counts().spans, 400U);
    EXPECT_EQ(services(), (Texts{"s0", "s1", "s2", "s3"}));
}

TEST_P(StorageContract, gives_up_a_query_that_nobody_waits_for) {
    store(model::testing::sample_trace());
    QueryContext context;
    context.cancel(QueryContext::Cancellation::disconnected);
    const Error expected{Code::cancelled, "the client disconnected"};
    const SpanStore& spans = storage().span_store();
    const std::vector<model::TraceId> ids = {{0, 1}, {0, 2}};
    EXPECT_EQ(spans.find_traces(Asking().query(), context).error(), expected);
    EXPECT_EQ(spans.get_trace({0, 1}, context).error(), expected);
    EXPECT_EQ(spans.get_traces(ids, context).error(), expected);
    EXPECT_EQ(
        storage()
            .dependency_store()
            .dependencies(Asking().query().end_ts, Asking().query().lookback, context)
            .error(),
        expected
    );
    const ServiceAndSpanNames& names = storage().service_and_span_names();
    EXPECT_EQ(names.service_names(context).error(), expected);
    EXPECT_EQ(names.span_names("frontend", context).error(), expected);
    EXPECT_EQ(names.remote_service_names("frontend", context).error(), expected);
    EXPECT_EQ(storage().autocomplete_tags().values("k", context).error(), expected);
}

// True when a query whose time ends halfway ends there.
template <typename Query>
bool ends_halfway(Query query) {
    const auto begin = std::chrono::steady_clock::now();
    if (!query(QueryContext::unlimited())) return false;
    const auto half = (std::chrono::steady_clock::now() - begin) / 2;
    // Again where the machine was twice as fast as before.
    for (int round = 0; round < 50; ++round) {
        const QueryContext context(std::chrono::steady_clock::now() + half, "too late");
        if (!context.check()) continue;
        const auto answer = query(context);
        if (!answer) return answer.error() == Error{Code::timed_out, "too late"};
    }
    return false;
}

TEST_P(StorageContract, gives_up_a_query_while_it_runs) {
    for (int batch = 0; batch < 4'000; ++batch) {
        store(model::testing::sample_trace(id_of(0, batch)));
    }
    const trace::TraceQuery nothing = Asking().term("nowhere").limit(10'000).query();
    EXPECT_TRUE(ends_halfway([&](const QueryContext& context) {
        return storage().span_store().find_traces(nothing, context);
    }));
    EXPECT_TRUE(ends_halfway([&](const QueryContext& context) {
        return storage().dependency_store().dependencies(nothing.end_ts, nothing.lookback, context);
    }));
}

}  // namespace

}  // namespace clew::storage::testing

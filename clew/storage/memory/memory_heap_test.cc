// SPDX-License-Identifier: Apache-2.0
// Goal: the byte bound is honest: what the storage says it holds is what the heap gives it.
// Method: the live bytes of every operator new are counted while traces of every shape come and
// go. Reads run too, so that nothing they pin stays behind.
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/model/span_builder.h"
#include "clew/storage/memory/memory_storage.h"

namespace clew::storage {

namespace {

using Random = std::mt19937_64;

std::uint64_t below(Random& random, std::uint64_t end) { return random() % end; }

struct Shape {
    std::uint64_t traces;  // ids to choose from
    std::size_t batch_spans_max;
    std::size_t tags_max;
    std::size_t text_bytes_max;
};

model::SpanBatch make_batch(Random& random, const Shape& shape, std::int64_t now_us) {
    model::SpanBuilder builder;
    const std::size_t spans = 1 + below(random, shape.batch_spans_max);
    for (std::size_t i = 0; i < spans; ++i) {
        model::SpanRow& row = builder.start_span();
        row.trace_id = {0, 1 + below(random, shape.traces)};
        row.id = {random() | 1};
        row.timestamp = {now_us + static_cast<std::int64_t>(below(random, 5'000'000)), 0};
        row.name = builder.copy("get /" + std::to_string(below(random, 2000)));
        const std::string service = "service-" + std::to_string(below(random, 300));
        builder.set_local_endpoint({builder.copy(service), {}, {}, 80});
        for (std::size_t tag = below(random, shape.tags_max + 1); tag > 0; --tag) {
            builder.add_tag(
                builder.copy("key." + std::to_string(tag)),
                model::Value(builder.copy(std::string(below(random, shape.text_bytes_max), 'v')))
            );
        }
    }
    return builder.finish();
}

// Lets batches of a shape flow through until the storage has turned over several times.
void churn(const Shape& shape, std::uint64_t bytes_max, int batches) {
    Random random(20240229);
    const std::size_t before = testing::live_heap_bytes();
    MemoryOptions options;
    options.bytes_max = bytes_max;
    options.spans_max = 10'000'000;
    options.autocomplete_keys = {"key.1"};
    auto storage = MemoryStorage::create(options).value();
    std::int64_t now_us = 1'700'000'000'000'000;
    for (int i = 0; i < batches; ++i) {
        now_us += 10'000;
        storage->accept(make_batch(random, shape, now_us), [](const Expected<void>& result) {
            ASSERT_TRUE(result.has_value()) << result.error().message;
        });
        if (i % 64 != 0) continue;
        ASSERT_TRUE(storage->service_names(QueryContext::unlimited()).has_value());
        const std::size_t held = testing::live_heap_bytes() - before;
        const std::uint64_t said = storage->counts().bytes;
        ASSERT_LE(said, bytes_max);
        ASSERT_LE(held, bytes_max + bytes_max / 4) << "after " << i << " batches";
        if (said < bytes_max / 2) continue;
        ASSERT_GE(static_cast<double>(held), 0.8 * static_cast<double>(said)) << "overstated";
        ASSERT_LE(static_cast<double>(held), 1.2 * static_cast<double>(said)) << "understated";
    }
    EXPECT_GT(storage->counts().spans_evicted(), storage->counts().spans) << "it turned over";
    storage.reset();
    EXPECT_LE(testing::live_heap_bytes(), before + 4096) << "everything was given back";
}

TEST(MemoryHeap, holds_single_spans_within_the_bound) {
    churn(
        {.traces = 1'000'000, .batch_spans_max = 1, .tags_max = 8, .text_bytes_max = 40},
        4 << 20,
        12'000
    );
}

TEST(MemoryHeap, holds_batches_of_many_traces_within_the_bound) {
    churn(
        {.traces = 20'000, .batch_spans_max = 100, .tags_max = 8, .text_bytes_max = 60},
        8 << 20,
        600
    );
}

TEST(MemoryHeap, holds_spans_without_tags_within_the_bound) {
    churn(
        {.traces = 1'000'000, .batch_spans_max = 50, .tags_max = 0, .text_bytes_max = 1},
        4 << 20,
        800
    );
}

TEST(MemoryHeap, holds_large_texts_within_the_bound) {
    churn(
        {.traces = 500, .batch_spans_max = 10, .tags_max = 4, .text_bytes_max = 20'000},
        8 << 20,
        800
    );
}

TEST(MemoryHeap, holds_traces_that_grow_span_by_span_within_the_bound) {
    churn(
        {.traces = 40, .batch_spans_max = 2, .tags_max = 4, .text_bytes_max = 40}, 4 << 20, 20'000
    );
}

}  // namespace

}  // namespace clew::storage
